// What may become a label. Clients choose model names and paths, providers choose error codes: a label that held them
// would make a series of each. Only ids of the config become labels, and what it no longer has is forgotten after a while.
import { failureKindSchema, type Snapshot } from '@weir/core/config'
import type { AttemptRecord, RequestEvent } from '@weir/core/event'
import { errorTable } from '../gateway/error-table.ts'

/** Stands for everything that the config does not have. */
export const OTHER = 'other'
/** Stands where an event has nothing: a request for a model has no router. */
export const NONE = 'none'

/** Late events of what has been removed still count as its own for this long, and its series stay: ms. */
export const FORGET_MS = 3_600_000

export interface SplitLabels {
  readonly router: string
  readonly route: string
}

/** The parts of the config that labels are made of. */
export type LabelSource = Pick<Snapshot, 'routers' | 'keys' | 'models'>

export class KnownLabels {
  readonly #now: () => number
  /** By path, such as `router/route/variant`: when it was removed; null while it is in force. */
  readonly #paths = new Map<string, number | null>()
  readonly #targets = new Map<string, number | null>()

  /** @param now - milliseconds since the epoch */
  constructor(now: () => number) {
    this.#now = now
  }

  configure(source: LabelSource): void {
    this.#renew(this.#paths, pathsOf(source))
    this.#renew(this.#targets, targetsOf(source))
  }

  #renew(known: Map<string, number | null>, ids: ReadonlySet<string>): void {
    for (const [id, removedAt] of known) if (!ids.has(id)) known.set(id, removedAt ?? this.#now())
    for (const id of ids) known.set(id, null)
  }

  /** Forgets what was removed long ago. @returns whether there was anything */
  forget(): boolean {
    const before = this.#now() - FORGET_MS
    let any = false
    for (const known of [this.#paths, this.#targets]) {
      for (const [id, removedAt] of known) {
        if (removedAt === null || removedAt > before) continue
        known.delete(id)
        any = true
      }
    }
    return any
  }

  split({ router, route }: { readonly router: string | null; readonly route: string | null }): SplitLabels {
    if (router === null && route === null) return NO_SPLIT
    const labels = { router: router ?? NONE, route: route ?? NONE }
    return this.#paths.has(splitPath(labels)) ? labels : OTHER_SPLIT
  }

  /** @param split - as `split` gave it */
  variant(split: SplitLabels, variant: string | null): string {
    if (variant === null) return NONE
    return this.#paths.has(`${splitPath(split)}/${variant}`) ? variant : OTHER
  }

  target(target: string | null): string {
    if (target === null) return NONE
    return this.#targets.has(target) ? target : OTHER
  }

  /** Whether labels that were given out before still stand for something known. */
  stillHas(labels: Readonly<Partial<Record<string, string | number>>>): boolean {
    const { router, route, target } = labels
    if (isNamed(target) && !this.#targets.has(target)) return false
    if (typeof router !== 'string' || typeof route !== 'string') return true
    const split = { router, route }
    if (router !== OTHER && splitPath(split) !== splitPath(NO_SPLIT) && !this.#paths.has(splitPath(split)))
      return false
    const variants = [labels.assigned, labels.served, labels.variant].filter(isNamed)
    return variants.every(variant => this.#paths.has(`${splitPath(split)}/${variant}`))
  }
}

const NO_SPLIT: SplitLabels = { router: NONE, route: NONE }
const OTHER_SPLIT: SplitLabels = { router: OTHER, route: OTHER }

function isNamed(label: unknown): label is string {
  return typeof label === 'string' && label !== OTHER && label !== NONE
}

function splitPath({ router, route }: SplitLabels): string {
  return `${router}/${route}`
}

/** Every route of a router or a key, as labels name it. */
export function splitsOf({ routers, keys }: Pick<LabelSource, 'routers' | 'keys'>) {
  const ofRouters = Object.values(routers).flatMap(router =>
    router.routes.map(route => ({ router: router.id, route })),
  )
  const ofKeys = keys.flatMap(({ routing }) =>
    routing === null ? [] : [{ router: NONE, route: routing.route }],
  )
  return [...ofRouters, ...ofKeys]
}

function pathsOf(source: LabelSource): Set<string> {
  const paths = new Set<string>()
  for (const { router, route } of splitsOf(source)) {
    const path = splitPath({ router, route: route.id })
    paths.add(path)
    for (const { id } of route.variants) paths.add(`${path}/${id}`)
  }
  // Requests that name a declared model themselves have no route, and it is their variant.
  for (const id of Object.keys(source.models)) paths.add(`${splitPath(NO_SPLIT)}/${id}`)
  return paths
}

function targetsOf(source: LabelSource): Set<string> {
  const ofVariants = splitsOf(source).flatMap(({ route }) => route.variants.map(({ target }) => target.id))
  return new Set([...Object.keys(source.models), ...ofVariants])
}

const FAILURES: ReadonlySet<string> = new Set([
  ...failureKindSchema.options,
  'invalid_request',
  'cancelled',
  'stream_broken',
])

/** How an attempt went: `ok`, or the kind of its failure. */
export function resultOf({ failure }: AttemptRecord): string {
  if (failure === null) return 'ok'
  return FAILURES.has(failure) ? failure : OTHER
}

/**
 * The class of what ended a request: the gateway's own code for what it refuses, the kind of failure of the last
 * attempt for what providers did; their own codes are anything. Null when nothing went wrong.
 */
export function errorClassOf({ error, attempts, outcome }: RequestEvent): string | null {
  if (error === null) return null
  if (outcome === 'cancelled') return 'cancelled'
  if (Object.hasOwn(errorTable, error) || FAILURES.has(error)) return error
  const last = attempts.at(-1)
  return last === undefined || last.failure === null ? OTHER : resultOf(last)
}
