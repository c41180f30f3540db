// The lines of a budget journal, and what they add up to. A journal holds what was reserved and settled since its writer
// last reported, so that after a crash nothing spent is forgotten.

import type { Reservation } from '../gateway/limit/budget-journal.ts'
import { type PeriodKind, periodName } from '../gateway/limit/period.ts'
import type { BudgetSpent } from '../storage/control-store.ts'

/** `["+", id, key, day, its nano-dollars, month, its nano-dollars]` */
type OpenLine = readonly ['+', number, string, number, number, number, number]
/** `["-", id, nano-dollars]` */
type SettleLine = readonly ['-', number, number]
/** `["=", key, period, nano-dollars]`: a sum of what was settled. */
type SumLine = readonly ['=', string, string, number]

export function openLine({ id, key, day, month }: Reservation): string {
  const line: OpenLine = ['+', id, key, day.period, day.nanoUsd, month.period, month.nanoUsd]
  return JSON.stringify(line)
}

export function settleLine(id: number, nanoUsd: number): string {
  const line: SettleLine = ['-', id, nanoUsd]
  return JSON.stringify(line)
}

export function sumLine({ key, period, spentNanoUsd }: BudgetSpent): string {
  const line: SumLine = ['=', key, period, spentNanoUsd]
  return JSON.stringify(line)
}

/** Sums of nano-dollars by key and period. */
export class SpentSums {
  readonly #sums = new Map<string, BudgetSpent>()

  get size(): number {
    return this.#sums.size
  }

  /** @param nanoUsd - whole nano-dollars */
  add(key: string, period: string, nanoUsd: number): void {
    const name = `${period} ${key}`
    const before = this.#sums.get(name)?.spentNanoUsd ?? 0
    this.#sums.set(name, { key, period, spentNanoUsd: before + nanoUsd })
  }

  addAll(entries: Iterable<BudgetSpent>): void {
    for (const { key, period, spentNanoUsd } of entries) this.add(key, period, spentNanoUsd)
  }

  /** What a request did cost, in both periods it was admitted in. */
  addRequest({ key, day, month }: Reservation, nanoUsd: number): void {
    this.add(key, nameOf('day', day.period), nanoUsd)
    this.add(key, nameOf('month', month.period), nanoUsd)
  }

  entries(): BudgetSpent[] {
    return [...this.#sums.values()]
  }
}

export interface FoldedJournal {
  readonly settled: readonly BudgetSpent[]
  /** Reserved and never settled: nobody will learn what these requests did cost. */
  readonly open: readonly Reservation[]
}

/** What the journals of one writer add up to, in the order in which they were written. */
export function foldJournals(texts: Iterable<string>): FoldedJournal {
  const settled = new SpentSums()
  const open = new Map<number, Reservation>()
  for (const text of texts) for (const line of text.split('\n')) foldLine(parseLine(line), settled, open)
  return { settled: settled.entries(), open: [...open.values()] }
}

/** What a reservation that nobody settles counts for: all of it. */
export function forfeited(open: Iterable<Reservation>): readonly BudgetSpent[] {
  const sums = new SpentSums()
  for (const { key, day, month } of open) {
    sums.add(key, nameOf('day', day.period), day.nanoUsd)
    sums.add(key, nameOf('month', month.period), month.nanoUsd)
  }
  return sums.entries()
}

function foldLine(line: unknown, settled: SpentSums, open: Map<number, Reservation>): void {
  if (!Array.isArray(line)) return
  switch (line[0]) {
    case '+': {
      const [, id, key, day, dayNanoUsd, month, monthNanoUsd] = line as unknown as OpenLine
      const held = {
        day: { period: day, nanoUsd: dayNanoUsd },
        month: { period: month, nanoUsd: monthNanoUsd },
      }
      open.set(id, { id, key, ...held })
      return
    }
    case '-': {
      const [, id, nanoUsd] = line as unknown as SettleLine
      const reservation = open.get(id)
      if (reservation !== undefined) settled.addRequest(reservation, nanoUsd)
      open.delete(id)
      return
    }
    case '=': {
      const [, key, period, nanoUsd] = line as unknown as SumLine
      settled.add(key, period, nanoUsd)
    }
  }
}

/** A crash can leave half a line at the end; undefined. */
function parseLine(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

const names = new Map<string, string>()

/** Each period has thousands of requests: its name is made once. */
function nameOf(kind: PeriodKind, index: number): string {
  const id = `${kind}${index}`
  let name = names.get(id)
  if (name === undefined) {
    name = periodName(kind, index)
    names.set(id, name)
  }
  return name
}
