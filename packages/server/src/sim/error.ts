// Error answers as each wire format shapes them. The status decides the type; codes are the format's own.
export type WireFormat = 'openai' | 'anthropic' | 'google'

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
  /** What each format calls it: a type, or a status in Google's. */
  readonly names: Readonly<Record<WireFormat, string>>
  readonly code: string | null
  readonly message: string
}

const known = (
  openai: string,
  anthropic: string,
  google: string,
  code: string | null,
  message: string,
): KnownError => ({ names: { openai, anthropic, google }, code, message })

const invalid = 'invalid_request_error'

const KNOWN: Readonly<Record<number, KnownError>> = {
  400: known(invalid, invalid, 'INVALID_ARGUMENT', null, 'The request is not valid.'),
  401: known(
    invalid,
    'authentication_error',
    'UNAUTHENTICATED',
    'invalid_api_key',
    'Incorrect API key provided.',
  ),
  402: known(
    'insufficient_quota',
    'billing_error',
    'FAILED_PRECONDITION',
    'insufficient_quota',
    'There is a problem with billing or payment.',
  ),
  403: known(
    'permission_error',
    'permission_error',
    'PERMISSION_DENIED',
    'access_denied',
    'This key may not use this model.',
  ),
  404: known(invalid, 'not_found_error', 'NOT_FOUND', 'model_not_found', 'The model does not exist.'),
  405: known(invalid, invalid, 'UNIMPLEMENTED', 'method_not_supported', 'Not allowed on this URL.'),
  408: known('timeout', 'timeout_error', 'DEADLINE_EXCEEDED', 'timeout', 'The request timed out.'),
  409: known('conflict_error', 'conflict_error', 'ABORTED', 'conflict', 'The resource is locked.'),
  413: known(invalid, 'request_too_large', 'INVALID_ARGUMENT', 'request_too_large', 'The body is too large.'),
  422: known(invalid, invalid, 'INVALID_ARGUMENT', 'unprocessable', 'The request cannot be processed.'),
  429: known(
    'requests',
    'rate_limit_error',
    'RESOURCE_EXHAUSTED',
    'rate_limit_exceeded',
    'Rate limit reached. Please try again later.',
  ),
  500: known(
    'server_error',
    'api_error',
    'INTERNAL',
    null,
    'The server had an error while processing your request. Sorry about that!',
  ),
  503: known(
    'service_unavailable_error',
    'api_error',
    'UNAVAILABLE',
    null,
    'The engine is currently overloaded, please try again later.',
  ),
  504: known('timeout', 'timeout_error', 'DEADLINE_EXCEEDED', null, 'The request timed out.'),
  529: known('overloaded_error', 'overloaded_error', 'UNAVAILABLE', null, 'Overloaded'),
}

const knownFor = (status: number): KnownError => {
  const fallback = KNOWN[status < 500 ? 400 : 500]
  const found = KNOWN[status] ?? fallback
  if (!found) throw new Error(`no error is known for status ${status}`)
  return found
}

/** The error a provider gives with this status when nothing more is known. */
export const errorOfStatus = (status: number, details: Details = {}): ErrorAnswer => {
  const { code, message } = knownFor(status)
  return errorAnswer(status, message, { code, ...details })
}

/** The JSON body of an error in the wire format. */
export const errorBody = (wire: WireFormat, error: ErrorAnswer, requestId: string): object => {
  const { status, message, param, code } = error
  const name = knownFor(status).names[wire]
  switch (wire) {
    case 'openai':
      return { error: { message, type: name, param, code } }
    case 'anthropic':
      return { type: 'error', error: { type: name, message }, request_id: requestId }
    case 'google':
      return { error: { code: status, message, status: name } }
  }
}

export const modelNotFound = (wire: WireFormat, model: string): ErrorAnswer =>
  errorAnswer(404, NO_MODEL[wire](model), { code: 'model_not_found', param: 'model' })

const NO_MODEL: Readonly<Record<WireFormat, (model: string) => string>> = {
  openai: model => `The model '${model}' does not exist or you do not have access to it.`,
  anthropic: model => `model: ${model}`,
  google: model =>
    `models/${model} is not found for API version v1beta, or is not supported for generateContent. ` +
    'Call ListModels to see the list of available models and their supported methods.',
}

/** `limit` and `tokens` count the prompt. */
export const contextLengthExceeded = (wire: WireFormat, limit: number, tokens: number): ErrorAnswer =>
  errorAnswer(400, TOO_LONG[wire](limit, tokens), { code: 'context_length_exceeded', param: 'messages' })

const TOO_LONG: Readonly<Record<WireFormat, (limit: number, tokens: number) => string>> = {
  openai: (limit, tokens) =>
    `This model's maximum context length is ${limit} tokens. However, your messages resulted in ${tokens} tokens. ` +
    'Please reduce the length of the messages.',
  anthropic: (limit, tokens) => `prompt is too long: ${tokens} tokens > ${limit} maximum`,
  google: (limit, tokens) =>
    `The input token count (${tokens}) exceeds the maximum number of tokens allowed (${limit}).`,
}
