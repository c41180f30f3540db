// What a run keeps from start to end: the upstream and generator processes, and the peers that are up.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type IdLedger, newLedger } from './event-check.ts'
import type {
  GeneratorOrder,
  GeneratorReply,
  StreamOutcome,
  StreamsOpened,
  WholeOutcome,
} from './generator/order.ts'
import type { Peer, RunningPeer } from './peer/peer.ts'
import { versionOf } from './peer/program.ts'
import { ask, type ManagedProcess, startModule } from './process/managed-process.ts'
import type { UpstreamCounts, UpstreamModel, UpstreamOrder } from './upstream/order.ts'

export interface Session {
  readonly upstream: ManagedProcess
  readonly generator: ManagedProcess
  readonly origins: Readonly<Record<UpstreamModel, string>>
  readonly directory: string
  readonly hasWrk: boolean
  readonly profile: string | undefined
}

/** A peer taking part, with the ids of every request it answered since it was started. */
export interface Contender {
  readonly peer: Peer
  readonly running: RunningPeer
  readonly ledger: IdLedger
}

export async function openSession(profile: string | undefined): Promise<Session> {
  const upstream = startModule('upstream/main.ts')
  const counts = await ask<UpstreamCounts>(upstream, { kind: 'count' } satisfies UpstreamOrder)
  const directory = mkdtempSync(join(tmpdir(), 'weir-bench-'))
  // However the bench ends; a spool of a few hundred thousand events must not stay behind.
  process.on('exit', () => rmSync(directory, { recursive: true, force: true }))
  return {
    upstream,
    generator: startModule('generator/main.ts'),
    origins: {
      large: `http://127.0.0.1:${counts.ports.large}`,
      small: `http://127.0.0.1:${counts.ports.small}`,
    },
    directory,
    profile: profile === undefined ? undefined : resolve(profile),
    hasWrk: (await versionOf('wrk', '-v')) !== undefined,
  }
}

export async function closeSession(session: Session): Promise<void> {
  await session.generator.stop()
  await session.upstream.stop()
}

/** `purpose` keeps the files of two lives of one peer apart. */
export async function startContender(session: Session, peer: Peer, purpose: string): Promise<Contender> {
  const directory = join(session.directory, `${peer.name}-${purpose}`)
  mkdirSync(directory)
  const running = await peer.start({ upstream: session.origins, directory, profile: session.profile })
  return { peer, running, ledger: newLedger() }
}

export const orderUpstream = (session: Session, order: UpstreamOrder): Promise<UpstreamCounts> =>
  ask<UpstreamCounts>(session.upstream, order)

interface ReplyOf {
  readonly closed: WholeOutcome
  readonly open: WholeOutcome
  readonly streams: StreamOutcome
  readonly 'open streams': StreamsOpened
  readonly 'await streams': StreamOutcome
}

/** The reply's type follows from the order's kind; a generator that failed throws here. */
export async function orderLoad<K extends GeneratorOrder['kind']>(
  session: Session,
  order: Extract<GeneratorOrder, { kind: K }>,
): Promise<ReplyOf[K]> {
  const reply = await ask<GeneratorReply>(session.generator, order)
  if (reply.kind === 'failed') throw new Error(`load generator: ${reply.error}`)
  return reply as ReplyOf[K]
}
