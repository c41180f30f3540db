// What an answer has used when its provider did not get to say: streams that were cut short, and providers that never
// say, as far as a key's limits are concerned.
import type { Usage } from '@weir/core/event'
import type { AnswerFacts } from '../../provider/wire-format.ts'
import type { Exchange } from '../exchange.ts'
import { estimateTokens } from './need.ts'

/** What is asked of an exchange that is over. */
type Ended = Pick<
  Exchange,
  'answer' | 'served' | 'spending' | 'outcome' | 'attempts' | 'promptTokens' | 'usageEstimated'
>

/** Completes what is known of the answer, or of the attempt the client did not wait for. */
export function estimateUsage(exchange: Ended): void {
  const facts = factsToComplete(exchange)
  if (facts === undefined) return
  const longest = exchange.spending?.longestOutput ?? Number.POSITIVE_INFINITY
  facts.usage = complete(facts, exchange.promptTokens, longest)
  exchange.usageEstimated = true
}

function factsToComplete(exchange: Ended): AnswerFacts | undefined {
  const { answer, served, spending } = exchange
  if (served !== null) {
    const isCut = exchange.outcome === 'cancelled' || exchange.outcome === 'stream_broken'
    if (isCut) return isComplete(answer) ? undefined : answer
    return spending !== null && answer.usage.input === null ? answer : undefined
  }
  // The provider has read the prompt all the same.
  const isAbandoned = exchange.attempts.at(-1)?.failure === 'cancelled'
  return isAbandoned ? spending?.produced.at(-1)?.facts : undefined
}

/** A provider that has said how an answer ends has said all of it. */
function isComplete({ usage, finishReason }: AnswerFacts): boolean {
  return usage.input !== null && usage.output !== null && finishReason !== null
}

function complete(facts: AnswerFacts, promptTokens: number, longest: number): Usage {
  const { usage, outputLength, hiddenLength } = facts
  const produced = Math.min(estimateTokens(outputLength + hiddenLength), longest)
  return {
    ...usage,
    input: usage.input ?? promptTokens,
    output: Math.max(usage.output ?? 0, produced),
  }
}
