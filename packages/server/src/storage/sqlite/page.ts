// Pages of a list that goes down by a number: the cursor is the last number shown.
import type { Page } from '../control-store.ts'

/** A page of rows of which one more than `limit` was asked for. */
export function pageOf<Item>(
  rows: readonly Item[],
  limit: number,
  numberOf: (item: Item) => number,
): Page<Item> {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return { items, next: rows.length > limit && last !== undefined ? String(numberOf(last)) : null }
}

/** Nothing comes after a cursor that no page has given out. */
export function cursorOf(after: string): number {
  const number = Number(after)
  return Number.isSafeInteger(number) ? number : 0
}
