import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RequestEvent } from '@weir/core/event'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { sealLeftovers } from './seal-leftovers.ts'
import { Spool, type SpoolOptions } from './spool.ts'
import { spoolEntries, spoolFiles } from './spool-name.ts'

let home: string
let directory: string
const open: Spool[] = []

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'weir-spool-'))
  directory = join(home, 'events')
})

afterEach(async () => {
  await Promise.all(open.splice(0).map(spool => spool.close()))
  rmSync(home, { recursive: true, force: true })
})

function spoolWith(options: Partial<SpoolOptions> = {}): Spool {
  const spool = new Spool({ directory, writer: 'w0', ...options })
  open.push(spool)
  return spool
}

function event(id: string, extra: Partial<RequestEvent> = {}): RequestEvent {
  return { kind: 'request', version: 1, request_id: id, ...extra } as RequestEvent
}

/** Appends and resolves when `written` is called. */
function append(spool: Spool, ...events: RequestEvent[]): Promise<unknown> {
  return Promise.all(events.map(each => new Promise(resolve => spool.append(each, resolve))))
}

function linesOf(path: string): string[] {
  return readFileSync(path, 'utf8').split('\n').slice(0, -1)
}

const storedIds = () =>
  spoolFiles(directory).flatMap(path =>
    linesOf(path).map(line => (JSON.parse(line) as RequestEvent).request_id),
  )

describe('an event', () => {
  test('is in the file before its request is told so', async () => {
    const spool = spoolWith()
    for (let i = 0; i < 20; i++) {
      await new Promise<void>(resolve => {
        spool.append(event(`id-${i}`), () => {
          expect(storedIds()).toContain(`id-${i}`)
          resolve()
        })
      })
    }
    expect(storedIds()).toHaveLength(20)
  })

  test('does not hold up the turn it is appended in, and shares one write with its neighbours', async () => {
    const spool = spoolWith()
    const told: string[] = []
    for (const id of ['a', 'b', 'c']) spool.append(event(id), () => told.push(id))
    expect(told).toEqual([])
    await append(spool, event('d'))
    expect(told).toEqual(['a', 'b', 'c'])
    expect(storedIds()).toEqual(['a', 'b', 'c', 'd'])
  })

  test('is one line, whatever its values hold', async () => {
    const spool = spoolWith()
    const metadata = { text: 'a\nb\r\nc\u2028d\u2029e\u0085f\ud800', quote: '"}\n{"' }
    await append(spool, event('odd', { metadata }), event('next'))
    const [path] = spoolFiles(directory)
    const lines = linesOf(path as string)
    expect(lines).toHaveLength(2)
    // A lone surrogate has no UTF-8, so JSON writes it as an escape.
    expect((JSON.parse(lines[0] as string) as RequestEvent).metadata).toEqual(metadata)
  })
})

describe('files', () => {
  test('are for their owner only', async () => {
    await append(spoolWith(), event('a'))
    expect(statSync(directory).mode & 0o777).toBe(0o700)
    expect(statSync(spoolFiles(directory)[0] as string).mode & 0o777).toBe(0o600)
  })

  test('are begun anew beyond their size, and every event is in one of them, in order', async () => {
    const spool = spoolWith({ fileSize: 300 })
    const ids = Array.from({ length: 40 }, (_, index) => `id-${index}`)
    for (const id of ids) await append(spool, event(id))
    const files = spoolFiles(directory)
    expect(files.length).toBeGreaterThan(4)
    for (const file of files.slice(0, -1)) expect(statSync(file).size).toBeGreaterThanOrEqual(300)
    expect(storedIds()).toEqual(ids)
  })

  test('of two writers are apart', async () => {
    const [a, b] = [spoolWith({ writer: 'w0' }), spoolWith({ writer: 'w1' })]
    await Promise.all([append(a, event('a1'), event('a2')), append(b, event('b1'))])
    const byFile = spoolFiles(directory).map(path =>
      linesOf(path).map(line => (JSON.parse(line) as RequestEvent).request_id),
    )
    expect(byFile.toSorted((a, b) => b.length - a.length)).toEqual([['a1', 'a2'], ['b1']])
  })

  test('of an earlier run are left as they are', async () => {
    const before = spoolWith()
    await append(before, event('old'))
    await before.close()
    await append(spoolWith(), event('new'))
    expect(storedIds().toSorted()).toEqual(['new', 'old'])
  })
})

describe('the disk budget', () => {
  test('makes the oldest files give way, and says which and how many events were in them', async () => {
    const dropped: string[] = []
    let events = 0
    const spool = spoolWith({
      fileSize: 200,
      budget: 1000,
      onDropped: (count, file) => {
        dropped.push(file)
        events += count
      },
    })
    const ids = Array.from({ length: 60 }, (_, index) => `id-${index}`)
    for (const id of ids) await append(spool, event(id))
    await spool.close()
    const kept = storedIds()
    expect(dropped.length).toBeGreaterThan(0)
    for (const file of dropped) expect(spoolFiles(directory)).not.toContain(file)
    expect(kept).toEqual(ids.slice(-kept.length))
    const size = spoolFiles(directory).reduce((sum, file) => sum + statSync(file).size, 0)
    expect(size).toBeLessThanOrEqual(1000)
    expect([spool.lost, events]).toEqual([60 - kept.length, 60 - kept.length])
  })

  test('is kept by several writers, who count each event that gave way once', async () => {
    const spools = ['w0', 'w1', 'w2'].map(writer => spoolWith({ writer, fileSize: 200, budget: 1500 }))
    for (let i = 0; i < 60; i++) {
      await Promise.all(spools.map((spool, writer) => append(spool, event(`${writer}-${i}`))))
    }
    await Promise.all(spools.map(spool => spool.close()))
    const lost = spools.reduce((sum, spool) => sum + spool.lost, 0)
    expect(lost + storedIds().length).toBe(180)
    expect(lost).toBeGreaterThan(0)
  })

  test('never takes the file another writer is writing to', async () => {
    const slow = spoolWith({ writer: 'slow', fileSize: 200, budget: 1000 })
    await append(slow, event('slow-1'))
    const busy = spoolWith({ writer: 'busy', fileSize: 200, budget: 1000 })
    for (let i = 0; i < 60; i++) await append(busy, event(`busy-${i}`))
    await append(slow, event('slow-2'))
    expect(storedIds()).toEqual(expect.arrayContaining(['slow-1', 'slow-2']))
  })

  test('leaves files alone that are not events', async () => {
    mkdirSync(directory)
    writeFileSync(join(directory, '0-notes.txt'), 'x'.repeat(5000))
    const spool = spoolWith({ fileSize: 200, budget: 400 })
    for (let i = 0; i < 20; i++) await append(spool, event(`id-${i}`))
    await spool.close()
    expect(readdirSync(directory)).toContain('0-notes.txt')
  })
})

describe('a batch', () => {
  const states = () => spoolEntries(directory).map(({ state }) => state)

  test('is what was appended until it is asked for, and nobody appends to it', async () => {
    const spool = spoolWith()
    await append(spool, event('a'))
    expect(states()).toEqual(['open'])
    spool.append(event('b'), () => {})
    spool.seal()
    const [batch] = spoolFiles(directory)
    expect([states(), storedIds()]).toEqual([['sealed'], ['a', 'b']])
    await append(spool, event('c'))
    expect(linesOf(batch as string)).toHaveLength(2)
    expect(states()).toEqual(['sealed', 'open'])
  })

  test('is made by itself when the one before has been collected, and not before', async () => {
    const spool = spoolWith({ sealAfter: 1 })
    await append(spool, event('a'))
    await expect.poll(states).toEqual(['sealed'])
    await append(spool, event('b'))
    // Some turns of the timer: the first is still there.
    await new Promise(resolve => setTimeout(resolve, 50))
    expect(states()).toEqual(['sealed', 'open'])
    rmSync(spoolFiles(directory)[0] as string)
    await expect.poll(states).toEqual(['sealed'])
    expect(storedIds()).toEqual(['b'])
  })

  test('is never empty', async () => {
    const spool = spoolWith()
    spool.seal()
    expect(spoolEntries(directory)).toEqual([])
    await append(spool, event('a'))
    spool.seal()
    spool.seal()
    expect(states()).toEqual(['sealed'])
  })

  test('may be made while its last flush is under way', async () => {
    const errors: unknown[] = []
    const spool = spoolWith({ syncEvery: 0, onLost: (_, error) => errors.push(error) })
    for (let i = 0; i < 300; i++) {
      await append(spool, event(`id-${i}`))
      await new Promise(resolve => setTimeout(resolve, 1))
      spool.seal()
    }
    await spool.close()
    expect([errors, storedIds().length]).toEqual([[], 300])
  })

  test('has a name that no other has, though the clock stands still or goes back', async () => {
    vi.spyOn(Date, 'now').mockReturnValue(1_700_000_000_000)
    const names = new Set<string>()
    for (let run = 0; run < 5; run++) {
      const spool = spoolWith({ fileSize: 1 })
      for (let i = 0; i < 12; i++) await append(spool, event(`${run}-${i}`))
      for (const file of spoolFiles(directory)) names.add(file)
    }
    vi.restoreAllMocks()
    expect(names.size).toBe(60)
  })
})

describe('what a writer that is gone has left open', () => {
  test('becomes a batch, also of a run that was making room; of writers that live it stays open', async () => {
    for (const writer of ['w0', 'w1']) await append(spoolWith({ writer }), event(writer))
    writeFileSync(join(directory, '000000000000001-w0-run-000000.ndjson.dropped'), '{}\n')
    writeFileSync(join(directory, '000000000000002-w0-run-000001.ndjson.open'), '')
    sealLeftovers(directory, { name: 'w0' })
    const found = () => spoolEntries(directory).map(({ writer, state }) => `${writer} ${state}`)
    expect(found().toSorted()).toEqual(['w0 dropped', 'w0 sealed', 'w1 open'])
    sealLeftovers(directory, 'all')
    expect(found().toSorted()).toEqual(['w0 sealed', 'w0 sealed', 'w1 sealed'])
  })

  test('is nothing where nothing was recorded', () => {
    expect(() => sealLeftovers(directory, 'all')).not.toThrow()
  })
})

describe('a directory that cannot be written to', () => {
  test('loses events, counts them and lets every request finish', async () => {
    const errors: unknown[] = []
    writeFileSync(directory, 'a file where the directory should be')
    const spool = spoolWith({ onLost: (_, error) => errors.push(error) })
    await append(spool, event('a'), event('b'))
    await append(spool, event('c'))
    expect(spool.lost).toBe(3)
    expect(errors).toHaveLength(2)
  })

  test('is used again as soon as it can be', async () => {
    writeFileSync(directory, '')
    const spool = spoolWith()
    await append(spool, event('lost'))
    rmSync(directory)
    await append(spool, event('kept'))
    expect([spool.lost, storedIds()]).toEqual([1, ['kept']])
  })

  test('that was taken away is made again for the next file', async () => {
    const spool = spoolWith({ fileSize: 1 })
    await append(spool, event('gone'))
    rmSync(directory, { recursive: true })
    await append(spool, event('kept'))
    expect([spool.lost, storedIds()]).toEqual([0, ['kept']])
  })

  test('does not keep the spool from closing', async () => {
    writeFileSync(directory, '')
    const spool = spoolWith()
    await append(spool, event('lost'))
    await expect(spool.close()).resolves.toBeUndefined()
  })
})

describe('closing', () => {
  test('writes what was appended in the same turn, and tells it', async () => {
    const spool = spoolWith()
    let told = false
    spool.append(event('last'), () => {
      told = true
    })
    await spool.close()
    expect([told, storedIds()]).toEqual([true, ['last']])
  })

  test('twice does no harm', async () => {
    const spool = spoolWith()
    await append(spool, event('a'))
    await spool.close()
    await expect(spool.close()).resolves.toBeUndefined()
    expect(storedIds()).toEqual(['a'])
  })

  test('still writes an event that comes later, of a client that was cut off', async () => {
    const spool = spoolWith()
    await append(spool, event('a'))
    await spool.close()
    await append(spool, event('late'))
    expect(storedIds()).toEqual(['a', 'late'])
  })
})
