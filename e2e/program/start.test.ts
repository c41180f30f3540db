// How `weir start` begins, or says why it cannot.
import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { ConfigInput } from '@weir/core/config'
import { expect, it } from 'vitest'
import { chat } from '../robustness/chat.ts'
import { endWithFile } from '../support/clean-up.ts'
import { KEY, startGateway, testKey } from '../support/gateway.ts'
import { runProgram, startProgram } from '../support/program.ts'
import { startProvider } from '../support/simulated-provider.ts'
import { until } from '../support/until.ts'

const run = promisify(execFile)
const sim = await startProvider()
const home = mkdtempSync(join(tmpdir(), 'weir-start-'))
endWithFile(() => rmSync(home, { recursive: true, force: true }))

const split = (large: number) => ({
  variants: [
    { id: 'large', model: 'sim/large', weight: large },
    { id: 'small', model: 'sim/small', weight: 100 - large },
  ],
})

const config: ConfigInput = {
  version: 1,
  providers: { sim: { type: 'openai', base_url: `${sim.url}/v1` } },
  models: { 'sim/large': {}, 'sim/small': {} },
  routers: { demo: { default_route: { split: split(80) } } },
  keys: [testKey],
}

const configFile = join(home, 'weir.yaml')
writeFileSync(configFile, JSON.stringify(config))
const start = (dataDir: string, ...args: string[]) =>
  runProgram(
    [
      'start',
      '--config',
      configFile,
      '--data-dir',
      dataDir,
      '--workers',
      '1',
      '--port',
      '0',
      '--control-port',
      '0',
      '--event-store',
      'none',
      ...args,
    ],
    {
      env: { WEIR_KEY: KEY },
    },
  )

it('says that the port is in use and ends with 1', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  endWithFile(() => server.close())
  await until('a port', () => server.listening)
  const { port } = server.address() as { port: number }
  const result = await start(join(home, 'port'), '--port', String(port))
  expect(result.code).toBe(1)
  expect(result.stderr).toBe(`weir: 127.0.0.1:${port} is already in use; --port and --host choose another\n`)
  expect(result.stdout).toBe('')
})

it('says so too when another weir has the port, which could otherwise be shared', async () => {
  const gateway = await startGateway({ config })
  const result = await start(join(home, 'shared-port'), '--port', new URL(gateway.url).port)
  expect(result.code).toBe(1)
  expect(result.stderr).toContain('is already in use')
})

it('refuses a data directory that another weir uses, and takes it when that one was killed', async () => {
  const first = await startGateway({ config })
  const result = await start(first.dataDir)
  expect(result.code).toBe(1)
  expect(result.stderr).toBe(
    `weir: the data directory ${first.dataDir} is in use by another weir; --data-dir chooses another\n`,
  )
  expect((await chat(first.url)).status).toBe(200)
  await first.stop('SIGKILL')
  const second = await startGateway({ config, dataDir: first.dataDir })
  expect((await chat(second.url)).status).toBe(200)
})

it('lists the problems of a broken config and ends with 1', async () => {
  const broken = join(home, 'broken.yaml')
  writeFileSync(broken, 'version: 1\nkeys:\n  - { id: demo, secret: { env: WEIR_NOT_SET } }\n')
  const result = await start(join(home, 'broken'), '--config', broken)
  expect(result).toMatchObject({ code: 1, stdout: '' })
  expect(result.stderr).toContain(
    `${broken}:3:32: keys[0].secret.env: the environment variable WEIR_NOT_SET is not set`,
  )
  expect(result.stderr).toContain('broken.yaml has a problem.')
})

it('will not go on without the bucket tables it kept, and says what that would mean', async () => {
  const dataDir = mkdtempSync(join(home, 'damaged-'))
  for (const state of ['{"revision":', '{"revision":1,"tables":{"demo.default":"large*1"}}']) {
    writeFileSync(join(dataDir, 'state.json'), state)
    const result = await start(dataDir)
    expect(result).toMatchObject({ code: 1, stdout: '' })
    expect(result.stderr).toMatch(/^weir: .*state\.json is damaged: .* then units may move\n$/)
  }
})

it('says that a data directory cannot be used', async () => {
  const file = join(home, 'a-file')
  writeFileSync(file, '')
  const result = await start(file)
  expect(result.code).toBe(1)
  expect(result.stderr).toMatch(
    /^weir: the data directory .*a-file cannot be used \(E\w+\); --data-dir chooses another\n$/,
  )
})

it('prints a curl line that works where the variable of the key is set', async () => {
  const args = ['start', '--config', configFile, '--data-dir', join(home, 'pasted'), '--workers', '1']
  const program = startProgram([...args, '--port', '0', '--control-port', '0', '--event-store', 'none'], {
    env: { WEIR_KEY: KEY },
  })
  await until('the welcome', () => program.stdout().includes('uniq -c'))
  const line =
    program
      .stdout()
      .split('\n')
      .find(text => text.startsWith('curl ')) ?? ''
  expect(line).not.toContain(KEY)
  const { stdout } = await run('sh', ['-c', `${line} -s -i`], { env: { ...process.env, WEIR_KEY: KEY } })
  expect(stdout).toMatch(/^HTTP\/1\.1 200 OK/)
})

it('serves with two workers on one port, each with a spool of its own', async () => {
  const gateway = await startGateway({ config, workers: 2 })
  // The kernel spreads connections over the workers: with new ones, both are soon met.
  const ids = new Set<string>()
  const nodes = () => new Set(gateway.events().map(event => event.node))
  for (let sent = 0; nodes().size < 2 && sent < 400; sent++) {
    const response = await chat(gateway.url, { user: `user-${sent % 7}`, headers: { connection: 'close' } })
    ids.add(response.headers.get('x-weir-request-id') ?? '')
    await response.text()
  }
  const files = readdirSync(join(gateway.dataDir, 'events'))
  expect(new Set(files.map(name => /^\d+-([^-]+)-/.exec(name)?.[1]))).toEqual(new Set(['main', 'w0', 'w1']))
  const events = gateway.events()
  expect(new Set(events.map(event => event.node))).toEqual(new Set(['w0', 'w1']))
  expect(new Set(events.map(event => event.request_id))).toEqual(ids)
  const variantsOfUnit = Map.groupBy(events, event => event.unit)
  for (const unit of variantsOfUnit.values()) expect(new Set(unit.map(event => event.assigned)).size).toBe(1)
  expect(await gateway.stop()).toMatchObject({ code: 0 })
})

it('keeps what it writes for its owner alone', async () => {
  const gateway = await startGateway({ config })
  await (await chat(gateway.url)).text()
  for (const entry of readdirSync(gateway.dataDir, { recursive: true, withFileTypes: true })) {
    const mode = statSync(join(entry.parentPath, entry.name)).mode & 0o777
    expect([entry.name, mode & 0o077]).toEqual([entry.name, 0])
  }
  expect(JSON.parse(readFileSync(join(gateway.dataDir, 'connection.json'), 'utf8'))).toEqual({
    dataUrl: gateway.url,
    controlUrl: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    eventStore: 'none',
  })
})
