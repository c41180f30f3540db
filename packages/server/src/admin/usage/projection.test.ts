import { expect, test } from 'vitest'
import { monthOf, type ProjectionFacts, projectMonth } from './projection.ts'

const DAY = 86_400_000
/** Ten days into a month of thirty. */
const now = Date.UTC(2026, 10, 11)
const spent = (cost_nano_usd: number | null, first_at: number | null = now - 7 * DAY, unpriced = 0) => ({
  cost_nano_usd,
  unpriced,
  first_at,
})

const facts: ProjectionFacts = {
  now,
  month: spent(1_000_000),
  recent: spent(700_000),
}

test('a month is the calendar month in UTC', () => {
  expect(monthOf(Date.UTC(2026, 11, 31, 23, 59))).toEqual({
    begin: Date.UTC(2026, 11),
    end: Date.UTC(2027, 0),
  })
  expect(monthOf(Date.UTC(2028, 1, 1))).toEqual({ begin: Date.UTC(2028, 1), end: Date.UTC(2028, 2) })
})

test('it is what was spent so far, and the rate of the last week for what is left', () => {
  expect(projectMonth(facts)).toMatchObject({
    month: '2026-11',
    cost_nano_usd: 1_000_000 + 20 * 100_000,
    reason: null,
    basis: {
      since: '2026-11-04T00:00:00.000Z',
      until: '2026-11-11T00:00:00.000Z',
      days: 7,
      cost_nano_usd: 700_000,
      month_to_date_nano_usd: 1_000_000,
    },
  })
})

test('of a gateway that is younger than a week, the rate is that of the time since its first request', () => {
  const young = { ...facts, month: spent(700_000), recent: spent(700_000, now - 2 * DAY) }
  expect(projectMonth(young).cost_nano_usd).toBe(700_000 + 20 * 350_000)
})

test('on the first of a month there is the rate of the one before to go by', () => {
  const first = {
    ...facts,
    now: Date.UTC(2026, 11, 1),
    month: spent(null),
    recent: spent(700_000, Date.UTC(2026, 10, 24)),
  }
  expect(projectMonth(first)).toMatchObject({ month: '2026-12', cost_nano_usd: 31 * 100_000, reason: null })
})

test.each<[string, Partial<ProjectionFacts>, string]>([
  ['there were no requests', { recent: spent(null, null) }, 'there were no requests in the last 7 days'],
  [
    'less than a day is known',
    { recent: spent(700_000, now - DAY / 2) },
    'requests are known of 12.0 hours, and it takes a day',
  ],
  ['no cost is known', { recent: spent(null, now - 7 * DAY, 5) }, 'no request has a known cost'],
])('there is none when %s, and it says so', (_, change, reason) => {
  expect(projectMonth({ ...facts, ...change })).toMatchObject({ cost_nano_usd: null, reason })
})

test('it says when it counts requests as free because nobody knows what they cost', () => {
  const { cost_nano_usd, reason } = projectMonth({ ...facts, recent: spent(700_000, now - 7 * DAY, 3) })
  expect(cost_nano_usd).toBe(3_000_000)
  expect(reason).toBe('3 answered requests have no known cost, and are counted as none')
})
