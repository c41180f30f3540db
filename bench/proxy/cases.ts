// The measured cases, each one window of load on one peer, and the warm-up before them.
import { type Contender, orderLoad, orderUpstream, type Session } from './bench-session.ts'
import { type ClosedFigures, coresOf, type OpenFigures, perPiece, type StreamFigures } from './figures.ts'
import type { Target, WholeOutcome } from './generator/order.ts'
import { measureWindow, type Watched } from './measure/window.ts'
import type { Plan } from './options.ts'
import type { UpstreamCounts } from './upstream/order.ts'
import { runWrk } from './wrk.ts'

const watched = (session: Session, contender: Contender): Watched => ({
  peer: contender.running.pid,
  upstream: session.upstream.pid,
  generator: session.generator.pid,
})

export const targetOf = ({ running }: Contender, delivery: 'whole' | 'streamed'): Target => ({
  origin: running.origins[delivery],
  headers: running.headers,
  streamChunks: running.streamChunks,
})

/** Appends without spreading: an order may bring tens of thousands of ids. */
function keepIds(contender: Contender, ids: readonly string[]): void {
  for (const id of ids) contender.ledger.ids.push(id)
}

type ClosedOutcome = Pick<WholeOutcome, 'completed' | 'seconds' | 'errors' | 'error'>

async function loadWithWrk(
  session: Session,
  contender: Contender,
  load: Plan['closed'],
): Promise<ClosedOutcome> {
  const outcome = await runWrk({
    target: targetOf(contender, 'whole'),
    ...load,
    directory: session.directory,
    requestIds: contender.running.events === undefined ? 'ignore' : 'collect',
  })
  keepIds(contender, outcome.requestIds)
  contender.ledger.cutOff += load.connections
  const errors = outcome.errors + outcome.refused
  const error = errors > 0 ? `${outcome.errors} broken, ${outcome.refused} refused` : undefined
  return { completed: outcome.completed, seconds: outcome.seconds, errors, error }
}

async function loadWithGenerator(
  session: Session,
  contender: Contender,
  load: Plan['closed'],
): Promise<ClosedOutcome> {
  const outcome = await orderLoad(session, { kind: 'closed', target: targetOf(contender, 'whole'), ...load })
  keepIds(contender, outcome.requestIds)
  return outcome
}

const loadClosed = (session: Session, contender: Contender, load: Plan['closed']): Promise<ClosedOutcome> =>
  session.hasWrk ? loadWithWrk(session, contender, load) : loadWithGenerator(session, contender, load)

type Served = UpstreamCounts['served']

function largeShare(before: Served, after: Served): number {
  const large = after.large - before.large
  return large / (large + after.small - before.small)
}

export async function measureClosed(
  session: Session,
  contender: Contender,
  load: Plan['closed'],
): Promise<ClosedFigures> {
  const before = await orderUpstream(session, { kind: 'count' })
  const { result, usage } = await measureWindow(watched(session, contender), () =>
    loadClosed(session, contender, load),
  )
  const after = await orderUpstream(session, { kind: 'count' })
  return {
    completed: result.completed,
    errors: result.errors,
    error: result.error,
    cores: coresOf(usage),
    requestsPerSecond: result.completed / result.seconds,
    cpuPerRequest: perPiece(usage.peer, result.completed),
    upstreamCpuPerRequest: perPiece(usage.upstream, result.completed),
    generatorCpuPerRequest: perPiece(usage.generator, result.completed),
    tool: session.hasWrk ? 'wrk' : 'generator',
    largeShare: largeShare(before.served, after.served),
  }
}

export async function measureOpen(
  session: Session,
  contender: Contender,
  load: Plan['open'],
): Promise<OpenFigures> {
  const { result, usage } = await measureWindow(watched(session, contender), () =>
    orderLoad(session, { kind: 'open', target: targetOf(contender, 'whole'), ...load }),
  )
  keepIds(contender, result.requestIds)
  return {
    completed: result.completed,
    errors: result.errors,
    error: result.error,
    cores: coresOf(usage),
    latency: result.latency,
    lateness: result.lateness,
    cpuPerRequest: perPiece(usage.peer, result.completed),
    requestsPerSecond: result.completed / result.seconds,
  }
}

export async function measureStreams(
  session: Session,
  contender: Contender,
  load: Plan['streams'],
): Promise<StreamFigures> {
  await orderUpstream(session, { kind: 'pace', ms: load.paceMs })
  const { result, usage } = await measureWindow(watched(session, contender), () =>
    orderLoad(session, { kind: 'streams', target: targetOf(contender, 'streamed'), ...load }),
  )
  keepIds(contender, result.requestIds)
  return {
    completed: result.completed,
    errors: result.errors,
    error: result.error,
    cores: coresOf(usage),
    streamsPerSecond: result.completed / result.seconds,
    cpuPerStream: perPiece(usage.peer, result.completed),
    cpuPerChunk: perPiece(usage.peer, result.chunks),
    timeToFirstContent: result.timeToFirstContent,
    gap: result.gap,
    readsPerStream: result.readsPerStream,
  }
}

/** Lets just-in-time compilers, connection pools and lazy initialisation settle; nothing of it is reported. */
export async function warmUp(session: Session, contender: Contender, plan: Plan): Promise<void> {
  await loadClosed(session, contender, { ...plan.closed, seconds: plan.warmSeconds })
  await measureStreams(session, contender, { ...plan.streams, seconds: plan.warmSeconds })
}
