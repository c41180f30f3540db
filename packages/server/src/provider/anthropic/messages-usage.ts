// Anthropic's token counts and the neutral ones. Anthropic's `input_tokens` leaves out what was read from or written
// to the cache; the neutral input includes both.
import { asCount, asObject } from '../json.ts'
import type { ReplyUsage } from '../translation/reply.ts'
import type { JsonObject } from '../wire-format.ts'

/** Counts as Anthropic says them, each null until it is said. */
export interface MessagesUsage {
  readonly fresh: number | null
  readonly read: number | null
  readonly written: number | null
  readonly output: number | null
  readonly thinking: number | null
}

export const NO_MESSAGES_USAGE: MessagesUsage = {
  fresh: null,
  read: null,
  written: null,
  output: null,
  thinking: null,
}

/** `before` with what `usage` says: the counts of a stream are of the whole so far, so the last of each holds. */
export function updateUsage(before: MessagesUsage, usage: JsonObject | undefined): MessagesUsage {
  if (usage === undefined) return before
  return {
    fresh: asCount(usage.input_tokens) ?? before.fresh,
    read: asCount(usage.cache_read_input_tokens) ?? before.read,
    written: asCount(usage.cache_creation_input_tokens) ?? before.written,
    output: asCount(usage.output_tokens) ?? before.output,
    thinking: asCount(asObject(usage.output_tokens_details)?.thinking_tokens) ?? before.thinking,
  }
}

export function readUsage({ fresh, read, written, output, thinking }: MessagesUsage): ReplyUsage {
  return {
    input: fresh === null ? null : fresh + (read ?? 0) + (written ?? 0),
    cachedInput: read,
    cacheWritten: written,
    output,
    reasoning: thinking,
  }
}

/** Anthropic's clients require numbers: what is not known is 0, but for the share of thinking, which may be absent. */
export function writeUsage(usage: ReplyUsage): JsonObject {
  const read = usage.cachedInput ?? 0
  const written = usage.cacheWritten ?? 0
  const counts: JsonObject = {
    input_tokens: Math.max((usage.input ?? 0) - read - written, 0),
    cache_creation_input_tokens: written,
    cache_read_input_tokens: read,
    output_tokens: usage.output ?? 0,
  }
  if (usage.reasoning !== null) counts.output_tokens_details = { thinking_tokens: usage.reasoning }
  return counts
}
