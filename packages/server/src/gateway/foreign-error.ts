// A provider's error answer in the words of the client's API, for clients of another format.
import type { ErrorCategory, WireFormat } from '../provider/wire-format.ts'
import { translatedHeaders } from './answer-reading.ts'
import type { Exchange } from './exchange.ts'
import type { Failure } from './failure.ts'

/** The statuses by which APIs say that they are overloaded; each knows one of them. */
const OVERLOADED: ReadonlySet<number> = new Set([503, 529])

/** The failure with its answer, if it has one, as the client's API would give it. */
export function inClientsWords(failed: Failure, format: WireFormat, exchange: Exchange): Failure {
  if (failed.response === null || failed.status === null) return failed
  const status = OVERLOADED.has(failed.status) ? format.overloadedStatus : failed.status
  const body = format.errorBody({
    category: categoryOf(failed),
    code: codeOf(failed),
    message: failed.message,
    param: failed.param,
    requestId: exchange.requestId,
    attempts: [],
  })
  const headers = translatedHeaders(failed.response.headers, 'application/json')
  return { ...failed, status, response: { status, headers, body: Buffer.from(body) } }
}

/** Client libraries look for this one by name. */
function codeOf(failed: Failure): string {
  return failed.failure === 'context_length' ? 'context_length_exceeded' : (failed.code ?? failed.failure)
}

function categoryOf(failed: Failure): ErrorCategory {
  switch (failed.failure) {
    case 'rate_limited':
      return 'rate_limit'
    case 'request_timeout':
    case 'timeout':
      return 'timeout'
    case 'model_gone':
      return 'not_found'
    case 'server_error':
      return failed.status !== null && OVERLOADED.has(failed.status) ? 'overloaded' : 'upstream'
    case 'invalid_request':
      return failed.status === 413 ? 'too_large' : 'invalid_request'
    case 'context_length':
    case 'conflict':
      return 'invalid_request'
    default:
      return 'upstream'
  }
}
