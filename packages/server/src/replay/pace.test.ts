import { describe, expect, it } from 'vitest'
import { judgePace } from './pace.ts'
import type { ScheduleResult } from './schedule.ts'

function resultOf(changes: Partial<ScheduleResult>): ScheduleResult {
  const lags = Array.from({ length: 1000 }, () => 1)
  return {
    sent: 1000,
    waited: 0,
    lags,
    plannedMs: 10_000,
    sendingMs: 10_001,
    totalMs: 12_000,
    peakInFlight: 9,
    ...changes,
  }
}

function lagsWith(late: number): number[] {
  return Array.from({ length: 1000 }, (_, i) => (i < late ? 101 : 1))
}

describe('the pace', () => {
  it.each([
    ['kept', 'everything was on time', {}],
    ['kept', 'sending took 10 % longer', { sendingMs: 11_000 }],
    ['took_longer', 'sending took more than 10 % longer', { sendingMs: 11_001 }],
    ['kept', 'one in a hundred was late', { lags: lagsWith(10) }],
    ['late_arrivals', 'more than one in a hundred was late', { lags: lagsWith(11) }],
    ['kept', 'a trace of a millisecond took two', { plannedMs: 1, sendingMs: 2 }],
  ] as const)('is %s when %s', (verdict, _when, changes) => {
    expect(judgePace(resultOf(changes), 'recorded').verdict).toBe(verdict)
  })

  it('is not judged without times in the trace', () => {
    expect(judgePace(resultOf({ sendingMs: 90_000 }), 'none').verdict).toBe('unpaced')
  })

  it('tells the lag at p99 and at most, and how many were late', () => {
    const lags = Array.from({ length: 101 }, (_, i) => i * 2)
    expect(judgePace(resultOf({ lags, sent: 101 }), 'recorded')).toMatchObject({
      lag_p99_ms: 198,
      lag_max_ms: 200,
      late: 50,
    })
  })

  it('of a replay that sent nothing has no lag', () => {
    expect(judgePace(resultOf({ lags: [], sent: 0 }), 'recorded')).toMatchObject({
      lag_p99_ms: 0,
      lag_max_ms: 0,
    })
  })
})
