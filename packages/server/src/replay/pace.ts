// Judges whether a replay kept the trace's pace: a load test that silently slowed down measured something else.
import { quantile } from '@weir/core/stats'
import type { ScheduleResult } from './schedule.ts'

/** A request counts as late when it is sent this many milliseconds after it was due. */
const lateAfterMs = 100

/** The most of the planned time that sending may take longer. */
const overrunShare = 0.1

/** The most requests that may be late. */
const lateShare = 0.01

export interface Pace {
  readonly planned_ms: number
  readonly actual_ms: number
  /** Until the last answer. */
  readonly total_ms: number
  readonly waited_for_slot: number
  readonly late: number
  readonly late_after_ms: number
  readonly lag_p99_ms: number
  readonly lag_max_ms: number
  readonly peak_in_flight: number
  /** `unpaced`: the trace has no times, so everything was due at once. */
  readonly verdict: 'kept' | 'took_longer' | 'late_arrivals' | 'unpaced'
}

export function judgePace(result: ScheduleResult, times: 'recorded' | 'none'): Pace {
  const lags = Float64Array.from(result.lags).sort()
  const late = result.lags.filter(lag => lag > lateAfterMs).length
  return {
    planned_ms: result.plannedMs,
    actual_ms: result.sendingMs,
    total_ms: result.totalMs,
    waited_for_slot: result.waited,
    late,
    late_after_ms: lateAfterMs,
    lag_p99_ms: lags.length === 0 ? 0 : quantile(lags, 0.99),
    lag_max_ms: lags.at(-1) ?? 0,
    peak_in_flight: result.peakInFlight,
    verdict: times === 'none' ? 'unpaced' : verdictOf(result, late),
  }
}

function verdictOf({ plannedMs, sendingMs, sent }: ScheduleResult, late: number): Pace['verdict'] {
  // The floor keeps a trace of a few milliseconds from failing by a timer's granularity.
  if (sendingMs - plannedMs > Math.max(lateAfterMs, overrunShare * plannedMs)) return 'took_longer'
  return late > lateShare * sent ? 'late_arrivals' : 'kept'
}
