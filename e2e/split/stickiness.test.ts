// Who sticks to which variant, and whether the shares come out: through the whole program, over restarts and workers.
import type { ConfigInput } from '@weir/core/config'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Sim } from '../../packages/server/src/sim/server.ts'
import { type Answered, type Caller, type CallOptions, callerOf } from '../support/caller.ts'
import { binomialInterval } from '../support/chance.ts'
import { type RunningGateway, startGateway, testKey } from '../support/gateway.ts'
import { type Ledger, openLedger } from '../support/ledger.ts'
import { startProvider } from '../support/simulated-provider.ts'

/** Draws that nothing fixes fall outside once in a million runs. */
const RANDOM_LEVEL = 1 - 1e-6

const variants = [
  { id: 'large', model: 'sim/large', weight: 80 },
  { id: 'small', model: 'sim/small', weight: 20 },
]

function configFor(sim: Sim): ConfigInput {
  const default_route = { split: { variants } }
  return {
    version: 1,
    providers: { sim: { type: 'openai', base_url: `${sim.url}/v1` } },
    models: { 'sim/large': {}, 'sim/small': {} },
    routers: {
      demo: { default_route },
      'demo-random': { units: ['request'], default_route },
      'by-key': { units: ['key'], default_route },
      'by-header': { units: ['header:X-Tenant', 'request'], default_route },
      'by-cookie': { units: ['cookie:sid', 'request'], default_route },
      'by-account': { units: ['metadata.account.id', 'request'], default_route },
    },
    keys: [testKey],
  }
}

let sim: Sim
let gateway: RunningGateway
let ledger: Ledger
let caller: Caller

beforeAll(async () => {
  sim = await startProvider()
  gateway = await startGateway({ config: configFor(sim) })
  ledger = openLedger()
  caller = callerOf(gateway, ledger)
})

afterAll(() => ledger.check(gateway))

const users = Array.from({ length: 200 }, (_, index) => `user-${index}`)

function variantOf(answer: Answered): string {
  expect(answer.status).toBe(200)
  return answer.headers.get('x-weir-variant') ?? 'none'
}

/** The variant each user gets, ten at a time. */
async function variantsOf(
  who: readonly string[],
  call: (user: string) => Promise<Answered>,
): Promise<string[]> {
  const found: string[] = []
  for (let at = 0; at < who.length; at += 10)
    found.push(...(await Promise.all(who.slice(at, at + 10).map(async user => variantOf(await call(user))))))
  return found
}

const asUser = (user: string) => caller.chat('demo', { user })

describe('users', () => {
  it('split 80/20 within chance, and come back to the variant they had', async () => {
    const first = await variantsOf(users, asUser)
    const large = first.filter(variant => variant === 'large').length
    const [low, high] = binomialInterval(users.length, 0.8, 0.999)
    expect(large).toBeGreaterThanOrEqual(low)
    expect(large).toBeLessThanOrEqual(high)
    expect(await variantsOf(users, asUser)).toEqual(first)
  })

  it('get the same variant in a stream, with another prompt, and on another endpoint', async () => {
    const some = users.slice(0, 30)
    const plain = await variantsOf(some, asUser)
    expect(new Set(plain).size).toBe(2)
    expect(await variantsOf(some, user => caller.chat('demo', { user, stream: true }))).toEqual(plain)
    const messages = [{ role: 'user', content: 'Something else' }]
    expect(await variantsOf(some, user => caller.chat('demo', { user, messages }))).toEqual(plain)
    const embed = (user: string) => caller.post('/v1/embeddings', { model: 'demo', user, input: 'x' })
    expect(await variantsOf(some, embed)).toEqual(plain)
    const respond = (user: string) => caller.post('/v1/responses', { model: 'demo', user, input: 'x' })
    expect(await variantsOf(some, respond)).toEqual(plain)
  })

  it('are told which kind of unit decided; the event has a pseudonym, the bucket and the propensity', async () => {
    const answer = await caller.chat('demo', { user: 'ada@example.com' })
    expect(answer.headers.get('x-weir-unit')).toBe('user')
    const event = await gateway.event(answer.id)
    expect(event).toMatchObject({
      unit_kind: 'user',
      unit: expect.stringMatching(/^[0-9a-f]{32}$/),
      bucket: expect.any(Number),
      salt: 'demo.default',
      reason: 'split',
    })
    expect(event.propensity).toBe(event.assigned === 'large' ? 0.8 : 0.2)
    const again = await gateway.event((await caller.chat('demo', { user: 'ada@example.com' })).id)
    expect(again.unit).toBe(event.unit)
  })
})

describe('after a restart', () => {
  it('with other workers, every user still has their variant', async () => {
    const some = users.slice(0, 60)
    const dataDir = (await startAgain(1)).dataDir
    const second = await startAgain(2, dataDir)
    const calls = callerOf(second, ledgerOfSecond)
    const after = await variantsOf(some, user => calls.chat('demo', { user }))
    expect(after).toEqual(await variantsOf(some, asUser))
    await ledgerOfSecond.check(second)
  })

  const ledgerOfSecond = openLedger()

  async function startAgain(workers: number, dataDir?: string): Promise<RunningGateway> {
    const started = await startGateway({
      config: configFor(sim),
      workers,
      ...(dataDir === undefined ? {} : { dataDir }),
    })
    if (dataDir === undefined) expect(await started.stop()).toMatchObject({ code: 0 })
    return started
  }
})

describe('fifty identical prompts without a user', () => {
  const prompt = (options: CallOptions = {}) => caller.chat('demo-random', {}, options)

  it('split 80/20 within chance where the unit is the request', async () => {
    const fifty = await variantsOf(users.slice(0, 50), () => prompt())
    const [low, high] = binomialInterval(50, 0.8, RANDOM_LEVEL)
    const large = fifty.filter(variant => variant === 'large').length
    expect(large).toBeGreaterThanOrEqual(low)
    expect(large).toBeLessThanOrEqual(high)
    expect((await prompt()).headers.get('x-weir-unit')).toBe('request')
  })

  it('are independent draws: four hundred more come out the same way', async () => {
    const many = await variantsOf([...users, ...users], () => prompt())
    const [low, high] = binomialInterval(400, 0.8, RANDOM_LEVEL)
    const large = many.filter(variant => variant === 'large').length
    expect(large).toBeGreaterThanOrEqual(low)
    expect(large).toBeLessThanOrEqual(high)
  })

  it.each(['idempotency-key', 'x-weir-request-id'])('are pinned by their %s, as a retry is', async header => {
    const keys = Array.from({ length: 25 }, (_, index) => `attempt-${index}`)
    const once = await variantsOf(keys, key => prompt({ headers: { [header]: key } }))
    expect(new Set(once).size).toBe(2)
    expect(await variantsOf(keys, key => prompt({ headers: { [header]: key } }))).toEqual(once)
    expect(await variantsOf(keys, () => prompt({ headers: { [header]: 'attempt-0' } }))).toEqual(
      keys.map(() => once[0]),
    )
  })

  it('are one unit where the conversation is, since all their openings are the same', async () => {
    const fifty = await variantsOf(users.slice(0, 50), () => caller.chat('demo'))
    expect(new Set(fifty).size).toBe(1)
  })
})

describe('a conversation without any id', () => {
  type Message = { role: string; content: string }
  const turns = 5

  /** The variants of a chat's turns, each repeating all that was said before. */
  async function converse(opening: Message[], later: Message[] = []): Promise<string[]> {
    const messages = [...opening]
    const found: string[] = []
    for (let turn = 0; turn < turns; turn++) {
      const answer = await caller.chat('demo', { messages })
      expect(answer.headers.get('x-weir-unit')).toBe('conversation')
      found.push(variantOf(answer))
      const { choices } = answer.json() as { choices: { message: Message }[] }
      messages.push(choices[0]?.message as Message, ...later, {
        role: 'user',
        content: `And then? (${turn})`,
      })
    }
    return found
  }

  const openings = Array.from({ length: 12 }, (_, index) => [
    { role: 'system', content: 'You are brief.' },
    { role: 'user', content: `Question ${index}` },
  ])

  it('stays on one variant for five turns, while different conversations differ', async () => {
    const found: string[] = []
    for (const opening of openings) {
      const variant = await converse(opening)
      expect(new Set(variant).size).toBe(1)
      found.push(variant[0] ?? '')
    }
    expect(new Set(found).size).toBe(2)
  })

  it('stays there also when the application slips in instructions later', async () => {
    const reminder = [{ role: 'system', content: 'The user has just changed the language.' }]
    for (const opening of openings) expect(new Set(await converse(opening, reminder)).size).toBe(1)
  })
})

describe('the kind of unit', () => {
  it.each([
    ['user', 'demo', { user: 'ada', metadata: { conversation_id: 'c1' } }, {}],
    ['conversation_id', 'demo', { metadata: { conversation_id: 'c1' } }, {}],
    ['conversation', 'demo', {}, {}],
    ['request', 'demo-random', { user: 'ada' }, {}],
    ['key', 'by-key', { user: 'ada' }, {}],
    ['header:X-Tenant', 'by-header', {}, { 'x-tenant': 't1' }],
    ['request', 'by-header', {}, {}],
    ['cookie:sid', 'by-cookie', {}, { cookie: 'a=b; sid=s1' }],
    ['metadata.account.id', 'by-account', { metadata: { account: { id: 42 } } }, {}],
    ['request', 'by-account', { metadata: { account: { id: null } } }, {}],
  ] as const)('is %s for %s with %j %j', async (kind, router, fields, headers) => {
    const answer = await caller.chat(router, fields, { headers })
    expect(answer.headers.get('x-weir-unit')).toBe(kind)
    expect(await gateway.event(answer.id)).toMatchObject({ unit_kind: kind, router })
  })
})
