// How wide the buckets of usage are: as asked, or as fits the window. Pure.
import type { TimeWindow } from '../../storage/event-store.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/** By name, the narrowest first: ms. Buckets begin at multiples since the epoch, so that days are those of UTC. */
export const WIDTHS = {
  '1m': MINUTE_MS,
  '5m': 5 * MINUTE_MS,
  '15m': 15 * MINUTE_MS,
  '30m': 30 * MINUTE_MS,
  '1h': HOUR_MS,
  '3h': 3 * HOUR_MS,
  '6h': 6 * HOUR_MS,
  '12h': 12 * HOUR_MS,
  '1d': 24 * HOUR_MS,
} as const

export type Width = keyof typeof WIDTHS

export const WIDTH_NAMES = Object.keys(WIDTHS) as [Width, ...Width[]]

/** Of one answer. */
export const MAX_BUCKETS = 1_000
/** Buckets times groups of one answer. */
export const MAX_ROWS = 10_000
/** What is chosen has no more buckets, as long as there is a width for it. */
const GOOD_BUCKETS = 200

export function bucketCount({ since, until }: TimeWindow, width: Width): number {
  const ms = WIDTHS[width]
  return Math.max(0, Math.ceil(until / ms) - Math.floor(since / ms))
}

/** @param groups - how many the window has */
export function chooseWidth(window: TimeWindow, groups: number): Width {
  const good = Math.min(GOOD_BUCKETS, MAX_ROWS / Math.max(1, groups))
  return WIDTH_NAMES.find(width => bucketCount(window, width) <= good) ?? '1d'
}

/** What would be too much, in words; undefined when it is not. */
export function excess(window: TimeWindow, width: Width, groups: number): string | undefined {
  const buckets = bucketCount(window, width)
  const shorter = width === '1d' ? 'a shorter window' : 'a wider `bucket` or a shorter window'
  if (buckets > MAX_BUCKETS)
    return `${buckets} buckets of ${width}, and at most ${MAX_BUCKETS} are answered: take ${shorter}`
  if (buckets * groups <= MAX_ROWS) return undefined
  return `${buckets} buckets of ${width} for ${groups} groups, and at most ${MAX_ROWS} rows are answered: take ${shorter}, a filter, or fewer dimensions`
}
