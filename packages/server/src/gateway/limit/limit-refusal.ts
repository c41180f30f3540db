// What a client is told when a limit of its key is reached: which one, and when to come back.
import { type Refusal, refuse } from '../refusal.ts'
import type { Exhausted } from './account.ts'
import { type PeriodKind, periodEnd, periodName } from './period.ts'

export function rateLimited(
  key: string,
  what: 'requests' | 'tokens',
  limit: number,
  { retry }: { readonly retry: number },
): Refusal {
  // OpenAI's SDK waits a minute and no longer; half a second early costs one more refusal at most.
  const retryAfter = Math.min(secondsOf(retry), 60)
  const message = `The key "${key}" may use ${limit} ${what} a minute, and this would be more. Try again in ${retryAfter} s.`
  return { ...refuse('key_rate_limited', message, `${what}_per_minute`), retryAfter }
}

/** @param hard - whole nano-dollars. @param now - milliseconds since the epoch */
export function budgetExceeded(
  key: string,
  kind: PeriodKind,
  exhausted: Exhausted,
  hard: number,
  now: number,
): Refusal {
  const budget = `The budget of the key "${key}" for ${periodName(kind, exhausted.period)} (UTC), ${hard / 1e9} US dollars,`
  if (exhausted.by === 'reserved') {
    const message = `${budget} is reserved by requests that are under way. Try again in 1 s.`
    return { ...refuse('budget_exceeded', message, `budget.${kind}`), retryAfter: 1 }
  }
  const end = periodEnd(kind, exhausted.period)
  const message = `${budget} is spent. It is renewed at ${new Date(end).toISOString()}.`
  return { ...refuse('budget_exceeded', message, `budget.${kind}`), retryAfter: secondsOf(end - now) }
}

export function unpricedModel(key: string, model: string): Refusal {
  const message = `The model "${model}" has no price, and the key "${key}" has a hard budget: what it costs could not be counted. Give the model a price, or set \`limits.unpriced: allow\` on the key.`
  return refuse('unpriced_model', message, 'model')
}

export function unpricedPath(key: string, path: string): Refusal {
  const message = `${path} is passed on as it is, and the key "${key}" has a hard budget: what it costs could not be counted. \`limits.unpriced: allow\` on the key allows it.`
  return refuse('unpriced_model', message)
}

function secondsOf(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1000))
}
