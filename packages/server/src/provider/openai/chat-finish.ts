// Why an answer ended: the `finish_reason` of OpenAI's format and the neutral words.
import type { Finish } from '../translation/reply.ts'

/** OpenAI's words, then those of services that speak its format (DeepSeek, Mistral, TGI, Together, vLLM). */
const FINISHES: Readonly<Record<string, Finish>> = {
  stop: 'stop',
  length: 'length',
  tool_calls: 'tool_calls',
  function_call: 'tool_calls',
  content_filter: 'filter',
  end_turn: 'stop',
  eos: 'stop',
  eos_token: 'stop',
  stop_sequence: 'stop_sequence',
  max_tokens: 'length',
  model_length: 'length',
  tool_use: 'tool_calls',
  safety: 'filter',
}

/** What an answer holds. */
export interface Answered {
  readonly calls: boolean
  readonly refusal: boolean
}

/**
 * The neutral word for a `finish_reason`. A refusal ends with a plain `stop`, and so do calls: OpenAI's of a tool that
 * the request named, and all calls of some compatible services. What was answered goes before that word.
 */
export function finishOf(reason: string | undefined, answered: Answered): Finish {
  const finish = (Object.hasOwn(FINISHES, reason ?? '') ? FINISHES[reason ?? ''] : undefined) ?? 'unknown'
  if (finish !== 'stop' && finish !== 'unknown') return finish
  if (answered.calls) return 'tool_calls'
  return answered.refusal ? 'refusal' : finish
}

const REASONS: Readonly<Record<Finish, string>> = {
  stop: 'stop',
  stop_sequence: 'stop',
  length: 'length',
  tool_calls: 'tool_calls',
  // Without OpenAI's text of a refusal a plain `stop` would pass for a complete answer.
  refusal: 'content_filter',
  filter: 'content_filter',
  pause: 'stop',
  unknown: 'stop',
}

/** The `finish_reason` of an answer. A refusal in words ends with `stop`, as OpenAI's does. */
export function reasonOf(finish: Finish, answered: Answered): string {
  if (finish === 'refusal' && answered.refusal) return 'stop'
  return finish === 'unknown' && answered.calls ? 'tool_calls' : REASONS[finish]
}
