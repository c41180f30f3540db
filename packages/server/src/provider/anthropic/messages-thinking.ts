// How a wish for reasoning is told to Anthropic's models: by a budget in tokens, or by an effort.
import type { TargetTraits } from '../translation/dialect.ts'
import type { Losses } from '../translation/loss.ts'
import type { Effort, ReasoningWish } from '../translation/prompt.ts'
import type { JsonObject } from '../wire-format.ts'

/** The least `budget_tokens` that Anthropic takes. */
const LEAST_BUDGET = 1024

/**
 * Tokens of thinking that stand for an effort at models that only know a budget. Ours: Anthropic names none; its
 * guide "Extended thinking" advises to begin at the least and finds little use beyond 32k.
 */
export const EFFORT_BUDGETS: Readonly<Record<Exclude<Effort, 'none'>, number>> = {
  minimal: 1024,
  low: 2048,
  medium: 8192,
  high: 16_384,
  xhigh: 24_576,
  max: 32_768,
}

/** `output_config.effort` for each effort. */
const EFFORTS = {
  minimal: 'low',
  low: 'low',
  medium: 'medium',
  high: 'high',
  xhigh: 'xhigh',
  max: 'max',
} as const satisfies Readonly<Record<Exclude<Effort, 'none'>, string>>

/** What a request says of thinking. `manual`: by a budget, which forbids more than the other ways. */
export interface Thinking {
  readonly mode: 'unsaid' | 'off' | 'adaptive' | 'manual'
  readonly thinking?: JsonObject
  readonly effort?: string
}

const UNSAID: Thinking = { mode: 'unsaid' }

/** `limit` is the request's `max_tokens`, which a budget has to stay below. */
export function writeThinking(
  wish: ReasoningWish | undefined,
  kind: TargetTraits['reasoning'],
  limit: number,
  losses: Losses,
): Thinking {
  if (wish === undefined) return UNSAID
  const isOff = wish.mode === 'off' || (wish.mode === undefined && wish.effort === 'none')
  if (kind === 'none') {
    if (!isOff) losses.demand('reasoning')
    return UNSAID
  }
  if (isOff) return { mode: 'off', thinking: { type: 'disabled' } }
  return byBudget(wish, kind) ? manual(wish, limit, losses) : adaptive(wish, losses)
}

/** Whether a model of this kind is given a budget: when nothing is known of it, it gets what the client wrote. */
export function byBudget(wish: ReasoningWish | undefined, kind: TargetTraits['reasoning']): boolean {
  if (wish === undefined || wish.mode === 'off' || wish.effort === 'none') return false
  return kind === 'budget' || (kind === undefined && (wish.budget !== undefined || wish.mode === 'budget'))
}

/** Tokens that a model given a budget is to think, before any limit. */
export function wishedBudget(wish: ReasoningWish): number {
  return wish.budget ?? EFFORT_BUDGETS[thinkingEffort(wish) ?? 'medium']
}

function thinkingEffort({ effort }: ReasoningWish): Exclude<Effort, 'none'> | undefined {
  return effort === 'none' ? undefined : effort
}

function manual(wish: ReasoningWish, limit: number, losses: Losses): Thinking {
  const wished = wishedBudget(wish)
  if (limit <= LEAST_BUDGET) {
    losses.demand('reasoning')
    return UNSAID
  }
  if (wished < LEAST_BUDGET) losses.hint('reasoning')
  // An effort leaves room for the answer; a budget that the client wrote only has to be valid.
  const most = wish.budget === undefined ? Math.floor(limit / 2) : limit - 1
  const budget = Math.max(Math.min(wished, most), LEAST_BUDGET)
  return { mode: 'manual', thinking: { type: 'enabled', budget_tokens: budget } }
}

function adaptive(wish: ReasoningWish, losses: Losses): Thinking {
  const thinking = { type: 'adaptive' }
  const effort = thinkingEffort(wish) ?? (wish.budget === undefined ? undefined : effortOf(wish.budget))
  // A budget is a bound, an effort is not.
  if (wish.budget !== undefined) losses.hint('reasoning')
  return effort === undefined
    ? { mode: 'adaptive', thinking }
    : { mode: 'adaptive', thinking, effort: EFFORTS[effort] }
}

/** The least effort whose budget is not below `budget`. */
function effortOf(budget: number): Exclude<Effort, 'none'> {
  const efforts = ['low', 'medium', 'high', 'xhigh'] as const
  return efforts.find(effort => budget <= EFFORT_BUDGETS[effort]) ?? 'max'
}
