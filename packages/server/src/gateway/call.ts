// Stage 5: walks the plan. Retries on the same target, then the next one, within attempts, time and patience.
import type { FailurePolicy } from '@weir/core/config'
import type { ActiveVariant } from '@weir/core/routing'
import { type AnswerFacts, type Endpoint, emptyFacts } from '../provider/wire-format.ts'
import { type Answer, Attempt, type AttemptOptions, type WholeAnswer } from './attempt.ts'
import type { Exchange } from './exchange.ts'
import { type Failure, failure, isDeclined, isUncalled, recordedCode, UNCALLED } from './failure.ts'
import { inClientsWords } from './foreign-error.ts'
import { blameState } from './issuer.ts'
import { prepareLibraryCall } from './library-call.ts'
import { missingCapability, prepareCall } from './outgoing.ts'
import { redactFailure } from './redact.ts'
import { hasNoContent } from './signals.ts'
import { admitsTarget, hasHealthyTarget, observeAttempt } from './target-health.ts'
import type { LibraryUpstream, Upstream } from './targets.ts'
import { newSpanId } from './trace-context.ts'
import type { Call } from './upstream-call.ts'

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
  let tooSmall = 0
  for (const variant of usableVariants(exchange, plan)) {
    if (isTooSmall(variant, tooSmall)) continue
    for (let tries = 0; ; tries++) {
      const result = await callOnce(call, variant, deadline)
      if (result.kind !== 'failure') return result
      last = weightier(last, result)
      if (!isPassable(result, policy.failure) || isExhausted(call, deadline)) return last
      if (result.failure === 'context_length') tooSmall = variant.target.capabilities.context ?? tooSmall
      const wait = waitBeforeRetry(policy.failure, result, tries, () => hasNext(exchange, plan, variant))
      if (wait === undefined || performance.now() + wait >= deadline) break
      if ((await pause(exchange, wait)) === 'gone') return failure('cancelled', 'the client went away')
    }
  }
  return last
}

/** What a target said outweighs what was found out about the next one without calling it. */
function weightier(last: Failure, result: Failure): Failure {
  return isUncalled(result) && !isUncalled(last) ? last : result
}

/** A prompt too long for one context is too long for every other that is no larger. */
function isTooSmall(variant: ActiveVariant, tooSmall: number): boolean {
  const { context } = variant.target.capabilities
  return context !== undefined && context <= tooSmall
}

/**
 * Targets that are not ejected; all of them when every one is, since a guess beats a certain failure. Lazy: asking
 * for an ejected target's probe commits to calling it.
 */
function* usableVariants(exchange: Exchange, plan: readonly ActiveVariant[]): Generator<ActiveVariant> {
  let any = false
  for (const variant of plan) {
    if (!admitsTarget(exchange, variant)) continue
    any = true
    yield variant
  }
  if (!any) yield* plan
}

function isPassable(result: Failure, policy: FailurePolicy): boolean {
  if (result.failure === 'cancelled' || result.failure === 'invalid_request') return false
  return policy.on.includes(result.failure)
}

function isExhausted(call: Call, deadline: number): boolean {
  const { exchange, policy } = call
  if (exchange.gone || performance.now() >= deadline) return true
  return countCalls(exchange) >= policy.failure.max_attempts
}

function countCalls(exchange: Exchange): number {
  return exchange.attempts.filter(attempt => !UNCALLED.has(attempt.failure ?? '')).length
}

/**
 * Milliseconds before a retry on the same target: exponential with full jitter, or what the provider asked for.
 * Undefined when there is to be none: tries are used up, only another target can help, the provider asked for more
 * than the policy allows, or waiting is pointless because another target can answer now.
 */
function waitBeforeRetry(
  policy: FailurePolicy,
  failed: Failure,
  tries: number,
  hasOther: () => boolean,
): number | undefined {
  if (tries >= policy.retries || !RETRYABLE.has(failed.failure)) return undefined
  const { retryAfter } = failed
  if (retryAfter === null)
    return Math.random() * Math.min(policy.backoff.max, policy.backoff.base * 2 ** tries)
  const isTooLong = retryAfter > policy.retry_after_max || (retryAfter > policy.backoff.max && hasOther())
  return isTooLong ? undefined : retryAfter
}

/** Whether a target later in the plan could be called instead: one that is not ejected. */
function hasNext(exchange: Exchange, plan: readonly ActiveVariant[], variant: ActiveVariant): boolean {
  return hasHealthyTarget(exchange, plan.slice(plan.indexOf(variant) + 1))
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
  const facts = emptyFacts(call.facts.wantsJson ? 'whole' : 'ends', exchange.capture?.answerLength)
  exchange.callSpanId = newSpanId()
  exchange.spending?.produced.push({ facts, price: variant.target.price })
  const attempt = await dispatch(call, variant, deadline, facts)
  const attempted = attempt instanceof Attempt ? await attempt.result : attempt
  if (attempted.kind !== 'stream') exchange.whenGone(undefined)
  const result =
    attempted.kind === 'failure'
      ? redactFailure(
          blameState(exchange, attempted),
          exchange.gateway.targets.secretsOf(variant.target.provider),
        )
      : judge(attempted, policy.failure, endpoint)
  recordAttempt(exchange, variant, result, performance.now() - startedAt)
  observeAttempt(exchange, variant, result)
  const isAnswer = result.kind !== 'failure' || isDeclined(result)
  exchange.served = isAnswer ? variant : null
  if (isAnswer) exchange.answer = facts
  return result.kind === 'failure' && !isAnswer ? inWordsOf(endpoint, variant, exchange, result) : result
}

/** What a provider says of an error passes on as it came to clients of its format, and in their words to others. */
function inWordsOf(endpoint: Endpoint, variant: ActiveVariant, exchange: Exchange, failed: Failure): Failure {
  const { formats, targets } = exchange.gateway
  const upstream = targets.get(variant.target.provider)
  if (upstream === undefined || upstream.provider.type === endpoint.format) return failed
  return inClientsWords(failed, formats.byName[endpoint.format], exchange)
}

/** Starts a call; a Failure when there is nobody to call. */
function dispatch(
  call: Call,
  variant: ActiveVariant,
  deadline: number,
  facts: AnswerFacts,
): Attempt | Failure | Promise<Attempt | Failure> {
  const upstream = findUpstream(call.exchange, variant)
  if (upstream.kind === 'failure') return upstream
  const missing = missingCapability(call, variant)
  if (missing !== undefined) return missing
  if (upstream.kind === 'library') return dispatchLibrary(call, variant, upstream, deadline, facts)
  const outgoing = prepareCall(call, variant, upstream, facts)
  if (outgoing.kind === 'failure') return outgoing
  call.exchange.dropped = outgoing.dropped
  const attempt = new Attempt({ reading: outgoing.reading, ...limitsOf(call, deadline) })
  watchClient(call.exchange, attempt)
  const { path, headers, body } = outgoing
  upstream.pool.dispatch({ method: 'POST', path, headers, body }, attempt)
  return attempt
}

async function dispatchLibrary(
  call: Call,
  variant: ActiveVariant,
  upstream: LibraryUpstream,
  deadline: number,
  facts: AnswerFacts,
): Promise<Attempt | Failure> {
  const outgoing = await prepareLibraryCall(call, variant, upstream, facts)
  if (outgoing.kind === 'failure') return outgoing
  const { source } = outgoing
  const attempt = new Attempt({ reading: source, source, ...limitsOf(call, deadline) })
  watchClient(call.exchange, attempt)
  outgoing.send(attempt)
  return attempt
}

function limitsOf(call: Call, deadline: number): Omit<AttemptOptions, 'reading'> {
  return {
    asked: call.facts.stream ? 'stream' : 'whole',
    timeouts: call.policy.timeouts,
    remaining: Math.max(1, deadline - performance.now()),
    maxAnswer: call.exchange.active.snapshot.gateway.limits.answer,
  }
}

function watchClient(exchange: Exchange, attempt: Attempt): void {
  exchange.whenGone(() => attempt.cancel())
  if (exchange.gone) attempt.cancel()
}

function findUpstream(exchange: Exchange, variant: ActiveVariant): Upstream | Failure {
  const { provider } = variant.target
  const upstream = exchange.gateway.targets.get(provider)
  if (upstream === undefined)
    return failure('unsupported', `the provider ${provider} is not configured any more`)
  if (upstream.headers === null)
    return failure('credential', `the credential of ${provider} is not set`, 'no_credential')
  return upstream
}

/** A complete answer can still be a failure, if the policy says so. */
function judge(answer: Answer, policy: FailurePolicy, endpoint: Endpoint): Answer | Failure {
  if (answer.kind !== 'whole') return answer
  const { facts } = answer
  if (facts.refusal && policy.on.includes('refusal'))
    return declined(answer, 'refusal', 'the model declined to answer')
  if (hasNoContent(facts) && endpoint.name !== 'embeddings' && policy.on.includes('empty')) {
    return declined(answer, 'empty', 'the answer has no content')
  }
  return answer
}

/** The answer is kept: when nothing better comes, the client gets it after all. */
function declined(answer: WholeAnswer, kind: 'refusal' | 'empty', message: string): Failure {
  const { status, headers, body } = answer
  return { ...failure(kind, message), status, response: { status, headers, body } }
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
    code: failed === null ? null : recordedCode(failed),
    began_ms: roundMs(exchange.elapsed() - ms),
    ms: roundMs(ms),
    span_id: exchange.callSpanId,
  })
}

/** Microseconds are enough, and keep events short. */
export function roundMs(ms: number): number {
  return Math.round(ms * 1000) / 1000
}
