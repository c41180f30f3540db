// Portkey's gateway, load-balancing 80/20. Installed on first use in a folder of its own, outside the workspaces.
import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { REPOSITORY, startProgram } from '../process/managed-process.ts'
import { freePort, waitUntilReady } from '../process/readiness.ts'
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

/** Its config travels with each request, as its documentation has it. */
function configHeader({ upstream }: PeerSetting): string {
  const target = (origin: string, weight: number) => ({
    provider: 'openai',
    api_key: 'bench',
    custom_host: `${origin}/v1`,
    weight,
  })
  return JSON.stringify({
    strategy: { mode: 'loadbalance' },
    targets: [target(upstream.large, 0.8), target(upstream.small, 0.2)],
  })
}

export const portkey: Peer = {
  name: 'portkey',
  describe: () =>
    Promise.resolve(`@portkey-ai/gateway ${version()}, loadbalance 80/20, headless, Node ${process.version}`),
  unavailable: install,
  async start(setting) {
    const port = await freePort()
    const entry = join(PACKAGE, 'build/start-server.js')
    const started = startProgram(process.execPath, [entry, `--port=${port}`, '--headless'], {
      NODE_ENV: 'production',
    })
    const origin = `http://127.0.0.1:${port}`
    await waitUntilReady(started, origin, status => status === 200)
    return runningPeer(started, origin, { headers: { 'x-portkey-config': configHeader(setting) } })
  },
}
