// OpenAI's token counts: input includes cached tokens, output includes reasoning, as in our own convention.
import { asCount, asObject } from '../json.ts'
import type { ReplyUsage } from '../translation/reply.ts'
import type { AnswerFacts, JsonObject } from '../wire-format.ts'

/** Reads chat-style (`prompt_tokens`) and responses-style (`input_tokens`) usage. */
export function readUsage(usage: JsonObject | undefined, facts: AnswerFacts): void {
  if (usage === undefined) return
  const { input, cachedInput, output, reasoning } = readReplyUsage(usage)
  facts.usage = { input, cached_input: cachedInput, output, reasoning }
}

/** The same in the neutral form. */
export function readReplyUsage(usage: JsonObject): ReplyUsage {
  const inputDetails = asObject(usage.prompt_tokens_details) ?? asObject(usage.input_tokens_details)
  const outputDetails = asObject(usage.completion_tokens_details) ?? asObject(usage.output_tokens_details)
  const input = asCount(usage.prompt_tokens) ?? asCount(usage.input_tokens)
  const output = asCount(usage.completion_tokens) ?? asCount(usage.output_tokens)
  const reasoning = asCount(outputDetails?.reasoning_tokens)
  return {
    input,
    cachedInput: asCount(inputDetails?.cached_tokens),
    cacheWritten: asCount(inputDetails?.cache_write_tokens),
    output: withReasoning(output, { input, reasoning, total: asCount(usage.total_tokens) }),
    reasoning,
  }
}

/** xAI counts reasoning beside the completion's tokens, not among them; its total tells. */
function withReasoning(
  output: number | null,
  counts: { readonly input: number | null; readonly reasoning: number | null; readonly total: number | null },
): number | null {
  const { input, reasoning, total } = counts
  if (output === null || input === null || reasoning === null) return output
  return total === input + output + reasoning ? output + reasoning : output
}
