// Counts what clients sent and which ids they were answered with, to hold it against the events: one each, no more.
import { expect } from 'vitest'
import type { RunningGateway } from './gateway.ts'
import { until } from './until.ts'

export interface Ledger {
  /** For SDKs and tests alike: `fetch`, with the books kept. */
  readonly fetch: typeof fetch
  /** Request ids of the answers, in the order in which they came. */
  readonly ids: readonly string[]
  /** Fails unless every call left exactly one event and every answer carried the id of one. */
  check(gateway: Pick<RunningGateway, 'events'>): Promise<void>
}

export function openLedger(): Ledger {
  const ids: string[] = []
  let calls = 0
  return {
    ids,
    fetch: async (input, init) => {
      // SDKs try out what `fetch` can do on `data:` URLs.
      if (!isHttp(input)) return fetch(input, init)
      calls++
      const response = await fetch(input, init)
      ids.push(response.headers.get('x-weir-request-id') ?? 'none')
      return response
    },
    check: async gateway => {
      await until('the last event', () => gateway.events().length >= calls)
      const recorded = gateway.events().map(event => event.request_id)
      expect(recorded).toHaveLength(calls)
      expect(new Set(recorded).size).toBe(calls)
      expect(ids.filter(id => !recorded.includes(id))).toEqual([])
      expect(new Set(ids).size).toBe(ids.length)
    },
  }
}

function isHttp(input: string | URL | Request): boolean {
  return (input instanceof Request ? input.url : String(input)).startsWith('http')
}
