// The minimal proxy on the same Node: what relaying alone costs on this runtime.
import { nextMessage, startModule } from '../process/managed-process.ts'
import type { Peer } from './peer.ts'
import { runningPeer } from './program.ts'

export const minimal: Peer = {
  name: 'minimal',
  describe: () =>
    Promise.resolve(`minimal-proxy.ts: node:http + undici Pool, Node ${process.version}, no split`),
  unavailable: () => Promise.resolve(undefined),
  async start({ upstream }) {
    const started = startModule('minimal-proxy.ts', [upstream.large])
    const port = await nextMessage<number>(started)
    return runningPeer(started, `http://127.0.0.1:${port}`)
  },
}
