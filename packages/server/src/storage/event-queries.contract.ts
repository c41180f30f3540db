// What every event store answers, whatever its engine. An engine's test file calls `describeEventQueries` with a way to
// open a store of its own.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { OutcomeEvent, RecordedEvent, RequestEvent } from '@weir/core/event'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  CursorError,
  type EventQueries,
  type EventStore,
  REQUEST_DIMENSIONS,
  type RequestGroup,
  type RequestPageQuery,
  type RequestSort,
  type RequestTotals,
} from './event-store.ts'
import { FILTERS } from './fixtures/event-filters.ts'
import { groupsOf, isInOrder, passes, sortValue, totalsOf } from './fixtures/event-model.ts'
import { BEGIN, requestEvent, requestEvents, SPAN } from './fixtures/request-events.ts'

export interface EventStoreUnderTest {
  readonly store: EventQueries & Pick<EventStore, 'ingest'>
  /** Closes and removes it. */
  remove(): Promise<void>
}

const SORTS: readonly RequestSort[] = ['at', 'total_ms', 'first_token_ms', 'cost_nano_usd', 'output_tokens']
const ORDERS = ['ascending', 'descending'] as const
const NO_REQUESTS = totalsOf([], 0)

export function describeEventQueries(engine: string, open: () => Promise<EventStoreUnderTest>): void {
  let under: EventStoreUnderTest
  let store: EventStoreUnderTest['store']
  let home: string

  beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), 'weir-events-'))
    under = await open()
    store = under.store
  })

  afterEach(async () => {
    await under.remove()
    rmSync(home, { recursive: true, force: true })
  })

  let batches = 0
  const take = async (events: readonly RecordedEvent[]) => {
    const id = `batch-${batches++}`
    const path = join(home, `${id}.ndjson`)
    writeFileSync(path, events.map(event => `${JSON.stringify(event)}\n`).join(''))
    await store.ingest({ id, path })
  }

  /** Runs of a property share one store: the requests of each have a trace id of their own. */
  let runs = 0
  const takeRun = async (events: readonly RequestEvent[]) => {
    const run = `run-${runs++}`
    const all = events.map(event => ({ ...event, span_trace_id: run }))
    await take(all)
    return { run, all }
  }

  const walk = async (query: RequestPageQuery, between: () => Promise<void> = async () => {}) => {
    const shown: RequestEvent[] = []
    let after: string | null = null
    do {
      const page: Awaited<ReturnType<EventQueries['requests']>> = await store.requests(
        after === null ? query : { ...query, after },
      )
      expect(page.items.length).toBeLessThanOrEqual(query.limit)
      shown.push(...page.items)
      after = page.next
      await between()
    } while (after !== null)
    return shown
  }

  describe(`${engine}: pages of requests`, () => {
    test('of an empty store are one without requests', async () => {
      const query = { filter: {}, sort: 'at', order: 'descending', limit: 10 } as const
      expect(await store.requests(query)).toEqual({ items: [], next: null })
    })

    test('hold events as they were recorded', async () => {
      const events = [requestEvent({ metadata: { nested: { list: [1, null, 'x'] } } }), requestEvent()]
      await take(events)
      const shown = await walk({ filter: {}, sort: 'at', order: 'ascending', limit: 1 })
      expect(new Map(shown.map(event => [event.request_id, event]))).toEqual(
        new Map(events.map(event => [event.request_id, event])),
      )
    })

    test('of one walk show every request that was there at its start once and in order, whatever comes in', async () => {
      await fc.assert(
        fc.asyncProperty(
          requestEvents,
          fc.array(requestEvents, { maxLength: 3 }),
          fc.constantFrom(...SORTS),
          fc.constantFrom(...ORDERS),
          fc.integer({ min: 1, max: 15 }),
          async (events, later, sort, order, limit) => {
            const { run, all } = await takeRun(events)
            const more = later.values()
            const shown = await walk({ filter: { span_trace_id: run }, sort, order, limit }, async () =>
              take((more.next().value ?? []).map(event => ({ ...event, span_trace_id: run }))),
            )
            expect(idsOf(shown).toSorted()).toEqual(idsOf(all).toSorted())
            const values = shown.map(event => sortValue(event, sort))
            for (const [index, value] of values.slice(1).entries())
              expect(isInOrder(values[index] as number | null, value, order)).toBe(true)
          },
        ),
        { numRuns: 40 },
      )
    })

    test.each(ORDERS)('reach as far as there are requests, however sparse: %s', async order => {
      const hours = [0, 0.5, 0.99, 1, 2, 23, 24, 25, 700, 720, 721, 5000, 5001]
      const events = hours.map(hour => requestEvent({ at: new Date(BEGIN + hour * 3_600_000).toISOString() }))
      await take(events)
      const expected = order === 'ascending' ? events : events.toReversed()
      for (const limit of [1, 2, 5, 12, 13])
        expect(await walk({ filter: {}, sort: 'at', order, limit })).toEqual(expected)
      const filter = { since: BEGIN + 7_200_000, until: BEGIN + 720 * 3_600_000 }
      const within = expected.filter(event => passes(event, filter))
      expect(await walk({ filter, sort: 'at', order, limit: 2 })).toEqual(within)
    })

    test('hold what a filter lets through, by any of its fields', async () => {
      const sample = fc.sample(requestEvents, { numRuns: 12, seed: 5 }).flat()
      await take(sample)
      for (const filter of FILTERS) {
        const shown = await walk({ filter, sort: 'at', order: 'ascending', limit: 500 })
        const expected = sample.filter(event => passes(event, filter))
        expect(idsOf(shown).toSorted(), JSON.stringify(filter)).toEqual(idsOf(expected).toSorted())
      }
    })

    test.each([Number.MAX_SAFE_INTEGER, Number.POSITIVE_INFINITY])(
      'reach to the end of time: %d',
      async until => {
        const event = requestEvent()
        await take([event])
        const filter = { since: -until, until }
        expect(await walk({ filter, sort: 'at', order: 'ascending', limit: 9 })).toEqual([event])
      },
    )

    test('hold what all fields of a filter let through together', async () => {
      const wanted = requestEvent({ key: 'web', status: 503, error: 'upstream_error' })
      await take([
        wanted,
        requestEvent({ key: 'web' }),
        requestEvent({ status: 503, error: 'upstream_error' }),
      ])
      const filter = { key: ['web'], status: [503], text: 'error' }
      expect(await walk({ filter, sort: 'at', order: 'ascending', limit: 9 })).toEqual([wanted])
    })

    test.each([
      ['no cursor at all', 'next please'],
      ['nothing', ''],
      ['another version', encoded([9, 'at', 'descending', 1, 1, 1, 1])],
      ['another sort', encoded([1, 'total_ms', 'descending', 1, 1, 1, 1])],
      ['another order', encoded([1, 'at', 'ascending', 1, 1, 1, 1])],
      ['a value that is no number', encoded([1, 'at', 'descending', "1' or true", 1, 1, 1])],
      ['a time of fractions', encoded([1, 'at', 'descending', 1, 0.5, 1, 1])],
      ['a time beyond all times', encoded([1, 'at', 'descending', 1, 1e300, 1, 1])],
      ['a number beyond all numbers', '[1,"at","descending",1e999,1,1,1]'],
      ['more than belongs there', encoded([1, 'at', 'descending', 1, 1, 1, 1, 1])],
    ])('come after no cursor that is %s', async (_, after) => {
      const query = { filter: {}, sort: 'at', order: 'descending', limit: 10, after } as const
      await expect(store.requests(query)).rejects.toThrow(CursorError)
    })
  })

  describe(`${engine}: groups`, () => {
    test('of an empty store are none, and the total is zero', async () => {
      const none = await store.groups({ filter: {}, by: ['router'], sort: 'requests', limit: 10 })
      expect(none).toEqual({ groups: [], total: NO_REQUESTS, count: 0 })
    })

    test('add up as the events do, by any dimensions', async () => {
      await fc.assert(
        fc.asyncProperty(
          requestEvents,
          fc.constantFrom(...FILTERS),
          fc.uniqueArray(fc.constantFrom(...REQUEST_DIMENSIONS), { minLength: 1, maxLength: 3 }),
          async (events, picked, by) => {
            const { run, all } = await takeRun(events)
            const filter = { span_trace_id: run, ...picked }
            const counted = all.filter(event => passes(event, filter))
            const result = await store.groups({ filter, by, sort: 'values', limit: 1000 })
            expect(byValues(result.groups)).toEqual(byValues(groupsOf(counted, by)))
            expect(rounded(result.total)).toEqual(rounded(totalsOf(counted, counted.length)))
            expect(result.count).toBe(result.groups.length)
          },
        ),
        { numRuns: 60 },
      )
    })

    test('by tag count a request under each of its tags: shares exceed one in sum', async () => {
      await take([requestEvent({ tags: ['a', 'b'] }), requestEvent({ tags: ['a'] }), requestEvent()])
      const { groups, total } = await store.groups({ filter: {}, by: ['tag'], sort: 'values', limit: 10 })
      expect(groups.map(({ values, requests }) => [values[0], requests])).toEqual([
        ['a', 2],
        ['b', 1],
        [null, 1],
      ])
      expect(total.requests).toBe(3)
      expect(groups[0]?.share).toBeCloseTo(2 / 3, 12)
    })

    test.each([
      ['requests', ['a', 'b', 'c']],
      ['cost_nano_usd', ['b', 'a', 'c']],
      ['errors', ['c', 'a', 'b']],
      ['latency_p95_ms', ['b', 'a', 'c']],
      ['values', ['a', 'b', 'c']],
    ] as const)(
      'come sorted by %s, and cut to the limit with their full number said',
      async (sort, order) => {
        await take([
          ...[1, 2, 3].map(cost_nano_usd => requestEvent({ router: 'a', cost_nano_usd, total_ms: 5 })),
          ...[50, 60].map(cost_nano_usd => requestEvent({ router: 'b', cost_nano_usd, total_ms: 9 })),
          requestEvent({ router: 'c', outcome: 'failed', cost_nano_usd: null, total_ms: 99 }),
        ])
        const sorted = await store.groups({ filter: {}, by: ['router'], sort, limit: 10 })
        expect(sorted.groups.map(group => group.values[0])).toEqual(order)
        const cut = await store.groups({ filter: {}, by: ['router'], sort, limit: 2 })
        expect(cut).toEqual({ ...sorted, groups: sorted.groups.slice(0, 2) })
      },
    )

    test('sum costs beyond what integers of 64 bits hold', async () => {
      await take(Array.from({ length: 2000 }, () => requestEvent({ cost_nano_usd: 2 ** 53 - 1 })))
      const { total } = await store.groups({ filter: {}, by: ['router'], sort: 'values', limit: 1 })
      expect(total.cost_nano_usd).toBe(Number(2000n * (2n ** 53n - 1n)))
    })
  })

  describe(`${engine}: usage`, () => {
    test('of a window without requests has no rows', async () => {
      await take([requestEvent()])
      const filter = { since: BEGIN + 1, until: BEGIN + 1000 }
      expect(await store.usage({ filter, bucket: 10, by: [] })).toEqual([])
    })

    test('is what the events of each bucket add up to, oldest first', async () => {
      await fc.assert(
        fc.asyncProperty(
          requestEvents,
          fc.constantFrom(1, 7000, 60_000, 86_400_000),
          fc.uniqueArray(fc.constantFrom(...REQUEST_DIMENSIONS), { maxLength: 2 }),
          async (events, bucket, by) => {
            const { run, all } = await takeRun(events)
            const filter = { span_trace_id: run, since: BEGIN + 1000, until: BEGIN + SPAN - 1000 }
            const counted = all.filter(event => passes(event, filter))
            const rows = await store.usage({ filter, bucket, by })
            const begins = rows.map(row => row.at)
            expect(begins).toEqual(begins.toSorted((a, b) => a - b))
            const parts = Map.groupBy(counted, event => Math.floor(Date.parse(event.at) / bucket) * bucket)
            const expected = [...parts].flatMap(([at, part]) =>
              groupsOf(part, by).map(group => ({ at, ...group, share: group.requests / counted.length })),
            )
            expect(byValues(rows)).toEqual(byValues(expected))
          },
        ),
        { numRuns: 40 },
      )
    })
  })

  describe(`${engine}: spending`, () => {
    test('is what the requests that a filter lets through cost, and when the first of them came', async () => {
      await fc.assert(
        fc.asyncProperty(requestEvents, async events => {
          const { run, all } = await takeRun(events)
          const filter = { span_trace_id: run, router: ['demo', 'chat'] }
          const counted = all.filter(event => passes(event, filter))
          const { cost_nano_usd, unpriced } = totalsOf(counted, counted.length)
          const times = counted.map(({ at }) => Date.parse(at))
          expect(await store.spending(filter)).toEqual({
            cost_nano_usd,
            unpriced,
            first_at: times.length === 0 ? null : Math.min(...times),
          })
        }),
        { numRuns: 20 },
      )
    })
  })

  describe(`${engine}: outcomes`, () => {
    test('are the newest version of each, by request or by unit', async () => {
      const up = outcome({ id: 'o1', request_id: 'r1', value: 0, at: at(1) })
      const changed = { ...up, value: 1, at: at(2) }
      const foreign = { ...up, tenant: 'other', value: 0.5, at: at(3) }
      const moved = outcome({ id: 'o2', request_id: 'r1', at: at(4) })
      const there = { ...moved, request_id: 'r2', at: at(5) }
      const bought = outcome({ id: 'o3', unit_kind: 'user', unit: 'ada', name: 'conversion', at: at(6) })
      await take([changed, foreign, moved])
      await take([up, there, bought])
      expect(await store.outcomes({ request_id: 'r1' })).toEqual([changed, foreign])
      expect(await store.outcomes({ request_id: 'r2' })).toEqual([there])
      expect(await store.outcomes({ unit: 'ada' })).toEqual([bought])
      expect(await store.outcomes({ unit: 'bob' })).toEqual([])
    })

    test('said at the same time: the one taken in later counts', async () => {
      const first = outcome({ id: 'o1', request_id: 'r1', value: 0 })
      await take([first])
      await take([{ ...first, value: 1 }])
      expect(await store.outcomes({ request_id: 'r1' })).toMatchObject([{ value: 1 }])
    })

    const at = (ms: number) => new Date(BEGIN + ms).toISOString()
  })

  describe(`${engine}: captures`, () => {
    test('are there for requests that were captured', async () => {
      const text = { prompt: '{"messages":[]} “ü”\n', answer: '' }
      const about = { tenant: 'acme', router: 'demo', unit: null, truncated: [], redactions: 0 }
      const at = new Date(BEGIN).toISOString()
      await take([{ kind: 'capture', version: 1, request_id: 'r1', at, ...about, ...text }])
      expect(await store.capture('r1')).toEqual(text)
      expect(await store.capture('r2')).toBeUndefined()
    })
  })
}

function outcome(changes: Partial<OutcomeEvent>): OutcomeEvent {
  const at = new Date(BEGIN).toISOString()
  const about = { request_id: null, unit_kind: null, unit: null }
  const said = { name: 'thumbs', value: 1, source: 'feedback' } as const
  const by = { id: 'o', node: 'w0', key: 'app', tenant: 'acme' }
  return { kind: 'outcome', version: 1, at, observed_at: at, ...by, ...about, ...said, ...changes }
}

function encoded(parts: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url')
}

function idsOf(events: readonly RequestEvent[]): string[] {
  return events.map(event => event.request_id)
}

function byValues(groups: readonly (RequestGroup & { readonly at?: number })[]) {
  return new Map(groups.map(group => [JSON.stringify([group.at, group.values]), rounded(group)]))
}

/** Quantiles may differ in their last bits, by the order of the arithmetic between two neighbours. */
function rounded<Totals extends RequestTotals>(totals: Totals): Totals {
  const fields = Object.entries(totals).map(([name, value]) =>
    name.endsWith('_ms') && typeof value === 'number' ? [name, Number(value.toPrecision(12))] : [name, value],
  )
  return Object.fromEntries(fields) as Totals
}
