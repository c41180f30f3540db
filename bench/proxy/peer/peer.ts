// What the bench needs of something that stands between a client and the upstream: the one plug-in point.
import type { Memory } from '../measure/process-usage.ts'
import type { UpstreamModel } from '../upstream/order.ts'

export const PEER_NAMES = [
  'direct',
  'nginx',
  'haproxy',
  'minimal',
  'weir',
  'weir-before',
  'weir-translated',
  'weir-library',
  'portkey',
  'portkey-translated',
] as const
export type PeerName = (typeof PEER_NAMES)[number]

export interface PeerSetting {
  /** Origins of the upstream's two models, e.g. `http://127.0.0.1:40001`. */
  readonly upstream: Readonly<Record<UpstreamModel, string>>
  /** An empty directory for this peer's files. */
  readonly directory: string
  /** Where Weir leaves CPU profiles of itself, if it shall, in a folder a peer; absolute. */
  readonly profile: string | undefined
}

export interface RunningPeer {
  /** Root of the process tree whose CPU and memory are the peer's; a direct call has none. */
  readonly pid: number | undefined
  /** Where non-streamed and streamed requests go; they differ only for nginx, where buffering is per listener. */
  readonly origins: { readonly whole: string; readonly streamed: string }
  readonly headers: Readonly<Record<string, string>>
  /** How many chunks it makes of a stream that has 100 of one format's. */
  readonly streamChunks: number
  /** Directory of the NDJSON events this peer leaves, one a request; undefined when it records nothing. */
  readonly events: string | undefined
  /** Memory right after start, before any load. */
  readonly atStart: Memory | undefined
  stop(): Promise<void>
}

export interface Peer {
  readonly name: PeerName
  /** What was measured, in a few words, with versions where they can be had. */
  describe(): Promise<string>
  /** Undefined when it can run here; otherwise the reason why not. */
  unavailable(): Promise<string | undefined>
  start(setting: PeerSetting): Promise<RunningPeer>
}
