import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bucketCount, chooseWidth, excess, MAX_BUCKETS, MAX_ROWS, WIDTH_NAMES, WIDTHS } from './buckets.ts'

const DAY = 86_400_000
const until = Date.UTC(2026, 10, 21)

test.each([
  ['an hour', 1 / 24, 1, '1m'],
  ['a day', 1, 1, '15m'],
  ['a week', 7, 1, '1h'],
  ['a month', 31, 1, '6h'],
  ['a year', 365, 1, '1d'],
  ['ten years', 3650, 1, '1d'],
  ['a day by 50 keys', 1, 50, '15m'],
  ['a day by 500 keys', 1, 500, '3h'],
])('of %s, buckets are %s', (_, days, groups, width) => {
  expect(chooseWidth({ since: until - days * DAY, until }, groups)).toBe(width)
})

test('buckets are counted as the store makes them: by multiples of their width', () => {
  const window = fc.tuple(fc.nat(10 * DAY), fc.integer({ min: 1, max: DAY }))
  fc.assert(
    fc.property(window, fc.constantFrom(...WIDTH_NAMES), ([since, length], width) => {
      const ms = WIDTHS[width]
      const last = since + length - 1
      const begins = Math.floor(last / ms) - Math.floor(since / ms) + 1
      expect(bucketCount({ since, until: since + length }, width)).toBe(begins)
    }),
  )
  expect(bucketCount({ since: 5, until: 5 }, '1m')).toBeLessThanOrEqual(1)
})

test('what is chosen is not too much, as long as there is a width that is not', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 900 * DAY }),
      fc.integer({ min: 1, max: 20_000 }),
      (length, groups) => {
        const window = { since: until - length, until }
        const tooMuch = excess(window, chooseWidth(window, groups), groups)
        expect(tooMuch === undefined).toBe(excess(window, '1d', groups) === undefined)
      },
    ),
  )
})

test.each([
  [
    '1m',
    1,
    1,
    '1440 buckets of 1m, and at most 1000 are answered: take a wider `bucket` or a shorter window',
  ],
  ['1d', 1001, 1, '1001 buckets of 1d, and at most 1000 are answered: take a shorter window'],
  [
    '1d',
    30,
    400,
    '30 buckets of 1d for 400 groups, and at most 10000 rows are answered: take a shorter window, a filter, or fewer dimensions',
  ],
] as const)(
  '%s buckets of %s days by %s groups are too much, and it says why',
  (width, days, groups, words) => {
    expect([MAX_BUCKETS, MAX_ROWS]).toEqual([1_000, 10_000])
    expect(excess({ since: until - days * DAY, until }, width, groups)).toBe(words)
  },
)
