// Stage 5: walks the plan. Retries on the same target, then the next one, within attempts, time and patience.
import type { FailurePolicy, Timeouts } from '@weir/core/config'
import type { ActiveVariant } from '@weir/core/routing'
import { type AnswerFacts, type Endpoint, emptyFacts } from '../provider/wire-format.ts'
import { type Answer, Attempt } from './attempt.ts'
import type { Exchange } from './exchange.ts'
import { type Failure, failure } from './failure.ts'
import { prepareVariant } from './prepared-variant.ts'
import type { Body } from './read.ts'
import type { Upstream } from './targets.ts'
import { splitHeaders, upstreamBody } from './upstream-request.ts'

export interface CallPolicy {
  readonly failure: FailurePolicy
  readonly timeouts: Timeouts
}

export interface Call {
  readonly exchange: Exchange
  readonly endpoint: Endpoint
  readonly body: Body
  readonly policy: CallPolicy
}

/** Trying the same target again can help with these; with others only another target can. */
const RETRYABLE: ReadonlySet<Failure['failure']> = new Set([
  'connect',
  'reset',
  'request_timeout',
  'conflict',
  'rate_limited',
  'server_error',
  'bad_answer',
  'empty',
])

/** Calls the plan's targets in order until one answers; else the last failure. */
export async function callPlan(call: Call, plan: readonly ActiveVariant[]): Promise<Answer | Failure> {
  const { exchange, policy } = call
  const deadline = performance.now() + policy.failure.deadline
  let last = failure('unsupported', 'no target is left to call')
  let targetsLeft = plan.length
  for (const variant of usableVariants(exchange, plan)) {
    const result = await callVariant(call, variant, deadline, --targetsLeft)
    if (result.kind !== 'failure') return result
    last = result
    if (!isPassable(result, policy.failure) || isExhausted(call, deadline)) break
  }
  return last
}

/**
 * Targets that are not ejected; all of them when every one is, since a guess beats a certain failure. Lazy: asking
 * for an ejected target's probe commits to calling it.
 */
function* usableVariants(exchange: Exchange, plan: readonly ActiveVariant[]): Generator<ActiveVariant> {
  let any = false
  for (const variant of plan) {
    if (!exchange.gateway.ejection.admits(variant.target.id, Date.now())) continue
    any = true
    yield variant
  }
  if (!any) yield* plan
}

async function callVariant(
  call: Call,
  variant: ActiveVariant,
  deadline: number,
  targetsLeft: number,
): Promise<Answer | Failure> {
  const { failure: policy } = call.policy
  for (let tries = 0; ; tries++) {
    const result = await callOnce(call, variant, deadline)
    if (result.kind !== 'failure') return result
    const again = tries < policy.retries && RETRYABLE.has(result.failure) && isPassable(result, policy)
    if (!again || isExhausted(call, deadline)) return result
    const wait = backoff(policy, tries, result.retryAfter, targetsLeft)
    if (wait === undefined || performance.now() + wait >= deadline) return result
    if ((await pause(call.exchange, wait)) === 'gone') return failure('cancelled', 'the client went away')
  }
}

function isPassable(result: Failure, policy: FailurePolicy): boolean {
  if (result.failure === 'cancelled' || result.failure === 'invalid_request') return false
  return policy.on.includes(result.failure)
}

function isExhausted(call: Call, deadline: number): boolean {
  const { exchange, policy } = call
  return (
    exchange.gone || exchange.attempts.length >= policy.failure.max_attempts || performance.now() >= deadline
  )
}

/**
 * Milliseconds before a retry: exponential with full jitter, or what the provider asked for. Undefined when it asked
 * for more than the policy allows, or when waiting is pointless because another target can answer now.
 */
function backoff(
  policy: FailurePolicy,
  tries: number,
  retryAfter: number | null,
  targetsLeft: number,
): number | undefined {
  if (retryAfter !== null) {
    if (retryAfter > policy.retry_after_max || (targetsLeft > 0 && retryAfter > policy.backoff.max))
      return undefined
    return retryAfter
  }
  return Math.random() * Math.min(policy.backoff.max, policy.backoff.base * 2 ** tries)
}

function pause(exchange: Exchange, ms: number): Promise<'waited' | 'gone'> {
  if (exchange.gone) return Promise.resolve('gone')
  return new Promise(resolve => {
    const finish = (how: 'waited' | 'gone') => {
      clearTimeout(timer)
      exchange.whenGone(undefined)
      resolve(how)
    }
    const timer = setTimeout(() => finish('waited'), ms)
    exchange.whenGone(() => finish('gone'))
  })
}

async function callOnce(call: Call, variant: ActiveVariant, deadline: number): Promise<Answer | Failure> {
  const { exchange, endpoint, policy } = call
  const startedAt = performance.now()
  const facts = emptyFacts()
  const attempted = await dispatch(call, variant, deadline, facts)
  const result = attempted.kind === 'failure' ? attempted : judge(attempted, policy.failure, endpoint)
  recordAttempt(exchange, variant, result, performance.now() - startedAt)
  observe(call, variant, result)
  if (result.kind !== 'failure') {
    exchange.served = variant
    exchange.answer = facts
  }
  return result
}

async function dispatch(
  call: Call,
  variant: ActiveVariant,
  deadline: number,
  facts: AnswerFacts,
): Promise<Answer | Failure> {
  const { exchange, endpoint, policy } = call
  const upstream = findUpstream(exchange, variant, endpoint)
  if ('kind' in upstream) return upstream
  const body = upstreamBody(exchange, endpoint, call.body, variant, upstream)
  const attempt = new Attempt({
    endpoint,
    facts,
    asked: exchange.facts?.stream === true ? 'stream' : 'whole',
    timeouts: policy.timeouts,
    remaining: Math.max(1, deadline - performance.now()),
    maxAnswer: exchange.active.snapshot.gateway.limits.answer,
    usage: body.hideUsage ? 'hide' : 'show',
  })
  exchange.whenGone(() => attempt.cancel())
  if (exchange.gone) attempt.cancel()
  upstream.pool.dispatch(
    {
      method: 'POST',
      path: upstream.prefix + endpoint.path.slice('/v1'.length),
      headers: splitHeaders(exchange, prepareVariant(upstream, variant)),
      body: body.text,
    },
    attempt,
  )
  const result = await attempt.result
  if (result.kind !== 'stream') exchange.whenGone(undefined)
  return result
}

function findUpstream(exchange: Exchange, variant: ActiveVariant, endpoint: Endpoint): Upstream | Failure {
  const { provider } = variant.target
  const upstream = exchange.gateway.targets.get(provider)
  if (upstream === undefined)
    return failure('unsupported', `the provider ${provider} is not configured any more`)
  if (upstream.provider.type !== endpoint.format) {
    const message = `${variant.target.id} speaks ${upstream.provider.type}'s format and cannot serve ${endpoint.path}`
    return failure('unsupported', message, 'wire_format')
  }
  if (upstream.headers === null)
    return failure('credential', `the credential of ${provider} is not set`, 'no_credential')
  return upstream
}

/** A complete answer can still be a failure, if the policy says so. */
function judge(answer: Answer, policy: FailurePolicy, endpoint: Endpoint): Answer | Failure {
  if (answer.kind !== 'whole') return answer
  const { facts } = answer
  if (facts.refusal && policy.on.includes('refusal'))
    return failure('refusal', 'the model declined to answer')
  const isEmpty = facts.outputLength === 0 && facts.toolCalls === 0 && !facts.refusal
  if (isEmpty && endpoint.name !== 'embeddings' && policy.on.includes('empty')) {
    return failure('empty', 'the answer has no content')
  }
  return answer
}

function recordAttempt(
  exchange: Exchange,
  variant: ActiveVariant,
  result: Answer | Failure,
  ms: number,
): void {
  const failed = result.kind === 'failure' ? result : null
  exchange.attempts.push({
    variant: variant.id,
    target: variant.target.id,
    status: result.status,
    failure: failed?.failure ?? null,
    code: failed?.code ?? null,
    ms: roundMs(ms),
  })
}

function observe(call: Call, variant: ActiveVariant, result: Answer | Failure): void {
  const { ejection } = call.exchange.gateway
  const target = variant.target.id
  const policy = call.policy.failure.ejection
  if (result.kind !== 'failure') ejection.succeeded(target, Date.now(), policy)
  else if (result.failure === 'cancelled' || result.failure === 'unsupported') ejection.released(target)
  else ejection.failed(target, result.failure, Date.now(), policy)
}

/** Microseconds are enough, and keep events short. */
export function roundMs(ms: number): number {
  return Math.round(ms * 1000) / 1000
}
