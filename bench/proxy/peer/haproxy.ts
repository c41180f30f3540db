// haproxy with two weighted servers, chosen by a consistent hash of the user. No log.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startProgram } from '../process/managed-process.ts'
import { freePort, waitUntilReady } from '../process/readiness.ts'
import { USER_HEADER } from '../workload.ts'
import type { Peer, PeerSetting } from './peer.ts'
import { runningPeer, unlessInstalled, versionOf } from './program.ts'

const configuration = ({ upstream }: PeerSetting, port: number): string => `global
  nbthread 1
  maxconn 8000

defaults
  mode http
  timeout connect 5s
  timeout client 120s
  timeout server 120s
  option http-keep-alive
  option http-no-delay

frontend clients
  bind 127.0.0.1:${port} backlog 4096
  default_backend variants

backend variants
  balance hdr(${USER_HEADER})
  hash-type consistent
  http-reuse always
  server large ${new URL(upstream.large).host} weight 80
  server small ${new URL(upstream.small).host} weight 20
`

export const haproxy: Peer = {
  name: 'haproxy',
  describe: async () =>
    `${await versionOf('haproxy', '-v')}, weights 80/20 on a header hash, 1 thread, no log`,
  unavailable: () => unlessInstalled('haproxy', '-v'),
  async start(setting) {
    const port = await freePort()
    const file = join(setting.directory, 'haproxy.cfg')
    writeFileSync(file, configuration(setting, port))
    const started = startProgram('haproxy', ['-db', '-f', file])
    const origin = `http://127.0.0.1:${port}`
    await waitUntilReady(started, origin, status => status === 404)
    return runningPeer(started, origin)
  },
}
