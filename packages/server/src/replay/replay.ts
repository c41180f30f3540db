// Replays one trace through one gateway: opens the trace, reads the split, sends on schedule, reports. Writes nothing.
import { setMaxListeners } from 'node:events'
import { callGateway } from './call.ts'
import { buildRequest } from './chat-request.ts'
import type { Clock } from './clock.ts'
import { createDraws } from './draws.ts'
import { connectGateway, type Gateway } from './gateway.ts'
import { judgePace } from './pace.ts'
import type { ProgressState } from './progress.ts'
import { type ReplayReport, reportRoutes, reportTraffic } from './report.ts'
import { runSchedule, type ScheduleResult } from './schedule.ts'
import { fetchRoutes, type ListedRoute } from './splits.ts'
import { createTally, type Tally } from './tally.ts'
import type { Arrival } from './trace/arrival.ts'
import { openTrace, type Trace } from './trace/trace.ts'
import { prepareWords } from './words.ts'

export interface ReplaySettings {
  /** Path of the trace. */
  readonly trace: string
  readonly url: URL
  readonly key: string
  /** What requests name as their model: a router. */
  readonly model: string
  /** Divides every time of the trace and of the simulated provider; > 0. */
  readonly speed: number
  /** The most requests sent; Infinity for the whole trace. */
  readonly limit: number
  /** The most requests in flight, >= 1. */
  readonly concurrency: number
  /** Share of requests that stream, in [0, 1]. */
  readonly streamShare: number
  /** Tokens per chunk of a simulated stream, >= 1. */
  readonly tokensPerChunk: number
  /** Number of units to draw `user` from; null to send none. */
  readonly units: number | null
  /** 32-bit integer. */
  readonly seed: number
  /** Milliseconds of silence after which an answer is given up. */
  readonly timeoutMs: number
}

interface ReplayHost {
  readonly clock: Clock
  /** Interrupts the replay: nothing more is sent, what is in flight is cancelled and counted so. */
  readonly signal: AbortSignal
  /** Called once, before the first request; the function it returns once, after the last. */
  readonly onStart: (total: number, state: () => ProgressState) => () => void
}

/**
 * @throws TraceError or the file system's error when the trace cannot be read, CannotStart when the gateway cannot be
 *   used; nothing has been sent then
 */
export async function replay(settings: ReplaySettings, host: ReplayHost): Promise<ReplayReport> {
  const trace = await openTrace(settings.trace, settings.limit)
  const { url, key, concurrency, timeoutMs, model } = settings
  const gateway = connectGateway({ url, key, connections: concurrency, timeoutMs, clock: host.clock })
  try {
    const before = await fetchRoutes(gateway, model)
    const tally = createTally(before)
    const onEnd = host.onStart(trace.requests, () => progressOf(tally))
    const result = await sendAll(trace, gateway, settings, tally, host).finally(onEnd)
    // A gateway that is gone by now cannot say whether it changed the split.
    const after = await fetchRoutes(gateway, model).catch(() => before)
    return reportReplay(settings, trace, result, tally, { before, after, interrupted: host.signal.aborted })
  } finally {
    await gateway.pool.destroy()
  }
}

interface DueArrival {
  readonly arrival: Arrival
  readonly dueMs: number
}

function sendAll(
  trace: Trace,
  gateway: Gateway,
  settings: ReplaySettings,
  tally: Tally,
  { clock, signal }: ReplayHost,
): Promise<ScheduleResult> {
  // Every request in flight listens to the one signal.
  setMaxListeners(0, signal)
  const words = prepareWords()
  const draw = createDraws(settings)
  const send = async ({ arrival }: DueArrival) => {
    const request = buildRequest(arrival, draw(), settings, words)
    tally.record(request, await callGateway(gateway, request, signal))
  }
  return runSchedule(dueArrivals(trace, settings.speed), send, {
    clock,
    signal,
    concurrency: settings.concurrency,
  })
}

async function* dueArrivals(trace: Trace, speed: number): AsyncGenerator<DueArrival> {
  for await (const arrival of trace.arrivals()) yield { arrival, dueMs: arrival.afterMs / speed }
}

function progressOf(tally: Tally): ProgressState {
  const entries = [...tally.variants.values()]
  const severalRoutes = new Set(entries.map(entry => entry.route)).size > 1
  const label = (route: string, variant: string) => (severalRoutes ? `${route}/${variant}` : variant)
  return {
    finished: tally.finished(),
    failed: failedOf(tally),
    byVariant: entries.map(entry => [label(entry.route, entry.variant), entry.requests]),
  }
}

function failedOf(tally: Tally): number {
  return [...tally.errors.values()].reduce((total, { count }) => total + count, 0)
}

interface Circumstances {
  readonly before: readonly ListedRoute[]
  readonly after: readonly ListedRoute[]
  readonly interrupted: boolean
}

function reportReplay(
  settings: ReplaySettings,
  trace: Trace,
  result: ScheduleResult,
  tally: Tally,
  { before, after, interrupted }: Circumstances,
): ReplayReport {
  const { model, speed, units, seed } = settings
  const failed = failedOf(tally)
  return {
    trace: { file: trace.file, format: trace.format, requests: trace.requests },
    model,
    speed,
    units,
    seed,
    interrupted,
    pace: judgePace(result, trace.times),
    requests: { sent: result.sent, answered: result.sent - failed, failed },
    routes: reportRoutes(tally, before, after),
    unassigned: tally.unassigned.requests === 0 ? null : reportTraffic(tally.unassigned),
    errors: [...tally.errors].map(([kind, { count, example }]) => ({ class: kind, count, example })),
    request_ids: tally.requestIds,
  }
}
