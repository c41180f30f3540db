import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { LossReport } from './loss-report.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function report() {
  const told: [number, string][] = []
  return { told, losses: new LossReport((events, why) => told.push([events, why])) }
}

test('the first loss is told at once, what follows within a second together', () => {
  const { told, losses } = report()
  losses.add(1, 'disk full')
  expect(told).toEqual([[1, 'disk full']])
  losses.add(2, 'disk full')
  losses.add(3, 'still full')
  expect(told).toHaveLength(1)
  vi.advanceTimersByTime(1_000)
  expect(told.slice(1)).toEqual([[5, 'still full']])
  vi.advanceTimersByTime(10_000)
  expect(told).toHaveLength(2)
  losses.add(1, 'again')
  expect(told.slice(2)).toEqual([[1, 'again']])
})

test('what has not been told yet is told at the end', () => {
  const { told, losses } = report()
  losses.add(1, 'disk full')
  losses.add(4, 'disk full')
  losses.flush()
  losses.flush()
  expect(told).toEqual([
    [1, 'disk full'],
    [4, 'disk full'],
  ])
})

test('trouble that lost no event is told as well', () => {
  const { told, losses } = report()
  losses.add(0, 'not flushed')
  expect(told).toEqual([[0, 'not flushed']])
})
