// A provider behind a library that fails: timeouts, attempts and accounting are the gateway's, as for any other.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FailureKind } from '@weir/core/config'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openaiClient } from '../support/sdk.ts'
import { until } from '../support/until.ts'
import { type Asker, askers, type ClientName } from './asker.ts'
import {
  type ForeignGateway,
  GEMINI_KEY,
  type ProviderName,
  type RouterCase,
  startForeignGateway,
  WRONG_KEY,
} from './foreign-gateway.ts'
import { thrownBy } from './thrown.ts'

/** Long enough for any healthy answer on a busy machine; the cases that wait for it run side by side. */
const timeouts = { first_token: '2s', total: '2s' }

interface Row {
  readonly first: string
  readonly kind: FailureKind
  /** The provider's status as the event has it. */
  readonly status: number | null
  readonly modes?: readonly ('whole' | 'stream')[]
  readonly timeouts?: RouterCase['timeouts']
  readonly provider?: ProviderName
}

const rows: Record<string, Row> = {
  'total-time': { first: 'hang=headers', kind: 'timeout', status: null, timeouts, modes: ['whole'] },
  'first-token-time': { first: 'hang=first_token', kind: 'timeout', status: 200, timeouts },
  'no-headers': { first: 'hang=headers', kind: 'timeout', status: null, timeouts },
  'status-429': { first: 'error=429; retry_after=30', kind: 'rate_limited', status: 429 },
  'status-500': { first: 'error=500', kind: 'server_error', status: 500 },
  'status-503': { first: 'error=503', kind: 'server_error', status: 503 },
  'status-403': { first: 'error=403', kind: 'credential', status: 403 },
  'status-404': { first: 'error=404', kind: 'model_gone', status: 404 },
  'wrong-key': { first: '', provider: 'misled', kind: 'credential', status: 400 },
  'break-before': { first: 'break=before_headers', kind: 'reset', status: null },
  'break-after': { first: 'break=after_headers', kind: 'reset', status: 200 },
  'break-mid': { first: 'break=mid', kind: 'reset', status: 200, modes: ['whole'] },
  html: { first: 'html', kind: 'bad_answer', status: 200 },
  empty: { first: 'empty', kind: 'bad_answer', status: 200 },
  truncated: { first: 'truncate', kind: 'bad_answer', status: 200, modes: ['whole'] },
  malformed: { first: 'malformed=1', kind: 'bad_answer', status: 200, modes: ['stream'] },
  'error-in-200': { first: 'ok_error_body', kind: 'server_error', status: 200, modes: ['whole'] },
  'json-for-a-stream': { first: 'ok_error_body', kind: 'bad_answer', status: 200, modes: ['stream'] },
  'error-event': { first: 'error_event=first', kind: 'server_error', status: 200, modes: ['stream'] },
  'gzip-html': { first: 'html; encoding=gzip', kind: 'bad_answer', status: 200 },
}

const saying = (words: string, directives = '') => `text=${encodeURIComponent(words)}; ${directives}`

/** Streams of three tokens that fail behind the first. */
const broken: Record<string, { readonly first: string; readonly timeouts?: RouterCase['timeouts'] }> = {
  break: { first: 'break=mid' },
  'error-event': { first: 'error_event=mid' },
  hang: { first: 'hang=mid', timeouts: { idle: '1s' } },
  'cut-frame': { first: 'truncate' },
  'gzip-break': { first: 'break=mid; encoding=gzip' },
}

let setup: ForeignGateway
let clients: Readonly<Record<ClientName, Asker>>

function fallback({ first, provider = 'gemini', timeouts }: Omit<Row, 'kind' | 'status'>): RouterCase {
  return {
    targets: [
      { provider, sim: saying('from the first', first) },
      { provider: 'gpt', sim: saying('from the second') },
    ],
    ...(timeouts && { timeouts }),
  }
}

const modesOf = ({ modes = ['whole', 'stream'] }: Row) => modes
const cases = Object.entries(rows).flatMap(([id, row]) => modesOf(row).map(mode => ({ id, row, mode })))

beforeAll(async () => {
  setup = await startForeignGateway({
    ...Object.fromEntries(cases.map(({ id, row, mode }) => [`${id}-${mode}`, fallback(row)])),
    ...Object.fromEntries(Object.entries(broken).map(([id, row]) => [`broken-${id}`, fallback(row)])),
    alone: { targets: [{ provider: 'misled' }] },
    slow: { targets: [{ provider: 'gemini', sim: 'error=429; retry_after=27' }] },
  })
  clients = askers(setup)
})

afterAll(() => setup.ledger.check(setup.gateway))

/** The router that the latest events are of: cases run side by side. */
const eventOf = (router: string) => setup.gateway.events().find(event => event.router === router)

describe.concurrent('falls back', () => {
  it.each(cases)('on $id ($mode), and the client sees nothing of it', async ({ id, row, mode }) => {
    const router = `${id}-${mode}`
    const heard = await clients.chat[mode]({ model: router })
    expect(heard.text).toBe('from the second')
    const event = await until('the event', () => eventOf(router))
    expect(event).toMatchObject({
      outcome: 'ok',
      assigned: 'first',
      served: 'second',
      target: `gpt/${router}-2`,
      usage: { input: 6, output: 3 },
      attempts: [
        { variant: 'first', failure: row.kind, status: row.status },
        { variant: 'second', failure: null, status: 200 },
      ],
    })
  })
})

describe.concurrent('ends a stream that fails after its first content', () => {
  const clientsOf = ['chat', 'messages', 'responses'] as const
  it.each(Object.keys(broken).flatMap(id => clientsOf.map(name => ({ id, name }))))(
    'by $id with an error that the SDK throws ($name)',
    async ({ id, name }) => {
      const error = await thrownBy(clients[name].stream({ model: `broken-${id}` }))
      expect(JSON.stringify(error.error)).toContain('stream_broken')
      const event = await until('the event', () =>
        setup.gateway.events().find(each => each.router === `broken-${id}` && each.endpoint === name),
      )
      expect(event).toMatchObject({
        status: 200,
        outcome: 'stream_broken',
        error: 'stream_broken',
        served: 'first',
        attempts: [{ variant: 'first', failure: 'stream_broken', status: 200 }],
        output_length: 'from'.length,
        cost_nano_usd: null,
      })
    },
  )
})

describe('with nothing to fall back on', () => {
  it('tells the client how long a rate limit lasts', async () => {
    const error = await thrownBy(clients.chat.whole({ model: 'slow' }))
    expect(error).toMatchObject({ status: 429, code: 'upstream_rate_limited' })
    expect(error.headers?.get('retry-after')).toBe('27')
  })

  it('a wrong credential is the operator’s affair, and is shown nowhere', async () => {
    const client = openaiClient(setup.gateway, setup.ledger)
    const error = await thrownBy(
      client.chat.completions.create({ model: 'alone', messages: [{ role: 'user', content: 'Hello' }] }),
    )
    expect(error).toMatchObject({ status: 502, code: 'upstream_credential' })
    expect(await setup.lastEvent()).toMatchObject({
      outcome: 'failed',
      error: 'upstream_credential',
      attempts: [{ failure: 'credential', status: 400 }],
    })
    const written = readdirSync(setup.gateway.dataDir, { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(entry => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    const { program } = setup.gateway
    const shown = [JSON.stringify(error.error), error.message, program.stdout(), program.stderr(), ...written]
    for (const key of [WRONG_KEY, GEMINI_KEY]) expect(shown.filter(text => text.includes(key))).toEqual([])
  })
})
