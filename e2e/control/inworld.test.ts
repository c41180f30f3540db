// Routers in Inworld's shape, from the request that makes one to the traffic it splits: a whole program, its control
// port and the official SDK.
import type { ConfigInput } from '@weir/core/config'
import OpenAI, { APIError } from 'openai'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Sim } from '../../packages/server/src/sim/server.ts'
import { binomialInterval } from '../support/chance.ts'
import { testKey } from '../support/gateway.ts'
import { type Ledger, openLedger } from '../support/ledger.ts'
import { openaiClient } from '../support/sdk.ts'
import { startProvider } from '../support/simulated-provider.ts'
import { ADMIN_TOKEN, type StoreGateway, startStoreGateway } from './store-gateway.ts'

/** "Create router", Inworld's Router API reference; the request as it stands there. */
const DOCUMENTED = `{
  "name": "routers/example-router",
  "displayName": "Example Router",
  "defaults": {
    "message_templates": [
      {
        "role": "system",
        "content": "You are a helpful assistant."
      }
    ]
  },
  "routes": [
    {
      "route": {
        "route_id": "support",
        "variants": [
          {
            "variant": {
              "variant_id": "primary",
              "model_id": "openai/gpt-4o"
            },
            "weight": 100
          }
        ]
      },
      "condition": {
        "cel_expression": "use_case == 'support'"
      }
    }
  ],
  "defaultRoute": {
    "route_id": "default",
    "variants": [
      {
        "variant": {
          "variant_id": "default",
          "model_id": "openai/gpt-4o-mini"
        },
        "weight": 100
      }
    ]
  }
}`

/** What chance allows with 200 draws at this share, all but once in a million. */
const allowed = (share: number) => binomialInterval(200, share, 1 - 1e-6)

type Json = Record<string, unknown>

async function control(gateway: StoreGateway, method: string, path: string, body?: Json | string) {
  // As Inworld's keys are: base64, in Basic.
  const authorization = `Basic ${Buffer.from(ADMIN_TOKEN).toString('base64')}`
  const response = await fetch(`${gateway.controlUrl}/router/v1/${path}`, {
    method,
    headers: { authorization, 'content-type': 'application/json' },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  return { status: response.status, json: (await response.json()) as Json }
}

const share = (variant_id: string, model_id: string, weight: number) => ({
  variant: { variant_id, model_id },
  weight,
})

describe('on a fresh install', () => {
  let gateway: StoreGateway

  beforeAll(async () => {
    gateway = await startStoreGateway()
  })

  test("the documentation's example is accepted unchanged and reads back", async () => {
    const { status, json } = await control(gateway, 'POST', 'routers', DOCUMENTED)
    expect(status).toBe(200)
    expect(json).toMatchObject({ done: true, response: JSON.parse(DOCUMENTED) as Json })
    expect(json.metadata).toMatchObject({
      warnings: [{ field: expect.stringMatching(/^providers\.openai/) as string }],
    })
    const read = await control(gateway, 'GET', 'routers/example-router')
    expect(read.json).toEqual(JSON.parse(DOCUMENTED))
    const operation = await control(gateway, 'GET', String(json.name))
    expect(operation.json).toMatchObject({ name: json.name, done: true, response: json.response })
  })

  test('and a call to a service without a credential is the failure no_credential', async () => {
    const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: gateway.key, maxRetries: 0 })
    const call = client.chat.completions.create({
      model: 'weir/example-router',
      messages: [{ role: 'user', content: 'Hello' }],
    })
    const error = await call.then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    expect(error).toBeInstanceOf(APIError)
    const { headers, status } = error as APIError
    expect(status).toBe(502)
    const event = await gateway.event(headers?.get('x-weir-request-id') ?? '')
    expect(event).toMatchObject({ router: 'example-router', route: 'default', outcome: 'failed' })
    expect(event.attempts).toMatchObject([{ failure: 'credential', code: 'no_credential', status: null }])
  })
})

describe('with simulated providers', () => {
  let sim: Sim
  let gateway: StoreGateway
  let ledger: Ledger
  let client: OpenAI

  beforeAll(async () => {
    sim = await startProvider()
    const config: ConfigInput = {
      version: 1,
      gateway: { namespaces: ['inworld'] },
      providers: {
        open: { type: 'openai', base_url: `${sim.url}/v1` },
        claude: { type: 'anthropic', base_url: `${sim.url}/v1`, credential: { env: 'SIM_KEY' } },
      },
      models: { 'open/*': {}, 'claude/*': {} },
      keys: [testKey],
    }
    gateway = await startStoreGateway({ config, env: { SIM_KEY: 'sk-any' } })
    ledger = openLedger()
    client = openaiClient(gateway, ledger)
  })

  /** How often each variant answered, of one call for each of 200 users. */
  async function callAsUsers(model: string, more: (user: number) => Json = () => ({})) {
    const counts: Record<string, number> = {}
    for (let user = 0; user < 200; user++) {
      const body = {
        model,
        user: `user-${user}`,
        messages: [{ role: 'user', content: 'Hello' }],
        ...more(user),
      }
      const { data, response } = await client.chat.completions.create(body as never).withResponse()
      expect(data.choices[0]?.message.content).not.toBe('')
      const variant = response.headers.get('x-weir-served') ?? 'none'
      counts[variant] = (counts[variant] ?? 0) + 1
    }
    return counts
  }

  test("80/20 over OpenAI's and Anthropic's format is what 200 calls get, and users stick", async () => {
    const defaultRoute = {
      route_id: 'default',
      variants: [share('big', 'open/large', 80), share('other', 'claude/small', 20)],
    }
    const created = await control(gateway, 'POST', 'routers', { name: 'routers/ab', defaultRoute })
    expect(created).toMatchObject({ status: 200, json: { done: true } })

    const counts = await callAsUsers('weir/ab')
    const [low, high] = allowed(0.8)
    expect(counts.big).toBeGreaterThanOrEqual(low)
    expect(counts.big).toBeLessThanOrEqual(high)
    expect((counts.big ?? 0) + (counts.other ?? 0)).toBe(200)
    const paths = sim.requests.map(request => request.path)
    expect(paths.filter(path => path === '/v1/chat/completions')).toHaveLength(counts.big ?? 0)
    expect(paths.filter(path => path === '/v1/messages')).toHaveLength(counts.other ?? 0)

    expect(await callAsUsers('inworld/ab')).toEqual(counts)
    await ledger.check(gateway)
  })

  test('[70, 20] is refused with a message that names the route and the sum', async () => {
    const variants = [share('a', 'open/large', 70), share('b', 'open/small', 20)]
    const body = { name: 'routers/short', defaultRoute: { route_id: 'ninety', variants } }
    const { status, json } = await control(gateway, 'POST', 'routers', body)
    expect(status).toBe(400)
    expect(json).toMatchObject({
      code: 3,
      message:
        'defaultRoute.variants: the weights of route "ninety" are 70 + 20 = 90; in each route they must sum to exactly 100',
      details: [{ '@type': 'type.googleapis.com/google.rpc.BadRequest' }],
    })
    expect((await control(gateway, 'GET', 'routers/short')).status).toBe(404)
  })

  test('70/30 on tier == "premium" splits that traffic and only that', async () => {
    const premium = {
      route: {
        route_id: 'premium',
        variants: [share('flagship', 'open/large', 70), share('rival', 'claude/large', 30)],
      },
      condition: { cel_expression: 'tier == "premium"' },
    }
    const defaultRoute = { route_id: 'everyone', variants: [share('small', 'open/small', 100)] }
    const { status } = await control(gateway, 'POST', 'routers', {
      name: 'routers/tiers',
      routes: [premium],
      defaultRoute,
    })
    expect(status).toBe(200)

    const before = sim.requests.length
    const literal = await callAsUsers('weir/tiers', () => ({ extra_body: { metadata: { tier: 'premium' } } }))
    const [low, high] = allowed(0.7)
    expect(literal.flagship).toBeGreaterThanOrEqual(low)
    expect(literal.flagship).toBeLessThanOrEqual(high)
    expect(literal).toEqual({ flagship: literal.flagship, rival: 200 - (literal.flagship ?? 0) })
    const bodies = sim.requests.slice(before).map(request => request.body.toString('utf8'))
    expect(bodies).toHaveLength(200)
    expect(bodies.filter(body => body.includes('extra_body') || body.includes('premium'))).toEqual([])

    expect(await callAsUsers('weir/tiers', () => ({ metadata: { tier: 'premium' } }))).toEqual(literal)
    const others = (user: number) => (user % 2 === 0 ? {} : { extra_body: { metadata: { tier: 'free' } } })
    expect(await callAsUsers('weir/tiers', others)).toEqual({ small: 200 })
  })

  test('a changed weight moves only what it has to', async () => {
    const before = await callAsUsers('weir/ab')
    const variants = [share('big', 'open/large', 50), share('other', 'claude/small', 50)]
    const patched = await control(gateway, 'PATCH', 'routers/ab?update_mask=defaultRoute.variants', {
      defaultRoute: { variants },
    })
    expect(patched.status).toBe(200)
    expect(patched.json.metadata).toMatchObject({
      changes: [expect.stringContaining('moves 30.00 % of units') as string],
    })
    const after = await callAsUsers('weir/ab')
    expect(after.big).toBeLessThan(before.big ?? 0)
    const [low, high] = allowed(0.5)
    expect(after.big).toBeGreaterThanOrEqual(low)
    expect(after.big).toBeLessThanOrEqual(high)
  })
})
