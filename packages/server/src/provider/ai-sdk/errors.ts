// What a library throws, in words that hold neither a prompt nor a URL: its own messages quote both.
import { asObject, asString } from '../json.ts'
import type { LibraryRefusal } from '../library.ts'
import type { ReplyError } from '../translation/reply.ts'
import type { JsonObject } from '../wire-format.ts'

export const INTERRUPTED: ReplyError = {
  code: null,
  type: 'stream_interrupted',
  message: 'the stream ended before the answer did',
}

export const CONNECTION_LOST: ReplyError = {
  code: null,
  type: 'connection_lost',
  message: 'the connection to the provider was lost',
}

export const BAD_ANSWER: ReplyError = {
  code: null,
  type: 'bad_answer',
  message: 'the answer is not what the API promises',
}

/** The answer came, and cannot be read. */
const UNREADABLE: readonly string[] = [
  'AI_TypeValidationError',
  'AI_JSONParseError',
  'AI_InvalidResponseDataError',
  'AI_EmptyResponseBodyError',
  'AI_NoContentGeneratedError',
]

const REASONS: Readonly<Record<string, LibraryRefusal['reason']>> = {
  AI_UnsupportedFunctionalityError: 'not_translatable',
  AI_InvalidPromptError: 'not_translatable',
  AI_NoSuchProviderReferenceError: 'not_translatable',
  AI_LoadAPIKeyError: 'configuration',
  AI_LoadSettingError: 'configuration',
  AI_InvalidArgumentError: 'configuration',
  AI_NoSuchModelError: 'configuration',
}

/** Why no request came of a call. */
export function refusalOf(error: unknown): LibraryRefusal {
  const name = error instanceof Error ? error.name : 'Error'
  const reason = REASONS[name] ?? 'library'
  return {
    kind: 'refusal',
    reason,
    error: { code: null, type: reason, message: refusalMessage(name, error) },
  }
}

function refusalMessage(name: string, error: unknown): string {
  const functionality = asString(asObject(error)?.functionality)
  if (functionality !== undefined) return `not supported: ${scrub(functionality)}`
  return `the library could not write the request (${name})`
}

/** Why an answer could not be had: of an error thrown, or of one in the stream. */
export function replyErrorOf(error: unknown): ReplyError {
  if (typeof error === 'string') return { code: null, type: null, message: scrub(error) }
  if (!(error instanceof Error)) return providerError(asObject(error) ?? {})
  if (UNREADABLE.includes(error.name)) return BAD_ANSWER
  if (error.name === 'AI_APICallError') return callError(error)
  return { code: null, type: 'library', message: `the library failed to read the answer (${error.name})` }
}

/** An error that an answer of status 200 held has no cause; one of reading it has. */
function callError(error: Error): ReplyError {
  if (error.cause !== undefined) return BAD_ANSWER
  const data = asObject((error as { data?: unknown }).data)
  const said = asObject(data?.error) ?? data
  return said === undefined ? { code: null, type: null, message: scrub(error.message) } : providerError(said)
}

/** An error in the provider's words, as most write it: code, type or status, message. */
function providerError(error: JsonObject): ReplyError {
  const inner = asObject(error.error) ?? error
  const { code } = inner
  return {
    code: typeof code === 'number' ? String(code) : (asString(code) ?? null),
    type: asString(inner.type) ?? asString(inner.status) ?? null,
    message: scrub(asString(inner.message) ?? 'no message'),
  }
}

/** Longer than any reason; shorter than a prompt quoted in full. */
const MESSAGE_LIMIT = 500

function scrub(message: string): string {
  return message.replaceAll(/[a-z]+:\/\/\S+/gi, '<url>').slice(0, MESSAGE_LIMIT)
}
