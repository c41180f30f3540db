import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createVirtualClock, type VirtualClock } from './fixtures/virtual-clock.ts'
import { type Due, runSchedule } from './schedule.ts'

const signal = new AbortController().signal

async function* requestsAt(times: readonly number[]): AsyncGenerator<Due> {
  for (const dueMs of times) yield { dueMs }
}

/** Requests that each take `serviceMs`; notes when each was sent. */
function service(clock: VirtualClock, serviceMs: (i: number) => number) {
  const sentAt: number[] = []
  let inFlight = 0
  let peak = 0
  const send = async () => {
    peak = Math.max(peak, ++inFlight)
    sentAt.push(clock.now())
    await clock.sleep(serviceMs(sentAt.length - 1), signal)
    inFlight--
  }
  return { send, sentAt, peak: () => peak }
}

describe('the schedule', () => {
  it('sends each request when it is due though earlier ones are not answered', async () => {
    const clock = createVirtualClock()
    const slow = service(clock, () => 10_000)
    const result = await clock.run(
      runSchedule(requestsAt([0, 5, 5, 300]), slow.send, { clock, concurrency: 9, signal }),
    )
    expect(slow.sentAt).toEqual([0, 5, 5, 300])
    expect(result).toEqual({
      sent: 4,
      waited: 0,
      lags: [0, 0, 0, 0],
      plannedMs: 300,
      sendingMs: 300,
      totalMs: 10_300,
      peakInFlight: 4,
    })
  })

  it('waits for a slot when all are taken, and tells how late that made it', async () => {
    const clock = createVirtualClock()
    const slow = service(clock, () => 100)
    const result = await clock.run(
      runSchedule(requestsAt([0, 10, 20, 30]), slow.send, { clock, concurrency: 2, signal }),
    )
    expect(slow.sentAt).toEqual([0, 10, 100, 110])
    expect(result).toMatchObject({
      waited: 2,
      lags: [0, 0, 80, 80],
      sendingMs: 110,
      totalMs: 210,
      peakInFlight: 2,
    })
  })

  it('catches up after a delay instead of shifting everything behind it', async () => {
    const clock = createVirtualClock()
    const slow = service(clock, i => (i === 0 ? 50 : 0))
    await clock.run(runSchedule(requestsAt([0, 10, 20, 90]), slow.send, { clock, concurrency: 1, signal }))
    expect(slow.sentAt).toEqual([0, 50, 50, 90])
  })

  it('never has more in flight than asked and sends every request once', async () => {
    const times = fc.array(fc.nat(50), { maxLength: 40 }).map(all => all.sort((a, b) => a - b))
    const durations = fc.infiniteStream(fc.nat(40))
    await fc.assert(
      fc.asyncProperty(
        times,
        durations,
        fc.integer({ min: 1, max: 5 }),
        async (times, durations, concurrency) => {
          const clock = createVirtualClock()
          const serving = service(clock, () => durations.next().value ?? 0)
          const result = await clock.run(
            runSchedule(requestsAt(times), serving.send, { clock, concurrency, signal }),
          )
          expect(serving.peak()).toBeLessThanOrEqual(concurrency)
          expect(result.peakInFlight).toBe(serving.peak())
          expect(serving.sentAt).toHaveLength(times.length)
          serving.sentAt.forEach((at, i) => expect(at).toBeGreaterThanOrEqual(times[i] ?? Infinity))
        },
      ),
      { numRuns: 50 },
    )
  })

  it('stops sending when it is interrupted, and waits for what is in flight', async () => {
    const clock = createVirtualClock()
    const interrupt = new AbortController()
    const slow = service(clock, () => 500)
    const run = runSchedule(requestsAt([0, 100, 200, 300]), slow.send, {
      clock,
      concurrency: 9,
      signal: interrupt.signal,
    })
    void clock.sleep(150, signal).then(() => interrupt.abort())
    const result = await clock.run(run)
    expect(result).toMatchObject({ sent: 2, totalMs: 600 })
  })

  it('stops waiting for a slot when it is interrupted', async () => {
    const clock = createVirtualClock()
    const interrupt = new AbortController()
    const send = () =>
      new Promise<void>(resolve => interrupt.signal.addEventListener('abort', () => resolve()))
    const run = runSchedule(requestsAt([0, 1]), send, { clock, concurrency: 1, signal: interrupt.signal })
    void clock.sleep(50, signal).then(() => interrupt.abort())
    expect(await clock.run(run)).toMatchObject({ sent: 1, waited: 1 })
  })

  it('of nothing is over at once', async () => {
    const clock = createVirtualClock()
    const result = await runSchedule(requestsAt([]), () => Promise.reject(new Error('unused')), {
      clock,
      concurrency: 1,
      signal,
    })
    expect(result).toMatchObject({ sent: 0, lags: [], totalMs: 0 })
  })

  it('passes on what breaks the sending or the reading', async () => {
    const clock = createVirtualClock()
    const settings = { clock, concurrency: 1, signal }
    const bug = () => Promise.reject(new Error('a bug'))
    await expect(clock.run(runSchedule(requestsAt([0, 1, 2]), bug, settings))).rejects.toThrow('a bug')
    async function* broken(): AsyncGenerator<Due> {
      yield { dueMs: 0 }
      throw new Error('unreadable')
    }
    await expect(clock.run(runSchedule(broken(), async () => undefined, settings))).rejects.toThrow(
      'unreadable',
    )
  })
})
