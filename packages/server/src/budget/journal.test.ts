import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Reservation } from '../gateway/limit/budget-journal.ts'
import { type BudgetReport, Journal } from './journal.ts'
import { listJournals, readJournals } from './journal-files.ts'
import { foldJournals, forfeited, openLine, SpentSums, settleLine, sumLine } from './journal-format.ts'

/** 2026-11-21 and 2026-11. */
const DAY = 20_778
const MONTH = 2026 * 12 + 10

let home: string
let directory: string
let reports: BudgetReport[]
let troubles: unknown[]

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'weir-journal-'))
  directory = join(home, 'budgets')
  reports = []
  troubles = []
})

afterEach(() => rmSync(home, { recursive: true, force: true }))

function journalOf(writer = 'w0'): Journal {
  return new Journal({
    directory,
    writer,
    report: report => reports.push(report),
    onTrouble: error => troubles.push(error),
    // Reports come when a test closes the journal.
    reportEvery: 3_600_000,
  })
}

const reservation = (id: number, nanoUsd: number, key = 'app'): Reservation => ({
  id,
  key,
  day: { period: DAY, nanoUsd },
  month: { period: MONTH, nanoUsd: nanoUsd + 1 },
})

const left = () => readJournals([...listJournals(directory).values()].flat())

describe('a journal', () => {
  test('holds by the end of the turn what was reserved and what was settled', async () => {
    const journal = journalOf()
    journal.open(reservation(1, 100))
    journal.open(reservation(2, 50))
    await turn()
    expect(left()).toEqual({ settled: [], open: [reservation(1, 100), reservation(2, 50)] })
    journal.settle(reservation(1, 100), 70)
    await turn()
    expect(left()).toEqual({
      settled: [
        { key: 'app', period: '2026-11-21', spentNanoUsd: 70 },
        { key: 'app', period: '2026-11', spentNanoUsd: 70 },
      ],
      open: [reservation(2, 50)],
    })
  })

  test('reports what was settled with the file it stands in, and carries on what is open in another', () => {
    const journal = journalOf()
    journal.open(reservation(1, 100))
    journal.open(reservation(2, 50))
    journal.settle(reservation(1, 100), 70)
    journal.close()
    const [report] = reports
    expect(report?.entries).toEqual([
      { key: 'app', period: '2026-11-21', spentNanoUsd: 70 },
      { key: 'app', period: '2026-11', spentNanoUsd: 70 },
    ])
    const [files] = listJournals(directory).values()
    expect(files).toHaveLength(2)
    expect(report?.files).toEqual([files?.[0]])
    expect(readJournals(files?.slice(1) ?? [])).toEqual({ settled: [], open: [reservation(2, 50)] })
  })

  test('reports at once what is settled after it was closed', () => {
    const journal = journalOf()
    journal.open(reservation(1, 100))
    journal.close()
    journal.settle(reservation(1, 100), 30)
    expect(reports.at(-1)?.entries[0]).toEqual({ key: 'app', period: '2026-11-21', spentNanoUsd: 30 })
    const reported = reports.flatMap(report => report.files)
    expect([...listJournals(directory).values()].flat()).toEqual(reported)
  })

  test('writes nothing and reports nothing when there is nothing', () => {
    journalOf().close()
    expect(reports).toEqual([])
    expect(listJournals(directory)).toEqual(new Map())
  })

  test('is for its owner only, and shares no file', async () => {
    const journals = ['w0', 'w1', 'w10'].map(journalOf)
    journals.forEach((journal, id) => journal.open(reservation(id, 1)))
    await turn()
    expect(statSync(directory).mode & 0o777).toBe(0o700)
    const names = readdirSync(directory)
    expect(names).toHaveLength(3)
    for (const name of names) expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600)
    expect([...listJournals(directory).keys()].map(run => run.split('-')[0])).toEqual(['w0', 'w1', 'w10'])
  })

  test('goes on without the disk, and says so', async () => {
    writeFileSync(directory, 'a file where the directory should be')
    const journal = journalOf()
    journal.open(reservation(1, 100))
    await turn()
    expect(troubles).toHaveLength(1)
    journal.settle(reservation(1, 100), 60)
    journal.close()
    expect(reports[0]).toMatchObject({ entries: [{ spentNanoUsd: 60 }, {}], files: [] })
  })
})

describe('folding', () => {
  const lines = fc.array(
    fc.record({ id: fc.nat(8), reserved: fc.nat(100), actual: fc.option(fc.nat(100)) }),
    { maxLength: 30 },
  )

  test('adds up what was settled and finds what is open, however often journals were begun anew', () => {
    fc.assert(
      fc.property(lines, fc.array(fc.nat(4), { maxLength: 30 }), (asked, cuts) => {
        const open = new Map<number, Reservation>()
        const files: string[][] = [[]]
        let spent = 0
        asked.forEach(({ id, reserved, actual }, index) => {
          if (!open.has(id)) {
            const fresh = reservation(id, reserved)
            open.set(id, fresh)
            files.at(-1)?.push(openLine(fresh))
          }
          if (actual !== null) {
            open.delete(id)
            files.at(-1)?.push(settleLine(id, actual))
            spent += actual
          }
          if (cuts[index] === 0) files.push([...open.values()].map(openLine))
        })
        const folded = foldJournals(files.map(each => each.join('\n')))
        const day = folded.settled.find(entry => entry.period === '2026-11-21')
        expect(day?.spentNanoUsd ?? 0).toBe(spent)
        expect(new Map(folded.open.map(each => [each.id, each]))).toEqual(open)
      }),
    )
  })

  test('reads past half a line that a crash has left', () => {
    const text = `${openLine(reservation(1, 100))}\n${settleLine(1, 70).slice(0, -2)}`
    expect(foldJournals([text])).toEqual({ settled: [], open: [reservation(1, 100)] })
  })

  test('reads sums', () => {
    const entry = { key: 'app', period: '2026-11', spentNanoUsd: 9 }
    expect(foldJournals([sumLine(entry), sumLine(entry)]).settled).toEqual([{ ...entry, spentNanoUsd: 18 }])
  })

  test('counts what is open in full', () => {
    expect(forfeited([reservation(1, 100), reservation(2, 50), reservation(3, 7, 'b')])).toEqual([
      { key: 'app', period: '2026-11-21', spentNanoUsd: 150 },
      { key: 'app', period: '2026-11', spentNanoUsd: 152 },
      { key: 'b', period: '2026-11-21', spentNanoUsd: 7 },
      { key: 'b', period: '2026-11', spentNanoUsd: 8 },
    ])
  })

  test('keeps keys apart whatever they are called', () => {
    const sums = new SpentSums()
    sums.add('a', '2026-11', 1)
    sums.add('2026-11 a', '2026-11', 2)
    expect(sums.entries().map(entry => entry.spentNanoUsd)).toEqual([1, 2])
  })
})
