// OpenAI's token counts: input includes cached tokens, output includes reasoning, as in our own convention.
import { asCount, asObject } from '../json.ts'
import type { AnswerFacts, JsonObject } from '../wire-format.ts'

/** Reads chat-style (`prompt_tokens`) and responses-style (`input_tokens`) usage. */
export function readUsage(usage: JsonObject | undefined, facts: AnswerFacts): void {
  if (usage === undefined) return
  const inputDetails = asObject(usage.prompt_tokens_details) ?? asObject(usage.input_tokens_details)
  const outputDetails = asObject(usage.completion_tokens_details) ?? asObject(usage.output_tokens_details)
  facts.usage = {
    input: asCount(usage.prompt_tokens) ?? asCount(usage.input_tokens),
    cached_input: asCount(inputDetails?.cached_tokens),
    output: asCount(usage.completion_tokens) ?? asCount(usage.output_tokens),
    reasoning: asCount(outputDetails?.reasoning_tokens),
  }
}
