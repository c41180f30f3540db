// Error answers as each wire format shapes them. The status decides the type; codes are the format's own.
export type WireFormat = 'openai' | 'anthropic'

export type ErrorAnswer = {
  readonly kind: 'error'
  readonly status: number
  readonly message: string
  readonly code: string | null
  readonly param: string | null
  readonly headers: Readonly<Record<string, string>>
  /** Milliseconds before the answer. */
  readonly afterMs: number
}

type Details = Partial<Pick<ErrorAnswer, 'code' | 'param' | 'headers' | 'afterMs'>>

export const errorAnswer = (status: number, message: string, details: Details = {}): ErrorAnswer => ({
  kind: 'error',
  status,
  message,
  code: null,
  param: null,
  headers: {},
  afterMs: 0,
  ...details,
})

type KnownError = {
  readonly openai: string
  readonly anthropic: string
  readonly code: string | null
  readonly message: string
}

const invalid = 'invalid_request_error'

const KNOWN: Readonly<Record<number, KnownError>> = {
  400: { openai: invalid, anthropic: invalid, code: null, message: 'The request is not valid.' },
  401: {
    openai: invalid,
    anthropic: 'authentication_error',
    code: 'invalid_api_key',
    message: 'Incorrect API key provided.',
  },
  403: {
    openai: 'permission_error',
    anthropic: 'permission_error',
    code: 'access_denied',
    message: 'This key may not use this model.',
  },
  404: {
    openai: invalid,
    anthropic: 'not_found_error',
    code: 'model_not_found',
    message: 'The model does not exist.',
  },
  405: {
    openai: invalid,
    anthropic: invalid,
    code: 'method_not_supported',
    message: 'Not allowed on this URL.',
  },
  408: { openai: 'timeout', anthropic: 'timeout_error', code: 'timeout', message: 'The request timed out.' },
  409: {
    openai: 'conflict_error',
    anthropic: 'conflict_error',
    code: 'conflict',
    message: 'The resource is locked.',
  },
  413: {
    openai: invalid,
    anthropic: 'request_too_large',
    code: 'request_too_large',
    message: 'The body is too large.',
  },
  422: {
    openai: invalid,
    anthropic: invalid,
    code: 'unprocessable',
    message: 'The request cannot be processed.',
  },
  429: {
    openai: 'requests',
    anthropic: 'rate_limit_error',
    code: 'rate_limit_exceeded',
    message: 'Rate limit reached. Please try again later.',
  },
  500: {
    openai: 'server_error',
    anthropic: 'api_error',
    code: null,
    message: 'The server had an error while processing your request. Sorry about that!',
  },
  503: {
    openai: 'service_unavailable_error',
    anthropic: 'api_error',
    code: null,
    message: 'The engine is currently overloaded, please try again later.',
  },
  529: { openai: 'overloaded_error', anthropic: 'overloaded_error', code: null, message: 'Overloaded' },
}

const knownFor = (status: number): KnownError => {
  const fallback = KNOWN[status < 500 ? 400 : 500]
  const known = KNOWN[status] ?? fallback
  if (!known) throw new Error(`no error is known for status ${status}`)
  return known
}

/** The error a provider gives with this status when nothing more is known. */
export const errorOfStatus = (status: number, details: Details = {}): ErrorAnswer => {
  const { code, message } = knownFor(status)
  return errorAnswer(status, message, { code, ...details })
}

/** The JSON body of an error in the wire format. */
export const errorBody = (wire: WireFormat, error: ErrorAnswer, requestId: string): object => {
  const { message, param, code } = error
  const type = knownFor(error.status)[wire]
  return wire === 'anthropic'
    ? { type: 'error', error: { type, message }, request_id: requestId }
    : { error: { message, type, param, code } }
}

export const modelNotFound = (model: string): ErrorAnswer =>
  errorAnswer(404, `The model '${model}' does not exist or you do not have access to it.`, {
    code: 'model_not_found',
    param: 'model',
  })

export const contextLengthExceeded = (limit: number, tokens: number): ErrorAnswer =>
  errorAnswer(
    400,
    `This model's maximum context length is ${limit} tokens. However, your messages resulted in ${tokens} tokens. ` +
      'Please reduce the length of the messages.',
    { code: 'context_length_exceeded', param: 'messages' },
  )
