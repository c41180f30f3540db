import { expect, test, vi } from 'vitest'
import { parseTime } from './time-option.ts'

test.each([
  ['2026-11-21', '2026-11-21T00:00:00.000Z'],
  ['2026-11-21T10:00:00Z', '2026-11-21T10:00:00.000Z'],
  ['2026-11-21T10:00:00+02:00', '2026-11-21T08:00:00.000Z'],
  ['30m', '2026-11-20T23:30:00.000Z'],
  ['24h', '2026-11-20T00:00:00.000Z'],
  ['7d', '2026-11-14T00:00:00.000Z'],
])('%s is %s', (text, moment) => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 21) })
  expect(parseTime(text)).toBe(moment)
  vi.useRealTimers()
})

test.each(['', 'yesterday', '2026-11-21T10:00:00', '2026-02-30', '7', '7w', '-1d'])('%s is no time', text => {
  expect(() => parseTime(text)).toThrow('2026-11-21T10:00:00Z')
})
