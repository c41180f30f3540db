// Reads an answer that was not streamed, and finds out whether a 200 is really one.
import type { AnswerFacts, Endpoint, JsonObject } from '../provider/wire-format.ts'
import { type Failure, failure, failureOfError, type UpstreamResponse } from './failure.ts'

/** Fills the facts; a Failure when the body is empty, not JSON, or holds an error. */
export function readWholeAnswer(
  response: UpstreamResponse,
  endpoint: Endpoint,
  facts: AnswerFacts,
): Failure | undefined {
  const parsed = parseAnswer(response.body)
  if (parsed.kind === 'failure') return parsed
  endpoint.readAnswer(parsed.body, facts)
  return facts.error === null ? undefined : failureOfError(facts.error)
}

/** The JSON object that a body is; a Failure when it is empty or none. */
export function parseAnswer(bytes: Buffer): { readonly kind: 'parsed'; readonly body: JsonObject } | Failure {
  if (bytes.length === 0)
    return failure('bad_answer', 'the provider answered with an empty body', 'empty_body')
  const body = parse(bytes)
  return body === undefined
    ? failure('bad_answer', 'the provider answered with something other than JSON', 'not_json')
    : { kind: 'parsed', body }
}

function parse(bytes: Buffer): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'))
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as JsonObject)
      : undefined
  } catch {
    return undefined
  }
}
