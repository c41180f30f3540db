// How an attempt understands what comes back: as it is, for a client that speaks the provider's format, or through
// a translation.
import type { IncomingHttpHeaders } from 'undici/types/header.js'
import type { Echo } from '../provider/translation/dialect.ts'
import type { Translation } from '../provider/translation/translate.ts'
import type { AnswerFacts, Endpoint } from '../provider/wire-format.ts'
import { AnswerStream } from './answer-stream.ts'
import { type Failure, failureOfError, type UpstreamResponse } from './failure.ts'
import type { StreamRelay } from './stream-relay.ts'
import { TranslatedStream } from './translated-stream.ts'
import { parseAnswer, readWholeAnswer } from './whole-answer.ts'

export interface AnswerReading {
  readonly facts: AnswerFacts
  stream(): StreamRelay
  /** A whole answer as the client gets it, or why it is none. */
  whole(response: UpstreamResponse): UpstreamResponse | Failure
  /** The provider's headers as the client gets them, with what the body is. */
  headers(headers: IncomingHttpHeaders, contentType: string): IncomingHttpHeaders
}

/** For clients that speak the provider's format: everything passes on as it came. */
export function nativeReading(endpoint: Endpoint, facts: AnswerFacts, usage: 'hide' | 'show'): AnswerReading {
  return {
    facts,
    stream: () => new AnswerStream(endpoint, facts, usage),
    whole: response => readWholeAnswer(response, endpoint, facts) ?? response,
    headers: headers => headers,
  }
}

/** For clients of another format. */
export function translatedReading(translation: Translation, echo: Echo, facts: AnswerFacts): AnswerReading {
  return {
    facts,
    stream: () => new TranslatedStream(translation.stream(echo), facts),
    whole: response => translateWhole(response, translation, echo, facts),
    headers: translatedHeaders,
  }
}

function translateWhole(
  response: UpstreamResponse,
  translation: Translation,
  echo: Echo,
  facts: AnswerFacts,
): UpstreamResponse | Failure {
  const parsed = parseAnswer(response.body)
  if (parsed.kind === 'failure') return parsed
  const answer = translation.answer(parsed.body, echo, facts)
  if (answer.kind === 'error') return failureOfError(answer.error)
  return {
    status: response.status,
    headers: translatedHeaders(response.headers, 'application/json'),
    body: Buffer.from(JSON.stringify(answer.body)),
  }
}

/** Of a foreign provider's headers only its name for the request means something to the client. */
export function translatedHeaders(headers: IncomingHttpHeaders, contentType: string): IncomingHttpHeaders {
  const id = headers['x-request-id'] ?? headers['request-id']
  return id === undefined
    ? { 'content-type': contentType }
    : { 'content-type': contentType, 'x-request-id': id, 'request-id': id }
}
