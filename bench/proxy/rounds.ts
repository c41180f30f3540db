// The order of measuring: rounds, in each the cases, in each the peers one after the other.
import { type Contender, closeSession, openSession, type Session, startContender } from './bench-session.ts'
import { measureClosed, measureOpen, measureStreams, warmUp } from './cases.ts'
import { checkEvents, type EventCheck, problemsOf } from './event-check.ts'
import type { HeldFigures, RoundFigures } from './figures.ts'
import { measureHeldStreams } from './held-streams.ts'
import { memoryOfTree } from './measure/process-usage.ts'
import type { Plan } from './options.ts'
import type { Peer } from './peer/peer.ts'

export type Progress = (text: string) => void

export interface CheckedEvents extends EventCheck {
  readonly of: string
  readonly problems: readonly string[]
}

export interface Results {
  readonly rounds: readonly RoundFigures[]
  readonly held: readonly HeldFigures[]
  readonly events: readonly CheckedEvents[]
}

/** Peers take turns case by case, so what is compared lies seconds apart and not minutes. */
async function inTurn<T>(
  contenders: readonly Contender[],
  measure: (contender: Contender) => Promise<T>,
): Promise<ReadonlyMap<Contender, T>> {
  const results = new Map<Contender, T>()
  for (const contender of contenders) results.set(contender, await measure(contender))
  return results
}

async function measureRound(
  session: Session,
  contenders: readonly Contender[],
  round: number,
  plan: Plan,
): Promise<readonly RoundFigures[]> {
  const closed = await inTurn(contenders, each => measureClosed(session, each, plan.closed))
  const open = await inTurn(contenders, each => measureOpen(session, each, plan.open))
  const streams = await inTurn(contenders, each => measureStreams(session, each, plan.streams))
  return contenders.flatMap(contender => {
    const figures = {
      closed: closed.get(contender),
      open: open.get(contender),
      streams: streams.get(contender),
    }
    if (figures.closed === undefined || figures.open === undefined || figures.streams === undefined) return []
    const { pid } = contender.running
    const memory = pid === undefined ? undefined : memoryOfTree(pid)
    return [{ round, peer: contender.peer.name, ...figures, memory } as RoundFigures]
  })
}

/** For peers that record events; the peer must have stopped. */
async function checkedEvents(contender: Contender, of: string): Promise<readonly CheckedEvents[]> {
  const { running, ledger } = contender
  if (running.events === undefined) return []
  const check = await checkEvents(running.events, ledger)
  return [{ of, ...check, problems: problemsOf(check, ledger) }]
}

async function measureRounds(
  session: Session,
  peers: readonly Peer[],
  plan: Plan,
  progress: Progress,
): Promise<Pick<Results, 'rounds' | 'events'>> {
  const contenders: Contender[] = []
  for (const peer of peers) contenders.push(await startContender(session, peer, 'rounds'))
  progress('warm-up')
  await inTurn(contenders, each => warmUp(session, each, plan))
  const rounds: RoundFigures[] = []
  for (let round = 1; round <= plan.rounds; round++) {
    progress(`round ${round} of ${plan.rounds}`)
    rounds.push(...(await measureRound(session, contenders, round, plan)))
  }
  const events: CheckedEvents[] = []
  for (const contender of contenders) {
    await contender.running.stop()
    events.push(...(await checkedEvents(contender, `${contender.peer.name}, rounds`)))
  }
  return { rounds, events }
}

async function measureHeld(
  session: Session,
  peers: readonly Peer[],
  plan: Plan,
  progress: Progress,
): Promise<Pick<Results, 'held' | 'events'>> {
  const held: HeldFigures[] = []
  const events: CheckedEvents[] = []
  for (const peer of peers.filter(each => each.name !== 'direct')) {
    progress(`${plan.held.streams} open streams: ${peer.name}`)
    const measured = await measureHeldStreams(session, peer, plan.held)
    if (measured === undefined) continue
    held.push(measured.figures)
    events.push(...(await checkedEvents(measured.contender, `${peer.name}, held streams`)))
  }
  return { held, events }
}

/** Runs the whole plan over `peers`, which must be available. */
export async function runPlan(peers: readonly Peer[], plan: Plan, progress: Progress): Promise<Results> {
  const session = await openSession(plan.profile)
  try {
    const measured = await measureRounds(session, peers, plan, progress)
    const holding = await measureHeld(session, peers, plan, progress)
    return {
      rounds: measured.rounds,
      held: holding.held,
      events: [...measured.events, ...holding.events],
    }
  } finally {
    await closeSession(session)
  }
}
