// The commands that answer and end: help, exit codes, and what each prints for people and for programs.

import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { servedEvent } from '../../packages/core/src/event/fixtures/request-events.ts'
import { endWithFile } from '../support/clean-up.ts'
import { REPOSITORY, runProgram } from '../support/program.ts'

const home = mkdtempSync(join(tmpdir(), 'weir-commands-'))
endWithFile(() => rmSync(home, { recursive: true, force: true }))

const env = { WEIR_KEY: 'wk_commands' }

function fileWith(name: string, content: string): string {
  const file = join(home, name)
  writeFileSync(file, content)
  return file
}

const configText = (large: number) => `version: 1
providers:
  sim: { type: openai, base_url: http://127.0.0.1:9100/v1 }
models:
  sim/large: {}
  sim/small: {}
routers:
  demo:
    routes:
      - id: premium
        condition: tier == "premium"
        split: { variants: [{ id: large, model: sim/large }] }
    default_route:
      split:
        variants:
          - { id: large, model: sim/large, weight: ${large} }
          - { id: small, model: sim/small, weight: ${100 - large} }
keys:
  - { id: demo, secret: { env: WEIR_KEY } }
`

const config = fileWith('weir.yaml', configText(80))
const COMMANDS = ['start', 'validate', 'explain', 'simulate', 'replay', 'events', 'sim', 'schema']

describe('help and usage', () => {
  it('lists every command, each with help of its own', async () => {
    const all = await runProgram(['--help'])
    expect(all).toMatchObject({ code: 0, stderr: '' })
    const helps = await Promise.all(COMMANDS.map(command => runProgram([command, '--help'])))
    COMMANDS.forEach((command, index) => {
      expect(all.stdout).toMatch(new RegExp(`^  ${command}\\b`, 'm'))
      expect(helps[index]).toMatchObject({ code: 0, stderr: '' })
      expect(helps[index]?.stdout).toContain(`Usage: weir ${command}`)
    })
  })

  it.each([
    { args: [], says: 'Usage: weir' },
    { args: ['strat'], says: "unknown command 'strat'" },
    { args: ['constructor'], says: "unknown command 'constructor'" },
    { args: ['start', '--prot', '1'], says: "unknown option '--prot'" },
    { args: ['start', '--port', '65536'], says: 'must be a port, 0 to 65535' },
    { args: ['start', '--workers', '0'], says: 'must be 1 to 64' },
    { args: ['start', '--drain-timeout', '30'], says: 'must be a duration like 500ms, 30s or 2m' },
    { args: ['start', '--sim-speed', '0'], says: 'must be a factor above 0' },
    { args: ['validate'], says: "missing required argument 'file'" },
    { args: ['explain', '--config', config], says: "required option '--request <file>'" },
    {
      args: ['explain', '--config', config, '--request', config, '--header', 'x'],
      says: 'must be written name:value',
    },
    { args: ['simulate', '--config', config, '--units', '1.5'], says: 'must be a whole number' },
    { args: ['events', '--last', 'five'], says: 'must be a whole number' },
  ])('answers wrong usage ($args) with 2 and what would be right', async ({ args, says }) => {
    const result = await runProgram(args)
    expect(result.code).toBe(2)
    expect(result.stderr).toContain(says)
    expect(result.stdout).toBe('')
  })

  it.each([
    { args: ['explain', '--config', config, '--request', '/nowhere/body.json'], says: 'no such file' },
    {
      args: ['explain', '--config', '/nowhere/weir.yaml', '--request', config],
      says: 'there is no such file',
    },
    { args: ['simulate', '--config', home], says: 'it is a directory' },
    { args: ['sim', '--config', '/nowhere/sim.yaml'], says: 'no such file' },
    { args: ['events', '--data-dir', '/nowhere'], says: 'There are no events under /nowhere' },
  ])('answers a file that is not there ($args) with 1 and a line, not a stack', async ({ args, says }) => {
    const result = await runProgram(args, { env })
    expect(result.code).toBe(1)
    expect(result.stderr).toContain(says)
    expect(result.stderr).not.toMatch(/^\s+at /m)
  })
})

describe('weir validate', () => {
  it('says what a valid file holds', async () => {
    const result = await runProgram(['validate', config], { env })
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(result.stdout).toContain('is valid: 1 routers, 2 models, 1 keys')
  })

  it('lists the problems of a broken one as file:line:column on stderr', async () => {
    const text = configText(80).replace('weight: 20', 'weight: 10')
    const broken = fileWith('broken.yaml', text.replace('id: demo, secret', 'id: demo, router: dmo, secret'))
    const result = await runProgram(['validate', broken], { env })
    expect(result).toMatchObject({ code: 1, stdout: '' })
    const lines = result.stderr.trimEnd().split('\n')
    expect(lines).toEqual([
      expect.stringMatching(
        /broken\.yaml:16:11: routers\.demo\.default_route\.split\.variants: weights are 80 \+ 10 = 90; /,
      ),
      `${broken}:19:25: keys[0].router: there is no router "dmo"; did you mean "demo"?`,
      'broken.yaml has 2 problems.',
    ])
  })

  it('prints the same as data', async () => {
    const broken = fileWith('broken-again.yaml', configText(80).replace('version: 1', 'version: 3'))
    const result = await runProgram(['validate', broken, '--json'], { env })
    expect(result).toMatchObject({ code: 1, stderr: '' })
    expect(JSON.parse(result.stdout)).toMatchObject({
      valid: false,
      problems: [{ code: 'invalid_value', path: 'version', message: 'must be 1', line: 1, column: 10 }],
    })
    const valid = await runProgram(['validate', config, '--json'], { env })
    expect(JSON.parse(valid.stdout)).toMatchObject({ valid: true, problems: [] })
  })

  it('refuses a file that is not UTF-8', async () => {
    const file = join(home, 'latin1.yaml')
    writeFileSync(file, Buffer.from('version: 1 # caf\xe9\n', 'latin1'))
    const result = await runProgram(['validate', file])
    expect(result.code).toBe(1)
    expect(result.stderr).toContain(`${file}:1:1: is not UTF-8`)
  })
})

describe('weir explain', () => {
  const explain = (body: object, ...args: string[]) => {
    const request = fileWith(
      'body.json',
      JSON.stringify({ model: 'demo', user: 'ada', messages: [], ...body }),
    )
    return runProgram(['explain', '--config', config, '--request', request, ...args], { env })
  }

  it('prints the steps to the decision', async () => {
    const result = await explain({})
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(result.stdout).toContain(
      'route premium not taken: tier == "premium" is false because "tier" is missing',
    )
    expect(result.stdout).toMatch(/unit user = "ada"/)
    expect(result.stdout).toMatch(/murmur3\("demo\.default:ada"\) falls into bucket \d+ of 0\.\.9999/)
    expect(result.stdout).toMatch(/plan +call sim\/\w+, on failure sim\/\w+/)
  })

  it('decides by metadata and headers, and prints data', async () => {
    const premium = await explain({ metadata: { tier: 'premium' } }, '--json')
    expect(JSON.parse(premium.stdout)).toMatchObject({
      decided: true,
      route: 'premium',
      variant: 'large',
      propensity: 1,
    })
    const pinned = await explain({ user: undefined }, '--json', '--header', 'x-weir-request-id: abc')
    expect(JSON.parse(pinned.stdout)).toMatchObject({ decided: true, route: 'default' })
  })

  it('answers what the gateway would refuse with 1', async () => {
    const unknown = await explain({ model: 'demoo' })
    expect(unknown.code).toBe(1)
    expect(unknown.stdout).toContain('"demoo" is neither a router nor a model')
    const denied = await explain({}, '--header', 'x-weir-variant: large')
    expect(denied).toMatchObject({ code: 1, stdout: '' })
    expect(denied.stderr).toContain('refused (override_denied)')
  })
})

describe('weir simulate', () => {
  it('compares expected with observed shares', async () => {
    const result = await runProgram(['simulate', '--config', config, '--units', '20000', '--json'], { env })
    expect(result).toMatchObject({ code: 0, stderr: '' })
    const { units, routes } = JSON.parse(result.stdout) as {
      units: number
      routes: {
        route: string
        p: number
        moved: null
        variants: { variant: string; expected: number; units: number }[]
      }[]
    }
    expect(units).toBe(20_000)
    const split = routes.find(route => route.route === 'default')
    expect(split).toMatchObject({
      moved: null,
      variants: [
        { variant: 'large', expected: 0.8 },
        { variant: 'small', expected: 0.2 },
      ],
    })
    expect(split?.p).toBeGreaterThan(0.001)
    expect(split?.variants.reduce((sum, variant) => sum + variant.units, 0)).toBe(20_000)
  })

  it('tells the share of units another config would move', async () => {
    const other = fileWith('other.yaml', configText(50))
    const result = await runProgram(['simulate', '--config', config, '--against', other], { env })
    expect(result.code).toBe(0)
    expect(result.stdout).toContain('demo / default')
    expect(result.stdout).toContain('30.00 % of the units would move')
    expect(result.stdout).toMatch(/large\s+80\.00 %\s+\d\d\.\d\d %\s+\d+/)
  })
})

describe('weir events', () => {
  const dataDir = join(home, 'data')
  const event = (id: string, at: string) =>
    JSON.stringify({
      ...servedEvent,
      router: null,
      assigned: null,
      served: null,
      error: null,
      usage: { input: null, cached_input: null, output: null, reasoning: null },
      request_id: id,
      at,
      attempts: [],
      total_ms: 1,
      cost_nano_usd: 1_500_000,
    })

  mkdirSync(join(dataDir, 'events'), { recursive: true })
  const spool = (name: string, lines: readonly string[]) =>
    writeFileSync(join(dataDir, 'events', name), lines.join('\n'))
  spool('000001000000000-w0-0.ndjson', [
    event('first', '2026-01-01T00:00:00.000Z'),
    event('third', '2026-01-01T00:00:02.000Z'),
    '',
  ])
  spool('000001000000000-w1-0.ndjson', [
    event('second', '2026-01-01T00:00:01.000Z'),
    event('fourth', '2026-01-01T00:00:03.000Z'),
    '',
  ])
  spool('000001000005000-w0-0.ndjson', [
    event('fifth', '2026-01-01T00:00:04.000Z'),
    '{"request_id":"torn by a cra',
  ])

  const ids = (stdout: string) => [...stdout.matchAll(/"request_id":"(\w+)"/g)].map(match => match[1])

  it('prints the events of all workers, oldest first, without what a crash left half written', async () => {
    const result = await runProgram(['events', '--data-dir', dataDir, '--json'])
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(ids(result.stdout)).toEqual(['first', 'second', 'third', 'fourth', 'fifth'])
  })

  it('prints the last ones as asked', async () => {
    const result = await runProgram(['events', '--data-dir', dataDir, '--json', '--last', '2'])
    expect(ids(result.stdout)).toEqual(['fourth', 'fifth'])
  })

  it('ends quietly when its reader has seen enough', async () => {
    const long = join(home, 'long')
    mkdirSync(join(long, 'events'), { recursive: true })
    const lines = Array.from({ length: 20_000 }, () => event('many', '2026-01-01T00:00:00.000Z'))
    writeFileSync(join(long, 'events', '000001000000000-w0-0.ndjson'), `${lines.join('\n')}\n`)
    const weir = `'${process.execPath}' '${REPOSITORY}packages/server/bin/weir.js'`
    const command = `${weir} events --json --data-dir '${long}' | head -n 1`
    const { stdout, stderr } = await promisify(execFile)('sh', ['-c', command])
    expect(ids(stdout)).toEqual(['many'])
    expect(stderr).toBe('')
  })

  it('prints a table for people', async () => {
    const result = await runProgram(['events', '--data-dir', dataDir, '--last', '1'])
    expect(result.stdout).toMatch(/time \(UTC\)\s+request\s+router/)
    expect(result.stdout).toMatch(
      /\d{4}-\d\d-\d\d 00:00:04\.000\s+fifth\s+chat\s+-\s+-\s+200\s+ok\s+0\s+1\.0\s+-\s+-\s+0\.001500/,
    )
  })
})

it('prints the JSON Schema that docs/weir.schema.json holds', async () => {
  const result = await runProgram(['schema'])
  expect(result).toMatchObject({ code: 0, stderr: '' })
  const committed = JSON.parse(readFileSync(`${REPOSITORY}docs/weir.schema.json`, 'utf8')) as unknown
  expect(JSON.parse(result.stdout), 'write it anew: npm run weir -- schema > docs/weir.schema.json').toEqual(
    committed,
  )
})
