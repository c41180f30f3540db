// Why an answer ended: Anthropic's `stop_reason` and the neutral words.
import type { Finish } from '../translation/reply.ts'

const FINISHES: Readonly<Record<string, Finish>> = {
  end_turn: 'stop',
  stop_sequence: 'stop_sequence',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool_calls',
  refusal: 'refusal',
  pause_turn: 'pause',
}

const STOP_REASONS: Readonly<Record<Finish, string>> = {
  stop: 'end_turn',
  stop_sequence: 'stop_sequence',
  length: 'max_tokens',
  tool_calls: 'tool_use',
  refusal: 'refusal',
  filter: 'refusal',
  pause: 'pause_turn',
  unknown: 'end_turn',
}

/** The neutral word for a `stop_reason`; `unknown` for those that are not documented. */
export function finishOf(stopReason: string): Finish {
  return Object.hasOwn(FINISHES, stopReason) ? (FINISHES[stopReason] ?? 'unknown') : 'unknown'
}

/** What an answer holds that its stop reason has to agree with. */
export interface AnswerContent {
  readonly calls: boolean
  readonly refusal: boolean
}

/**
 * The `stop_reason` of an answer. Others end an answer that calls a tool or refuses with a plain stop; Anthropic's
 * clients look at the reason alone, so what the answer holds goes before such a stop.
 */
export function stopReasonOf(finish: Finish, content: AnswerContent): string {
  if (finish !== 'stop' && finish !== 'unknown') return STOP_REASONS[finish]
  if (content.refusal) return STOP_REASONS.refusal
  return content.calls ? STOP_REASONS.tool_calls : STOP_REASONS[finish]
}
