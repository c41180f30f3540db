// Limits of a key as clients meet them: over two workers, through a publish, and in both SDKs' own errors.
import Anthropic from '@anthropic-ai/sdk'
import type { ConfigInput } from '@weir/core/config'
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { callerOf } from '../support/caller.ts'
import { OTHER_KEY, type RunningGateway, startGateway, testKey } from '../support/gateway.ts'
import { openLedger } from '../support/ledger.ts'
import { anthropicClient, openaiClient } from '../support/sdk.ts'
import { startProvider } from '../support/simulated-provider.ts'
import { until } from '../support/until.ts'

type Limits = NonNullable<NonNullable<ConfigInput['keys']>[number]['limits']>

const PRICE = { input: 1, output: 100 }

async function prepare() {
  const sim = await startProvider()
  const configOf = (limits: Limits): ConfigInput => ({
    version: 1,
    providers: { sim: { type: 'openai', base_url: `${sim.url}/v1` } },
    models: { 'sim/large': { price: PRICE }, 'sim/small': {} },
    routers: {
      demo: {
        default_route: {
          split: {
            variants: [
              { id: 'large', model: 'sim/large' },
              { id: 'unpriced', model: 'sim/small', priority: 1 },
            ],
          },
        },
      },
    },
    keys: [
      { ...testKey, default_provider: 'sim', limits },
      { id: 'other', secret: { env: 'WEIR_OTHER_KEY' } },
    ],
  })
  return { sim, configOf }
}

async function start(limits: Limits, workers = 1): Promise<RunningGateway> {
  return startGateway({ config: (await prepare()).configOf(limits), workers })
}

describe('requests a minute', () => {
  it('are counted once over two workers, for this key alone', async () => {
    const gateway = await start({ requests_per_minute: 20 }, 2)
    const ledger = openLedger()
    const caller = callerOf(gateway, ledger)
    const answers = await Promise.all(
      Array.from({ length: 60 }, () => caller.chat('demo', {}, { headers: { connection: 'close' } })),
    )
    const served = answers.filter(({ status }) => status === 200)
    expect(served).toHaveLength(20)
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(40)
    const left = served.map(({ headers }) => Number(headers.get('x-ratelimit-remaining-requests')))
    expect(Math.min(...left)).toBe(0)
    expect(served[0]?.headers.get('x-ratelimit-limit-requests')).toBe('20')
    const other = await caller.chat('demo', {}, { key: OTHER_KEY })
    expect([other.status, other.headers.get('x-ratelimit-limit-requests')]).toEqual([200, null])
    await ledger.check(gateway)
    expect(new Set(gateway.events().map(event => event.node)).size).toBe(2)
  })

  it('stay counted when another limit is published', async () => {
    const { configOf } = await prepare()
    const gateway = await startGateway({ config: configOf({ requests_per_minute: 3 }) })
    const caller = callerOf(gateway, openLedger())
    expect((await caller.chat('demo')).status).toBe(200)
    expect((await caller.chat('demo')).status).toBe(200)
    gateway.writeConfig(configOf({ requests_per_minute: 4 }))
    const other = () => caller.chat('demo', {}, { key: OTHER_KEY })
    let revision = 1
    while (revision === 1) revision = (await gateway.event((await other()).id)).revision
    const statuses = [
      (await caller.chat('demo')).status,
      (await caller.chat('demo')).status,
      (await caller.chat('demo')).status,
    ]
    expect(statuses).toEqual([200, 200, 429])
  })
})

describe('tokens a minute', () => {
  it('are taken for the longest answer while it is awaited, and for the real one after', async () => {
    const { sim, configOf } = await prepare()
    const gateway = await startGateway({ config: configOf({ tokens_per_minute: 400 }) })
    const caller = callerOf(gateway, openLedger())
    const ask = (instruction: string, signal?: AbortSignal) => {
      const headers = { 'x-sim': instruction }
      return caller.chat(
        'demo',
        { max_tokens: 300 },
        { headers, ...(signal === undefined ? {} : { signal }) },
      )
    }
    const patience = new AbortController()
    const waiting = ask('hang=headers', patience.signal).catch(() => 'left')
    await until('the call', () => sim.stats.requests === 1)
    const refused = await ask('output_tokens=10')
    expect([refused.status, refused.json()]).toMatchObject([
      429,
      { error: { param: 'tokens_per_minute', code: 'key_rate_limited' } },
    ])
    patience.abort()
    expect(await waiting).toBe('left')
    await until('its event', () => gateway.events().length === 2)
    expect((await ask('output_tokens=10')).status).toBe(200)
    expect((await ask('output_tokens=10')).status).toBe(200)
  })
})

describe('a limited client', () => {
  it('of OpenAI’s SDK gets its rate limit error, with which limit and when', async () => {
    const gateway = await start({ requests_per_minute: 1 })
    const ledger = openLedger()
    const client = openaiClient(gateway, ledger)
    const ask = () =>
      client.chat.completions.create({ model: 'demo', messages: [{ role: 'user', content: 'Hello' }] })
    await ask()
    const error = await ask().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(OpenAI.RateLimitError)
    const { status, code, param, type, headers } = error as InstanceType<typeof OpenAI.RateLimitError>
    expect({ status, code, param, type }).toEqual({
      status: 429,
      code: 'key_rate_limited',
      param: 'requests_per_minute',
      type: 'rate_limit_error',
    })
    expect(Number(headers?.get('retry-after'))).toBeGreaterThan(1)
    expect(Number(headers?.get('retry-after'))).toBeLessThanOrEqual(60)
    await ledger.check(gateway)
  })

  it('of Anthropic’s SDK gets its rate limit error, with which limit and when', async () => {
    const gateway = await start({ budget: { month: { hard: 0.000_001 } } })
    const client = anthropicClient(gateway, openLedger(), { maxRetries: 2 })
    const ask = () =>
      client.messages.create({
        model: 'demo',
        max_tokens: 50,
        messages: [{ role: 'user', content: 'Hello' }],
      })
    await ask()
    const error = await ask().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(Anthropic.RateLimitError)
    const { error: body, headers } = error as InstanceType<typeof Anthropic.RateLimitError>
    expect(body).toMatchObject({
      type: 'error',
      error: {
        type: 'rate_limit_error',
        message: expect.stringMatching(/budget of the key "test" for \d{4}-\d\d /),
      },
    })
    // Until the month ends: the SDK would come back within seconds if it were not told better.
    expect(headers?.get('x-should-retry')).toBe('false')
    expect(gateway.events().map(event => event.status)).toEqual([200, 429])
  })
})

describe('a budget', () => {
  it('that has reached its soft limit says so and goes on', async () => {
    const gateway = await start({ budget: { day: { soft: 0.000_001, hard: 1 } } })
    const caller = callerOf(gateway, openLedger())
    const answers = [
      await caller.chat('demo'),
      await caller.chat('demo'),
      await caller.chat('demo', { stream: true }),
    ]
    expect(answers.map(({ headers }) => headers.get('x-weir-budget'))).toEqual([null, 'soft', 'soft'])
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    const states = gateway.events().map(event => event.budget?.state)
    expect(states).toEqual(['within', 'soft', 'soft'])
    await until('the log', () => gateway.program.stderr().includes('has reached its soft budget'))
  })

  it('that is hard refuses what cannot be counted: models without a price, and paths passed on unread', async () => {
    const gateway = await start({ budget: { day: { hard: 1 } } })
    const caller = callerOf(gateway, openLedger())
    const named = await caller.chat('sim/small')
    expect([named.status, named.json()]).toMatchObject([
      403,
      { error: { code: 'unpriced_model', message: expect.stringContaining('sim/small') } },
    ])
    expect((await caller.post('/v1/audio/speech', { model: 'x' })).json()).toMatchObject({
      error: { code: 'unpriced_model' },
    })
    // The fallback has no price: it is not called.
    const failed = await caller.chat('demo', {}, { headers: { 'x-sim': 'error=500' } })
    const { attempts, budget } = await gateway.event(failed.id)
    expect(new Set(attempts.map(({ target }) => target))).toEqual(new Set(['sim/large']))
    expect(budget).toMatchObject({ charged_nano_usd: 0 })
  })

  it('that is hard allows it when it is told to', async () => {
    const gateway = await start({ budget: { day: { hard: 1 } }, unpriced: 'allow' })
    const caller = callerOf(gateway, openLedger())
    expect((await caller.chat('sim/small')).status).toBe(200)
  })
})
