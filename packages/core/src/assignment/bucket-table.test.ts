import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { apportion } from './apportionment.ts'
import { BUCKETS } from './bucket.ts'
import {
  type BucketCounts,
  type BucketTable,
  canonicalTable,
  countBuckets,
  formatTable,
  indexBuckets,
  movedShare,
  parseTable,
  reweightTable,
} from './bucket-table.ts'

function counts(weights: readonly number[]): BucketCounts {
  return new Map(apportion(weights).map((count, index) => [`v${index}`, count]))
}

const anyWeights = fc
  .array(fc.oneof(fc.nat(20), fc.nat(1000), fc.nat(1_000_000)), { minLength: 1, maxLength: 6 })
  .filter(weights => weights.some(weight => weight > 0))

/** Two sets of weights over the same variants. */
const twoWeights = fc
  .integer({ min: 1, max: 6 })
  .chain(size => {
    const weights = fc.array(fc.nat(1000), { minLength: size, maxLength: size })
    return fc.tuple(weights, weights)
  })
  .filter(pair => pair.every(weights => weights.some(weight => weight > 0)))

describe('apportionment', () => {
  test.each([
    [
      [80, 20],
      [8000, 2000],
    ],
    [
      [70, 30],
      [7000, 3000],
    ],
    [
      [7, 3],
      [7000, 3000],
    ],
    [
      [700, 300],
      [7000, 3000],
    ],
    [
      [1, 1, 1],
      [3334, 3333, 3333],
    ],
    [
      [1, 9999],
      [1, 9999],
    ],
    [
      [5, 0],
      [10000, 0],
    ],
  ])('weights %j get %j buckets', (weights, expected) => {
    expect(apportion(weights)).toEqual(expected)
  })

  test('counts always sum to all buckets and a zero weight gets none', () => {
    fc.assert(
      fc.property(anyWeights, weights => {
        const result = apportion(weights)
        expect(result.reduce((sum, count) => sum + count, 0)).toBe(BUCKETS)
        weights.forEach((weight, index) => weight === 0 && expect(result[index]).toBe(0))
      }),
    )
  })

  test('whole percentages are exact', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(100), { maxLength: 5 }), cuts => {
        const edges = [0, ...cuts.toSorted((a, b) => a - b), 100]
        const weights = edges.slice(1).map((edge, index) => edge - (edges[index] ?? 0))
        expect(apportion(weights)).toEqual(weights.map(weight => weight * 100))
      }),
    )
  })

  test('weights of up to three variants are exact to one bucket', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 3 }), weights => {
        const total = weights.reduce((sum, weight) => sum + weight, 0)
        fc.pre(total > 0)
        apportion(weights).forEach((count, index) => {
          expect(Math.abs(count - ((weights[index] ?? 0) * BUCKETS) / total)).toBeLessThan(1)
        })
      }),
    )
  })

  test('more variants stay within half a bucket of the common divisor, so within (variants + 1) / 2 of the weight', () => {
    fc.assert(
      fc.property(anyWeights, weights => {
        const total = weights.reduce((sum, weight) => sum + weight, 0)
        apportion(weights).forEach((count, index) => {
          const quota = ((weights[index] ?? 0) * BUCKETS) / total
          expect(Math.abs(count - quota)).toBeLessThanOrEqual((weights.length + 1) / 2)
        })
      }),
    )
  })

  test('raising one weight never gives a bucket to another variant', () => {
    fc.assert(
      fc.property(anyWeights, fc.nat(5), fc.integer({ min: 1, max: 100_000 }), (weights, pick, raise) => {
        const raised = pick % weights.length
        const before = apportion(weights)
        const after = apportion(weights.map((weight, index) => (index === raised ? weight + raise : weight)))
        after.forEach(
          (count, index) => index !== raised && expect(count).toBeLessThanOrEqual(before[index] ?? 0),
        )
      }),
    )
  })
})

describe('re-weighting', () => {
  test('reaches the wanted counts by moving exactly the total variation distance', () => {
    fc.assert(
      fc.property(twoWeights, ([from, to]) => {
        const before = canonicalTable(counts(from))
        const after = reweightTable(before, counts(to))
        const wanted = counts(to)
        for (const [variant, count] of wanted) expect(countBuckets(after).get(variant) ?? 0).toBe(count)
        const distance = [...counts(from)].reduce(
          (sum, [variant, count]) => sum + Math.max(0, count - (wanted.get(variant) ?? 0)),
          0,
        )
        expect(movedShare(before, after)).toBeCloseTo(distance / BUCKETS, 10)
      }),
    )
  })

  test('raising one variant only ever moves units to it, however many times it is done', () => {
    fc.assert(
      fc.property(anyWeights, fc.nat(5), fc.array(fc.nat(500), { maxLength: 6 }), (start, pick, raises) => {
        const ids = start.map((_, index) => `v${index}`)
        const raised = pick % start.length
        const weights = [...start]
        let table = canonicalTable(counts(weights))
        for (const raise of raises) {
          weights[raised] = (weights[raised] ?? 0) + raise
          const next = reweightTable(table, counts(weights))
          const owners = indexBuckets(table, ids)
          indexBuckets(next, ids).forEach((owner, bucket) => {
            if (owner !== owners[bucket]) expect(owner).toBe(raised)
          })
          table = next
        }
      }),
      { numRuns: 60 },
    )
  })

  test('a ramp 5 -> 20 -> 50 moves 15 % and then 30 % of the units', () => {
    const five = canonicalTable(counts([95, 5]))
    const twenty = reweightTable(five, counts([80, 20]))
    const fifty = reweightTable(twenty, counts([50, 50]))
    expect([movedShare(five, twenty), movedShare(twenty, fifty)]).toEqual([0.15, 0.3])
  })

  test('a removed variant gives its buckets up and a new one takes them', () => {
    const before = canonicalTable(
      new Map([
        ['a', 5000],
        ['b', 5000],
      ]),
    )
    const after = reweightTable(
      before,
      new Map([
        ['b', 5000],
        ['c', 5000],
      ]),
    )
    expect(formatTable(after)).toBe('c*5000 b*5000')
  })
})

describe('what is computed from runs is as if from single buckets:', () => {
  const anyTable = fc
    .array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 1, max: 4000 })), { maxLength: 8 })
    .map(runs => {
      const owners = runs.flatMap(([variant, buckets]) => Array.from({ length: buckets }, () => variant))
      const padded = [...owners, ...Array.from({ length: BUCKETS }, () => 'c')].slice(0, BUCKETS)
      return { owners: padded, table: padded.map(variant => ({ variant, buckets: 1 })) }
    })
    .chain(({ owners, table }) =>
      // Neighbouring runs of one variant are allowed: a table that a user wrote may have them.
      fc.boolean().map(isJoined => ({ owners, table: isJoined ? joined(table) : table })),
    )

  test('the moved share', () => {
    fc.assert(
      fc.property(anyTable, anyTable, (before, after) => {
        const moved = after.owners.filter((owner, bucket) => owner !== before.owners[bucket]).length
        expect(movedShare(before.table, after.table)).toBe(moved / BUCKETS)
      }),
      { numRuns: 50 },
    )
  })

  test('the index', () => {
    fc.assert(
      fc.property(anyTable, ({ owners, table }) => {
        const index = indexBuckets(table, ['c', 'a', 'b'])
        expect(Array.from(index, position => 'cab'[position])).toEqual(owners)
      }),
      { numRuns: 50 },
    )
  })
})

function joined(table: BucketTable): BucketTable {
  return parseTable(
    formatTable(table).replaceAll(/\b(\w)\*1( \1\*1)+/g, run => {
      return `${run[0]}*${run.split(' ').length}`
    }),
  ) as BucketTable
}

describe('the written form', () => {
  test('reads back what it wrote', () => {
    fc.assert(
      fc.property(twoWeights, ([from, to]) => {
        const table = reweightTable(canonicalTable(counts(from)), counts(to))
        expect(parseTable(formatTable(table))).toEqual(table)
      }),
    )
  })

  test.each(['', 'a*9999', 'a*10000 b*1', 'a*0 b*10000', 'a:5000 b:5000', 'a*5000, b*5000', 'a*-1 b*10001'])(
    'refuses %j',
    text => {
      expect(parseTable(text)).toBeUndefined()
    },
  )
})
