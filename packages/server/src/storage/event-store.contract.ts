// How every event store takes events in, keeps them, gives them away and forgets them, whatever its engine; what it
// answers about them is in event-queries.contract.ts. An engine's test file calls `describeEventStore` with a way to open
// a store of its own.
import { type RecordedEvent, requestEventSchema } from '@weir/core/event'
import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import type { EventStore, RecordedUnit, Retention } from './event-store.ts'
import { firstVersionOf, linesOf, sorted } from './fixtures/event-lines.ts'
import { EVENT_KINDS, type EventStoreUnderTest, useEventStore } from './fixtures/event-store-under-test.ts'
import { anyEvent, eventsAbout } from './fixtures/recorded-events.ts'
import { BEGIN, requestEvent } from './fixtures/request-events.ts'

const TIME = new Date(BEGIN).toISOString()
const DAY_MS = 86_400_000
const FOREVER: Retention = {
  request: null,
  assignment: null,
  outcome: null,
  shadow: null,
  revision: null,
  capture: null,
  size: null,
}

export function describeEventStore(engine: string, create: () => Promise<EventStoreUnderTest>): void {
  const trial = useEventStore(create)
  const { fresh, batchOf, take, held } = trial
  let store: EventStore

  beforeEach(() => {
    store = trial.current()
  })

  describe(`${engine}: taking batches in`, () => {
    test('keeps events of every kind exactly as they were recorded', async () => {
      let all: RecordedEvent[] = []
      await fc.assert(
        fc.asyncProperty(fc.array(anyEvent, { maxLength: 20 }), async events => {
          await take(events)
          all = [...all, ...events]
          expect(sorted(await held())).toEqual(sorted(all))
        }),
        { numRuns: 25 },
      )
    })

    test('says how many of which kind were taken', async () => {
      const [request, assignment] = eventsAbout('ada', 'r1', TIME)
      const events = [request, assignment, requestEvent()] as RecordedEvent[]
      expect(await take(events)).toEqual({ taken: { request: 2, assignment: 1 }, skipped: 0, unread: 0 })
    })

    test('takes a batch once, however often it comes, at the same time and after a restart too', async () => {
      const batch = batchOf(linesOf([requestEvent(), requestEvent()]))
      const reports = await Promise.all([store.ingest(batch), store.ingest(batch), store.ingest(batch)])
      store = await trial.reopen()
      reports.push(await store.ingest(batch))
      expect(reports.map(({ taken }) => taken.request ?? 0).toSorted((a, b) => a - b)).toEqual([0, 0, 0, 2])
      expect((await store.state()).events.request).toBe(2)
    })

    test('takes another batch with the same contents', async () => {
      const event = requestEvent()
      await take([event])
      await take([event])
      expect((await store.state()).events.request).toBe(2)
    })

    test('reads requests of the first version as its schema does', async () => {
      const event = requestEvent({
        attempts: [
          {
            variant: 'a',
            target: 'x/a',
            status: 200,
            failure: null,
            code: null,
            began_ms: 0,
            ms: 1,
            span_id: null,
          },
        ],
      })
      const first = firstVersionOf(event)
      await store.ingest(batchOf(`${JSON.stringify(first)}\n`))
      const stored = await store.request(event.request_id)
      expect(stored).toEqual(requestEventSchema.parse(first))
      expect(stored).toMatchObject({ version: 1, attempts: [{ began_ms: 0, span_id: null }], dropped: [] })
    })

    test.each<[string, string | Buffer]>([
      ['a line torn in the middle', '{"kind":"request","version":2,"request_id":"to'],
      ['bytes that are no text', Buffer.from([0, 0xff, 0xfe, 0x80])],
      ['two events on one line', '{"kind":"request"}{"kind":"request"}'],
      ['a number', '42'],
      ['a list', '[{"kind":"request"}]'],
      ['null', 'null'],
      ['words', 'to be continued'],
    ])('leaves out %s, and nothing beside it', async (_, line) => {
      const [before, after] = [requestEvent(), requestEvent()]
      const around = [linesOf([before]), '\n\n', linesOf([after])] as const
      const lines = Buffer.concat([around[0], line, around[1], around[2]].map(part => Buffer.from(part)))
      expect(await store.ingest(batchOf(lines))).toEqual({ taken: { request: 2 }, skipped: 1, unread: 0 })
      expect(sorted(await held())).toEqual(sorted([before, after]))
    })

    test('leaves out the end of a file that broke off', async () => {
      const event = requestEvent()
      const line = linesOf([event])
      const report = await store.ingest(batchOf(line + line.slice(0, -20)))
      expect(report).toEqual({ taken: { request: 1 }, skipped: 1, unread: 0 })
    })

    test('takes the last line without its newline', async () => {
      const event = requestEvent()
      await store.ingest(batchOf(linesOf([event]).trimEnd()))
      expect(await held()).toEqual([event])
    })

    test.each<[string, object]>([
      ['of a kind that is not known', { kind: 'weather', version: 1, at: TIME }],
      ['of a newer version', { ...requestEvent(), version: 3, shape: { other: true } }],
      ['without a kind', { version: 1 }],
      ['without a field that every event of its kind has', { ...requestEvent(), total_ms: undefined }],
      ['with a time that is none', { ...requestEvent(), at: 'yesterday' }],
    ])('keeps aside a line %s, and takes the others', async (_, line) => {
      const event = requestEvent()
      const report = await store.ingest(batchOf(`${JSON.stringify(line)}\n${linesOf([event])}`))
      expect(report).toEqual({ taken: { request: 1 }, skipped: 0, unread: 1 })
      expect(await held()).toEqual([event])
    })

    test('takes an event with half a character in it, which becomes the mark of one that is missing', async () => {
      const odd = requestEvent({ metadata: { half: 'a\ud800b', pair: '😀', text: String.raw`\ud800` } })
      const even = requestEvent()
      const report = await take([odd, even])
      expect(report).toEqual({ taken: { request: 2 }, skipped: 0, unread: 0 })
      const metadata = { half: 'a\ufffdb', pair: '😀', text: String.raw`\ud800` }
      expect(sorted(await held())).toEqual(sorted([{ ...odd, metadata }, even]))
    })

    test('is not held up by one line that is larger than any event', async () => {
      const huge = requestEvent({ metadata: { text: 'x'.repeat(40 * 2 ** 20) } })
      const event = requestEvent()
      expect(await take([event, huge, requestEvent()])).toEqual({
        taken: { request: 2 },
        skipped: 0,
        unread: 1,
      })
      expect(await store.request(event.request_id)).toEqual(event)
    })

    test('rejects a file that is not there, and takes the next', async () => {
      await expect(store.ingest({ id: 'gone', path: fresh('gone') })).rejects.toThrow(/gone/)
      await take([requestEvent()])
      expect((await store.state()).events.request).toBe(1)
    })

    test('reads files whose names look like patterns', async () => {
      const event = requestEvent()
      await store.ingest(batchOf(linesOf([event]), fresh("a[b]*?'.ndjson")))
      expect(await held()).toEqual([event])
    })

    test('takes an empty file', async () => {
      expect(await store.ingest(batchOf(''))).toEqual({ taken: {}, skipped: 0, unread: 0 })
    })
  })

  describe(`${engine}: one request`, () => {
    test('is found by its id, also when the id says another time than the event or none', async () => {
      const made = (BEGIN - 1e9).toString(16).padStart(12, '0')
      const ids = [`wr_${BEGIN.toString(16).padStart(12, '0')}a`, `wr_${made}b`, 'of-a-client', 'wr_nothex']
      const events = ids.map(request_id => requestEvent({ request_id }))
      await take(events)
      expect(await Promise.all(ids.map(id => store.request(id)))).toEqual(events)
    })

    test('that is not there is undefined', async () => {
      expect(await store.request('wr_none')).toBeUndefined()
    })
  })

  describe(`${engine}: its state`, () => {
    test('of an empty store says that it is well', async () => {
      expect(await store.state()).toMatchObject({ state: 'ok', reason: null, oldest_at: null })
    })

    test('counts events by kind, and says how old the oldest is', async () => {
      await take([...eventsAbout('ada', 'r1', TIME), requestEvent({ at: new Date(BEGIN - 5).toISOString() })])
      expect(await store.state()).toMatchObject({
        events: { request: 2, assignment: 1, outcome: 2, shadow: 1, revision: 0, capture: 1 },
        oldest_at: BEGIN - 5,
      })
    })
  })

  describe(`${engine}: forgetting units`, () => {
    test('erases what is known of them, and of their requests, and nothing else', async () => {
      const [ada, bob] = [eventsAbout('ada', 'r1', TIME), eventsAbout('bob', 'r2', TIME)]
      await take([...ada, ...bob, ...eventsAbout('eve', 'r3', TIME)])
      expect(await store.forget(named('ada', 'eve', 'nobody'))).toBe(12)
      expect(sorted(await held())).toEqual(sorted(bob))
    })

    test('erases captured prompts that name them, whoever sent these', async () => {
      const about = { kind: 'capture', version: 1, at: TIME, tenant: 't', router: 'r', unit: 'other' }
      const prompts = [
        '{"metadata":{"account":"ada"}}',
        '{"messages":[{"type":"ada","text":"I am ada"}]}',
        '{"metadata":{"account":"ada b"}}',
        '{"user":"\\u0061da"}',
      ]
      const rest = { answer: '', truncated: [], redactions: 0 }
      await take(prompts.map((prompt, index) => ({ ...about, request_id: `r${index}`, prompt, ...rest })))
      expect(await store.forget([{ kind: 'metadata.account', unit: 'ada' }])).toBe(2)
      expect([await store.capture('r0'), (await store.capture('r1'))?.prompt]).toEqual([
        undefined,
        prompts[1],
      ])
    })

    test('of one kind only, when the kind is said: raw units of others may be alike', async () => {
      const key = requestEvent({ unit_kind: 'key', unit: 'ada' })
      await take([requestEvent({ unit_kind: 'user', unit: 'ada' }), key])
      expect(await store.forget([{ kind: 'user', unit: 'ada' }])).toBe(1)
      expect(await held()).toEqual([key])
    })

    test('says 0 of units that are not known', async () => {
      await take(eventsAbout('bob', 'r2', TIME))
      expect(await store.forget(named('ada'))).toBe(0)
      expect(await store.forget([])).toBe(0)
      expect(await held()).toHaveLength(6)
    })

    test('leaves a store that takes events as before, and knows the batches that it took', async () => {
      const batch = batchOf(linesOf(eventsAbout('ada', 'r1', TIME)))
      await store.ingest(batch)
      await store.forget(named('ada'))
      expect((await store.ingest(batch)).taken).toEqual({})
      await take([requestEvent()])
      expect(await held()).toHaveLength(1)
    })

    test('goes on beside queries and batches', async () => {
      const events = Array.from({ length: 50 }, () => requestEvent())
      await take(eventsAbout('ada', 'r1', TIME))
      const [gone, ...found] = await Promise.all([
        store.forget(named('ada')),
        ...events.map(async event => {
          await take([event])
          return store.request(event.request_id)
        }),
      ])
      expect([gone, found]).toEqual([6, events])
    })
  })

  describe(`${engine}: retention`, () => {
    test.each(EVENT_KINDS)('deletes %s events that are older, and no others', async kind => {
      const revision = {
        kind: 'revision',
        version: 1,
        revision: 1,
        actor: 'a',
        reason: null,
        changes: [],
      } as const
      const [then, now] = [BEGIN - 3 * DAY_MS, BEGIN].map(time => {
        const at = new Date(time).toISOString()
        return [...eventsAbout(`u${time}`, `r${time}`, at), { ...revision, at }] as RecordedEvent[]
      }) as [RecordedEvent[], RecordedEvent[]]
      await take([...then, ...now])
      const old = then.filter(event => event.kind === kind)
      expect(await store.retain({ ...FOREVER, [kind]: 2 * DAY_MS }, BEGIN)).toBe(old.length)
      expect(sorted(await held())).toEqual(sorted([...then.filter(event => event.kind !== kind), ...now]))
    })

    test('deletes nothing when everything stays for ever', async () => {
      await take(eventsAbout('ada', 'r1', TIME))
      expect(await store.retain(FOREVER, BEGIN + 1e6 * DAY_MS)).toBe(0)
      expect(await held()).toHaveLength(6)
    })

    test('takes no batch again that it has deleted the events of', async () => {
      const batch = batchOf(linesOf([requestEvent()]))
      await store.ingest(batch)
      expect(await store.retain({ ...FOREVER, request: DAY_MS }, BEGIN + 2 * DAY_MS)).toBe(1)
      expect((await store.ingest(batch)).taken).toEqual({})
    })
  })
}

function named(...units: string[]): RecordedUnit[] {
  return units.map(unit => ({ kind: null, unit }))
}
