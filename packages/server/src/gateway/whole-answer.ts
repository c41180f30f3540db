// Reads an answer that was not streamed, and finds out whether a 200 is really one.
import type { AnswerFacts, Endpoint, JsonObject } from '../provider/wire-format.ts'
import { type Failure, failure, failureOfError, type UpstreamResponse } from './failure.ts'

/** Fills the facts; a Failure when the body is empty, not JSON, or holds an error. */
export function readWholeAnswer(
  response: UpstreamResponse,
  endpoint: Endpoint,
  facts: AnswerFacts,
): Failure | undefined {
  if (response.body.length === 0)
    return failure('bad_answer', 'the provider answered with an empty body', 'empty_body')
  const body = parse(response.body)
  if (body === undefined)
    return failure('bad_answer', 'the provider answered with something other than JSON', 'not_json')
  endpoint.readAnswer(body, facts)
  return facts.error === null ? undefined : failureOfError(facts.error)
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
