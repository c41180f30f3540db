// Weir as a user runs it, everything on: key check, CEL route, sticky split, prices, an event a request. Its clients
// speak OpenAI's format; what the upstream speaks, and which checkout runs, differs between the peers.
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { REPOSITORY, startProgram } from '../process/managed-process.ts'
import { freePort, waitUntilReady } from '../process/readiness.ts'
import type { Peer, PeerName, PeerSetting } from './peer.ts'
import { runningPeer } from './program.ts'

export const WEIR = 'packages/server/bin/weir.js'

type Format = 'openai' | 'anthropic' | 'gemini'

/** How a provider that speaks the format is configured. */
const PROVIDER: Readonly<Record<Format, (origin: string) => string>> = {
  openai: origin => `{ type: openai, base_url: "${origin}/v1" }`,
  anthropic: origin => `{ type: anthropic, base_url: "${origin}/v1" }`,
  gemini: origin =>
    `{ type: ai-sdk, package: "@ai-sdk/google", base_url: "${origin}/v1beta", credential: { env: UPSTREAM_KEY } }`,
}

/** The condition is false for the workload, so each request costs its evaluation and then the sticky split. */
export const configuration = (
  format: Format,
  { upstream }: Pick<PeerSetting, 'upstream'>,
): string => `version: 1
providers:
  up-large: ${PROVIDER[format](upstream.large)}
  up-small: ${PROVIDER[format](upstream.small)}
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

interface Setup {
  readonly name: PeerName
  readonly format: Format
  /** Root of the checkout that runs. */
  readonly checkout: string
  readonly describe: () => Promise<string>
  readonly unavailable: () => Promise<string | undefined>
}

/** Each peer's profiles in a folder of its own: they are told apart by process and thread only. */
const profileFlags = ({ name }: Setup, directory: string | undefined): string[] =>
  directory === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', join(directory, name)]

/**
 * Peers run side by side, so each needs a control port of its own; the books are checked with the files of the spool.
 * Checkouts of before there were these need neither.
 */
function startArguments(setup: Setup, config: string, port: number, dataDirectory: string): string[] {
  const ours = setup.checkout === REPOSITORY ? { 'control-port': '0', 'event-store': 'none' } : {}
  const flags = { config, port: String(port), ...ours, 'data-dir': dataDirectory, workers: '1' }
  return ['start', ...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value])]
}

const weirPeer = (setup: Setup): Peer => ({
  name: setup.name,
  describe: setup.describe,
  unavailable: setup.unavailable,
  async start(setting) {
    const port = await freePort()
    const key = `wk_${randomBytes(24).toString('base64url')}`
    const config = join(setting.directory, 'weir.yaml')
    const dataDirectory = join(setting.directory, 'data')
    writeFileSync(config, configuration(setup.format, setting))
    const program = [...profileFlags(setup, setting.profile), join(setup.checkout, WEIR)]
    const args = [...program, ...startArguments(setup, config, port, dataDirectory)]
    const started = startProgram(process.execPath, args, { WEIR_KEY: key, UPSTREAM_KEY: 'bench' })
    const origin = `http://127.0.0.1:${port}`
    await waitUntilReady(started, `${origin}/healthz`, status => status === 200)
    return runningPeer(started, origin, {
      headers: { authorization: `Bearer ${key}` },
      events: join(dataDirectory, 'events'),
      async stop() {
        const how = await started.stop()
        if (how === 'killed') throw new Error(`${setup.name} did not stop on SIGTERM\n${started.output()}`)
      },
    })
  },
})

const ofThisCheckout = (name: PeerName, format: Format, note: string): Peer =>
  weirPeer({
    name,
    format,
    checkout: REPOSITORY,
    describe: () => Promise.resolve(`${note}, Node ${process.version}`),
    unavailable: () => Promise.resolve(undefined),
  })

export const weir = ofThisCheckout(
  'weir',
  'openai',
  '1 worker, key, CEL route, sticky 80/20, usage, cost, event a request',
)

export const weirTranslated = ofThisCheckout(
  'weir-translated',
  'anthropic',
  "as weir, Anthropic's format upstream",
)

export const weirLibrary = ofThisCheckout(
  'weir-library',
  'gemini',
  "as weir, Gemini's format upstream by @ai-sdk/google",
)

async function revisionOf(checkout: string): Promise<string> {
  try {
    return (await promisify(execFile)('git', ['-C', checkout, 'log', '-1', '--format=%h %s'])).stdout.trim()
  } catch {
    return 'a checkout without git'
  }
}

/** `weir` as another checkout has it; undefined: there is none to compare with. */
export function weirBefore(directory: string | undefined): Peer {
  const checkout = resolve(REPOSITORY, directory ?? '')
  const missing = [WEIR, 'node_modules'].find(path => !existsSync(join(checkout, path)))
  const reason =
    directory === undefined ? 'it takes --before DIR' : missing && `${directory} has no ${missing}`
  return weirPeer({
    name: 'weir-before',
    format: 'openai',
    checkout,
    describe: async () => `as weir, at ${await revisionOf(checkout)}`,
    unavailable: () => Promise.resolve(reason),
  })
}
