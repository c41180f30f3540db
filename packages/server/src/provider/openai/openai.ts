// OpenAI's wire format, which most other vendors speak too.

import type { WireError, WireFormat } from '../wire-format.ts'
import { chat } from './chat.ts'
import { chatProvider } from './chat-dialect.ts'
import { completions } from './completions.ts'
import { embeddings } from './embeddings.ts'
import { responses } from './responses.ts'

const ERROR_TYPES = {
  invalid_request: 'invalid_request_error',
  authentication: 'authentication_error',
  permission: 'permission_error',
  not_found: 'invalid_request_error',
  too_large: 'invalid_request_error',
  rate_limit: 'rate_limit_error',
  timeout: 'timeout_error',
  overloaded: 'overloaded_error',
  upstream: 'api_error',
  internal: 'server_error',
} as const

export const openai: WireFormat = {
  name: 'openai',
  endpoints: [chat, completions, embeddings, responses],
  collections: [
    '/v1/responses',
    '/v1/conversations',
    '/v1/files',
    '/v1/uploads',
    '/v1/containers',
    '/v1/vector_stores',
    '/v1/batches',
    '/v1/videos',
    '/v1/fine_tuning/jobs',
  ],
  provider: chatProvider,
  overloadedStatus: 503,
  ownHeaders: ['openai-', 'x-stainless-'],
  errorBody: error => JSON.stringify({ error: errorObject(error) }),
  errorFrame: (error, path) =>
    path === responses.path
      ? responsesErrorFrame(error)
      : `data: ${JSON.stringify({ error: errorObject(error) })}\n\n`,
}

/** Responses stream named events. Their numbers count up, but nobody counts events that are only passed on. */
function responsesErrorFrame(error: WireError): string {
  const event = { ...errorObject(error), type: 'error', sequence_number: 0 }
  return `event: error\ndata: ${JSON.stringify(event)}\n\n`
}

function errorObject(error: WireError): object {
  const { message, param, code, problems, requestId, attempts } = error
  // What is undefined is not written.
  const own = { message, type: ERROR_TYPES[error.category], param, code, problems, request_id: requestId }
  return attempts.length === 0 ? own : { ...own, attempts }
}
