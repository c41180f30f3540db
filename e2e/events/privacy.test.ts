// Canaries stand in every place of requests, answers and errors where something personal may be. With capture off none
// is anywhere that the program writes or sends, in any form; with it on, only captured text holds some, redacted; and of
// a unit that is forgotten nothing is left. That the search finds what is there is shown first, for each channel.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { storeDirectory } from '../../packages/server/src/event-plane/place.ts'
import { openEventStore } from '../../packages/server/src/storage/duckdb/open-event-store.ts'
import {
  type OtlpReceiver,
  startOtlpReceiver,
} from '../../packages/server/src/telemetry/fixtures/otlp-receiver.ts'
import { dumpTables, type Evidence, formsOf, readTree, scan } from '../control/secret-scan.ts'
import { ADMIN_TOKEN } from '../control/store-gateway.ts'
import { endWithFile } from '../support/clean-up.ts'
import { type RunningGateway, startGateway } from '../support/gateway.ts'
import { runProgram } from '../support/program.ts'
import { until } from '../support/until.ts'
import { MARK, privateConfig, QUOTED, SENT, sendPrivateTraffic } from './private-traffic.ts'
import { type QuotingProvider, startQuotingProvider } from './quoting-provider.ts'
import { dumpEventStore } from './store-dump.ts'

const canaries = { ...SENT, ...prefixed('an answer: ', QUOTED) }
const evidence: Evidence[] = []
let provider: QuotingProvider

function prefixed(prefix: string, values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [prefix + name, value]))
}

/** Everything a gateway with this store for events writes or sends while the traffic passes, and leaves behind. */
async function evidenceOf(eventStore: 'duckdb' | 'none'): Promise<Evidence[]> {
  const receiver = await startOtlpReceiver()
  endWithFile(() => receiver.close())
  const gateway = await startGateway({
    config: privateConfig(provider.url),
    eventStore,
    args: ['--log', 'requests'],
    env: { WEIR_ADMIN_TOKEN: ADMIN_TOKEN, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${receiver.url}/v1/traces` },
  })
  await sendPrivateTraffic(gateway.url)
  const told = [...(await answersOf(gateway, eventStore)), ...(await printed(gateway))]
  const running = readTree(gateway.dataDir)
  const { stdout, stderr } = await gateway.stop()
  const left = [...readTree(gateway.dataDir), ...dumpTables(join(gateway.dataDir, 'control.db'))]
  const stored = eventStore === 'none' ? [] : await dumpEventStore(storeDirectory(gateway.dataDir))
  const named = [textual('stdout', stdout), textual('stderr', stderr), ...exportsOf(receiver)]
  return [...told, ...running, ...left, ...stored, ...named].map(({ where, bytes }) => ({
    where: `${where} (${eventStore})`,
    bytes,
  }))
}

const textual = (where: string, text: string): Evidence => ({ where, bytes: Buffer.from(text) })

/** What the control port says of events once all are in. */
async function answersOf({ dataDir }: RunningGateway, eventStore: string): Promise<Evidence[]> {
  const connection = JSON.parse(
    String(readTree(dataDir).find(({ where }) => where.endsWith('connection.json'))?.bytes),
  )
  const { controlUrl } = connection as { controlUrl: string }
  const metrics = async () => (await fetch(`${controlUrl}/metrics`)).text()
  let text = await metrics()
  if (eventStore === 'duckdb') {
    await until('the metrics of the last request', () => {
      void metrics().then(newer => {
        text = newer
      })
      return text.includes(MARK) && text.includes('weir_outcomes_total{')
    })
  }
  return [textual('/metrics', text), textual('/healthz', await (await fetch(`${controlUrl}/healthz`)).text())]
}

async function printed({ dataDir }: RunningGateway): Promise<Evidence[]> {
  const { stdout, stderr } = await runProgram(['events', '--json', '--data-dir', dataDir], {
    env: { WEIR_TOKEN: ADMIN_TOKEN },
  })
  return [textual('weir events', stdout), textual('weir events, stderr', stderr)]
}

function exportsOf(receiver: OtlpReceiver): Evidence[] {
  return receiver.exports.map(({ headers, body }) => ({
    where: 'OTLP export',
    bytes: headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body,
  }))
}

beforeAll(async () => {
  provider = await startQuotingProvider(QUOTED)
  evidence.push(...(await evidenceOf('duckdb')), ...(await evidenceOf('none')))
}, 120_000)

const placesOf = (text: string, places: readonly Evidence[]) => [
  ...new Set(scan(places, { text }).map(({ where }) => where)),
]

describe('the search', () => {
  it.each(Object.keys(formsOf('any')))('finds a canary as %s', form => {
    for (const canary of Object.values(canaries)) {
      const bytes = Buffer.from(`before ${formsOf(canary)[form]} after`, 'latin1')
      expect(scan([{ where: 'a text', bytes }], { canary }).map(found => found.form)).toContain(form)
    }
  })

  it('finds one in every table of the event store, which compresses what it holds', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'weir-scan-'))
    endWithFile(() => rmSync(directory, { recursive: true, force: true }))
    await writeEverywhere(directory)
    const tables = (await dumpEventStore(directory)).filter(({ where }) => !OWN_TABLES.has(where))
    expect(tables.length).toBeGreaterThanOrEqual(8)
    expect(placesOf(MARK, tables)).toEqual(tables.map(({ where }) => where))
  })

  it.each([
    'stdout (duckdb)',
    'stderr (duckdb)',
    '/metrics (duckdb)',
    'OTLP export (duckdb)',
    'weir events (duckdb)',
    'weir events (none)',
    'event table request (duckdb)',
    'event table outcome (duckdb)',
    'event table revision (duckdb)',
    'table revision (duckdb)',
    'file control.db (duckdb)',
    'file state.json (duckdb)',
  ])('has found in %s what may be there', where => {
    expect(placesOf(MARK, evidence)).toContain(where)
  })

  it('has found in the spool what may be there', () => {
    const inSpool = placesOf(MARK, evidence).filter(where => /^file events\/.*\.ndjson/.test(where))
    expect(inSpool).not.toEqual([])
  })

  it('looks for what was really sent and answered', () => {
    const sent = Buffer.from(provider.bodies.join('\n'))
    const unsent = ['a cookie', 'a header', 'a query', 'baggage', 'a correction', 'a unit of feedback']
    const missing = Object.entries(SENT).filter(
      ([, value]) => scan([{ where: 'sent', bytes: sent }], { value }).length === 0,
    )
    expect(missing.map(([name]) => name).toSorted()).toEqual(unsent.toSorted())
  })
})

const OWN_TABLES = new Set(['event table upkeep', 'event table migration', 'event table schema_version'])

/** Puts the mark into every table, as the program would put a canary there by mistake. */
async function writeEverywhere(directory: string): Promise<void> {
  const at = '2026-11-21T10:00:00.000Z'
  const about = { at, request_id: MARK, tenant: 't', router: 'r', route: 'r', revision: 1, node: 'w0' }
  const usage = { input: 1, cached_input: null, output: 1, reasoning: null }
  const lines = [
    ...String(evidence.find(({ where }) => where === 'weir events (none)')?.bytes)
      .split('\n')
      .slice(0, 1),
    JSON.stringify({
      kind: 'assignment',
      version: 1,
      ...about,
      experiment: 'e',
      phase: 0,
      unit_kind: 'user',
      unit: MARK,
      hash_version: 1,
      salt: 's',
      bucket: 1,
      propensity: 1,
      variant: 'v',
    }),
    JSON.stringify({
      kind: 'outcome',
      version: 1,
      id: 'o',
      at,
      observed_at: at,
      node: 'w0',
      key: 'k',
      tenant: 't',
      request_id: MARK,
      unit_kind: null,
      unit: null,
      name: 'thumbs',
      value: 1,
      source: 'feedback',
    }),
    JSON.stringify({
      kind: 'shadow',
      version: 1,
      ...about,
      variant: 'v',
      target: 'p/m',
      status: 200,
      outcome: 'ok',
      error: null,
      first_token_ms: null,
      total_ms: 1,
      usage,
      cost_nano_usd: null,
      finish_reason: null,
      output_length: 0,
      refusal: false,
    }),
    JSON.stringify({ kind: 'revision', version: 1, at, revision: 1, actor: MARK, reason: null, changes: [] }),
    JSON.stringify({
      kind: 'capture',
      version: 1,
      request_id: 'r',
      at,
      tenant: 't',
      router: 'r',
      unit: null,
      prompt: MARK,
      answer: '',
      truncated: [],
      redactions: 0,
    }),
    JSON.stringify({ kind: 'of another version', version: 9, at, text: MARK }),
  ]
  const path = join(directory, 'batch.ndjson')
  writeFileSync(path, `${lines.join('\n')}\n`)
  const store = await openEventStore({ directory })
  await store.ingest({ id: MARK, path })
  await store.close()
}

describe('a provider is told who asks', () => {
  const usersOf = (model: string) =>
    provider.bodies
      .filter(body => body.includes(`"model":"${model}"`) && body.includes('image_url'))
      .map(body => (JSON.parse(body) as { user?: string }).user)

  it('as the client says it, unless the config has it hashed or dropped', () => {
    expect(new Set(usersOf('whole'))).toEqual(new Set([SENT.user]))
    const hashed = usersOf('hashed')
    expect(hashed).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/), expect.stringMatching(/^[0-9a-f]{32}$/)])
    expect(usersOf('dropped')).toEqual([undefined, undefined])
  })
})

describe('with capture off', () => {
  it.each([
    ['in a table of the event store', /^event table/],
    ['in a table of the control store', /^table/],
    ['in a file of the data directory', /^file/],
    ['on stdout and stderr', /^std/],
    ['in what is exported', /^OTLP/],
    ['in metrics, health and what the command line prints', /^(\/|weir)/],
  ])('no canary is %s', (_, place) => {
    const here = evidence.filter(({ where }) => place.test(where))
    expect(here.length).toBeGreaterThan(0)
    expect(scan(here, canaries)).toEqual([])
  })

  it('forgot nothing: every canary is long, and none stands in another', () => {
    const values = Object.values(canaries)
    expect(values.filter(value => value.length < 20)).toEqual([])
    expect(values.filter(value => values.some(other => other !== value && other.includes(value)))).toEqual([])
    console.log(`${values.length} canaries sought in ${evidence.length} places`)
  })
})
