import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parsePeriod, periodEnd, periodIndex, periodName } from './period.ts'

test.each([
  ['day', '2026-11-21T00:00:00.000Z', '2026-11-21', '2026-11-22T00:00:00.000Z'],
  ['day', '2026-12-31T23:59:59.999Z', '2026-12-31', '2027-01-01T00:00:00.000Z'],
  ['day', '2028-02-29T12:00:00.000Z', '2028-02-29', '2028-03-01T00:00:00.000Z'],
  ['month', '2026-11-01T00:00:00.000Z', '2026-11', '2026-12-01T00:00:00.000Z'],
  ['month', '2026-12-31T23:59:59.999Z', '2026-12', '2027-01-01T00:00:00.000Z'],
] as const)('the %s of %s is %s and ends at %s', (kind, at, name, end) => {
  const index = periodIndex(kind, Date.parse(at))
  expect(periodName(kind, index)).toBe(name)
  expect(new Date(periodEnd(kind, index)).toISOString()).toBe(end)
  expect(parsePeriod(name)).toEqual({ kind, index })
})

test('periods follow each other without a gap', () => {
  const times = fc.integer({ min: 0, max: Date.UTC(2200, 0) })
  fc.assert(
    fc.property(times, fc.constantFrom('day' as const, 'month' as const), (at, kind) => {
      const index = periodIndex(kind, at)
      expect(periodEnd(kind, index)).toBeGreaterThan(at)
      expect(periodEnd(kind, index - 1)).toBeLessThanOrEqual(at)
      expect(periodIndex(kind, periodEnd(kind, index))).toBe(index + 1)
    }),
  )
})

test.each(['', '2026', '2026-13', '2026-02-30', '2026-11-21T', 'w0'])('%j is no period', name => {
  expect(parsePeriod(name)).toBeUndefined()
})
