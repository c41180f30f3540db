// Why a request was not answered, as a client of the gateway sees it.

export type FailureClass =
  /** The answer's status was not 200. */
  | `http_${number}`
  /** No connection was made. */
  | 'connect'
  /** The connection was lost before the answer began. */
  | 'reset'
  /** The gateway stayed silent for longer than the timeout. */
  | 'timeout'
  /** Status 200 with something that is no chat completion. */
  | 'bad_answer'
  /** The connection was lost inside a plain answer. */
  | 'answer_cut'
  /** The stream carried an error event. */
  | 'stream_error'
  /** The stream carried an event that is not JSON. */
  | 'stream_malformed'
  /** The connection was lost inside a stream. */
  | 'stream_cut'
  /** The stream ended in good order but without `[DONE]`. */
  | 'stream_no_done'
  /** The replay was interrupted. */
  | 'cancelled'

export interface Failure {
  readonly class: FailureClass
  /** In words, for the reader of the report: never a prompt or an answer. */
  readonly detail: string
}

const silence: ReadonlySet<string> = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'])

const noConnection: ReadonlySet<string> = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
])

/** Classifies what undici threw before the answer's headers came. */
export function failureBeforeAnswer(error: unknown, signal: AbortSignal): Failure {
  const code = codeOf(error)
  const detail = describe(error)
  if (signal.aborted) return { class: 'cancelled', detail: 'the replay was interrupted' }
  if (silence.has(code)) return { class: 'timeout', detail }
  if (noConnection.has(code) || code.startsWith('ERR_TLS') || code.startsWith('CERT_')) {
    return { class: 'connect', detail }
  }
  return { class: code.startsWith('HPE_') ? 'bad_answer' : 'reset', detail }
}

/** Classifies what undici threw while the answer was read. */
export function failureInAnswer(
  error: unknown,
  signal: AbortSignal,
  cut: 'answer_cut' | 'stream_cut',
): Failure {
  if (signal.aborted) return { class: 'cancelled', detail: 'the replay was interrupted' }
  return { class: silence.has(codeOf(error)) ? 'timeout' : cut, detail: describe(error) }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

export function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // Node reports a refused connection to a name with several addresses as an AggregateError without a message.
  return error.message === '' ? codeOf(error) || error.name : error.message
}
