// Failures: why an attempt did not succeed, as a union that drives fallback. Text is added at the edge.
import type { FailureKind } from '@weir/core/config'
import type { IncomingHttpHeaders } from 'undici/types/header.js'
import { asObject, asString, parseObject } from '../provider/json.ts'

export interface Failure {
  readonly kind: 'failure'
  /** `invalid_request`: the client's fault, never walked past; `cancelled`: the client went away. */
  readonly failure: FailureKind | 'invalid_request' | 'cancelled'
  /** HTTP status of the provider; null when there was none. */
  readonly status: number | null
  /** The provider's error code. */
  readonly code: string | null
  /** The request field at fault; null when there is none or the provider did not say. */
  readonly param: string | null
  /** For the client only; never recorded, since a provider's message can quote the prompt. */
  readonly message: string
  /** Milliseconds the provider asked to wait; null when it did not. */
  readonly retryAfter: number | null
  /** The provider's answer as it came, for those that are passed on. */
  readonly response: UpstreamResponse | null
}

export interface UpstreamResponse {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** A failure without an answer. */
export function failure(kind: Failure['failure'], message: string, code: string | null = null): Failure {
  return {
    kind: 'failure',
    failure: kind,
    status: null,
    code,
    param: null,
    message,
    retryAfter: null,
    response: null,
  }
}

/** Codes are names or numbers; whatever else a provider puts there may quote the prompt. */
const CODE = /^[\w.:#/-]{1,64}$/

/** The provider's code as it may be recorded. */
export function recordedCode({ code }: Failure): string | null {
  return code !== null && CODE.test(code) ? code : null
}

/** Whether the provider did answer, only not with what the policy wants. */
export function isDeclined(failed: Failure): boolean {
  return failed.response !== null && failed.response.status < 300
}

/** The failure that an answer with an error status means. */
export function failureOfStatus(response: UpstreamResponse, now: number): Failure {
  const error = readError(response.body)
  return {
    kind: 'failure',
    failure: kindOfStatus(response.status, error),
    status: response.status,
    code: error.code,
    param: error.param,
    message: error.message,
    retryAfter: readRetryAfter(response.headers, now),
    response,
  }
}

function kindOfStatus(status: number, error: ErrorText): Failure['failure'] {
  switch (status) {
    case 401:
    case 402:
    case 403:
      return 'credential'
    case 404:
      return 'model_gone'
    case 408:
      return 'request_timeout'
    case 409:
      return 'conflict'
    case 429:
      return 'rate_limited'
    default:
      if (status >= 500) return 'server_error'
      if (status < 400) return 'bad_answer'
      if (status === 400 && WRONG_KEY.test(error.message)) return 'credential'
      return isContextLength(error) ? 'context_length' : 'invalid_request'
  }
}

/** The failure that an error inside a 200 means, by the words vendors use for it. */
export function failureOfError(error: {
  code: string | null
  message: string
  type: string | null
}): Failure {
  const words = `${error.code ?? ''} ${error.type ?? ''}`
  const kind = /rate_limit|429/.test(words)
    ? 'rate_limited'
    : /overloaded|server_error|api_error|timeout|unavailable|5\d\d/.test(words)
      ? 'server_error'
      : isContextLength(error)
        ? 'context_length'
        : 'bad_answer'
  return failure(kind, error.message, error.code ?? error.type)
}

/** Failures that are found out without calling the target. */
export const UNCALLED: ReadonlySet<string> = new Set(['not_translatable', 'unsupported'])

export function isUncalled(failed: Failure): boolean {
  return UNCALLED.has(failed.failure)
}

interface ErrorText {
  readonly code: string | null
  readonly param: string | null
  readonly message: string
}

/** Google answers 400 to a key it does not know, as to a request that is wrong: its words tell them apart. */
const WRONG_KEY = /^API key (not valid|not found|expired)/i

/** How vendors without a code for it say it: Anthropic, OpenAI's kin and Mistral, Gemini, Bedrock, Cohere. */
const CONTEXT_LENGTH =
  /prompt is too long|maximum context length|maximum number of tokens allowed|input is too long|too many (total )?tokens/i

function isContextLength(error: Pick<ErrorText, 'code' | 'message'>): boolean {
  return error.code === 'context_length_exceeded' || CONTEXT_LENGTH.test(error.message)
}

/** Most vendors have an object `error`; Bedrock, Cohere and Mistral have its fields at the top. */
function readError(body: Buffer): ErrorText {
  const parsed = parseObject(body.toString('utf8'))
  if (parsed === undefined)
    return { code: null, param: null, message: 'the provider gave no readable reason' }
  if (typeof parsed.error === 'string') return { code: null, param: null, message: parsed.error }
  const { code, type, status, message, param } = asObject(parsed.error) ?? parsed
  return {
    // A number is mostly the status again: Google's name is its `status`, vLLM's its `type`.
    code: asString(code) ?? asString(type) ?? asString(status) ?? text(code) ?? null,
    param: text(param) ?? null,
    message: text(message) ?? 'the provider gave no reason',
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}

/**
 * Milliseconds to wait by `retry-after-ms`, or `retry-after` in seconds or as an HTTP date; null when absent,
 * unreadable or negative.
 */
export function readRetryAfter(headers: IncomingHttpHeaders, now: number): number | null {
  const inMs = readDecimal(headers['retry-after-ms'])
  if (inMs !== undefined) return inMs
  const value = headers['retry-after']
  const seconds = readDecimal(value)
  if (seconds !== undefined) return seconds * 1000
  // Date.parse takes almost anything for a date, "try in 5" for one in May; an HTTP date begins with a weekday.
  if (typeof value !== 'string' || !/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(value.trim())) return null
  const wait = Date.parse(value) - now
  return wait >= 0 ? wait : null
}

function readDecimal(value: string | string[] | undefined): number | undefined {
  if (typeof value !== 'string' || !/^\s*\d{1,12}(\.\d+)?\s*$/.test(value)) return undefined
  return Number(value)
}
