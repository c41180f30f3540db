// How much a model reasons before it answers, and what it then thinks aloud.
import type { ModelCall } from './endpoint.ts'
import { splitTokens } from './text.ts'

/** What the formats' words for it have in common. */
export type Effort = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max'

/** What a request asks of the model's reasoning. */
export type Reasoning = {
  readonly effort: Effort
  /** The most tokens it may take. */
  readonly budget?: number | undefined
  /** Whether the thoughts are part of the answer or only of its usage. */
  readonly thoughts: 'sent' | 'counted'
}

export const NO_REASONING: Reasoning = { effort: 'none', thoughts: 'counted' }

/** Of the model's median answer. */
const SHARE: Readonly<Record<Effort, number>> = {
  none: 0,
  minimal: 0.1,
  low: 0.25,
  medium: 0.5,
  high: 1,
  xhigh: 2,
  max: 3,
}

/** Tokens of reasoning, by the directives or the effort; at most half of `maxTokens`, so that something is said. */
export const countReasoning = (
  { directives, model }: ModelCall,
  { effort, budget }: Reasoning,
  maxTokens = Number.POSITIVE_INFINITY,
): number => {
  const { reasoning_tokens, thinking } = directives
  if (reasoning_tokens !== undefined) return reasoning_tokens
  if (thinking) return splitTokens(thinking).length
  const share = SHARE[thinking !== undefined && effort === 'none' ? 'medium' : effort]
  const wanted = Math.ceil(share * model.output_tokens.median)
  return Math.min(wanted, budget ?? wanted, Math.floor(maxTokens / 2))
}

/** The thoughts of an answer, one token each; none where they are only counted. Always draws as much. */
export const drawThought = (
  { directives, random, sim }: ModelCall,
  { thoughts }: Reasoning,
  tokens: number,
): readonly string[] => {
  const sent = thoughts === 'sent' || directives.thinking !== undefined
  const drawn = sim.prose.take(random, sent ? tokens : 0)
  return sent && directives.thinking ? splitTokens(directives.thinking) : drawn
}
