// Portkey's gateway, load-balancing 80/20, in front of its clients' format or another. Installed on first use in a folder of its own, outside the workspaces.
import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { REPOSITORY, startProgram } from '../process/managed-process.ts'
import { freePort, waitUntilReady } from '../process/readiness.ts'
import { STREAM_CHUNKS } from '../workload.ts'
import type { Peer, PeerSetting } from './peer.ts'
import { runningPeer } from './program.ts'

const FOLDER = join(REPOSITORY, 'bench/peers/portkey')
const PACKAGE = join(FOLDER, 'node_modules/@portkey-ai/gateway')
const INSTALL = ['install', '--no-package-lock', '--no-audit', '--no-fund', '--ignore-scripts', '--omit=dev']

async function install(): Promise<string | undefined> {
  if (existsSync(PACKAGE)) return undefined
  try {
    await promisify(execFile)('npm', INSTALL, { cwd: FOLDER, timeout: 180_000 })
    return undefined
  } catch (error) {
    return `npm install in bench/peers/portkey failed: ${String(error).slice(0, 300)}`
  }
}

const version = (): string =>
  (JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8')) as { version: string }).version

interface Setup {
  readonly name: 'portkey' | 'portkey-translated'
  readonly provider: 'openai' | 'anthropic'
  readonly streamChunks: number
  readonly note: string
}

/** Its config travels with each request, as its documentation has it. */
function configHeader({ provider }: Setup, { upstream }: PeerSetting): string {
  const target = (origin: string, weight: number) => ({
    provider,
    api_key: 'bench',
    custom_host: `${origin}/v1`,
    weight,
  })
  return JSON.stringify({
    strategy: { mode: 'loadbalance' },
    targets: [target(upstream.large, 0.8), target(upstream.small, 0.2)],
  })
}

const portkeyPeer = (setup: Setup): Peer => ({
  name: setup.name,
  describe: () =>
    Promise.resolve(`@portkey-ai/gateway ${version()}, ${setup.note}, headless, Node ${process.version}`),
  unavailable: install,
  async start(setting) {
    const port = await freePort()
    const entry = join(PACKAGE, 'build/start-server.js')
    const started = startProgram(process.execPath, [entry, `--port=${port}`, '--headless'], {
      NODE_ENV: 'production',
    })
    const origin = `http://127.0.0.1:${port}`
    await waitUntilReady(started, origin, status => status === 200)
    return runningPeer(started, origin, {
      headers: { 'x-portkey-config': configHeader(setup, setting) },
      streamChunks: setup.streamChunks,
    })
  },
})

export const portkey = portkeyPeer({
  name: 'portkey',
  provider: 'openai',
  streamChunks: STREAM_CHUNKS,
  note: 'loadbalance 80/20',
})

/** It makes a chunk without content of the event that starts a content block. */
export const portkeyTranslated = portkeyPeer({
  name: 'portkey-translated',
  provider: 'anthropic',
  streamChunks: STREAM_CHUNKS + 1,
  note: "loadbalance 80/20, Anthropic's format upstream",
})
