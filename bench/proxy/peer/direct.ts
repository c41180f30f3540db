// No peer at all: the client calls the upstream. Added latency is counted from here.
import { STREAM_CHUNKS } from '../workload.ts'
import type { Peer } from './peer.ts'

export const direct: Peer = {
  name: 'direct',
  describe: () => Promise.resolve('the upstream itself, no proxy'),
  unavailable: () => Promise.resolve(undefined),
  start: ({ upstream }) =>
    Promise.resolve({
      pid: undefined,
      origins: { whole: upstream.large, streamed: upstream.large },
      headers: {},
      streamChunks: STREAM_CHUNKS,
      events: undefined,
      atStart: undefined,
      stop: () => Promise.resolve(),
    }),
}
