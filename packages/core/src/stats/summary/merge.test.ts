import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Result } from '../result.ts'
import { meanFromSums, momentsFromSums } from './from-sums.ts'
import { columnMean, lineariseRatio, proportionAsMean, ratioOf } from './linearise.ts'
import { mergeSummaries } from './merge.ts'
import {
  countOf,
  proportionOf,
  summariseCuped,
  summariseCupedRatio,
  summariseMean,
  summariseProportion,
  summariseRatio,
} from './summarise.ts'
import type { Cap, Summary } from './summary.ts'

function ok<S extends { readonly kind: string }>(result: Result<S>): S {
  if (result.kind === 'invalid' || result.kind === 'insufficient') throw new Error(JSON.stringify(result))
  return result as S
}

/** The numbers of a summary, in order, for comparisons. */
function numbersOf(summary: unknown): number[] {
  if (typeof summary === 'number') return [summary]
  return typeof summary === 'object' && summary !== null ? Object.values(summary).flatMap(numbersOf) : []
}

const value = fc.double({ min: -100, max: 100, noNaN: true })
const row4 = fc.tuple(value, value, value, value)
const rows = fc.array(row4, { maxLength: 20 })
const cap: Cap = { kind: 'cap', lower: -50, upper: 60 }

const kinds: readonly [string, (units: readonly (readonly [number, number, number, number])[]) => Summary][] =
  [
    ['mean', units => ok(summariseMean(units.map(unit => unit[0])))],
    [
      'capped mean',
      units =>
        ok(
          summariseMean(
            units.map(unit => unit[0]),
            cap,
          ),
        ),
    ],
    ['proportion', units => summariseProportion(units.map(unit => unit[0] > 0))],
    ['count', units => ok(countOf(units.filter(unit => unit[0] > 0).length, units.length))],
    ['ratio', units => ok(summariseRatio(units.map(([n, d]) => [n, d])))],
    ['cuped', units => ok(summariseCuped(units.map(([y, x]) => [y, x])))],
    ['cuped ratio', units => ok(summariseCupedRatio(units))],
  ]

describe('summaries', () => {
  it.each(kinds)('of the kind %s merge in whatever groups to that of all units', (_, summarise) => {
    fc.assert(
      fc.property(rows, rows, rows, (a, b, c) => {
        const [x, y, z] = [summarise(a), summarise(b), summarise(c)]
        const all = summarise([...a, ...b, ...c])
        const left = ok(mergeSummaries(ok(mergeSummaries(x, y)), z))
        const right = ok(mergeSummaries(x, ok(mergeSummaries(y, z))))
        for (const merged of [left, right]) {
          expect(merged.kind).toBe(all.kind)
          numbersOf(all).forEach((number, i) => {
            expect(Math.abs((numbersOf(merged)[i] ?? NaN) - number)).toBeLessThan(1e-7)
          })
        }
      }),
    )
  })

  it('of two kinds, or cut at different bounds, do not merge', () => {
    const mean: Summary = ok(summariseMean([1, 2]))
    const capped: Summary = ok(summariseMean([1, 2], cap))
    const proportion: Summary = ok(proportionOf(1, 2))
    expect(mergeSummaries<Summary>(mean, proportion)).toMatchObject({ kind: 'invalid', argument: 'b' })
    expect(mergeSummaries<Summary>(mean, capped)).toMatchObject({ kind: 'invalid', argument: 'b' })
    expect(mergeSummaries<Summary>(ok(summariseRatio([[1, 1]])), ok(summariseCuped([[1, 1]])))).toMatchObject(
      {
        kind: 'invalid',
        argument: 'b',
      },
    )
  })

  it('cut values to their cap and record it', () => {
    const mean = ok(summariseMean([-80, 0, 90], cap))
    expect(mean.mean).toBeCloseTo(10 / 3, 13)
    expect(mean.cap).toEqual(cap)
    const open: Cap = { kind: 'cap', lower: null, upper: 4 }
    const ratio = ok(
      summariseRatio(
        [
          [9, 2],
          [3, 8],
        ],
        [cap, open],
      ),
    )
    expect(ratio.moments.means).toEqual([6, 3])
    expect(ratio.caps).toEqual([cap, open])
  })

  it.each([
    ['more successes than units', proportionOf(3, 2), 'successes'],
    ['half a unit', proportionOf(0, 0.5), 'n'],
    ['negative events', countOf(-1, 2), 'events'],
    ['no exposure known', countOf(1, NaN), 'exposure'],
    ['a value that is none', summariseMean([1, NaN]), 'values'],
    ['sums of nothing real', meanFromSums(2, NaN, 1), 'sums'],
    ['squares that cannot be', meanFromSums(2, 10, 1), 'products'],
    ['units below zero', meanFromSums(-1, 0, 0), 'n'],
    ['a sum of no units', meanFromSums(0, 5, 0), 'products'],
    ['squares of no units', meanFromSums(0, 0, 7), 'products'],
    ['sums of no units that are none', meanFromSums(0, NaN, 0), 'sums'],
    ['one unit that varies', meanFromSums(1, 5, 100), 'products'],
    [
      'an infinite value, though it would be cut',
      summariseMean([1, Infinity], { kind: 'cap', lower: 0, upper: 9 }),
      'values',
    ],
    [
      'a proportion of no number of units',
      proportionAsMean({ kind: 'proportion', n: NaN, successes: 0 }),
      'n',
    ],
    ['more successes than units', proportionAsMean({ kind: 'proportion', n: 2, successes: 3 }), 'successes'],
    [
      'a ratio of no number of units',
      lineariseRatio({
        kind: 'ratio',
        moments: {
          n: NaN,
          means: [1, 1],
          comoments: [
            [1, 0],
            [0, 1],
          ],
        },
      }),
      'n',
    ],
  ])('are invalid with %s', (_, result, argument) => {
    expect(result).toMatchObject({ kind: 'invalid', argument })
  })
})

describe('moments from sums', () => {
  it('are those of the units', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(value, value), { minLength: 1 }), units => {
        const total = (f: (unit: readonly [number, number]) => number) =>
          units.reduce((sum, u) => sum + f(u), 0)
        const cross = total(([x, y]) => x * y)
        const products = [
          [total(([x]) => x * x), cross],
          [cross, total(([, y]) => y * y)],
        ]
        const moments = momentsFromSums(units.length, [total(u => u[0]), total(u => u[1])], products)
        if ('kind' in moments) throw new Error(JSON.stringify(moments))
        const direct = numbersOf(ok(summariseRatio(units)).moments)
        direct.forEach((number, i) => {
          expect(Math.abs((numbersOf(moments)[i] ?? NaN) - number)).toBeLessThan(1e-7)
        })
      }),
    )
  })

  it('give the mean of gbstats `tests/frequentist/test_tests.py`: 1396.87 over 3407 units', () => {
    const mean = ok(meanFromSums(3407, 1396.87, 52377.9767))
    expect(mean.mean).toBeCloseTo(0.41, 12)
    expect(mean.m2 / 3406).toBeCloseTo((52377.9767 - 1396.87 ** 2 / 3407) / 3406, 10)
  })
})

describe('conversions', () => {
  it('linearise the ratio 3 0 5 2 8 1 by 4 1 6 3 9 2: R .76, variance .0047370240 (source: statistics.md 2.7, computed)', () => {
    const units = [
      [3, 4],
      [0, 1],
      [5, 6],
      [2, 3],
      [8, 9],
      [1, 2],
    ] as const
    const mean = ok(lineariseRatio(ok(summariseRatio(units))))
    expect(mean.mean).toBeCloseTo(0.76, 14)
    expect(mean.m2 / 5 / 6).toBeCloseTo(0.004737024, 13)
    expect(Math.sqrt(mean.m2 / 30)).toBeCloseTo(0.0688260416, 9)
  })

  it('linearise to the mean of the linearised units', () => {
    const unit = fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 1, max: 9 }))
    fc.assert(
      fc.property(fc.array(unit, { minLength: 2 }), units => {
        const mean = ok(lineariseRatio(ok(summariseRatio(units))))
        const denominator = units.reduce((sum, [, d]) => sum + d, 0) / units.length
        const z = ok(summariseMean(units.map(([n, d]) => mean.mean + (n - mean.mean * d) / denominator)))
        expect(mean.mean).toBeCloseTo(z.mean, 10)
        expect(mean.m2).toBeCloseTo(z.m2, 8)
      }),
    )
  })

  it('say when there is no ratio', () => {
    expect(lineariseRatio(ok(summariseRatio([])))).toMatchObject({ reason: 'too_few_units' })
    expect(lineariseRatio(ok(summariseRatio([[1, 0]])))).toMatchObject({ reason: 'denominator_is_zero' })
    expect(proportionAsMean({ kind: 'proportion', n: 0, successes: 0 })).toMatchObject({
      reason: 'too_few_units',
    })
  })

  it('take a proportion as zeros and ones', () => {
    const outcomes = [true, false, true, true]
    const direct = ok(summariseMean(outcomes.map(Number)))
    expect(ok(proportionAsMean(summariseProportion(outcomes)))).toEqual(direct)
  })

  it('take columns apart', () => {
    const units = [
      [1, 5, 2, 3],
      [4, 2, 8, 1],
      [3, 3, 1, 9],
    ] as const
    const both = ok(summariseCupedRatio(units))
    const close = (actual: unknown, expected: unknown) =>
      numbersOf(expected).forEach((number, i) => expect(numbersOf(actual)[i]).toBeCloseTo(number, 12))
    close(ratioOf(both, 'during'), ok(summariseRatio(units.map(([n, d]) => [n, d]))))
    close(ratioOf(both, 'before'), ok(summariseRatio(units.map(([, , n, d]) => [n, d]))))
    const cuped = ok(summariseCuped(units.map(([y, x]) => [y, x])))
    close(columnMean(cuped, 1), ok(summariseMean(units.map(unit => unit[1]))))
  })

  it('of another number of columns are invalid', () => {
    const ratio = (columns: number) => {
      const zeros = Array<number>(columns).fill(0)
      return { kind: 'ratio', moments: { n: 0, means: zeros, comoments: zeros.map(() => zeros) } } as const
    }
    expect(mergeSummaries(ratio(2), ratio(3))).toMatchObject({ kind: 'invalid', argument: 'b' })
  })
})
