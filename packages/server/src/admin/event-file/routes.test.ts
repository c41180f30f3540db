import { existsSync, readdirSync, readlinkSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { EventFileError, EventStoreUnavailableError } from '../../storage/event-store.ts'
import { BEGIN, requestEvent } from '../../storage/fixtures/request-events.ts'
import { startTestControl } from '../fixtures/running-control.ts'
import { openTestEvents } from '../fixtures/stored-events.ts'
import { EventExchange, type ExchangeStore } from './exchange.ts'
import { registerEventFiles } from './routes.ts'

const NDJSON = 'application/x-ndjson'
const PARQUET = 'application/vnd.apache.parquet'

async function startFiles(
  events: readonly ReturnType<typeof requestEvent>[] = [],
  changes: Partial<ExchangeStore> = {},
) {
  const { store, home } = await openTestEvents(events)
  const directory = join(home, 'exchange')
  const exchange = new EventExchange(
    {
      export: query => store.export(query),
      import: file => store.import(file),
      settle: () => Promise.resolve(),
      ...changes,
    },
    directory,
  )
  const control = await startTestControl({
    resources: () => [app => registerEventFiles(app, exchange)],
    unlimitedBodies: ['/api/v1/events/import'],
  })
  const send = async (type: string, body: string | Buffer<ArrayBuffer>, token = control.token) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': type }
    const response = await fetch(`${control.url}/api/v1/events/import`, { method: 'POST', headers, body })
    return { status: response.status, ...((await response.json()) as object) }
  }
  const receive = (body: object) =>
    fetch(`${control.url}/api/v1/events/export`, {
      method: 'POST',
      headers: { authorization: `Bearer ${control.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  return {
    ...control,
    store,
    send,
    receive,
    left: () => (existsSync(directory) ? readdirSync(directory) : []),
  }
}

const linesOf = (events: readonly object[]) => events.map(event => `${JSON.stringify(event)}\n`).join('')
const eventsIn = (file: Buffer) =>
  file
    .toString()
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as unknown)
const at = (ms: number) => new Date(BEGIN + ms).toISOString()

test.each([NDJSON, PARQUET])(
  'what is exported as %s is taken by another store, and no file is left',
  async type => {
    const events = [1, 2, 3].map(ms => requestEvent({ at: at(ms) }))
    const one = await startFiles(events)
    const answer = await one.receive({ format: type === NDJSON ? 'ndjson' : 'parquet' })
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, type])
    expect(answer.headers.get('x-weir-events')).toBe('3')
    const file = Buffer.from(await answer.arrayBuffer())
    expect(answer.headers.get('content-length')).toBe(String(file.length))
    if (type === NDJSON) expect(eventsIn(file)).toEqual(events)

    const other = await startFiles()
    expect(await other.send(type, file)).toEqual({ status: 200, taken: { request: 3 } })
    expect(await other.send(type, file)).toEqual({ status: 200, taken: {} })
    expect(await other.store.request(events[1]?.request_id ?? '')).toEqual(events[1])
    expect([one.left(), other.left()]).toEqual([[], []])
  },
)

test('exports a window of a kind', async () => {
  const { receive } = await startFiles([0, 1, 2].map(ms => requestEvent({ at: at(ms) })))
  const window = await receive({ since: at(1), until: at(2) })
  expect(window.headers.get('x-weir-events')).toBe('1')
  expect((await receive({ kind: 'outcome' })).headers.get('x-weir-events')).toBe('0')
  expect((await receive({ kind: 'weather' })).status).toBe(422)
})

test('takes files that are larger than any other body may be', async () => {
  const { send } = await startFiles()
  const filler = { ...requestEvent(), metadata: { text: 'x'.repeat(100_000) } }
  const events = Array.from({ length: 200 }, (_, index) => ({ ...filler, request_id: `wr_${index}` }))
  const body = linesOf(events)
  expect(body.length).toBeGreaterThan(17 * 2 ** 20)
  expect(await send(NDJSON, body)).toEqual({ status: 200, taken: { request: 200 } })
})

test('says what is wrong with a file, not where it was put, and takes nothing of it', async () => {
  const { send, store, left } = await startFiles()
  const broken = await send(NDJSON, `${linesOf([requestEvent()])}{"kind":"request"`)
  expect(broken).toMatchObject({
    status: 422,
    code: 'invalid_body',
    detail: 'line 2 is no event: it is not JSON',
  })
  const other = await send(PARQUET, 'at,model\n')
  expect(other).toMatchObject({ status: 422, code: 'invalid_body' })
  expect((other as { detail?: string }).detail).toMatch(/^the file cannot be read as Parquet/)
  expect(await send('text/csv', 'at,model\n')).toMatchObject({ status: 415, code: 'unsupported_media_type' })
  expect((await store.state()).events).toMatchObject({ request: 0 })
  expect(left()).toEqual([])
})

test('takes an admin, and both are in the audit log', async () => {
  const { call, send, receive, tokenOf } = await startFiles([requestEvent()])
  const editor = await tokenOf('editor')
  const exported = await call('POST', '/api/v1/events/export', { body: {}, token: editor })
  expect([exported.status, (await send(NDJSON, '', editor)).status]).toEqual([403, 403])
  await (await receive({})).text()
  await send(NDJSON, linesOf([requestEvent()]))
  const { json } = await call('GET', '/api/v1/audit?limit=2')
  expect(json).toMatchObject({
    items: [
      { action: 'POST /api/v1/events/import', outcome: 'done' },
      { action: 'POST /api/v1/events/export', outcome: 'done' },
    ],
  })
})

test.each([
  [new EventStoreUnavailableError('its disk is full'), 'its disk is full'],
  [
    new EventFileError('x cannot be written (ENOSPC)'),
    'the file cannot be written: x cannot be written (ENOSPC)',
  ],
])('says why there can be no export: %s', async (error, detail) => {
  const { receive, left } = await startFiles([], { export: () => Promise.reject(error) })
  const answer = await receive({})
  expect(answer.status).toBe(503)
  expect(await answer.json()).toMatchObject({ code: 'event_store_unavailable', detail })
  expect(left()).toEqual([])
})

test('a file whose sender goes away leaves nothing behind', async () => {
  const { url, token, store, left } = await startFiles()
  const headers = { authorization: `Bearer ${token}`, 'content-type': NDJSON }
  const sending = request(`${url}/api/v1/events/import`, { method: 'POST', headers })
  const failed = new Promise(resolve => sending.once('error', resolve))
  sending.write(linesOf([requestEvent()]))
  await expect.poll(() => left().length).toBe(1)
  sending.destroy()
  await failed
  await expect.poll(left).toEqual([])
  expect((await store.state()).events).toMatchObject({ request: 0 })
})

test('a file whose reader goes away is closed', async () => {
  const filler = { ...requestEvent(), metadata: { text: 'x'.repeat(100_000) } }
  const { receive, left } = await startFiles(
    Array.from({ length: 200 }, (_, index) => ({ ...filler, request_id: `wr_${index}` })),
  )
  const answer = await receive({})
  expect([answer.status, left()]).toEqual([200, []])
  expect(openFiles()).toHaveLength(1)
  await answer.body?.cancel()
  await expect.poll(openFiles).toEqual([])
})

/** Files of exchanges that this process has open, though they have no name any more. */
function openFiles(): string[] {
  return readdirSync('/proc/self/fd').flatMap(descriptor => {
    const target = targetOf(`/proc/self/fd/${descriptor}`)
    return target.includes('/exchange/') ? [target] : []
  })
}

/** One that was closed meanwhile leads nowhere. */
function targetOf(link: string): string {
  try {
    return readlinkSync(link)
  } catch {
    return ''
  }
}
