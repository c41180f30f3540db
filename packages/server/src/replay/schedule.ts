// Sends requests at the times they are due, whether or not earlier ones have been answered (open loop), and measures how
// far behind those times it fell. It knows neither traces nor HTTP.
import type { Clock } from './clock.ts'
import { createSlots } from './slots.ts'

/** Requests sent in a row before answers are looked at: a burst must not blur the times measured of its answers. */
const burst = 16

export interface Due {
  /** Milliseconds after the first request. */
  readonly dueMs: number
}

interface ScheduleSettings {
  readonly clock: Clock
  /** The most requests in flight, >= 1. */
  readonly concurrency: number
  /** Stops sending; requests in flight are waited for. */
  readonly signal: AbortSignal
}

export interface ScheduleResult {
  readonly sent: number
  /** Requests that found no free slot when they were due. */
  readonly waited: number
  /** Milliseconds each request was sent after it was due, in order of sending. */
  readonly lags: readonly number[]
  /** When the last request sent was due, in milliseconds after the first. */
  readonly plannedMs: number
  /** When it was sent. */
  readonly sendingMs: number
  /** When the last answer was complete. */
  readonly totalMs: number
  /** The most requests in flight at one time. */
  readonly peakInFlight: number
}

/**
 * @param send - resolves when the request is over, however it ended; what it throws is a bug and stops the schedule
 */
export async function runSchedule<T extends Due>(
  requests: AsyncIterable<T>,
  send: (request: T) => Promise<void>,
  { clock, concurrency, signal }: ScheduleSettings,
): Promise<ScheduleResult> {
  const slots = createSlots(concurrency)
  const lags: number[] = []
  const bugs: unknown[] = []
  const start = clock.now()
  let waited = 0
  let plannedMs = 0
  let sendingMs = 0
  for await (const request of requests) {
    await awaitDue(start + request.dueMs, lags.length, clock, signal)
    if ((await slots.take()) === 'waited') waited++
    if (signal.aborted || bugs.length > 0) {
      slots.release()
      break
    }
    plannedMs = request.dueMs
    sendingMs = clock.now() - start
    lags.push(Math.max(0, sendingMs - plannedMs))
    send(request)
      .catch((bug: unknown) => bugs.push(bug))
      .finally(() => slots.release())
  }
  await slots.allFree()
  if (bugs.length > 0) throw bugs[0]
  const totalMs = clock.now() - start
  return { sent: lags.length, waited, lags, plannedMs, sendingMs, totalMs, peakInFlight: slots.peak() }
}

async function awaitDue(due: number, sent: number, clock: Clock, signal: AbortSignal): Promise<void> {
  const early = due - clock.now()
  if (early > 0 || sent % burst === 0) await clock.sleep(Math.max(0, early), signal)
}
