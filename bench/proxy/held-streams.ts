// Memory of a fresh peer while many streams are open through it, each confirmed by the upstream's own count.
import { setTimeout as sleep } from 'node:timers/promises'
import { type Contender, orderLoad, orderUpstream, type Session, startContender } from './bench-session.ts'
import { targetOf } from './cases.ts'
import type { HeldFigures } from './figures.ts'
import type { StreamsOpened } from './generator/order.ts'
import { memoryOfTree } from './measure/process-usage.ts'
import type { Plan } from './options.ts'
import type { Peer } from './peer/peer.ts'

const SAMPLE_MS = 250
const SETTLE_MS = 2000

async function highestMemory(pid: number, seconds: number): Promise<number> {
  let highest = 0
  for (const until = performance.now() + seconds * 1000; performance.now() < until; await sleep(SAMPLE_MS)) {
    highest = Math.max(highest, memoryOfTree(pid).now)
  }
  return highest
}

interface Holding {
  readonly opened: StreamsOpened
  readonly upstreamOpen: readonly [number, number]
  readonly held: number
}

async function hold(
  session: Session,
  contender: Contender,
  pid: number,
  load: Plan['held'],
): Promise<Holding> {
  await orderUpstream(session, { kind: 'pace', ms: load.paceMs })
  const opened = await orderLoad(session, {
    kind: 'open streams',
    target: targetOf(contender, 'streamed'),
    streams: load.streams,
  })
  const first = await orderUpstream(session, { kind: 'count' })
  const held = await highestMemory(pid, load.seconds)
  const last = await orderUpstream(session, { kind: 'end streams' })
  return { opened, upstreamOpen: [first.openStreams, last.openStreamsBefore], held }
}

/** The contender is returned too: it has stopped, and its events are to be checked like any other's. */
export async function measureHeldStreams(
  session: Session,
  peer: Peer,
  load: Plan['held'],
): Promise<{ readonly figures: HeldFigures; readonly contender: Contender } | undefined> {
  const contender = await startContender(session, peer, 'held')
  const { pid, atStart } = contender.running
  if (pid === undefined) return undefined
  const { opened, upstreamOpen, held } = await hold(session, contender, pid, load)
  const ended = await orderLoad(session, { kind: 'await streams' })
  for (const id of ended.requestIds) contender.ledger.ids.push(id)
  await sleep(SETTLE_MS)
  const after = memoryOfTree(pid).now
  await contender.running.stop()
  const error = opened.error ?? ended.error
  const figures = {
    peer: peer.name,
    asked: load.streams,
    opened: opened.opened,
    upstreamOpen,
    held,
    after,
    atStart,
  }
  return { contender, figures: { ...figures, completed: ended.completed, error } }
}
