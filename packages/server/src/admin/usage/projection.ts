// What the month will have cost if it goes on like the last days. Pure.
import type { Spending } from '../../storage/event-store.ts'

const DAY_MS = 86_400_000
/** The rate is that of so many days: a week has every day of the week once. */
export const RATE_DAYS = 7

export interface ProjectionFacts {
  /** ms since the epoch. */
  readonly now: number
  /** In the month of `now` so far, UTC. */
  readonly month: Spending
  /** In the last `RATE_DAYS` days. */
  readonly recent: Spending
}

export interface Projection {
  /** `2026-11`, UTC. */
  readonly month: string
  readonly cost_nano_usd: number | null
  /** Why there is none, or what makes it doubtful; null when nothing does. */
  readonly reason: string | null
  readonly method: string
  readonly basis: {
    readonly since: string
    readonly until: string
    readonly days: number
    readonly cost_nano_usd: number | null
    readonly month_to_date_nano_usd: number | null
  }
}

const METHOD = `month to date + cost of the last ${RATE_DAYS} days (or since the first request in them) by the time they took * what is left of the month`

export function monthOf(now: number): { readonly begin: number; readonly end: number } {
  const at = new Date(now)
  const [year, month] = [at.getUTCFullYear(), at.getUTCMonth()]
  return { begin: Date.UTC(year, month), end: Date.UTC(year, month + 1) }
}

export function projectMonth({ now, month, recent }: ProjectionFacts): Projection {
  const since = recent.first_at ?? now
  const span = now - since
  const missing = missingFor(span, recent)
  const left = monthOf(now).end - now
  const toCome = missing === null ? ((recent.cost_nano_usd ?? 0) / span) * left : 0
  return {
    month: new Date(now).toISOString().slice(0, 7),
    cost_nano_usd: missing === null ? Math.round((month.cost_nano_usd ?? 0) + toCome) : null,
    reason: missing ?? doubtOf(recent),
    method: METHOD,
    basis: {
      since: new Date(since).toISOString(),
      until: new Date(now).toISOString(),
      days: Math.round((span / DAY_MS) * 1000) / 1000,
      cost_nano_usd: recent.cost_nano_usd,
      month_to_date_nano_usd: month.cost_nano_usd,
    },
  }
}

function missingFor(span: number, { cost_nano_usd }: Spending): string | null {
  if (span === 0) return `there were no requests in the last ${RATE_DAYS} days`
  if (span < DAY_MS) return `requests are known of ${(span / 3_600_000).toFixed(1)} hours, and it takes a day`
  return cost_nano_usd === null ? 'no request has a known cost' : null
}

function doubtOf({ unpriced }: Spending): string | null {
  return unpriced === 0 ? null : `${unpriced} answered requests have no known cost, and are counted as none`
}
