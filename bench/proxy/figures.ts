// What one case of one round yields for one peer. Times in ms, CPU in microseconds, unless a name says otherwise.
import type { Percentiles } from '../measure/quantile.ts'
import type { Memory } from './measure/process-usage.ts'
import type { Usage } from './measure/window.ts'
import type { PeerName } from './peer/peer.ts'

/** Cores kept busy while the case ran; 1 is one core all the time. */
export interface Cores {
  readonly peer: number
  readonly upstream: number
  readonly generator: number
  /** Share (0..1) of the whole machine used by what is no part of the bench. */
  readonly foreignShare: number
}

interface Counted {
  readonly completed: number
  readonly errors: number
  readonly error: string | undefined
  readonly cores: Cores
}

export interface ClosedFigures extends Counted {
  readonly requestsPerSecond: number
  readonly cpuPerRequest: number
  readonly upstreamCpuPerRequest: number
  readonly generatorCpuPerRequest: number
  readonly tool: 'wrk' | 'generator'
  /** Share of the requests that reached the upstream's larger model: 0.8 where traffic was split. */
  readonly largeShare: number
}

export interface OpenFigures extends Counted {
  readonly latency: Percentiles
  readonly lateness: Percentiles
  readonly cpuPerRequest: number
  /** Answers per second until the last one came; below the rate asked for when the peer could not keep up. */
  readonly requestsPerSecond: number
}

export interface StreamFigures extends Counted {
  readonly streamsPerSecond: number
  readonly cpuPerStream: number
  readonly cpuPerChunk: number
  readonly timeToFirstContent: Percentiles
  readonly gap: Percentiles
  readonly readsPerStream: number
}

/** One peer's part in one round. */
export interface RoundFigures {
  readonly round: number
  readonly peer: PeerName
  readonly closed: ClosedFigures
  readonly open: OpenFigures
  readonly streams: StreamFigures
  readonly memory: Memory | undefined
}

/** Memory of a fresh process with streams held open. */
export interface HeldFigures {
  readonly peer: PeerName
  readonly asked: number
  readonly opened: number
  /** Open streams by the upstream's own count, when the holding began and when it ended. */
  readonly upstreamOpen: readonly [number, number]
  readonly completed: number
  readonly error: string | undefined
  readonly atStart: Memory | undefined
  /** Highest of the samples taken while held, in bytes. */
  readonly held: number
  /** Two seconds after the last stream ended, in bytes. */
  readonly after: number
}

export const coresOf = (usage: Usage): Cores => ({
  peer: usage.peer / usage.wallMs,
  upstream: usage.upstream / usage.wallMs,
  generator: usage.generator / usage.wallMs,
  foreignShare: usage.foreignShare,
})

/** ms of CPU spread over `count` pieces of work, in microseconds each. */
export const perPiece = (ms: number, count: number): number => (ms * 1000) / count
