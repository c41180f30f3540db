import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { forgetInFiles } from './forget-lines.ts'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'weir-forget-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
})

const put = (name: string, ...lines: readonly (object | string)[]) =>
  writeFileSync(
    join(directory, name),
    lines.map(line => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join(''),
  )
const linesOf = (name: string) => readFileSync(join(directory, name), 'utf8').split('\n').slice(0, -1)

const request = (id: string, unit: string, kind = 'user') => ({
  kind: 'request',
  request_id: id,
  unit_kind: kind,
  unit,
})
const ANN = [{ kind: null, unit: 'aa' }]

test('events of a unit and of its requests go, whichever file they are in', () => {
  put('1.ndjson', request('r1', 'aa'), request('r2', 'bb'))
  put('2.ndjson', { kind: 'shadow', request_id: 'r1' }, { kind: 'shadow', request_id: 'r2' })
  put('3.ndjson', { kind: 'outcome', unit_kind: 'user', unit: 'aa' }, { kind: 'capture', unit: 'aa' })
  expect(forgetInFiles(directory, ANN)).toBe(4)
  expect(linesOf('1.ndjson')).toEqual([JSON.stringify(request('r2', 'bb'))])
  expect(linesOf('2.ndjson')).toEqual([JSON.stringify({ kind: 'shadow', request_id: 'r2' })])
  expect(existsSync(join(directory, '3.ndjson'))).toBe(false)
  expect(readdirSync(directory)).toHaveLength(2)
})

test('a raw unit goes with its kind only', () => {
  put('1.ndjson', request('r1', '7'), request('r2', '7', 'metadata.account'))
  expect(forgetInFiles(directory, [{ kind: 'user', unit: '7' }])).toBe(1)
  expect(linesOf('1.ndjson')).toEqual([JSON.stringify(request('r2', '7', 'metadata.account'))])
})

test('lines that are no event are searched as text', () => {
  const prompt = (text: string) => ({ kind: 'capture', unit: 'bb', prompt: JSON.stringify({ user: text }) })
  put(
    '1.ndjson',
    '{"torn": "aa',
    '{"torn": "bb"',
    '"7',
    '{"torn": "7"',
    { kind: 'new', about: '7' },
    prompt('7'),
  )
  put('2.ndjson', prompt('7 of 7'))
  expect(forgetInFiles(directory, [...ANN, { kind: 'user', unit: '7' }])).toBe(4)
  expect(linesOf('2.ndjson')).toHaveLength(1)
  expect(linesOf('1.ndjson')).toEqual(['{"torn": "bb"', '"7'])
})

test('what nobody is to forget stays as it is, and so do files that are written to', () => {
  put('1.ndjson', request('r2', 'bb'), 'torn')
  put('2.ndjson.open', request('r1', 'aa'))
  expect(forgetInFiles(directory, ANN)).toBe(0)
  expect(linesOf('1.ndjson')).toEqual([JSON.stringify(request('r2', 'bb')), 'torn'])
  expect(linesOf('2.ndjson.open')).toHaveLength(1)
})

test('there may be no directory', () => {
  expect(forgetInFiles(join(directory, 'none'), ANN)).toBe(0)
})
