// What an answer's words say of its quality, worked out once, when it is over: from what the tap has collected.
import type { RequestEvent } from '@weir/core/event'
import { isRefusal, measureRepetition } from '@weir/core/signal'
import type { AnswerFacts } from '../provider/wire-format.ts'

export type Signals = Pick<
  RequestEvent,
  'output_length' | 'tool_calls' | 'tool_names' | 'empty' | 'refusal' | 'refusal_by' | 'json' | 'repetition'
>

/** @param refusals who is believed about refusals: `gateway.record.refusals` of the config */
export function readSignals(
  answer: AnswerFacts,
  outcome: RequestEvent['outcome'],
  refusals: 'provider' | 'text',
): Signals {
  const refusalBy = findRefusal(answer, refusals)
  return {
    output_length: answer.outputLength,
    tool_calls: answer.toolCalls,
    tool_names: answer.toolNames,
    empty: outcome === 'ok' && answer.finishReason !== null && hasNoContent(answer),
    refusal: refusalBy !== null,
    refusal_by: refusalBy,
    json: outcome === 'ok' ? checkJson(answer) : null,
    repetition: measureRepetition(answer.text.ending),
  }
}

/** Whether there is nothing in an answer that a client could use, and nobody declined. */
export function hasNoContent(answer: AnswerFacts): boolean {
  return answer.outputLength === 0 && answer.toolCalls === 0 && !answer.otherContent && !answer.refusal
}

/** A model that goes on to call a tool has not declined, whatever it says of itself. */
function findRefusal(answer: AnswerFacts, refusals: 'provider' | 'text'): Signals['refusal_by'] {
  if (answer.refusal) return 'provider'
  if (refusals === 'provider' || answer.toolCalls > 0) return null
  return isRefusal(answer.text.opening) ? 'text' : null
}

/** Whoever declines, calls a tool or is not through yet was not asked for JSON with these words. */
function checkJson(answer: AnswerFacts): Signals['json'] {
  const { whole } = answer.text
  if (whole === null || answer.refusal || answer.toolCalls > 0 || !isOver(answer)) return null
  return isJson(whole) ? 'valid' : 'invalid'
}

function isOver({ finishReason }: AnswerFacts): boolean {
  return finishReason !== null && finishReason !== 'pause'
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
