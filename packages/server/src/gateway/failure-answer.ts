// What the client is told when every attempt failed: the last failure, with the list of attempts.
import type { FailurePolicy } from '@weir/core/config'
import type { ErrorCode } from './error-table.ts'
import type { Exchange } from './exchange.ts'
import { type Failure, isUncalled, UNCALLED, type UpstreamResponse } from './failure.ts'
import type { Refusal } from './refusal.ts'

const CODES: Readonly<Record<Failure['failure'], ErrorCode>> = {
  connect: 'upstream_unreachable',
  reset: 'upstream_reset',
  timeout: 'upstream_timeout',
  request_timeout: 'upstream_timeout',
  conflict: 'upstream_error',
  rate_limited: 'upstream_rate_limited',
  server_error: 'upstream_error',
  bad_answer: 'upstream_bad_answer',
  credential: 'upstream_credential',
  model_gone: 'upstream_model_gone',
  unsupported: 'upstream_unsupported',
  not_translatable: 'not_translatable',
  empty: 'upstream_empty',
  context_length: 'upstream_error',
  refusal: 'upstream_error',
  invalid_request: 'upstream_error',
  cancelled: 'upstream_error',
}

/** Failures that concern the operator's account: the client learns that, and nothing of the provider's words. */
const PRIVATE: ReadonlySet<Failure['failure']> = new Set(['credential', 'model_gone'])

/** Failures to look for something better: when nothing better came, the client is best served by what there is. */
const DECLINED: ReadonlySet<Failure['failure']> = new Set(['empty', 'context_length', 'refusal'])

/**
 * The provider's own answer, when the failure is the client's to mend (400, 422, ...) or the policy does not count it
 * as a failure: it is passed on as it came.
 */
export function passedOn(failed: Failure, policy: FailurePolicy): UpstreamResponse | null {
  if (PRIVATE.has(failed.failure)) return null
  const isOwn = failed.failure === 'invalid_request' || failed.failure === 'cancelled'
  const isPassed = isOwn || DECLINED.has(failed.failure) || !policy.on.includes(failed.failure)
  return isPassed ? failed.response : null
}

/** The gateway's own words for a failure. */
export function refusalOf(failed: Failure, exchange: Exchange): Refusal {
  const { attempts } = exchange
  const refusal: Refusal = {
    kind: 'refusal',
    code: CODES[failed.failure],
    message: describe(failed, exchange),
    param: isUncalled(failed) ? failed.param : null,
  }
  const called = attempts.filter(attempt => !UNCALLED.has(attempt.failure ?? ''))
  if (called.length > 0 && called.every(attempt => attempt.failure === 'rate_limited')) {
    return { ...refusal, retryAfter: Math.max(1, Math.ceil((failed.retryAfter ?? 1000) / 1000)) }
  }
  if (failed.failure === 'rate_limited') return { ...refusal, status: 503, retryAfter: 1 }
  const passStatus = failed.status !== null && failed.status >= 500 && failed.status < 600
  return passStatus ? { ...refusal, status: failed.status } : refusal
}

function describe(failed: Failure, exchange: Exchange): string {
  const { attempts } = exchange
  const last = attempts.at(-1)
  // Not the last one, when what came after it was found out without a call.
  const told = attempts.findLast(attempt => attempt.failure === failed.failure) ?? last
  const where =
    told === undefined
      ? 'No target could be called'
      : `${countOf(attempts.length)}, ${told === last ? 'the last ' : ''}on ${told.target}`
  const status = told?.status == null ? '' : ` (${told.status})`
  const reason = PRIVATE.has(failed.failure) ? explainPrivate(failed.failure) : failed.message
  return `${where}: ${failed.failure}${status}: ${reason.slice(0, 500)}`
}

function countOf(attempts: number): string {
  return attempts === 1 ? 'The attempt failed' : `All ${attempts} attempts failed`
}

function explainPrivate(kind: Failure['failure']): string {
  return kind === 'credential'
    ? "the provider does not accept this gateway's credential; its operator has to mend that"
    : 'the provider does not know the configured model; the operator of this gateway has to mend that'
}
