// Events out of one program and into another, through the command line, with and without a program that runs; and units
// that are forgotten in both.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RequestEvent } from '@weir/core/event'
import { beforeAll, describe, expect, it } from 'vitest'
import { queryParquet } from '../../packages/server/src/storage/duckdb/fixtures/query-parquet.ts'
import { ADMIN_TOKEN, type StoreGateway, startStoreGateway } from '../control/store-gateway.ts'
import { endWithFile } from '../support/clean-up.ts'
import { REPOSITORY, runProgram } from '../support/program.ts'
import { until } from '../support/until.ts'
import { sendTraffic, startTraffic } from './request-log-traffic.ts'
import { storedRequests } from './stored-events.ts'

const REQUESTS = 45
const home = mkdtempSync(join(tmpdir(), 'weir-files-'))
endWithFile(() => rmSync(home, { recursive: true, force: true }))

let source: StoreGateway

beforeAll(async () => {
  source = await startTraffic()
  const headers = {
    authorization: `Bearer ${ADMIN_TOKEN}`,
    'content-type': 'application/json',
    'if-match': '*',
  }
  const body = JSON.stringify({ description: 'of a second revision' })
  await fetch(`${source.controlUrl}/api/v1/routers/demo`, { method: 'PATCH', headers, body })
  await sendTraffic(source, REQUESTS)
}, 60_000)

function weir(...args: string[]) {
  return runProgram(args, { env: { WEIR_TOKEN: ADMIN_TOKEN } })
}

async function answersOf(gateway: StoreGateway, paths: readonly string[]): Promise<unknown[]> {
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}` }
  await fetch(`${gateway.controlUrl}/api/v1/events/settle`, { method: 'POST', headers })
  return Promise.all(
    paths.map(async path => (await fetch(`${gateway.controlUrl}/api/v1${path}`, { headers })).json()),
  )
}

const QUESTIONS = [
  '/requests?limit=500&sort=at',
  '/requests/groups?by=router,served,key',
  '/usage?by=target&bucket=1h&since=2020-01-01T00:00:00Z'.replace(
    '2020-01-01',
    new Date().toISOString().slice(0, 10),
  ),
]

async function exported(dataDir: string, name: string, ...more: string[]): Promise<string> {
  const path = join(home, name)
  const result = await weir('export', 'events', '--data-dir', dataDir, '--output', path, ...more)
  expect(result).toMatchObject({ code: 0, stdout: '' })
  return path
}

const eventsIn = (path: string) =>
  readFileSync(path, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map(line => JSON.parse(line) as RequestEvent)

/** Of those that arrived in the same millisecond nobody came first. */
const byId = (events: readonly RequestEvent[]) =>
  events.toSorted((a, b) => (a.request_id < b.request_id ? -1 : 1))

describe('events in files', () => {
  it('of a running program hold every request up to the last one', async () => {
    const path = await exported(source.dataDir, 'all.ndjson')
    const [page] = (await answersOf(source, ['/requests?limit=500&sort=at'])) as { items: RequestEvent[] }[]
    expect(byId(eventsIn(path))).toEqual(byId(page?.items ?? []))
    expect(page?.items).toHaveLength(REQUESTS)
    expect(readdirSync(join(source.dataDir, 'exchange'))).toEqual([])
  })

  it('hold a window and a kind', async () => {
    const all = eventsIn(join(home, 'all.ndjson'))
    const [since, until] = [all[10]?.at ?? '', all[30]?.at ?? '']
    const path = await exported(source.dataDir, 'window.ndjson', '--since', since, '--until', until)
    expect(byId(eventsIn(path))).toEqual(byId(all.filter(({ at }) => at >= since && at < until)))
    const kinds = await exported(source.dataDir, 'revisions.ndjson', '--kind', 'revision')
    expect(eventsIn(kinds)).toMatchObject([{ kind: 'revision', revision: 2 }])
  })

  it('are those of the program that is named, though there is a data directory at hand', async () => {
    const path = join(home, 'named.ndjson')
    const cwd = join(home, 'elsewhere')
    mkdirSync(join(cwd, '.weir'), { recursive: true })
    const result = await runProgram(['export', 'events', '--output', path], {
      cwd,
      env: { WEIR_TOKEN: ADMIN_TOKEN, WEIR_CONTROL_URL: source.controlUrl },
    })
    expect(result).toMatchObject({ code: 0, stderr: `${REQUESTS} request events are in ${path}.\n` })
    expect(readdirSync(join(cwd, '.weir'))).toEqual([])
  })

  it('go to stdout when that is asked for, from a program and from a directory', async () => {
    const lines = readFileSync(join(home, 'all.ndjson'), 'utf8')
    const sorted = (text: string) => text.split('\n').sort()
    const running = await weir('export', 'events', '--data-dir', source.dataDir, '--output', '-')
    expect(running).toMatchObject({ code: 0, stderr: `${REQUESTS} request events are in stdout.\n` })
    expect(sorted(running.stdout)).toEqual(sorted(lines))
    const dataDir = join(home, 'poured')
    await weir('import', join(home, 'all.ndjson'), '--data-dir', dataDir)
    const resting = await weir('export', 'events', '--data-dir', dataDir, '--output', '-')
    expect(resting).toMatchObject({ code: 0, stderr: `${REQUESTS} request events are in stdout.\n` })
    expect(sorted(resting.stdout)).toEqual(sorted(lines))
    expect(existsSync('-')).toBe(false)
  })

  it('are never written over another file', async () => {
    const path = join(home, 'all.ndjson')
    const before = readFileSync(path, 'utf8')
    const result = await weir('export', 'events', '--data-dir', source.dataDir, '--output', path)
    expect(result).toMatchObject({ code: 1, stderr: `weir: ${path} is there already\n` })
    expect(readFileSync(path, 'utf8')).toBe(before)
  })

  it('are Parquet that DuckDB reads by itself', async () => {
    const path = await exported(source.dataDir, 'all.parquet')
    const rows = await queryParquet(
      path,
      `select served, count(*)::integer as requests, sum(cost_nano_usd)::double as cost, sum(input_tokens)::double as input
       from requests group by served`,
    )
    const groups = Map.groupBy(eventsIn(join(home, 'all.ndjson')), ({ served }) => served)
    const expected = [...groups].map(([served, events]) => ({
      served,
      requests: events.length,
      cost: events.some(({ cost_nano_usd: cost }) => cost !== null)
        ? events.reduce((sum, { cost_nano_usd: cost }) => sum + (cost ?? 0), 0)
        : null,
      input: events.some(({ usage }) => usage.input !== null)
        ? events.reduce((sum, { usage }) => sum + (usage.input ?? 0), 0)
        : null,
    }))
    expect(new Map(rows.map(row => [row['served'], row]))).toEqual(
      new Map(expected.map(row => [row.served, row])),
    )
  })

  it.each(['all.parquet', 'all.ndjson'])('make an empty gateway answer as theirs does: %s', async name => {
    const other = await startStoreGateway({ eventStore: 'duckdb' })
    const result = await weir('import', join(home, name), '--data-dir', other.dataDir)
    expect(result).toMatchObject({ code: 0, stdout: `${join(home, name)}: ${REQUESTS} request\n` })
    const [pages, groups, usage] = await answersOf(other, QUESTIONS)
    const [theirPages, theirGroups, theirUsage] = await answersOf(source, QUESTIONS)
    const items = (answer: unknown) => byId((answer as { items: RequestEvent[] }).items)
    expect(items(pages)).toEqual(items(theirPages))
    expect(groups).toEqual(theirGroups)
    const rows = (answer: unknown) => (answer as { rows: unknown; total: unknown }).rows
    expect(rows(usage)).toEqual(rows(theirUsage))
    const again = await weir('import', join(home, 'all.ndjson'), '--data-dir', other.dataDir)
    expect(again).toMatchObject({ code: 0, stdout: `${join(home, 'all.ndjson')}: nothing new\n` })
  })

  it('go into and out of a data directory that no program runs on', async () => {
    const dataDir = join(home, 'fresh')
    const taken = await weir(
      'import',
      join(home, 'all.parquet'),
      join(home, 'revisions.ndjson'),
      '--data-dir',
      dataDir,
    )
    expect(taken).toMatchObject({ code: 0, stderr: '' })
    expect(taken.stdout).toContain(`: ${REQUESTS} request\n`)
    expect(taken.stdout).toContain(': 1 revision\n')
    const path = await exported(dataDir, 'fresh.ndjson')
    expect(byId(eventsIn(path))).toEqual(byId(eventsIn(join(home, 'all.ndjson'))))
    expect(await storedRequests(dataDir)).toHaveLength(REQUESTS)
  })

  it('that are none are refused, and say why', async () => {
    const wrong = await weir('import', join(home, 'nothing.ndjson'), '--data-dir', source.dataDir)
    expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining('ENOENT') })
    const readme = await weir('import', 'README.md', '--data-dir', source.dataDir)
    expect(readme).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('README.md: line 1 is no event'),
    })
    const nowhere = await weir(
      'export',
      'events',
      '--data-dir',
      join(home, 'none'),
      '--output',
      join(home, 'x'),
    )
    expect(nowhere).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--data-dir says where to look'),
    })
    expect(existsSync(join(home, 'none'))).toBe(false)
  })
})

/** `script` of util-linux runs a command on a terminal of its own. */
const hasTerminals = existsSync('/usr/bin/script')

async function answering(answer: string, command: string): Promise<string> {
  const weir = `${REPOSITORY}node_modules/.bin/node ${REPOSITORY}packages/server/bin/weir.js ${command}`
  const terminal = spawn('/usr/bin/script', ['-qec', weir, '/dev/null'], {
    env: { ...process.env, WEIR_TOKEN: ADMIN_TOKEN },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let output = ''
  terminal.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  await until('the question', () => output.includes('[y/N]'))
  terminal.stdin.end(`${answer}\n`)
  await once(terminal, 'close')
  return output
}

describe('a unit that is forgotten', () => {
  const usersLeft = async (gateway: StoreGateway, user: string) => {
    const [page] = (await answersOf(gateway, [`/requests?unit=user:${user}`])) as { items: unknown[] }[]
    return page?.items.length
  }

  it('is not erased unasked', async () => {
    const before = await usersLeft(source, 'user-3')
    expect(before).toBeGreaterThan(0)
    const result = await weir('forget', '--unit', 'user:user-3', '--data-dir', source.dataDir)
    expect(result).toMatchObject({ code: 1, stdout: '' })
    expect(result.stderr).toContain(`Erase ${before} requests of user:user-3`)
    expect(await usersLeft(source, 'user-3')).toBe(before)
  })

  it.skipIf(!hasTerminals)('is erased only by who answers yes', async () => {
    const before = await usersLeft(source, 'user-4')
    expect(before).toBeGreaterThan(0)
    const command = `forget --unit user:user-4 --data-dir ${source.dataDir}`
    expect(await answering('n', command)).toContain('nothing was erased')
    expect(await usersLeft(source, 'user-4')).toBe(before)
    expect(await answering('y', command)).toContain('events erased')
    expect(await usersLeft(source, 'user-4')).toBe(0)
  })

  it('is gone from a running program, and nobody else is', async () => {
    const others = await usersLeft(source, 'user-5')
    const count = await usersLeft(source, 'user-3')
    const result = await weir('forget', '--unit', 'user:user-3', '--yes', '--data-dir', source.dataDir)
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(result.stdout).toMatch(new RegExp(`^${count} events erased`))
    expect([await usersLeft(source, 'user-3'), await usersLeft(source, 'user-5')]).toEqual([0, others])
  })

  it('is gone from a data directory whose program has stopped, with what waited in its spool', async () => {
    const { dataDir } = source
    const count = await usersLeft(source, 'user-5')
    await sendTraffic(source, 20)
    source.program.process.kill('SIGKILL')
    await source.program.ended
    const result = await weir('forget', '--unit', 'user:user-5', '--yes', '--data-dir', dataDir)
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(result.stdout).toContain(`${(count ?? 0) + 1} requests of user:user-5`)
    const left = await storedRequests(dataDir)
    expect(left.length).toBeGreaterThan(0)
    const again = await weir('forget', '--unit', 'user:user-5', '--yes', '--data-dir', dataDir)
    expect(again.stdout).toMatch(/^0 events erased: 0 requests/)
  })
})
