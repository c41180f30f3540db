// The books of requests and events: every way they can be wrong is told apart.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { checkEvents, problemsOf } from './event-check.ts'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'weir-events-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

const event = (id: string, more: object = {}): object => ({
  kind: 'request',
  request_id: id,
  outcome: 'ok',
  usage: { output: 98 },
  cost_nano_usd: 1200,
  ...more,
})

function spool(name: string, events: readonly object[]): void {
  writeFileSync(join(directory, name), events.map(each => `${JSON.stringify(each)}\n`).join(''))
}

async function problems(ids: string[], cutOff = 0): Promise<readonly string[]> {
  const ledger = { ids, cutOff }
  return problemsOf(await checkEvents(directory, ledger), ledger)
}

it('finds nothing wrong when each request left one event, over several files', async () => {
  spool('1.ndjson', [event('a'), event('b')])
  spool('2.ndjson', [event('c', { outcome: 'cancelled', usage: {}, cost_nano_usd: null })])
  expect(await problems(['a', 'b', 'c'])).toEqual([])
})

it.each([
  {
    wrong: 'a request without event',
    events: [event('a')],
    ids: ['a', 'b'],
    said: '1 requests left no event',
  },
  {
    wrong: 'an event twice',
    events: [event('a'), event('a')],
    ids: ['a'],
    said: '1 events repeat a request id',
  },
  {
    wrong: 'an id given twice',
    events: [event('a')],
    ids: ['a', 'a'],
    said: '1 request ids were given twice',
  },
  {
    wrong: 'an event of no request',
    events: [event('a'), event('z')],
    ids: ['a'],
    said: '1 events of unknown requests, at most 0 expected',
  },
  {
    wrong: 'a success without cost',
    events: [event('a', { cost_nano_usd: null })],
    ids: ['a'],
    said: '1 events of successful requests lack usage or cost',
  },
  {
    wrong: 'a success without usage',
    events: [event('a', { usage: { output: null } })],
    ids: ['a'],
    said: '1 events of successful requests lack usage or cost',
  },
  { wrong: 'no requests at all', events: [], ids: [], said: 'no request id was seen in any answer' },
])('says so of $wrong', async ({ events, ids, said }) => {
  spool('1.ndjson', events)
  expect(await problems(ids)).toEqual([said])
})

it('allows events of requests that were cut off, up to their number', async () => {
  spool('1.ndjson', [event('a'), event('y'), event('z')])
  expect(await problems(['a'], 2)).toEqual([])
  expect(await problems(['a'], 1)).toEqual(['2 events of unknown requests, at most 1 expected'])
})

it('leaves records of other kinds alone', async () => {
  spool('1.ndjson', [event('a'), { kind: 'assignment', request_id: 'q' }])
  expect(await problems(['a'])).toEqual([])
})

it('misses everything when there is no spool', async () => {
  expect(await problems(['a'])).toEqual(['1 requests left no event'])
})
