// A circuit breaker per target: a target that keeps failing is taken out of plans for a cool-down, then let back in
// through one probe. Pure state: the caller passes the time.
import type { FailureKind, FailurePolicy } from '@weir/core/config'

type Policy = FailurePolicy['ejection']

/** Failures that speak about the target's health, not about the request. */
const UNHEALTHY: ReadonlySet<string> = new Set<FailureKind>([
  'connect',
  'reset',
  'timeout',
  'request_timeout',
  'rate_limited',
  'server_error',
  'bad_answer',
  'credential',
  'model_gone',
])

/** Waiting will not mend these: out at once, and for the longest cool-down. */
const LASTING: ReadonlySet<string> = new Set<FailureKind>(['credential', 'model_gone'])

interface TargetHealth {
  windowStart: number
  requests: number
  failures: number
  consecutive: number
  /** Ejected until then; 0 when not. Past it, one probe is let through. */
  until: number
  probing: boolean
  /** Ejections in a row, for the growing cool-down. */
  ejections: number
  /** The kind of failure that it was last ejected for. */
  cause: string | null
}

/** A target out of plans until a time, for a kind of failure. */
export interface EjectedTarget {
  readonly target: string
  readonly until: number
  readonly cause: string
}

/** Told of every ejection, so that it can be shared with other workers and logged. */
export type EjectionListener = (ejected: EjectedTarget) => void

export class Ejection {
  readonly #targets = new Map<string, TargetHealth>()
  readonly #listener: EjectionListener

  constructor(listener: EjectionListener) {
    this.#listener = listener
  }

  /** Whether a plan may use the target now. Past the cool-down exactly one caller is told yes: its call is the probe. */
  admits(target: string, now: number): boolean {
    const health = this.#targets.get(target)
    if (health === undefined || health.until === 0) return true
    if (now < health.until || health.probing) return false
    health.probing = true
    return true
  }

  succeeded(target: string, now: number, policy: Policy): void {
    this.answering(target)
    this.completed(target, now, policy)
  }

  /** A stream has begun: the target is in plans again, but whether it is healthy shows at the end. */
  answering(target: string): void {
    const health = this.#targets.get(target)
    if (health === undefined) return
    health.until = 0
    health.probing = false
    health.ejections = 0
  }

  /** A stream came to its end, which says nothing of what has befallen the target since it began. */
  completed(target: string, now: number, policy: Policy): void {
    this.#observe(target, now, policy).consecutive = 0
  }

  failed(target: string, kind: string, now: number, policy: Policy): void {
    const health = this.#observe(target, now, policy)
    if (!UNHEALTHY.has(kind)) {
      this.released(target)
      return
    }
    health.failures++
    health.consecutive++
    if (health.until > now) return
    if (LASTING.has(kind)) this.#eject(health, { target, until: now + policy.max_cooldown, cause: kind })
    else if (health.probing || isUnhealthy(health, policy))
      this.#eject(health, { target, until: now + cooldown(health, policy), cause: kind })
  }

  /** A probe that ended without telling anything, such as a cancelled one, lets the next request probe. */
  released(target: string): void {
    const health = this.#targets.get(target)
    if (health !== undefined) health.probing = false
  }

  /** Takes over what another worker has found out. */
  adopt({ target, until, cause }: EjectedTarget): void {
    const health = this.#health(target, 0)
    if (until > health.until) {
      health.until = until
      health.cause = cause
    }
    health.probing = false
  }

  /** What targets were ejected for has been put right: they are in plans again. */
  mended(cause: string, isMended: (target: string) => boolean): void {
    for (const [target, health] of this.#targets) {
      if (health.until === 0 || health.cause !== cause || !isMended(target)) continue
      health.consecutive = 0
      this.answering(target)
    }
  }

  /** Targets out of plans at this time. */
  ejected(now: number): string[] {
    return [...this.#targets].filter(([, health]) => health.until > now).map(([target]) => target)
  }

  #eject(health: TargetHealth, ejected: EjectedTarget): void {
    health.until = ejected.until
    health.cause = ejected.cause
    health.probing = false
    health.ejections++
    health.requests = 0
    health.failures = 0
    health.consecutive = 0
    this.#listener(ejected)
  }

  #observe(target: string, now: number, policy: Policy): TargetHealth {
    const health = this.#health(target, now)
    if (now - health.windowStart > policy.window) {
      health.windowStart = now
      health.requests = 0
      health.failures = 0
    }
    health.requests++
    return health
  }

  #health(target: string, now: number): TargetHealth {
    let health = this.#targets.get(target)
    if (health === undefined) {
      health = {
        windowStart: now,
        requests: 0,
        failures: 0,
        consecutive: 0,
        until: 0,
        probing: false,
        ejections: 0,
        cause: null,
      }
      this.#targets.set(target, health)
    }
    return health
  }
}

function isUnhealthy(health: TargetHealth, policy: Policy): boolean {
  if (health.consecutive >= policy.consecutive_failures) return true
  return health.requests >= policy.min_requests && health.failures / health.requests >= policy.failure_ratio
}

function cooldown(health: TargetHealth, policy: Policy): number {
  return Math.min(policy.cooldown * 2 ** health.ejections, policy.max_cooldown)
}
