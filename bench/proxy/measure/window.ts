// Brackets a piece of load with readings of CPU time: who burned how much while it ran.
import { availableParallelism } from 'node:os'
import { cpuMsOfEndedChildren, cpuMsOfTrees, machineTicks, ticksToMs } from './process-usage.ts'

/** Process trees watched in a window; a direct call has no peer. */
export interface Watched {
  readonly peer: number | undefined
  readonly upstream: number
  readonly generator: number
}

/** What a window cost, in ms of CPU unless said otherwise. */
export interface Usage {
  readonly wallMs: number
  readonly peer: number
  readonly upstream: number
  /** The generator process and the load tools this process ran and reaped. */
  readonly generator: number
  /** Share (0..1) of the machine used by processes that are no part of the bench, stolen time included. */
  readonly foreignShare: number
}

interface Reading {
  readonly at: number
  readonly trees: readonly number[]
  readonly endedChildren: number
  readonly self: number
  readonly machine: number
}

function read(pids: readonly number[]): Reading {
  const { busy, stolen } = machineTicks()
  const { user, system } = process.cpuUsage()
  return {
    at: performance.now(),
    trees: cpuMsOfTrees(pids),
    endedChildren: cpuMsOfEndedChildren(),
    self: (user + system) / 1000,
    machine: ticksToMs(busy + stolen),
  }
}

/** Runs `load` once; the readings are taken just before it starts and right after it settles. */
export async function measureWindow<T>(
  watched: Watched,
  load: () => Promise<T>,
): Promise<{ readonly result: T; readonly usage: Usage }> {
  const pids = [watched.upstream, watched.generator, ...(watched.peer === undefined ? [] : [watched.peer])]
  const before = read(pids)
  const result = await load()
  return { result, usage: difference(before, read(pids)) }
}

function difference(before: Reading, after: Reading): Usage {
  const spent = after.trees.map((ms, index) => ms - (before.trees[index] ?? 0))
  const [upstream = 0, generatorProcess = 0, peer = 0] = spent
  const wallMs = after.at - before.at
  const generator = generatorProcess + after.endedChildren - before.endedChildren
  const ours = upstream + generator + peer + after.self - before.self
  const foreign = after.machine - before.machine - ours
  const foreignShare = Math.max(0, foreign / (wallMs * availableParallelism()))
  return { wallMs, peer, upstream, generator, foreignShare }
}
