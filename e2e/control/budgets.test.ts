// A key with a budget of one cent, and fifty clients who spend it at once on two workers: whatever they do, and whatever
// befalls the gateway, it is overshot by what one request was reserved too little for, at most.

import type { RequestEvent } from '@weir/core/event'
import { describe, expect, it } from 'vitest'
import type { RunningGateway } from '../support/gateway.ts'
import { until } from '../support/until.ts'
import {
  BUDGET,
  PER_ANSWER,
  PER_WORD,
  prepareGateway,
  type Streamed,
  spendAll,
  stream,
  WORDS,
  worth,
} from './budget-load.ts'

const CENT = { budget: { day: { hard: 0.01 } } }
const CLIENTS = 50

interface Charged extends RequestEvent {
  readonly budget: NonNullable<RequestEvent['budget']>
}

/** The events of requests that the budget let through, when all are there. */
async function chargedEvents(gateway: RunningGateway, streams: readonly Streamed[]): Promise<Charged[]> {
  const ids = new Set(streams.filter(({ status }) => status === 200).map(({ id }) => id))
  const found = () => gateway.events().filter(event => ids.has(event.request_id))
  await until('the events', () => found().length === ids.size)
  return found() as Charged[]
}

const charged = (events: readonly Charged[]) =>
  events.reduce((sum, { budget }) => sum + budget.charged_nano_usd, 0)

/** By how much the worst of them cost more than was reserved for it. */
const shortfall = (events: readonly Charged[]) =>
  Math.max(0, ...events.map(({ budget }) => budget.charged_nano_usd - budget.reserved_nano_usd))

describe('fifty streams at once', () => {
  it.each([
    ['that say how long their answers may be', { maxTokens: WORDS + 5 }],
    ['that do not say it', {}],
  ])('%s spend the budget and no more', async (_, options) => {
    const gateway = await (await prepareGateway(CENT, 2)).start()
    const streams = await spendAll(gateway, CLIENTS, options)
    const events = await chargedEvents(gateway, streams)
    expect(streams.filter(({ status }) => status !== 200 && status !== 429)).toEqual([])
    expect(charged(events)).toBe(events.length * PER_ANSWER)
    expect(charged(events)).toBeGreaterThanOrEqual(BUDGET)
    expect(charged(events) - BUDGET).toBeLessThanOrEqual(shortfall(events))
    expect(worth(streams)).toBeLessThanOrEqual(charged(events))
    const refused = await stream(gateway)
    expect(refused).toMatchObject({ status: 429, code: 'budget_exceeded' })
    expect(refused.retryAfter).toBeGreaterThan(0)
    expect(refused.retryAfter).toBeLessThanOrEqual(86_400)
  })

  it('of which each client leaves after nine tenths are charged what they got, at least', async () => {
    // Behind the frame with the role and nine tenths of the words nothing comes, so that nobody leaves too late.
    const prepared = await prepareGateway(CENT, 2, `; stall_after=${1 + WORDS * 0.9}`)
    const gateway = await prepared.start()
    const streams = await spendAll(gateway, CLIENTS, { maxTokens: WORDS + 5, leaveAfter: WORDS * 0.9 })
    const events = await chargedEvents(gateway, streams)
    const left = events.filter(({ outcome }) => outcome === 'cancelled')
    expect(left).toHaveLength(events.length)
    for (const event of left) {
      const client = streams.find(({ id }) => id === event.request_id)
      expect(event.usage_estimated).toBe(true)
      expect(event.budget.charged_nano_usd).toBe(event.cost_nano_usd)
      expect(event.budget.charged_nano_usd).toBeGreaterThanOrEqual((client?.words ?? 0) * PER_WORD)
      expect(event.budget.charged_nano_usd).toBeLessThan(2 * PER_ANSWER)
    }
    expect(charged(events)).toBeGreaterThanOrEqual(BUDGET)
    expect(charged(events) - BUDGET).toBeLessThanOrEqual(shortfall(events))
    expect(worth(streams) - BUDGET).toBeLessThanOrEqual(shortfall(events))
  })
})

describe('a restart', () => {
  it('goes on where the budget was', async () => {
    const prepared = await prepareGateway(CENT, 2)
    const first = await prepared.start()
    const before = await Promise.all([
      stream(first, { maxTokens: WORDS }),
      stream(first, { maxTokens: WORDS }),
    ])
    await first.stop()
    const second = await prepared.start(first.dataDir)
    const after = await spendAll(second, CLIENTS, { maxTokens: WORDS })
    const events = await chargedEvents(second, [...before, ...after])
    expect(events).toHaveLength(5)
    expect(charged(events) - BUDGET).toBeLessThanOrEqual(shortfall(events))
    await second.stop()
    const third = await prepared.start(first.dataDir)
    expect(await stream(third)).toMatchObject({ status: 429, code: 'budget_exceeded' })
  })

  it('after kill -9 in the middle of fifty streams forgets none of what clients got', async () => {
    const prepared = await prepareGateway(CENT, 10)
    const gateway = await prepared.start()
    const streams = [await stream(gateway, { maxTokens: WORDS })]
    let words = 0
    const onWords = (some: number) => {
      words = Math.max(words, some)
    }
    const cut = Array.from({ length: CLIENTS }, () => stream(gateway, { maxTokens: WORDS, onWords }))
    await until('streams under way', () => words >= WORDS / 2)
    await gateway.stop('SIGKILL')
    streams.push(...(await Promise.all(cut)))
    expect(streams.filter(({ how, words: got }) => how === 'broken' && got > 0).length).toBeGreaterThan(1)
    const again = await prepared.start(gateway.dataDir)
    streams.push(...(await spendAll(again, CLIENTS, { maxTokens: WORDS })))
    expect(worth(streams)).toBeLessThanOrEqual(BUDGET + PER_ANSWER)
    expect(await stream(again)).toMatchObject({ status: 429, code: 'budget_exceeded' })
  })

  it('after kill -9 goes on with what was not reserved', async () => {
    const prepared = await prepareGateway(CENT, 10)
    const streams: Streamed[] = []
    let dataDir: string | undefined
    for (let round = 0; round < 2; round++) {
      const gateway = await prepared.start(dataDir)
      dataDir = gateway.dataDir
      streams.push(await stream(gateway, { maxTokens: WORDS }))
      let words = 0
      const onWords = (some: number) => {
        words = some
      }
      const cut = stream(gateway, { maxTokens: WORDS, onWords })
      await until('a stream under way', () => words >= WORDS / 2)
      await gateway.stop('SIGKILL')
      streams.push(await cut)
    }
    const last = await prepared.start(dataDir)
    const rest = await spendAll(last, CLIENTS, { maxTokens: WORDS })
    // Two whole and two cut ones have left a fifth of the cent, less the prompts.
    expect(rest.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(worth([...streams, ...rest])).toBeLessThanOrEqual(BUDGET)
  })
})
