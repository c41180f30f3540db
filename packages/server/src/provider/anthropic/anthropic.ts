// Anthropic's wire format.

import type { WireError, WireFormat } from '../wire-format.ts'
import { messages } from './messages.ts'
import { messagesProvider } from './messages-dialect.ts'

const ERROR_TYPES = {
  invalid_request: 'invalid_request_error',
  authentication: 'authentication_error',
  permission: 'permission_error',
  not_found: 'not_found_error',
  too_large: 'request_too_large',
  rate_limit: 'rate_limit_error',
  timeout: 'timeout_error',
  overloaded: 'overloaded_error',
  upstream: 'api_error',
  internal: 'api_error',
} as const

export const anthropic: WireFormat = {
  name: 'anthropic',
  endpoints: [messages],
  collections: ['/v1/files', '/v1/messages/batches'],
  provider: messagesProvider,
  overloadedStatus: 529,
  ownHeaders: ['anthropic-', 'x-stainless-'],
  errorBody: error => JSON.stringify(errorObject(error)),
  errorFrame: error => `event: error\ndata: ${JSON.stringify(errorObject(error))}\n\n`,
}

function errorObject(error: WireError): object {
  const { message, code, requestId, attempts } = error
  const own = { type: ERROR_TYPES[error.category], message, code }
  return { type: 'error', error: attempts.length === 0 ? own : { ...own, attempts }, request_id: requestId }
}
