// One router over two wire formats, asked by three client libraries, unchanged: all are answered, the split is kept,
// and nobody can tell by the answer which variant served.

import type { RequestEvent } from '@weir/core/event'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defaultSimConfig } from '../../packages/server/src/sim/config.ts'
import { binomialInterval } from '../support/chance.ts'
import { type RunningGateway, startGateway, testKey } from '../support/gateway.ts'
import { type Ledger, openLedger } from '../support/ledger.ts'
import { startProvider } from '../support/simulated-provider.ts'
import { aiSdk, anthropicSdk, openaiSdk, type Understood } from './conversation.ts'

let gateway: RunningGateway
let ledger: Ledger

beforeAll(async () => {
  const openai = await startProvider({ models: withFailing() })
  const anthropic = await startProvider({ models: withFailing() })
  ledger = openLedger()
  const credential = { env: 'PROVIDER_KEY' }
  gateway = await startGateway({
    env: { PROVIDER_KEY: 'sk-of-the-provider' },
    config: {
      version: 1,
      providers: {
        gpt: { type: 'openai', base_url: `${openai.url}/v1`, credential },
        claude: { type: 'anthropic', base_url: `${anthropic.url}/v1`, credential },
      },
      models: {
        'gpt/large': { price: { input: 2.5, output: 10 } },
        'claude/large': { price: { input: 3, output: 15 } },
        'claude/small': {},
        'gpt/failing': {},
        'claude/failing': {},
      },
      routers: {
        'to-claude': failover('gpt/failing', 'claude/large'),
        'to-gpt': failover('claude/failing', 'gpt/large'),
        mixed: {
          default_route: {
            split: {
              variants: [
                { id: 'gpt', model: 'gpt/large', weight: 80 },
                { id: 'claude', model: 'claude/large', weight: 20 },
                { id: 'stand-in', model: 'claude/small', priority: 1 },
              ],
            },
          },
        },
      },
      keys: [testKey],
    },
  })
})

/** The models of a simulated provider, and one that always answers 503. */
function withFailing() {
  const { large, small } = defaultSimConfig.models
  if (large === undefined || small === undefined) throw new Error('the simulated provider has changed')
  return { large, small, failing: { ...large, rates: { ...large.rates, error_503: 1 } } }
}

/** A router that walks to `standIn` when `failing` fails; it is never ejected, so every request tries it. */
function failover(failing: string, standIn: string) {
  return {
    default_route: {
      split: {
        variants: [
          { id: 'failing', model: failing },
          { id: 'stand-in', model: standIn, priority: 1 },
        ],
      },
    },
    failure: { retries: 0, ejection: { consecutive_failures: 1000, failure_ratio: 1 } },
  }
}

afterAll(() => ledger.check(gateway))

/** Runs `count` tasks, a few at a time. */
async function inParallel<T>(count: number, run: (index: number) => Promise<T>): Promise<T[]> {
  const results: T[] = []
  let next = 0
  const worker = async () => {
    for (let index = next++; index < count; index = next++) results[index] = await run(index)
  }
  await Promise.all(Array.from({ length: 16 }, worker))
  return results
}

const clients: [string, typeof openaiSdk][] = [
  ['the openai SDK', openaiSdk],
  ['the Anthropic SDK', anthropicSdk],
  ['the AI SDK', aiSdk],
]

/** Answers of the same question, with what each variant said: all alike but for the tokens its vendor counts. */
function expectAlike(answers: readonly Understood[], expected: Omit<Understood, 'usage'>): void {
  for (const { usage, ...meaning } of answers) {
    expect(meaning).toEqual(expected)
    expect(usage.input).toBeGreaterThan(0)
    expect(usage.output).toBeGreaterThan(0)
  }
}

async function eventsOf(before: number, count: number): Promise<RequestEvent[]> {
  await gateway.event(ledger.ids.at(-1) ?? '')
  const ids = new Set(ledger.ids.slice(before, before + count))
  return gateway.events().filter(event => ids.has(event.request_id))
}

function expectShares(events: readonly RequestEvent[], count: number): void {
  expect(events).toHaveLength(count)
  const [low, high] = binomialInterval(count, 0.2, 0.999_9)
  const claude = events.filter(event => event.assigned === 'claude').length
  expect(claude).toBeGreaterThanOrEqual(low)
  expect(claude).toBeLessThanOrEqual(high)
  for (const event of events) {
    expect(event).toMatchObject({ status: 200, outcome: 'ok', served: event.assigned, dropped: [] })
    expect(event.usage.input).toBeGreaterThan(0)
    expect(event.cost_nano_usd).toBeGreaterThan(0)
  }
}

describe.each(clients)('%s', (name, open) => {
  const user = (index: number) => `${name.replaceAll(' ', '-')}-${index}`

  it('gets 400 plain answers that mean the same from either variant', async () => {
    const before = ledger.ids.length
    const client = open(gateway, ledger, 'mixed')
    const answers = await inParallel(400, index =>
      client.plain({ user: user(index), sim: 'text=about%20twenty' }),
    )
    expectAlike(answers, { text: 'about twenty', finish: 'stop', calls: [] })
    expectShares(await eventsOf(before, 400), 400)
  })

  it('gets 300 streams that mean the same from either variant', async () => {
    const before = ledger.ids.length
    const client = open(gateway, ledger, 'mixed')
    const answers = await inParallel(300, index =>
      client.stream({ user: user(1000 + index), sim: 'text=one%20two%20three' }),
    )
    expectAlike(answers, { text: 'one two three', finish: 'stop', calls: [] })
    expectShares(await eventsOf(before, 300), 300)
  })

  it('runs 150 tool loops of two turns to the end with either variant', async () => {
    const before = ledger.ids.length
    const client = open(gateway, ledger, 'mixed')
    const loops = await inParallel(150, index =>
      client.toolLoop({ user: user(2000 + index), sim: 'tool_call' }),
    )
    for (const { first, second } of loops) {
      expect(first.finish).toBe('tool_calls')
      expect(first.calls).toMatchObject([{ name: 'get_weather', input: { city: expect.any(String) } }])
      expect(second).toMatchObject({ text: 'it is 21', finish: 'stop', calls: [] })
    }
    expectShares(await eventsOf(before, 300), 300)
  })

  it.each(['to-claude', 'to-gpt'])(
    'is answered by the other format when a target fails (%s)',
    async router => {
      const before = ledger.ids.length
      const client = open(gateway, ledger, router)
      const said = { text: 'instead', finish: 'stop' as const, calls: [] }
      expectAlike([await client.plain({ user: user(1), sim: 'text=instead' })], said)
      expectAlike([await client.stream({ user: user(1), sim: 'text=instead' })], said)
      const [first, second] = await eventsOf(before, 2)
      for (const event of [first, second]) {
        expect(event).toMatchObject({ outcome: 'ok', assigned: 'failing', served: 'stand-in' })
        expect(event?.attempts.map(attempt => attempt.failure)).toEqual(['server_error', null])
      }
    },
  )
})
