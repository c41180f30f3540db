// What a request may choose: its router by several names, a route by its metadata, a variant by header, and what its
// key allows.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Sim } from '../../packages/server/src/sim/server.ts'
import { type Caller, callerOf } from '../support/caller.ts'
import { KEY, OTHER_KEY, type RunningGateway, startGateway, testKey } from '../support/gateway.ts'
import { type Ledger, openLedger } from '../support/ledger.ts'
import { startProvider } from '../support/simulated-provider.ts'

const secrets = {
  BOUND_KEY: 'wk_bound_to_a_router',
  LISTED_KEY: 'wk_with_an_allow_list',
  PROVIDER_WIDE_KEY: 'wk_for_one_provider',
  DISABLED_KEY: 'wk_disabled_for_now',
  EXPIRED_KEY: 'wk_expired_long_ago',
}

let sim: Sim
let gateway: RunningGateway
let ledger: Ledger
let caller: Caller

beforeAll(async () => {
  sim = await startProvider()
  ledger = openLedger()
  const only = (id: string) => ({ split: { variants: [{ id, model: `sim/${id}` }] } })
  gateway = await startGateway({
    env: secrets,
    config: {
      version: 1,
      gateway: { attribute_headers: ['x-plan'] },
      providers: { sim: { type: 'openai', base_url: `${sim.url}/v1` } },
      models: { 'sim/large': {}, 'sim/small': {} },
      routers: {
        demo: {
          routes: [
            { id: 'premium', condition: 'tier == "premium"', ...only('large') },
            { id: 'planned', condition: 'headers["x-plan"] == "gold" && stream', ...only('large') },
            { id: 'tooled', condition: 'has_tools && !has(metadata.tier)', ...only('large') },
          ],
          default_route: {
            split: {
              mode: 'proportional',
              variants: [
                { id: 'small', model: 'sim/small', weight: 1 },
                { id: 'large', model: 'sim/large', weight: 0 },
              ],
            },
          },
        },
        strict: { routes: [{ id: 'premium', condition: 'tier == "premium"', ...only('large') }] },
      },
      keys: [
        testKey,
        { id: 'plain', secret: { env: 'WEIR_OTHER_KEY' } },
        { id: 'bound', secret: { env: 'BOUND_KEY' }, router: 'demo', tags: ['app'], tenant: 'acme' },
        { id: 'listed', secret: { env: 'LISTED_KEY' }, allow: ['strict', 'sim/small'] },
        { id: 'wide', secret: { env: 'PROVIDER_WIDE_KEY' }, allow: ['sim/*'] },
        { id: 'off', secret: { env: 'DISABLED_KEY' }, disabled: true },
        { id: 'old', secret: { env: 'EXPIRED_KEY' }, expires: '2020-01-01T00:00:00Z' },
      ],
    },
  })
  caller = callerOf(gateway, ledger)
})

afterAll(() => ledger.check(gateway))

const codeOf = (answer: { json(): Record<string, unknown> }) => (answer.json().error as { code: string }).code

describe('a condition', () => {
  it.each([
    ['premium', 'large', { metadata: { tier: 'premium' } }, {}],
    ['default', 'small', { metadata: { tier: 'basic' } }, {}],
    ['default', 'small', { metadata: { tier: 7 } }, {}],
    ['default', 'small', {}, {}],
    ['planned', 'large', { stream: true }, { 'x-plan': 'gold' }],
    ['default', 'small', { stream: false }, { 'x-plan': 'gold' }],
    ['tooled', 'large', { tools: [{ type: 'function', function: { name: 'f' } }] }, {}],
  ] as const)('takes route %s to %s for %j %j', async (route, variant, fields, headers) => {
    const answer = await caller.chat('demo', fields, { headers })
    expect(answer.status).toBe(200)
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'x-weir-router': 'demo',
      'x-weir-route': route,
      'x-weir-variant': variant,
    })
    expect(await gateway.event(answer.id)).toMatchObject({ route, assigned: variant, served: variant })
  })

  it('that no route fulfils is a 404 where there is no default route', async () => {
    const answer = await caller.chat('strict')
    expect(answer.status).toBe(404)
    expect(codeOf(answer)).toBe('no_route')
    expect(await gateway.event(answer.id)).toMatchObject({ outcome: 'refused', error: 'no_route' })
  })
})

describe('a router', () => {
  it.each(['demo', 'routers/demo', 'weir/demo'])('is addressed as %s', async model => {
    const answer = await caller.chat(model)
    expect(answer.headers.get('x-weir-router')).toBe('demo')
    expect(await gateway.event(answer.id)).toMatchObject({ model, router: 'demo', target: 'sim/small' })
  })

  it('that a key is bound to serves whatever plain model the application names', async () => {
    const answer = await caller.chat('gpt-5-turbo', {}, { key: secrets.BOUND_KEY })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('x-weir-router')).toBe('demo')
    expect(JSON.parse(String(sim.requests.at(-1)?.body))).toMatchObject({ model: 'small' })
    expect(await gateway.event(answer.id)).toMatchObject({ key: 'bound', tenant: 'acme', tags: ['app'] })
  })

  it('is not needed for a model that is named in full', async () => {
    const answer = await caller.chat('sim/large')
    expect(answer.headers.get('x-weir-router')).toBeNull()
    expect(answer.headers.get('x-weir-served')).toBe('sim/large')
    expect(await gateway.event(answer.id)).toMatchObject({
      reason: 'named',
      router: null,
      target: 'sim/large',
    })
  })
})

describe('the override header', () => {
  const force = (variant: string, key = KEY) =>
    caller.chat('demo', { user: 'ada' }, { key, headers: { 'x-weir-variant': variant } })

  it('forces a variant, one of weight 0 too, for a key that may; the event says so', async () => {
    const answer = await force('large')
    expect(answer.headers.get('x-weir-variant')).toBe('large')
    expect(await gateway.event(answer.id)).toMatchObject({
      reason: 'override',
      assigned: 'large',
      served: 'large',
      bucket: null,
      propensity: 1,
    })
  })

  it('is a 403 for a key that may not, and nobody is called', async () => {
    const before = sim.stats.requests
    const answer = await force('large', OTHER_KEY)
    expect(answer.status).toBe(403)
    expect(codeOf(answer)).toBe('override_denied')
    expect(sim.stats.requests).toBe(before)
    expect(await gateway.event(answer.id)).toMatchObject({ outcome: 'refused', attempts: [] })
  })

  it('naming a variant that is not there is a 400', async () => {
    const answer = await force('huge')
    expect(answer.status).toBe(400)
    expect(codeOf(answer)).toBe('unknown_variant')
  })
})

describe('an allow-list', () => {
  it.each([
    ['LISTED_KEY', 'strict', 200],
    ['LISTED_KEY', 'routers/strict', 200],
    ['LISTED_KEY', 'sim/small', 200],
    ['LISTED_KEY', 'sim/large', 403],
    ['LISTED_KEY', 'demo', 403],
    ['PROVIDER_WIDE_KEY', 'sim/large', 200],
    ['PROVIDER_WIDE_KEY', 'demo', 403],
  ] as const)('of %s answers %s with %i', async (key, model, status) => {
    const answer = await caller.chat(model, { metadata: { tier: 'premium' } }, { key: secrets[key] })
    expect(answer.status).toBe(status)
    if (status === 403) expect(codeOf(answer)).toBe('model_denied')
  })

  it('is all that the list of models shows', async () => {
    const response = await ledger.fetch(`${gateway.baseUrl}/models`, {
      headers: { authorization: `Bearer ${secrets.LISTED_KEY}` },
    })
    const { data } = (await response.json()) as { data: { id: string }[] }
    expect(data.map(model => model.id)).toEqual(['strict', 'sim/small'])
  })
})

describe('a key', () => {
  it.each([
    ['wk_unknown', 'key_unknown'],
    [secrets.DISABLED_KEY, 'key_disabled'],
    [secrets.EXPIRED_KEY, 'key_expired'],
  ])('%s is refused with 401 %s', async (key, code) => {
    const answer = await caller.chat('demo', {}, { key })
    expect(answer.status).toBe(401)
    expect(codeOf(answer)).toBe(code)
  })

  it('that is missing is refused with 401 key_missing', async () => {
    const answer = await caller.chat('demo', {}, { headers: { authorization: '' } })
    expect(answer.status).toBe(401)
    expect(codeOf(answer)).toBe('key_missing')
  })
})
