// The share check over a real program: sticky and random splits, weights that are changed while traffic runs, a split of
// a key, and one that is skewed on purpose.
import type { ConfigInput } from '@weir/core/config'
import { beforeAll, describe, expect, it } from 'vitest'
import { ADMIN_TOKEN, type StoreGateway, startStoreGateway } from '../control/store-gateway.ts'
import { KEY } from '../support/gateway.ts'
import { runProgram } from '../support/program.ts'
import { startProvider } from '../support/simulated-provider.ts'

interface Phase {
  readonly route: string
  readonly revisions: readonly number[]
  readonly counted: string
  readonly total: number
  readonly requests: number
  readonly verdict: string
  readonly p: number | null
  readonly variants: readonly {
    readonly variant: string
    readonly configured: number
    readonly count: number
  }[]
}

const sim = await startProvider()
const split = (large: number) => ({
  variants: [
    { id: 'large', model: 'sim/large', weight: large },
    { id: 'small', model: 'sim/small', weight: 100 - large },
  ],
})
const config: ConfigInput = {
  version: 1,
  gateway: { private_networks: 'allow' },
  providers: { sim: { type: 'openai', base_url: `${sim.url}/v1` } },
  models: { 'sim/large': {}, 'sim/small': {} },
  routers: {
    sticky: { units: ['user'], default_route: { split: split(80) } },
    drawn: { units: ['request'], default_route: { split: split(80) } },
    // Every unit is on one variant: what a broken split looks like.
    skewed: { units: ['key'], default_route: { split: split(50) } },
  },
  keys: [
    {
      id: 'app',
      secret: { env: 'WEIR_KEY' },
      routing: { units: ['user'], ...split(80) },
    },
  ],
}

let gateway: StoreGateway
/** What the answers' headers said, by router, then variant: users. */
const seen = new Map<string, Map<string, Set<string>>>()

async function ask(model: string, user: string): Promise<void> {
  const response = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, user, max_tokens: 1, messages: [{ role: 'user', content: 'Hi' }] }),
  })
  await response.text()
  expect(response.status).toBe(200)
  const variants = seen.get(model) ?? new Map<string, Set<string>>()
  const variant = response.headers.get('x-weir-variant') ?? ''
  seen.set(model, variants.set(variant, (variants.get(variant) ?? new Set()).add(user)))
}

async function askAll(model: string, users: number): Promise<void> {
  for (let from = 0; from < users; from += 20)
    await Promise.all(Array.from({ length: 20 }, (_, index) => ask(model, `user-${from + index}`)))
}

async function control(method: string, path: string, body?: unknown) {
  const response = await fetch(`${gateway.controlUrl}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json', 'if-match': '*' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return { status: response.status, text: await response.text() }
}

async function phasesOf(path: string): Promise<readonly Phase[]> {
  const { text } = await control('GET', path)
  return (JSON.parse(text) as { phases: Phase[] }).phases
}

beforeAll(async () => {
  gateway = await startStoreGateway({ config, eventStore: 'duckdb', workers: 2 })
  for (let round = 0; round < 2; round++) await askAll('sticky', 100)
  // A revision that leaves this split alone, and one that does not.
  await control('PUT', '/routers/drawn/routes/default/weights', { large: 70, small: 30 })
  await askAll('sticky', 100)
  await control('PUT', '/routers/sticky/routes/default/weights', { large: 50, small: 50 })
  await askAll('sticky', 100)
  await askAll('drawn', 200)
  await askAll('skewed', 60)
  await askAll('gpt-4o', 60)
  await control('POST', '/events/settle')
}, 60_000)

describe('the share check', () => {
  it('counts each user once in each phase, over revisions that left the split alone', async () => {
    const phases = await phasesOf('/routers/sticky/shares')
    expect(phases).toMatchObject([
      { route: 'default', revisions: [1, 2], counted: 'units', total: 100, requests: 300, verdict: 'ok' },
      { route: 'default', revisions: [3], counted: 'units', total: 100, requests: 100, verdict: 'ok' },
    ])
    expect(phases.map(({ variants }) => variants.map(({ configured }) => configured))).toEqual([
      [0.8, 0.2],
      [0.5, 0.5],
    ])
    const counts = phases.map(
      ({ variants }) => new Map(variants.map(({ variant, count }) => [variant, count])),
    )
    // From 80 to 50 some users went from large to small, and none the other way: small was seen by all who have it now.
    expect(counts[1]?.get('small')).toBe(seen.get('sticky')?.get('small')?.size)
    expect(counts[0]?.get('large')).toBe(seen.get('sticky')?.get('large')?.size)
  })

  it('counts requests where each is drawn anew', async () => {
    const [phase, ...more] = await phasesOf('/routers/drawn/shares')
    expect(more).toEqual([])
    expect(phase).toMatchObject({
      revisions: [3],
      counted: 'requests',
      total: 200,
      requests: 200,
      verdict: 'ok',
    })
    expect(phase?.variants.map(({ configured }) => configured)).toEqual([0.7, 0.3])
  })

  it('has too few units where all requests are of one, however many there are', async () => {
    expect(await phasesOf('/routers/skewed/shares')).toMatchObject([
      { counted: 'units', total: 1, requests: 60, verdict: 'too_few', p: null },
    ])
  })

  it("is there for a key's split", async () => {
    expect(await phasesOf('/keys/app/shares')).toMatchObject([
      { route: 'key.app', counted: 'units', total: 60, verdict: 'ok' },
    ])
  })

  it('is printed by `weir shares`', async () => {
    const run = (...args: string[]) =>
      runProgram(['shares', '--data-dir', gateway.dataDir, ...args], { env: { WEIR_TOKEN: ADMIN_TOKEN } })
    const { code, stdout } = await run('sticky')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^sticky \/ default, revisions 1 to 2: 100 units, chi-square p /m)
    expect(stdout).toMatch(/^large +80\.00 % +\d\d\.00 % +\d\d +72 to 88 *$/m)
    expect(stdout).toMatch(/^sticky \/ default, revision 3: 100 units/m)
    expect((await run('--key', 'app')).stdout).toMatch(/^key app \/ key\.app, revision 3: 60 units/m)
    expect(await run('nowhere')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no router "nowhere"'),
    })
    expect(await run()).toMatchObject({ code: 1, stderr: expect.stringContaining('name a router') })
    expect((JSON.parse((await run('sticky', '--json')).stdout) as { phases: unknown[] }).phases).toHaveLength(
      2,
    )
  })
})
