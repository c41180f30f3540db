import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { compactIssuers } from './compact-issuers.ts'
import { IssuerLog, type IssuerLogOptions } from './issuer-log.ts'

const SECRET = Buffer.alloc(32, 7)

let home: string
let directory: string

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'weir-issuers-'))
  directory = join(home, 'issuers')
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const open = (writer = 'w0', options: Partial<IssuerLogOptions> = {}) =>
  new IssuerLog({ directory, writer, secret: SECRET, ...options })

const files = () => readdirSync(directory).toSorted()
const textOf = (file: string) => readFileSync(join(directory, file), 'utf8')
const allText = () => files().map(textOf).join('')

describe('what was remembered', () => {
  test('is found at once, and nothing else is', () => {
    const log = open()
    log.remember('acme', ['resp_1', 'conv_1'], 'a')
    log.remember('acme', ['resp_2'], 'b')
    expect(log.find('acme', ['resp_1'])).toBe('a')
    expect(log.find('acme', ['conv_1'])).toBe('a')
    expect(log.find('acme', ['resp_2'])).toBe('b')
    expect(log.find('acme', ['resp_3'])).toBeUndefined()
    expect(log.find('acme', [])).toBeUndefined()
  })

  test('is of the first id that is known', () => {
    const log = open()
    log.remember('acme', ['resp_1'], 'a')
    log.remember('acme', ['file-1'], 'b')
    expect(log.find('acme', ['resp_1', 'file-1'])).toBe('a')
    expect(log.find('acme', ['file-1', 'resp_1'])).toBe('b')
    expect(log.find('acme', ['resp_gone', 'file-1'])).toBe('b')
  })

  test('is the tenant’s own', () => {
    const log = open()
    log.remember('acme', ['resp_1'], 'a')
    expect(log.find('other', ['resp_1'])).toBeUndefined()
    expect(log.find('acm', ['e:resp_1'])).toBeUndefined()
    log.remember('other', ['resp_1'], 'b')
    expect(log.find('acme', ['resp_1'])).toBe('a')
  })

  test('follows the last provider that issued it', () => {
    const log = open()
    log.remember('acme', ['conv_1'], 'a')
    log.remember('acme', ['conv_1'], 'b')
    expect(log.find('acme', ['conv_1'])).toBe('b')
    expect(open('w1').find('acme', ['conv_1'])).toBe('b')
  })

  test('is on disk when remembering returns, though the log was never closed', () => {
    open().remember('acme', ['resp_1'], 'a')
    expect(open('w0').find('acme', ['resp_1'])).toBe('a')
  })

  test('stands there as digests that need the secret', () => {
    open().remember('acme', ['resp_secret_1'], 'a')
    expect(allText()).toMatch(/^[0-9a-z]+ [A-Za-z0-9_-]{22} a\n$/)
    expect(open('w1', { secret: Buffer.alloc(32, 8) }).find('acme', ['resp_secret_1'])).toBeUndefined()
  })

  test('is found whatever the id is made of', () => {
    const log = open()
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), fc.string({ minLength: 1 }), (id, other) => {
        log.remember('acme', [id], 'a')
        expect(log.find('acme', [id])).toBe('a')
        expect(log.find('beta', [other])).toBeUndefined()
      }),
      { numRuns: 50 },
    )
  })
})

describe('two workers', () => {
  test('see each other’s ids at once', () => {
    const [one, two] = [open('w0'), open('w1')]
    for (let turn = 0; turn < 20; turn++) {
      const [from, to] = turn % 2 === 0 ? [one, two] : [two, one]
      from.remember('acme', [`resp_${turn}`], turn % 3 === 0 ? 'a' : 'b')
      expect(to.find('acme', [`resp_${turn}`])).toBe(turn % 3 === 0 ? 'a' : 'b')
    }
    expect(files()).toEqual(['w0-000001.log', 'w1-000001.log'])
  })

  test('see a line only when it is whole', () => {
    const [one, two] = [open('w0'), open('w1')]
    one.remember('acme', ['resp_1'], 'a')
    const line = textOf('w0-000001.log')
    writeFileSync(join(directory, 'w2-000001.log'), line.slice(0, -1))
    rmSync(join(directory, 'w0-000001.log'))
    expect(two.find('acme', ['resp_1'])).toBeUndefined()
    writeFileSync(join(directory, 'w2-000001.log'), line)
    expect(two.find('acme', ['resp_1'])).toBe('a')
  })

  test('go on when one of them has died and begun again', () => {
    const [one, two] = [open('w0'), open('w1')]
    one.remember('acme', ['resp_1'], 'a')
    expect(two.find('acme', ['resp_1'])).toBe('a')
    const again = open('w0')
    again.remember('acme', ['resp_2'], 'b')
    expect(two.find('acme', ['resp_2'])).toBe('b')
    expect(again.find('acme', ['resp_1'])).toBe('a')
    expect(files()).toEqual(['w0-000001.log', 'w0-000002.log'])
  })
})

describe('a line that is none', () => {
  test.each([
    ['torn by a crash at the end of a file', (line: string) => line.slice(0, 17)],
    ['torn before a good one', (line: string) => `${line.slice(0, 17)}\n${line}`],
    ['of something else', (line: string) => `\n \n{"kind":"request"}\n${line}`],
    ['without a provider', (line: string) => `${line.slice(0, line.lastIndexOf(' '))} \n${line}`],
    [
      'torn by a failed write, after a part of the provider',
      (line: string) => `${line.slice(0, -2)} \n${line}`,
    ],
    ['without a time', (line: string) => `${line.slice(line.indexOf(' '))}${line}`],
  ])('%s is skipped', (_, spoil) => {
    open('w0').remember('acme', ['resp_1'], 'account-a')
    const line = textOf('w0-000001.log')
    writeFileSync(join(directory, 'w0-000001.log'), line + spoil(line))
    expect(open('w1').find('acme', ['resp_1'])).toBe('account-a')
    compactIssuers(directory)
    expect(allText()).toBe(line)
  })
})

describe('what there is too much of', () => {
  test('gives way, what was not used for longest first', () => {
    const log = open('w0', { capacity: 3 })
    for (const id of ['1', '2', '3']) log.remember('acme', [id], 'a')
    expect(log.find('acme', ['1'])).toBe('a')
    log.remember('acme', ['4'], 'a')
    rmSync(directory, { recursive: true })
    expect(['1', '2', '3', '4'].map(id => log.find('acme', [id]))).toEqual(['a', undefined, 'a', 'a'])
  })

  test('is never more on disk than two full files a writer, with the newest always there', () => {
    const log = open('w0', { capacity: 10 })
    for (let id = 0; id < 95; id++) {
      log.remember('acme', [String(id)], 'a')
      expect(files().length).toBeLessThanOrEqual(2)
      const fresh = open('w1', { capacity: 10 })
      const newest = Array.from({ length: Math.min(10, id + 1) }, (_, back) => String(id - back))
      expect(newest.filter(each => fresh.find('acme', [each]) !== 'a')).toEqual([])
    }
  })

  test('is compacted at the start, in the order in which it came from all writers', () => {
    const [one, two] = [open('w0'), open('w1')]
    for (let id = 0; id < 10; id++) (id % 2 === 0 ? one : two).remember('acme', [String(id)], `p${id % 3}`)
    one.remember('acme', ['0'], 'p9')
    compactIssuers(directory)
    expect(files()).toEqual(['merged-000001.log'])
    expect(allText().match(/\n/g)).toHaveLength(10)
    const after = open('w0')
    expect(after.find('acme', ['0'])).toBe('p9')
    expect(after.find('acme', ['7'])).toBe('p1')
    after.remember('acme', ['10'], 'p1')
    expect(files()).toEqual(['merged-000001.log', 'w0-000001.log'])
    compactIssuers(directory)
    expect(files()).toEqual(['merged-000001.log'])
    expect(open('w0').find('acme', ['10'])).toBe('p1')
    expect(open('w0').find('acme', ['0'])).toBe('p9')
  })

  test('is left out of the compacted file, oldest first', () => {
    mkdirSync(directory)
    const digest = (id: number) => String(id).padStart(22, 'x')
    const line = (at: number) => `${at.toString(36)} ${digest(at)} a\n`
    writeFileSync(join(directory, 'w0-000001.log'), [1, 4, 6].map(line).join(''))
    writeFileSync(join(directory, 'w1-000001.log'), [2, 3, 5].map(line).join(''))
    compactIssuers(directory, 4)
    expect(allText()).toBe([3, 4, 5, 6].map(line).join(''))
  })

  test('is nothing where nothing was ever remembered', () => {
    compactIssuers(directory)
    expect(open().find('acme', ['resp_1'])).toBeUndefined()
    expect(readdirSync(home)).toEqual([])
  })
})

describe('trouble with the disk', () => {
  test('fails nobody: what is remembered is known, and trouble is told once until it is over', () => {
    writeFileSync(directory, 'a file where the directory should be')
    const troubles: unknown[] = []
    const log = open('w0', { onTrouble: error => troubles.push(error) })
    for (const id of ['1', '2']) log.remember('acme', [id], 'a')
    expect(['1', '2', '3'].map(id => log.find('acme', [id]))).toEqual(['a', 'a', undefined])
    // Once for reading, once for writing.
    expect(troubles).toHaveLength(2)
    rmSync(directory)
    log.remember('acme', ['4'], 'a')
    expect(open('w1').find('acme', ['4'])).toBe('a')
    expect(troubles).toHaveLength(2)
  })

  test('that has no room leaves whole lines, goes on when there is some, and begins no heap of files', () => {
    const program = fileURLToPath(new URL('fixtures/little-room.ts', import.meta.url))
    // Two blocks of 512 bytes; then a file of 635, which ends within a provider.
    const limited = `ulimit -f 2; exec "${process.execPath}" "${program}" "${directory}" 635`
    const told = execFileSync('sh', ['-c', limited], { encoding: 'utf8' })
    expect(JSON.parse(told)).toEqual({ troubles: 1, known: true })
    expect(files()).toEqual(['w0-000001.log'])
    const lines = allText().trimEnd().split('\n')
    const whole = Math.floor(635 / `${lines[0] ?? ''}\n`.length)
    const after = open('w1')
    const found = Array.from({ length: 100 }, (_, index) => after.find('acme', [`resp_${index}`]))
    expect(found.filter(provider => provider === 'account')).toHaveLength(whole)
    expect(after.find('acme', ['resp_last'])).toBe('account')
    expect(new Set(found)).toEqual(new Set(['account', undefined]))
  })
})
