// Publishing a new config while the gateway serves: by saving the file or by SIGHUP, all at once or not at all.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { chat, requestIdOf } from '../robustness/chat.ts'
import { endWithFile } from '../support/clean-up.ts'
import { KEY, type RunningGateway, startGateway, testKey } from '../support/gateway.ts'
import { startProgram } from '../support/program.ts'
import { startProvider } from '../support/simulated-provider.ts'
import { until } from '../support/until.ts'

const sim = await startProvider()
const USERS = Array.from({ length: 120 }, (_, index) => `user-${index}`)

type Weights = Readonly<Record<string, number>>

/** The weights of `demo`'s variants, which all are the same model. */
const configWith = (weights: Weights, extra: object = {}) => ({
  version: 1 as const,
  providers: { sim: { type: 'openai' as const, base_url: `${sim.url}/v1` } },
  models: { 'sim/large': {}, 'sim/small': {} },
  routers: {
    demo: {
      default_route: {
        split: {
          variants: Object.entries(weights).map(([id, weight]) => ({ id, model: 'sim/large', weight })),
        },
      },
    },
  },
  keys: [testKey],
  ...extra,
})

async function revisionOf(gateway: RunningGateway): Promise<number> {
  const health = (await (await fetch(`${gateway.url}/healthz`)).json()) as { revision: number }
  return health.revision
}

async function waitForRevision(gateway: RunningGateway, revision: number): Promise<void> {
  await until(`revision ${revision}`, () =>
    gateway.program.stderr().includes(`published revision ${revision} `),
  )
  expect(await revisionOf(gateway)).toBe(revision)
}

async function assignments(gateway: RunningGateway, users: readonly string[] = USERS): Promise<string[]> {
  const responses = await Promise.all(users.map(user => chat(gateway.url, { user })))
  await Promise.all(responses.map(response => response.text()))
  return responses.map(response => response.headers.get('x-weir-variant') ?? String(response.status))
}

/** From which variant to which the units moved, each once. */
const moves = (before: readonly string[], after: readonly string[]) =>
  new Set(
    before.flatMap((variant, index) => (variant === after[index] ? [] : [`${variant} -> ${after[index]}`])),
  )

it('publishes when the file is saved in place, replaced or by SIGHUP, and records the revision', async () => {
  const gateway = await startGateway({ config: configWith({ a: 50, b: 50 }) })
  expect(await revisionOf(gateway)).toBe(1)
  writeFileSync(gateway.configFile, JSON.stringify(configWith({ a: 100 })))
  await waitForRevision(gateway, 2)
  gateway.writeConfig(configWith({ b: 100 }))
  await waitForRevision(gateway, 3)
  const response = await chat(gateway.url)
  expect(response.headers.get('x-weir-variant')).toBe('b')
  expect(await gateway.event(requestIdOf(response))).toMatchObject({ revision: 3, assigned: 'b' })
})

it('looks again on SIGHUP where a save cannot be seen, and publishes nothing when nothing has changed', async () => {
  const gateway = await startGateway({ config: configWith({ a: 100 }) })
  const elsewhere = mkdtempSync(join(tmpdir(), 'weir-elsewhere-'))
  endWithFile(() => rmSync(elsewhere, { recursive: true, force: true }))
  const real = join(elsewhere, 'real.yaml')
  writeFileSync(real, `${readFileSync(gateway.configFile, 'utf8')}\n# the same, but for this comment\n`)
  symlinkSync(real, `${gateway.configFile}.link`)
  renameSync(`${gateway.configFile}.link`, gateway.configFile)
  gateway.program.process.kill('SIGHUP')
  writeFileSync(real, JSON.stringify(configWith({ b: 100 })))
  gateway.program.process.kill('SIGHUP')
  await waitForRevision(gateway, 2)
  expect(new Set(await assignments(gateway))).toEqual(new Set(['b']))
  expect(gateway.program.stderr()).not.toContain('published revision 3')
})

it('notices when a Kubernetes volume switches the directory its files are links into', async () => {
  const volume = mkdtempSync(join(tmpdir(), 'weir-volume-'))
  endWithFile(() => rmSync(volume, { recursive: true, force: true }))
  const switchTo = (version: string, weights: Weights) => {
    mkdirSync(join(volume, version))
    writeFileSync(join(volume, version, 'weir.yaml'), JSON.stringify(configWith(weights)))
    symlinkSync(version, join(volume, '..data_tmp'))
    renameSync(join(volume, '..data_tmp'), join(volume, '..data'))
  }
  switchTo('..v1', { a: 100 })
  symlinkSync('..data/weir.yaml', join(volume, 'weir.yaml'))
  const dataDir = join(volume, 'data')
  const args = [
    'start',
    '--config',
    join(volume, 'weir.yaml'),
    '--data-dir',
    dataDir,
    '--port',
    '0',
    '--control-port',
    '0',
    '--workers',
    '1',
    '--event-store',
    'none',
  ]
  const program = startProgram(args, { env: { WEIR_KEY: KEY } })
  await until('the start', () => existsSync(join(dataDir, 'connection.json')))
  switchTo('..v2', { b: 100 })
  await until('revision 2', () => program.stderr().includes('published revision 2 '))
})

it('refuses a broken file, says what is wrong with it, and goes on with the config in force', async () => {
  const gateway = await startGateway({ config: configWith({ a: 80, b: 20 }) })
  const before = await assignments(gateway)
  gateway.writeConfig(JSON.stringify(configWith({ a: 80, b: 10 })))
  const line = await until('the refusal', () =>
    gateway.program
      .stderr()
      .split('\n')
      .find(text => text.includes('is refused; the config in force keeps serving')),
  )
  const { problems, level } = JSON.parse(line) as { problems: string[]; level: number }
  expect(level).toBe(50)
  expect(problems).toEqual([expect.stringMatching(/weir\.yaml:1:\d+: .* 80 \+ 10 = 90; .* exactly 100/)])
  expect(await revisionOf(gateway)).toBe(1)
  expect(await assignments(gateway)).toEqual(before)
  gateway.writeConfig('version: 1\nrouters:\n\tdemo: {}\n')
  await until('the refusal of the tab', () => gateway.program.stderr().includes('does not allow tabs'))
  gateway.writeConfig(configWith({ a: 100 }))
  await waitForRevision(gateway, 2)
  expect(new Set(await assignments(gateway))).toEqual(new Set(['a']))
})

it('finishes requests under way on the config they began with', async () => {
  const gateway = await startGateway({ config: configWith({ a: 100 }) })
  const slow = await chat(gateway.url, {
    stream: true,
    headers: { 'x-sim': 'output_tokens=400; tokens_per_chunk=1; tokens_per_second=200; speed=1' },
  })
  const reader = (slow.body as ReadableStream<Uint8Array>).getReader()
  await reader.read()
  const other = await startProvider()
  gateway.writeConfig({
    ...configWith({ b: 100 }),
    providers: { sim: { type: 'openai', base_url: `${other.url}/v1` } },
  })
  await waitForRevision(gateway, 2)
  const response = await chat(gateway.url)
  expect(response.headers.get('x-weir-variant')).toBe('b')
  expect(other.stats.requests).toBe(1)
  const decoder = new TextDecoder()
  let text = ''
  for (let part = await reader.read(); !part.done; part = await reader.read())
    text += decoder.decode(part.value)
  expect(text).toContain('[DONE]')
  expect(slow.headers.get('x-weir-variant')).toBe('a')
  expect(await gateway.event(requestIdOf(slow))).toMatchObject({ revision: 1, assigned: 'a', outcome: 'ok' })
})

it('moves units only to the variant that grew, over reloads and restarts', async () => {
  let gateway = await startGateway({ config: configWith({ a: 60, b: 30, c: 10 }) })
  const first = await assignments(gateway)
  expect(new Set(first)).toEqual(new Set(['a', 'b', 'c']))

  gateway.writeConfig(configWith({ a: 45, b: 30, c: 25 }))
  await waitForRevision(gateway, 2)
  const grown = await assignments(gateway)
  expect(moves(first, grown)).toEqual(new Set(['a -> c']))

  await gateway.stop()
  const { dataDir } = gateway
  gateway = await startGateway({ config: configWith({ a: 45, b: 30, c: 25 }), dataDir })
  expect(await assignments(gateway)).toEqual(grown)
  expect(await revisionOf(gateway)).toBe(2)

  await gateway.stop('SIGKILL')
  gateway = await startGateway({ config: configWith({ a: 45, b: 5, c: 50 }), dataDir })
  const again = await assignments(gateway)
  expect(moves(grown, again)).toEqual(new Set(['b -> c']))

  gateway.writeConfig(configWith({ a: 60, b: 30, c: 10 }))
  await waitForRevision(gateway, 4)
  expect(moves(again, await assignments(gateway))).toEqual(new Set(['c -> a', 'c -> b']))
  const state = JSON.parse(readFileSync(join(dataDir, 'state.json'), 'utf8')) as {
    tables: Record<string, string>
  }
  expect(Object.keys(state.tables)).toEqual(['demo.default'])
})

it('publishes to all workers', async () => {
  const gateway = await startGateway({ config: configWith({ a: 100 }), workers: 2 })
  gateway.writeConfig(configWith({ b: 100 }))
  await waitForRevision(gateway, 2)
  expect(new Set(await assignments(gateway))).toEqual(new Set(['b']))
})

it('serves every request during many publishes, each by one config or another', async () => {
  const gateway = await startGateway({ config: configWith({ a: 100 }) })
  const loading = new AbortController()
  const seen: string[] = []
  const load = Array.from({ length: 4 }, async () => {
    while (!loading.signal.aborted) {
      const response = await chat(gateway.url)
      await response.text()
      seen.push(`${response.status} ${response.headers.get('x-weir-variant')}`)
    }
  })
  for (let revision = 2; revision <= 8; revision++) {
    gateway.writeConfig(configWith(revision % 2 === 0 ? { b: 100 } : { a: 100 }))
    await waitForRevision(gateway, revision)
  }
  loading.abort()
  await Promise.all(load)
  expect([...new Set(seen)].toSorted()).toEqual(['200 a', '200 b'])
  const variantOfRevision = new Set(gateway.events().map(event => `${event.revision % 2} ${event.assigned}`))
  expect([...variantOfRevision].toSorted()).toEqual(['0 b', '1 a'])
})
