// A key's split is changed, switched off and on again while traffic runs: nothing fails, and the first request after
// the answer of a save obeys it.
import { setTimeout as delay } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { binomialInterval } from '../support/chance.ts'
import { KEY, testKey } from '../support/gateway.ts'
import { type Ledger, openLedger } from '../support/ledger.ts'
import { startProvider } from '../support/simulated-provider.ts'
import { type ControlAnswer, type ControlCall, controlOf, type Fields } from './control-client.ts'
import { type StoreGateway, startStoreGateway } from './store-gateway.ts'

/** How often a load asks: every 5 ms, whatever became of the ones before. */
const PER_SECOND = 200
const SAVES = 100

let gateway: StoreGateway
let control: ControlCall
let ledger: Ledger

beforeAll(async () => {
  const sim = await startProvider()
  gateway = await startStoreGateway({
    workers: 2,
    config: {
      version: 1,
      gateway: { private_networks: 'allow' },
      providers: { sim: { type: 'openai', base_url: `${sim.url}/v1` } },
      models: { 'sim/large': {}, 'sim/small': {} },
      keys: [{ ...testKey, default_provider: 'sim', routing: routingOf(80, 20) }],
    },
  })
  control = controlOf(gateway)
  ledger = openLedger()
})

function routingOf(large: number, small: number) {
  return {
    variants: [
      { id: 'large', model: 'sim/large', weight: large },
      { id: 'small', model: 'sim/small', weight: small },
    ],
  }
}

interface Answered {
  readonly id: string
  readonly status: number
  /** The variant that answered; null when none was drawn. */
  readonly variant: string | null
  /** Milliseconds of `performance.now()`. */
  readonly sentAt: number
  readonly answeredAt: number
}

async function ask(model = 'small'): Promise<Answered> {
  const sentAt = performance.now()
  const response = await ledger.fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] }),
  })
  await response.text()
  return {
    id: response.headers.get('x-weir-request-id') ?? 'none',
    status: response.status,
    variant: response.headers.get('x-weir-variant'),
    sentAt,
    answeredAt: performance.now(),
  }
}

/** Asks at the pace of `PER_SECOND` until it is stopped. */
function startLoad(): { stop(): Promise<Answered[]> } {
  const asked: Promise<Answered>[] = []
  const timer = setInterval(() => asked.push(ask()), 1000 / PER_SECOND)
  return {
    stop: () => {
      clearInterval(timer)
      return Promise.all(asked)
    },
  }
}

interface Save extends ControlAnswer {
  readonly sentAt: number
  readonly answeredAt: number
}

/** Saves with the key's newest ETag. */
async function save(path: string, body: Fields): Promise<Save> {
  const { etag } = await control('GET', '/keys/test')
  const sentAt = performance.now()
  const answer = await control('PUT', path, { body, ifMatch: etag })
  expect([answer.status, answer.text]).toEqual([200, answer.text])
  return { ...answer, sentAt, answeredAt: performance.now() }
}

const saveWeights = (large: number, small: number) =>
  save('/keys/test/routing', { ...routingOf(large, small), units: ['request'] })

const countOf = (answers: readonly Answered[], variant: string) =>
  answers.filter(answer => answer.variant === variant).length

function expectShare(answers: readonly Answered[], share: number): void {
  const [low, high] = binomialInterval(answers.length, share, 1 - 1e-6)
  expect(countOf(answers, 'large')).toBeGreaterThanOrEqual(low)
  expect(countOf(answers, 'large')).toBeLessThanOrEqual(high)
  expect(countOf(answers, 'large') + countOf(answers, 'small')).toBe(answers.length)
}

/** Who was answered before a save was sent was served by an older revision, who asked after its answer by that one. */
async function expectRevisions(answers: readonly Answered[], saves: readonly Save[]): Promise<void> {
  await ledger.check(gateway)
  const revisions = new Map(gateway.events().map(event => [event.request_id, event.revision]))
  for (const { id, sentAt, answeredAt } of answers) {
    const revision = revisions.get(id) ?? 0
    const oldest = saves.findLast(save => save.answeredAt <= sentAt)
    const tooNew = saves.find(save => save.sentAt >= answeredAt)
    expect(revision).toBeGreaterThanOrEqual(oldest?.revision ?? 1)
    if (tooNew !== undefined) expect(revision).toBeLessThan(tooNew.revision)
  }
}

const quantile = (values: readonly number[], share: number) =>
  values.toSorted((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? 0

function printTimes(what: string, times: readonly number[]): void {
  const [p50, p99] = [quantile(times, 0.5), quantile(times, 0.99)].map(time => time.toFixed(1))
  console.log(`${what}, ${times.length} saves: p50 ${p50} ms, p99 ${p99} ms`)
}

describe('weights changed under load', () => {
  it('80/20 becomes 50/50 for the first request after the answer, and no request fails', async () => {
    const fifty = await Promise.all(Array.from({ length: 50 }, () => ask()))
    expectShare(fifty, 0.8)

    const load = startLoad()
    await delay(1000)
    const saved = await saveWeights(50, 50)
    const first = await ask()
    await delay(2000)
    const answers = [...(await load.stop()), first]

    expect(answers.filter(answer => answer.status !== 200)).toEqual([])
    await expectRevisions(answers, [saved])
    expect((await gateway.event(first.id)).revision).toBe(saved.revision)
    expectShare(
      answers.filter(answer => answer.answeredAt <= saved.sentAt),
      0.8,
    )
    expectShare(
      answers.filter(answer => answer.sentAt >= saved.answeredAt),
      0.5,
    )
  })

  it(`${SAVES} saves turn all traffic around, each for the very next request`, async () => {
    const load = startLoad()
    const saves: Save[] = []
    const firsts: Answered[] = []
    for (let index = 0; index < SAVES; index++) {
      const toSmall = index % 2 === 0
      saves.push(await (toSmall ? saveWeights(0, 100) : saveWeights(100, 0)))
      const first = await ask()
      expect([index, first.variant]).toEqual([index, toSmall ? 'small' : 'large'])
      firsts.push(first)
    }
    const answers = [...(await load.stop()), ...firsts]

    expect(answers.filter(answer => answer.status !== 200)).toEqual([])
    await expectRevisions(answers, saves)
    expect(new Set(saves.map(save => save.revision)).size).toBe(SAVES)
    printTimes(
      'save -> answer',
      saves.map(save => save.answeredAt - save.sentAt),
    )
    printTimes(
      'save -> first request that obeys it answered',
      saves.map((save, index) => (firsts[index]?.answeredAt ?? Number.NaN) - save.sentAt),
    )
  })
})

it('switched off, traffic bypasses the split; switched on again, it returns to it with its weights', async () => {
  await saveWeights(70, 30)
  const before = await control('GET', '/keys/test/routing')
  const load = startLoad()

  const off = await control('POST', '/keys/test/routing/deactivate')
  expect(off).toMatchObject({ status: 200, json: { facts: { routing: 'inactive' } } })
  const bypassing = await Promise.all(Array.from({ length: 100 }, () => ask('large')))
  const kept = await control('GET', '/keys/test/routing')
  expect(kept.json).toEqual({ ...before.json, active: false })

  const on = await control('POST', '/keys/test/routing/activate')
  expect(on).toMatchObject({ status: 200, json: { facts: { routing: 'active' } } })
  const returned = await Promise.all(Array.from({ length: 300 }, () => ask('large')))
  const after = await control('GET', '/keys/test/routing')
  expect(after.json).toEqual({ ...before.json, active: true })

  const answers = await load.stop()
  expect([...answers, ...bypassing, ...returned].filter(answer => answer.status !== 200)).toEqual([])
  await ledger.check(gateway)
  const events = new Map(gateway.events().map(event => [event.request_id, event]))
  for (const { id } of bypassing) {
    const expected = { reason: 'named', route: null, propensity: 1, target: 'sim/large' }
    expect(events.get(id)).toMatchObject({ ...expected, revision: off.revision })
  }
  for (const { id } of returned) {
    expect(events.get(id)).toMatchObject({ reason: 'key_routing', revision: on.revision })
  }
  expectShare(returned, 0.7)
})
