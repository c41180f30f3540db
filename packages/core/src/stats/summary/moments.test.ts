import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seededRng } from '../rng/rng.ts'
import { covariance, type Moments, mergeMoments } from './moments.ts'
import { MomentsBuilder } from './moments-builder.ts'

function built(rows: readonly (readonly number[])[]): Moments {
  const builder = new MomentsBuilder(rows[0]?.length ?? 1)
  for (const row of rows) builder.add(row)
  const moments = builder.moments()
  if ('kind' in moments) throw new Error(JSON.stringify(moments))
  return moments
}

/** Exact n, mean and co-moments of integers, by rational arithmetic, rounded once at the end. */
function exact(rows: readonly (readonly bigint[])[]): Moments {
  const n = BigInt(rows.length)
  const columns = rows[0] ?? []
  const sums = columns.map((_, i) => rows.reduce((sum, row) => sum + (row[i] ?? 0n), 0n))
  const product = (i: number, j: number) =>
    rows.reduce((sum, row) => sum + (row[i] ?? 0n) * (row[j] ?? 0n), 0n)
  const over = (a: bigint, b: bigint) => Number((a * 10n ** 20n) / b) / 1e20
  return {
    n: rows.length,
    means: sums.map(sum => Number(sum / n) + over(sum % n, n)),
    comoments: columns.map((_, i) =>
      columns.map((__, j) => over(product(i, j) * n - (sums[i] ?? 0n) * (sums[j] ?? 0n), n)),
    ),
  }
}

function expectClose(actual: Moments, expected: Moments, tolerance: number, offset = 0): void {
  expect(actual.n).toBe(expected.n)
  expected.means.forEach((mean, i) => {
    expect(Math.abs((actual.means[i] ?? NaN) - mean)).toBeLessThanOrEqual(1e-15 * Math.abs(mean) + offset)
  })
  expected.comoments.forEach((row, i) => {
    row.forEach((value, j) => {
      const scale = Math.sqrt((expected.comoments[i]?.[i] ?? 0) * (expected.comoments[j]?.[j] ?? 0))
      expect(Math.abs((actual.comoments[i]?.[j] ?? NaN) - value)).toBeLessThanOrEqual(
        tolerance * (scale + offset),
      )
    })
  })
}

const row = fc.tuple(fc.double({ min: -1e3, max: 1e3, noNaN: true }), fc.integer({ min: -50, max: 50 }))
const rows = fc.array(row, { minLength: 1, maxLength: 30 })

describe('moments', () => {
  it('keep their digits under an offset of 1e9 (source: exact rational arithmetic)', () => {
    const rng = seededRng(3)
    const draw = () => 1_000_000_000n + BigInt(Math.floor(rng.uniform() * 5))
    const integers = Array.from({ length: 100_000 }, () => [draw(), draw()])
    integers[0] = [0n, 7n]
    const numbers = integers.map(values => values.map(Number))
    expectClose(built(numbers), exact(integers), 1e-12)
  })

  it('lose nothing of the mean to a million additions (source: exact rational arithmetic)', () => {
    const builder = new MomentsBuilder(1)
    let sum = 0
    for (let i = 0; i < 1_000_000; i++) {
      const residue = (i * 7919) % 11
      sum += residue
      builder.add([1e9 + residue])
    }
    const moments = builder.moments()
    const mean = 'kind' in moments ? NaN : (moments.means[0] ?? NaN)
    expect(Math.abs(mean - (1e9 + sum / 1e6))).toBeLessThan(2.4e-7)
  })

  it('are those of the definition', () => {
    const moments = built([
      [1, 2],
      [2, 4],
      [6, 3],
    ])
    expect(moments.means).toEqual([3, 3])
    expectClose(
      moments,
      {
        n: 3,
        means: [3, 3],
        comoments: [
          [14, 1],
          [1, 2],
        ],
      },
      1e-15,
    )
    expect(covariance(moments, 0, 1)).toBeCloseTo(0.5, 15)
    expect(covariance(built([[1, 2]]), 0, 0)).toBeNaN()
  })

  it('of the parts merge to those of all, in whatever groups', () => {
    fc.assert(
      fc.property(rows, rows, rows, (a, b, c) => {
        const [x, y, z] = [built(a), built(b), built(c)]
        const all = built([...a, ...b, ...c])
        expectClose(mergeMoments(mergeMoments(x, y), z), all, 1e-10, 1e-9)
        expectClose(mergeMoments(x, mergeMoments(y, z)), all, 1e-10, 1e-9)
        expectClose(mergeMoments(mergeMoments(z, x), y), all, 1e-10, 1e-9)
      }),
    )
  })

  it('of no units add nothing', () => {
    fc.assert(
      fc.property(rows, values => {
        const none = new MomentsBuilder(2).moments()
        if ('kind' in none) throw new Error(none.kind)
        expect(mergeMoments(built(values), none)).toEqual(built(values))
        expect(mergeMoments(none, built(values))).toEqual(built(values))
      }),
    )
  })

  it.each([[NaN], [Infinity], [1e200]])('refuse %s', value => {
    const builder = new MomentsBuilder(1)
    builder.add([1])
    builder.add([value])
    expect(builder.moments()).toMatchObject({ kind: 'invalid', argument: 'values' })
  })

  it('refuse a row that is too short', () => {
    const builder = new MomentsBuilder(2)
    builder.add([1])
    expect(builder.moments()).toMatchObject({ kind: 'invalid' })
  })

  it('of a part of a wide row leave the rest of it alone', () => {
    const builder = new MomentsBuilder(2)
    for (const wide of [
      [9, 1, 2, 9],
      [8, 3, 5, 8],
    ])
      builder.add(wide, 1)
    expect(builder.moments()).toEqual(
      built([
        [1, 2],
        [3, 5],
      ]),
    )
  })

  it('of a builder of no columns, or merged with other columns, are a mistake of the program and throw', () => {
    expect(() => new MomentsBuilder(-1)).toThrow(new RangeError('columns: a whole number >= 1'))
    expect(() => mergeMoments(built([[1]]), built([[1, 2]]))).toThrow(RangeError)
  })
})
