// Reads the body of a plain (not streamed) answer: a chat completion, or an error in OpenAI's shape.
import type { Usage } from '@weir/core/event'
import type { Failure } from './failure.ts'
import { asObject, type JsonObject, parseObject } from './json-value.ts'
import { usageOf } from './usage.ts'

interface PlainAnswer {
  readonly failure: Failure | null
  readonly usage: Usage | null
}

export function readChatAnswer(text: string): PlainAnswer {
  const answer = parseObject(text)
  if (answer !== null && Array.isArray(answer['choices']) && answer['error'] === undefined) {
    return { failure: null, usage: usageOf(answer) }
  }
  const detail =
    answer === null
      ? `${text === '' ? 'an empty body' : 'a body that is not a JSON object'} with status 200`
      : describeError(answer, 'a JSON object without choices')
  return { failure: { class: 'bad_answer', detail }, usage: null }
}

export function readErrorAnswer(status: number, text: string): Failure {
  const answer = parseObject(text)
  const detail = answer === null ? `status ${status}` : describeError(answer, `status ${status}`)
  return { class: `http_${status}`, detail }
}

/** The message of an error object in OpenAI's shape, else `otherwise`. */
export function describeError(answer: JsonObject, otherwise: string): string {
  const message = asObject(answer['error'])?.['message'] ?? answer['error']
  return typeof message === 'string' ? message : otherwise
}
