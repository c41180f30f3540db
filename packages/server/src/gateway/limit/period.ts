// Days and months in UTC, the periods of budgets, as counters and as the store writes them.

export type PeriodKind = 'day' | 'month'

const DAY_MS = 86_400_000

/** Counts on by one from period to period. @param at - milliseconds since the epoch */
export function periodIndex(kind: PeriodKind, at: number): number {
  if (kind === 'day') return Math.floor(at / DAY_MS)
  const date = new Date(at)
  return date.getUTCFullYear() * 12 + date.getUTCMonth()
}

/** `2026-11-21` or `2026-11`. */
export function periodName(kind: PeriodKind, index: number): string {
  return new Date(periodStart(kind, index)).toISOString().slice(0, kind === 'day' ? 10 : 7)
}

/** The reverse of `periodName`; undefined for anything else. */
export function parsePeriod(name: string): { readonly kind: PeriodKind; readonly index: number } | undefined {
  const kind = name.length === 10 ? 'day' : 'month'
  const index = periodIndex(kind, Date.parse(`${name}${kind === 'day' ? '' : '-01'}T00:00:00Z`))
  return Number.isNaN(index) || periodName(kind, index) !== name ? undefined : { kind, index }
}

/** Milliseconds since the epoch at which the next period begins. */
export function periodEnd(kind: PeriodKind, index: number): number {
  return periodStart(kind, index + 1)
}

function periodStart(kind: PeriodKind, index: number): number {
  return kind === 'day' ? index * DAY_MS : Date.UTC(Math.floor(index / 12), index % 12)
}
