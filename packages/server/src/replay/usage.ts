// Token counts as an OpenAI-format answer reports them.
import type { Usage } from '@weir/core/event'
import { asObject, type JsonObject } from './json-value.ts'

/** @returns null when the answer reports none */
export function usageOf(answer: JsonObject): Usage | null {
  const usage = asObject(answer['usage'])
  if (usage === null) return null
  return {
    input: countOf(usage['prompt_tokens']),
    cached_input: countOf(asObject(usage['prompt_tokens_details'])?.['cached_tokens']),
    output: countOf(usage['completion_tokens']),
    reasoning: countOf(asObject(usage['completion_tokens_details'])?.['reasoning_tokens']),
  }
}

function countOf(value: unknown): number | null {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : null
}
