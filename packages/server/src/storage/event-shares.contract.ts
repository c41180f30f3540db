// How every event store counts what fell to the variants of splits, whatever its engine. An engine's test file calls
// `describeEventShares` with a way to open a store of its own.
import { beforeEach, describe, expect, test } from 'vitest'
import type { EventStore } from './event-store.ts'
import { type EventStoreUnderTest, useEventStore } from './fixtures/event-store-under-test.ts'
import { BEGIN, requestEvent } from './fixtures/request-events.ts'

export function describeEventShares(engine: string, create: () => Promise<EventStoreUnderTest>): void {
  const trial = useEventStore(create)
  const { take } = trial
  let store: EventStore

  beforeEach(() => {
    store = trial.current()
  })

  describe(`${engine}: shares`, () => {
    const window = { since: BEGIN, until: BEGIN + 1000 }
    const at = (ms: number) => new Date(BEGIN + ms).toISOString()
    const first = { route: 'default', revisions: [1] }

    test('of a router that nobody asked for are none', async () => {
      await take([requestEvent()])
      expect(await store.splitRevisions('other', window)).toEqual([])
      expect(await store.shares('other', window, [first])).toEqual([])
      expect(await store.shares('demo', window, [])).toEqual([])
    })

    test('are of what splits decided, in the revisions in which they did', async () => {
      await take([
        requestEvent({ at: at(0), unit: 'ada' }),
        requestEvent({ at: at(5), unit: 'ada', served: 'small' }),
        requestEvent({ at: at(9), unit: 'bob', outcome: 'failed', served: null }),
        requestEvent({ at: at(7), unit: 'eve', assigned: 'small' }),
        requestEvent({ at: at(8), unit: 'eve', revision: 2 }),
        requestEvent({ at: at(8), unit: 'eve', route: 'vip', salt: null }),
        requestEvent({ at: at(1000) }),
        requestEvent({ at: at(-1) }),
        requestEvent({ router: 'other' }),
        ...(['override', 'named', 'state', 'pass_through', null] as const).map(reason =>
          requestEvent({ reason }),
        ),
      ])
      const split = { route: 'default', salt: 'demo.default' }
      expect(await store.splitRevisions('demo', window)).toEqual([
        { ...split, revision: 1, first_at: BEGIN, last_at: BEGIN + 9 },
        { ...split, revision: 2, first_at: BEGIN + 8, last_at: BEGIN + 8 },
        { route: 'vip', salt: null, revision: 1, first_at: BEGIN + 8, last_at: BEGIN + 8 },
      ])
      const phases = [first, { route: 'default', revisions: [2] }, { route: 'vip', revisions: [1] }]
      expect(await store.shares('demo', window, phases)).toEqual([
        { phase: 0, variant: 'large', requests: 3, units: 2, single_requests: 0 },
        { phase: 0, variant: 'small', requests: 1, units: 1, single_requests: 0 },
        { phase: 1, variant: 'large', requests: 1, units: 1, single_requests: 0 },
        { phase: 2, variant: 'large', requests: 1, units: 1, single_requests: 0 },
      ])
    })

    test('count a unit once in a phase, for the variant that it got first', async () => {
      await take([
        requestEvent({ at: at(3), unit: 'ada', revision: 2, assigned: 'small' }),
        requestEvent({ at: at(1), unit: 'ada', assigned: 'large' }),
        requestEvent({ at: at(4), unit: 'ada', revision: 3, assigned: 'small' }),
        requestEvent({ at: at(5), unit: 'ada', unit_kind: 'key' }),
      ])
      const phases = [
        { route: 'default', revisions: [1, 2] },
        { route: 'default', revisions: [3] },
      ]
      expect(await store.shares('demo', window, phases)).toEqual([
        { phase: 0, variant: 'large', requests: 2, units: 2, single_requests: 0 },
        { phase: 0, variant: 'small', requests: 1, units: 0, single_requests: 0 },
        { phase: 1, variant: 'small', requests: 1, units: 1, single_requests: 0 },
      ])
    })

    test('tell units that are single requests, of which a retry is the same', async () => {
      await take([
        requestEvent({ unit_kind: 'request', unit: 'r1' }),
        requestEvent({ unit_kind: 'request', unit: 'r1' }),
        requestEvent({ unit_kind: null, unit: null }),
        requestEvent({ unit_kind: null, unit: null }),
        requestEvent(),
      ])
      expect(await store.shares('demo', window, [first])).toEqual([
        { phase: 0, variant: 'large', requests: 5, units: 4, single_requests: 3 },
      ])
    })

    test('of keys are those without a router', async () => {
      await take([requestEvent(), requestEvent({ router: null, route: 'key.app', reason: 'key_routing' })])
      expect(await store.splitRevisions(null, window)).toMatchObject([{ route: 'key.app', revision: 1 }])
      const phases = [{ route: 'key.app', revisions: [1] }]
      expect(await store.shares(null, window, phases)).toMatchObject([{ variant: 'large', requests: 1 }])
    })
  })
}
