// Weir as a user runs it, everything on: key check, CEL route, sticky split, prices, an event a request.
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startProgram } from '../process/managed-process.ts'
import { freePort, waitUntilReady } from '../process/readiness.ts'
import type { Peer, PeerSetting } from './peer.ts'
import { runningPeer } from './program.ts'

const WEIR = 'packages/server/bin/weir.js'

/** The condition is false for the workload, so each request costs its evaluation and then the sticky split. */
const configuration = ({ upstream }: PeerSetting): string => `version: 1
providers:
  up-large: { type: openai, base_url: "${upstream.large}/v1" }
  up-small: { type: openai, base_url: "${upstream.small}/v1" }
models:
  up-large/large: { price: { input: 2.5, cached_input: 0.25, output: 10 } }
  up-small/small: { price: { input: 0.15, output: 0.6 } }
routers:
  bench:
    units: [user, conversation_id, conversation, request]
    routes:
      - id: premium
        condition: tier == "premium"
        split:
          mode: proportional
          variants:
            - { id: large, model: up-large/large, weight: 1 }
    default_route:
      split:
        mode: percent
        variants:
          - { id: large, model: up-large/large, weight: 80 }
          - { id: small, model: up-small/small, weight: 20 }
keys:
  - id: bench
    secret: { env: WEIR_KEY }
`

const profileFlags = (directory: string | undefined): string[] =>
  directory === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', directory]

function startArguments(config: string, port: number, dataDirectory: string): string[] {
  const flags = { config, port: String(port), 'data-dir': dataDirectory, workers: '1' }
  return [WEIR, 'start', ...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value])]
}

export const weir: Peer = {
  name: 'weir',
  describe: () =>
    Promise.resolve(
      `1 worker, key, CEL route, sticky 80/20, usage, cost, event a request, Node ${process.version}`,
    ),
  unavailable: () => Promise.resolve(undefined),
  async start(setting) {
    const port = await freePort()
    const key = `wk_${randomBytes(24).toString('base64url')}`
    const config = join(setting.directory, 'weir.yaml')
    const dataDirectory = join(setting.directory, 'data')
    writeFileSync(config, configuration(setting))
    const args = [...profileFlags(setting.profile), ...startArguments(config, port, dataDirectory)]
    const started = startProgram(process.execPath, args, { WEIR_KEY: key })
    const origin = `http://127.0.0.1:${port}`
    await waitUntilReady(started, `${origin}/healthz`, status => status === 200)
    return runningPeer(started, origin, {
      headers: { authorization: `Bearer ${key}` },
      events: join(dataDirectory, 'events'),
      async stop() {
        const how = await started.stop()
        if (how === 'killed') throw new Error(`weir did not stop on SIGTERM\n${started.output()}`)
      },
    })
  },
}
