// How long an answer a request allows, in the words of all wire formats: none of them uses another's for anything else.
import { asCount } from './json.ts'
import type { JsonObject } from './wire-format.ts'

const LIMITS = ['max_completion_tokens', 'max_output_tokens', 'max_tokens']

/** Fields that ask for several answers at once. */
const CHOICES = ['n', 'best_of']

/** Most tokens of answer, over all the answers asked for; undefined when the body does not say. */
export function readOutputLimit(body: JsonObject): number | undefined {
  const limit = most(body, LIMITS)
  return limit === undefined ? undefined : limit * Math.max(1, most(body, CHOICES) ?? 1)
}

function most(body: JsonObject, fields: readonly string[]): number | undefined {
  let found: number | undefined
  for (const field of fields) {
    const count = asCount(body[field])
    if (count !== null) found = Math.max(found ?? 0, count)
  }
  return found
}
