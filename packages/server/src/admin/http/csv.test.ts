import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { wantsCsv, writeCsv } from './csv.ts'
import type { AdminEnv } from './env.ts'

test.each([
  ['text as it is', 'ada', 'ada'],
  ['commas, quotes and line feeds in quotes', 'a,"b"\nc', '"a,""b""\nc"'],
  ['nothing as nothing', null, ''],
  ['numbers as they are, negative ones included', -1.5, '-1.5'],
  ['numbers of any size in full', 9_007_199_254_740_991, '9007199254740991'],
  ['booleans in words', false, 'false'],
  ['a formula as text', '=1+1', "'=1+1"],
  ['a formula by a sign', '-1+1', "'-1+1"],
  ['a formula by another', '+1', "'+1"],
  ['a function', '@SUM(A1)', "'@SUM(A1)"],
  ['what begins with a tab', '\t=1', "'\t=1"],
])('writes %s', (_, value, written) => {
  expect(writeCsv({ columns: ['a'], rows: [[value]] })).toBe(`a\r\n${written}\r\n`)
})

test('writes the names of columns first, in their order', () => {
  expect(writeCsv({ columns: ['b', 'a'], rows: [] })).toBe('b,a\r\n')
})

test.each<[string | undefined, 'json' | 'csv' | undefined, boolean]>([
  [undefined, undefined, false],
  ['*/*', undefined, false],
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', undefined, false],
  ['text/csv', undefined, true],
  ['text/csv;q=0.5, application/json', undefined, false],
  ['application/json;q=0.5, text/csv', undefined, true],
  ['application/json', 'csv', true],
  ['text/csv', 'json', false],
])('whether %s, with format %s, asks for CSV: %s', async (accept, format, expected) => {
  const app = new Hono<AdminEnv>().get('/', c => c.json(wantsCsv(c, format)))
  const response = await app.request('/', { headers: accept === undefined ? {} : { accept } })
  expect(await response.json()).toBe(expected)
})
