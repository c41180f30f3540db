// How every event store gives events away in files and takes them from such, whatever its engine. An engine's test file
// calls `describeEventFiles` with a way to open a store of its own.
import { readFileSync, statSync } from 'node:fs'
import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { EventFileError, type EventStore } from './event-store.ts'
import { eventsOf, firstVersionOf, linesOf, sorted } from './fixtures/event-lines.ts'
import { EVENT_KINDS, type EventStoreUnderTest, useEventStore } from './fixtures/event-store-under-test.ts'
import { anyEvent, eventsAbout } from './fixtures/recorded-events.ts'
import { BEGIN, requestEvent } from './fixtures/request-events.ts'

const FORMATS = ['ndjson', 'parquet'] as const
const TIME = new Date(BEGIN).toISOString()

export function describeEventFiles(engine: string, create: () => Promise<EventStoreUnderTest>): void {
  const trial = useEventStore(create)
  const { fresh, batchOf, take, held } = trial
  let store: EventStore

  beforeEach(() => {
    store = trial.current()
  })

  describe(`${engine}: export and import`, () => {
    test.each(FORMATS)('as %s carry every event over to another store as it was', async format => {
      const other = await trial.other()
      await fc.assert(
        fc.asyncProperty(fc.array(anyEvent, { maxLength: 20 }), async events => {
          await take(events)
          for (const kind of EVENT_KINDS) {
            const path = fresh()
            const written = await store.export({ kind, format, path })
            const report = await other.import({ path, format })
            expect(report.taken[kind] ?? 0).toBeLessThanOrEqual(written)
          }
          expect(sorted(await held(other))).toEqual(sorted(await held()))
        }),
        { numRuns: 10 },
      )
    })

    test.each(FORMATS)('a file of %s a second time, or overlapping, adds nothing twice', async format => {
      await take(eventsAbout('ada', 'r1', TIME))
      const before = await held()
      for (const kind of EVENT_KINDS) {
        const path = fresh()
        await store.export({ kind, format, path })
        expect(await store.import({ path, format })).toEqual({ taken: {}, skipped: 0, unread: 0 })
      }
      expect(sorted(await held())).toEqual(sorted(before))
    })

    test.each(FORMATS)('as %s keep separators at which other readers end a line', async format => {
      // The half of a pair makes an engine that knows none repair the lines first.
      const metadata = { note: 'one\u2028two\u2029three\rfour', half: '\ud83d' }
      await take([requestEvent({ metadata }), requestEvent()])
      const [path, other] = [fresh(), await trial.other()]
      await store.export({ kind: 'request', format, path })
      expect(await other.import({ path, format })).toMatchObject({ taken: { request: 2 }, unread: 0 })
      const notes = (await held(other)).map(event => event.kind === 'request' && event.metadata['note'])
      expect(notes.filter(Boolean)).toEqual([metadata.note])
    })

    test('an event that is twice in a file is taken once', async () => {
      const event = requestEvent()
      const { path } = batchOf(linesOf([event, event]))
      expect((await store.import({ path, format: 'ndjson' })).taken).toEqual({ request: 1 })
    })

    test('a file may hold events of several kinds and of the first version', async () => {
      const events = eventsAbout('ada', 'r1', TIME)
      const { path } = batchOf(linesOf(events) + JSON.stringify(firstVersionOf(requestEvent())))
      expect((await store.import({ path, format: 'ndjson' })).taken).toEqual({
        request: 2,
        assignment: 1,
        outcome: 2,
        shadow: 1,
        capture: 1,
      })
    })

    test('exports what is from one time, inclusive, to another, exclusive, oldest first', async () => {
      const events = [3, 0, 2, 1].map(ms => requestEvent({ at: new Date(BEGIN + ms).toISOString() }))
      await take(events)
      const path = fresh()
      const window = { since: BEGIN + 1, until: BEGIN + 3 }
      expect(await store.export({ kind: 'request', format: 'ndjson', path, ...window })).toBe(2)
      expect(eventsOf(path)).toEqual([events[3], events[2]])
    })

    test('exports for their owner only', async () => {
      const path = fresh()
      await store.export({ kind: 'request', format: 'parquet', path })
      expect(statSync(path).mode & 0o777).toBe(0o600)
    })

    test('never export over a file', async () => {
      const { path } = batchOf('precious')
      const exported = store.export({ kind: 'request', format: 'ndjson', path })
      await expect(exported).rejects.toThrow(new EventFileError(`${path} is there already`))
      expect(readFileSync(path, 'utf8')).toBe('precious')
    })

    test('say when there is no place to export to', async () => {
      const path = fresh('none/file')
      const exported = store.export({ kind: 'request', format: 'ndjson', path })
      await expect(exported).rejects.toThrow(EventFileError)
    })

    test.each<[string, (whole: Buffer) => string | Buffer, string]>([
      ['that breaks off', whole => whole.subarray(0, -5), 'ndjson'],
      ['with a damaged line', whole => Buffer.concat([whole, Buffer.from('{"kind":\n')]), 'ndjson'],
      ['with a field more', whole => `${whole.toString().trimEnd().slice(0, -1)},"prompt":"x"}`, 'ndjson'],
      ['of another program', () => 'at,model\n2026,demo\n', 'ndjson'],
      ['of another program', () => 'at,model\n2026,demo\n', 'parquet'],
      ['that breaks off', whole => whole.subarray(0, -5), 'parquet'],
      ['that is empty', () => '', 'parquet'],
    ])('take nothing of a file %s (%#)', async (_, damage, format) => {
      await take([requestEvent(), requestEvent()])
      const whole = fresh()
      const shape = format as (typeof FORMATS)[number]
      await store.export({ kind: 'request', format: shape, path: whole })
      const { path } = batchOf(damage(readFileSync(whole)))
      const other = await trial.other()
      await expect(other.import({ path, format: shape })).rejects.toThrow(EventFileError)
      expect((await other.state()).events).toMatchObject({ request: 0 })
    })

    test('say which line and field are wrong, and not what they hold', async () => {
      const wrong = { ...requestEvent(), bucket: 'secret' }
      const { path } = batchOf(`${linesOf([requestEvent()])}${JSON.stringify(wrong)}\n`)
      const imported = store.import({ path, format: 'ndjson' })
      await expect(imported).rejects.toThrow(/^line 2 is no event: bucket: (?!.*secret)/)
    })

    test('say when there is no such file', async () => {
      await expect(store.import({ path: fresh(), format: 'parquet' })).rejects.toThrow(/ENOENT/)
    })
  })
}
