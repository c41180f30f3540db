// Loads with non-streamed requests: closed loop (as fast as answers come) and open loop (at a fixed rate).
import { percentiles } from '../../measure/quantile.ts'
import { ChatCaller } from './chat-caller.ts'
import type { Target, WholeOutcome } from './order.ts'
import { Tally } from './tally.ts'

/** Enough that a slow answer never delays the next request of an open loop at the rates used here. */
const OPEN_LOOP_CONNECTIONS = 256
const WARM_CONNECTIONS = 32

interface Samples {
  readonly latency: number[]
  readonly lateness: number[]
}

function outcome(caller: ChatCaller, tally: Tally, samples: Samples, seconds: number): WholeOutcome {
  return {
    kind: 'whole',
    seconds,
    completed: tally.completed,
    errors: tally.errors,
    error: tally.firstError,
    requestIds: caller.requestIds,
    latency: percentiles(samples.latency),
    lateness: percentiles(samples.lateness),
  }
}

/** Keeps `connections` calls in flight for `seconds`, then lets those in flight finish. */
export async function closedLoop(
  target: Target,
  connections: number,
  seconds: number,
): Promise<WholeOutcome> {
  const caller = new ChatCaller(target, 'whole', connections)
  const tally = new Tally()
  const samples: Samples = { latency: [], lateness: [] }
  const startedAt = performance.now()
  const stopAt = startedAt + seconds * 1000
  await Promise.all(Array.from({ length: connections }, () => callUntil(caller, stopAt, tally, samples)))
  const elapsed = (performance.now() - startedAt) / 1000
  await caller.close()
  return outcome(caller, tally, samples, elapsed)
}

function callUntil(caller: ChatCaller, stopAt: number, tally: Tally, samples: Samples): Promise<void> {
  return new Promise(resolve => {
    const next = () => {
      const sentAt = performance.now()
      if (sentAt >= stopAt) {
        resolve()
        return
      }
      caller.call({
        onEnd(error) {
          samples.latency.push(performance.now() - sentAt)
          tally.add(error)
          next()
        },
      })
    }
    next()
  })
}

/**
 * Sends on a schedule that does not wait for answers. Latency counts from the moment of the call, which queueing
 * for a connection is part of; a generator that woke late is reported as lateness, not charged to the peer.
 */
export async function openLoop(target: Target, perSecond: number, seconds: number): Promise<WholeOutcome> {
  const caller = new ChatCaller(target, 'whole', OPEN_LOOP_CONNECTIONS)
  await warm(caller)
  const tally = new Tally()
  const samples: Samples = { latency: [], lateness: [] }
  const startedAt = performance.now()
  await sendOnSchedule(caller, { perSecond, total: Math.round(perSecond * seconds) }, tally, samples)
  const elapsed = (performance.now() - startedAt) / 1000
  await caller.close()
  return outcome(caller, tally, samples, elapsed)
}

/** Connections exist before the first sample, on both sides of the proxy. */
function warm(caller: ChatCaller): Promise<unknown> {
  const call = () => new Promise<void>(resolve => caller.call({ onEnd: () => resolve() }))
  return Promise.all(Array.from({ length: WARM_CONNECTIONS }, call))
}

function sendOnSchedule(
  caller: ChatCaller,
  schedule: { readonly perSecond: number; readonly total: number },
  tally: Tally,
  samples: Samples,
): Promise<void> {
  const intervalMs = 1000 / schedule.perSecond
  const startedAt = performance.now()
  let sent = 0
  return new Promise(resolve => {
    const send = (dueAt: number) => {
      const sentAt = performance.now()
      samples.lateness.push(sentAt - dueAt)
      caller.call({
        onEnd(error) {
          samples.latency.push(performance.now() - sentAt)
          tally.add(error)
          if (tally.settled === schedule.total) resolve()
        },
      })
    }
    const tick = () => {
      const now = performance.now()
      for (; sent < schedule.total && startedAt + sent * intervalMs <= now; sent++)
        send(startedAt + sent * intervalMs)
      if (sent < schedule.total)
        setTimeout(tick, Math.max(1, startedAt + sent * intervalMs - performance.now()))
    }
    tick()
  })
}
