// A split attached to a key: clients name any plain model and get the key's variants.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Sim } from '../../packages/server/src/sim/server.ts'
import { type Caller, callerOf } from '../support/caller.ts'
import { OTHER_KEY, type RunningGateway, startGateway, testKey } from '../support/gateway.ts'
import { type Ledger, openLedger } from '../support/ledger.ts'
import { startProvider } from '../support/simulated-provider.ts'

const secrets = { SPLIT_KEY: 'wk_with_a_routing', PAUSED_KEY: 'wk_with_a_paused_routing' }

let sim: Sim
let gateway: RunningGateway
let ledger: Ledger
let caller: Caller

beforeAll(async () => {
  sim = await startProvider()
  ledger = openLedger()
  const variants = [
    { id: 'large', model: 'sim/large', weight: 80 },
    { id: 'small', model: 'claude/small', weight: 20 },
    { model: 'sim/large', priority: 1 },
  ]
  const routed = { default_provider: 'sim', allow: ['demo', 'sim/*', 'claude/*'], may_override: true }
  gateway = await startGateway({
    env: { ...secrets, PROVIDER_KEY: 'sk-of-the-provider' },
    config: {
      version: 1,
      providers: {
        sim: { type: 'openai', base_url: `${sim.url}/v1` },
        claude: { type: 'anthropic', base_url: `${sim.url}/v1`, credential: { env: 'PROVIDER_KEY' } },
      },
      models: { 'sim/large': {}, 'sim/small': {}, 'sim/off': { enabled: false }, 'claude/small': {} },
      routers: { demo: { default_route: { split: { variants: [{ id: 'only', model: 'sim/small' }] } } } },
      keys: [
        testKey,
        { id: 'plain', secret: { env: 'WEIR_OTHER_KEY' } },
        { id: 'split', secret: { env: 'SPLIT_KEY' }, ...routed, routing: { variants } },
        { id: 'paused', secret: { env: 'PAUSED_KEY' }, ...routed, routing: { active: false, variants } },
      ],
    },
  })
  caller = callerOf(gateway, ledger)
})

afterAll(() => ledger.check(gateway))

const codeOf = (answer: { json(): Record<string, unknown> }) => (answer.json().error as { code: string }).code

describe('a key’s routing', () => {
  it('shares whatever plain name is sent over both formats, as its weights have it', async () => {
    const answers = await Promise.all(
      Array.from({ length: 200 }, () => caller.chat('gpt-4o', {}, { key: secrets.SPLIT_KEY })),
    )
    expect(answers.map(answer => answer.status)).toEqual(answers.map(() => 200))
    const large = answers.filter(answer => answer.headers.get('x-weir-variant') === 'large')
    // Binomial: 160 with a standard deviation of 5.7; six of them, so that one run in 10^9 fails by chance.
    expect(Math.abs(large.length - 160)).toBeLessThanOrEqual(34)
    const events = await Promise.all(answers.map(answer => gateway.event(answer.id)))
    expect(new Set(events.map(event => event.target))).toEqual(new Set(['sim/large', 'claude/small']))
    for (const event of events) {
      expect(event).toMatchObject({
        key: 'split',
        model: 'gpt-4o',
        router: null,
        route: 'key.split',
        reason: 'key_routing',
        salt: 'key.split',
        unit_kind: 'request',
        propensity: event.assigned === 'large' ? 0.8 : 0.2,
        bucket: expect.any(Number),
      })
      expect(event.served).toBe(event.assigned)
    }
  })

  it('says in the headers what it did, and no router', async () => {
    const { headers } = await caller.chat('gpt-4o', {}, { key: secrets.SPLIT_KEY })
    expect([headers.get('x-weir-router'), headers.get('x-weir-route')]).toEqual([null, 'key.split'])
    expect(headers.get('x-weir-variant')).toMatch(/^(large|small)$/)
    expect(headers.get('x-weir-unit')).toBe('request')
  })

  it('keeps a client’s retry, which repeats its own id, on one variant', async () => {
    const variants = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const headers = { 'idempotency-key': 'one-and-the-same' }
        const answer = await caller.chat('gpt-4o', {}, { key: secrets.SPLIT_KEY, headers })
        return answer.headers.get('x-weir-variant')
      }),
    )
    expect(new Set(variants).size).toBe(1)
  })

  it('serves the other format’s clients as well', async () => {
    const body = { model: 'claude-x', max_tokens: 50, messages: [{ role: 'user', content: 'Hello' }] }
    const headers = { 'anthropic-version': '2023-06-01' }
    const answer = await caller.post('/v1/messages', body, { key: secrets.SPLIT_KEY, headers })
    expect(answer.status).toBe(200)
    expect(await gateway.event(answer.id)).toMatchObject({ reason: 'key_routing', endpoint: 'messages' })
  })

  it.each([
    ['demo', { reason: 'split', router: 'demo', target: 'sim/small' }],
    ['sim/small', { reason: 'named', router: null, route: null, target: 'sim/small' }],
  ])('lets a request that names %s have it', async (model, event) => {
    const answer = await caller.chat(model, {}, { key: secrets.SPLIT_KEY })
    expect(await gateway.event(answer.id)).toMatchObject(event)
  })

  it('can be overridden by a key that may', async () => {
    const headers = { 'x-weir-variant': 'small' }
    const answer = await caller.chat('gpt-4o', {}, { key: secrets.SPLIT_KEY, headers })
    expect(await gateway.event(answer.id)).toMatchObject({
      reason: 'override',
      route: 'key.split',
      served: 'small',
    })
  })

  it('leaves an endpoint that not all its models serve to the named model', async () => {
    const answer = await caller.post(
      '/v1/embeddings',
      { model: 'small', input: 'Hello' },
      { key: secrets.SPLIT_KEY },
    )
    expect(await gateway.event(answer.id)).toMatchObject({ reason: 'named', target: 'sim/small' })
  })

  it('that is switched off leaves plain names to the default provider', async () => {
    const answer = await caller.chat('small', {}, { key: secrets.PAUSED_KEY })
    expect(await gateway.event(answer.id)).toMatchObject({ reason: 'named', target: 'sim/small' })
  })

  it('is no other key’s', async () => {
    const answer = await caller.chat('gpt-4o', {}, { key: OTHER_KEY })
    expect([answer.status, codeOf(answer)]).toEqual([404, 'model_not_found'])
  })
})

it('a disabled model is refused by name, and in no list', async () => {
  const answer = await caller.chat('sim/off')
  expect([answer.status, codeOf(answer)]).toEqual([404, 'model_disabled'])
  const response = await ledger.fetch(`${gateway.baseUrl}/models`, {
    headers: { authorization: `Bearer ${OTHER_KEY}` },
  })
  const { data } = (await response.json()) as { data: { id: string }[] }
  expect(data.map(model => model.id)).toEqual(['demo', 'sim/large', 'sim/small', 'claude/small'])
})
