// The request log over the API, under real traffic: every filter, order, group and page against the client's account.
import type { RequestEvent } from '@weir/core/event'
import { beforeAll, describe, expect, it, test } from 'vitest'
import { callerWith, controlOf, type Fields } from '../control/control-client.ts'
import { ADMIN_TOKEN, type StoreGateway } from '../control/store-gateway.ts'
import { parseCsv } from './csv.ts'
import { type Account, sendSlow, sendTraffic, startTraffic } from './request-log-traffic.ts'

const COUNT = 90

let gateway: StoreGateway
let sent: Account[]
let recorded: RequestEvent[]

beforeAll(async () => {
  gateway = await startTraffic()
  sent = [...(await sendTraffic(gateway, COUNT)), await sendSlow(gateway, COUNT)]
  await settle()
  recorded = await listed('')
}, 60_000)

const settle = () => controlOf(gateway)('POST', '/events/settle')

/** One page, of what was sent before the tests. */
async function listed(query: string): Promise<RequestEvent[]> {
  const { status, text, json } = await controlOf(gateway)('GET', `/requests?limit=500&${query}`)
  if (status !== 200) throw new Error(`${query}: ${text}`)
  return json.items as RequestEvent[]
}

const idsOf = (requests: readonly { readonly id?: string; readonly request_id?: string }[]) =>
  requests.map(({ id, request_id }) => id ?? request_id ?? '').toSorted()

describe('the list', () => {
  it('holds every request that was sent, once, as the client saw it', () => {
    expect(idsOf(recorded)).toEqual(idsOf(sent))
    const byId = new Map(recorded.map(event => [event.request_id, event]))
    for (const account of sent) {
      const { router, route, assigned, served, key, status, error, outcome, target } = account
      expect(byId.get(account.id)).toMatchObject({
        router,
        route,
        served,
        key,
        status,
        error,
        outcome,
        target,
        ...(assigned !== null && { assigned }),
        cost_nano_usd: account.costNanoUsd,
        span_trace_id: account.trace,
      })
    }
  })

  const filters: readonly (readonly [string, (account: Account) => boolean])[] = [
    ['router=demo', ({ router }) => router === 'demo'],
    ['router=demo&router=frail', ({ router }) => router === 'demo' || router === 'frail'],
    ['route=gold', ({ route }) => route === 'gold'],
    ['key=other', ({ key }) => key === 'other'],
    ['tenant=acme', ({ tenant }) => tenant === 'acme'],
    ['assigned=large&assigned=best', ({ assigned }) => assigned === 'large' || assigned === 'best'],
    ['served=spare', ({ served }) => served === 'spare'],
    ['model=sim%2Fsmall', ({ model }) => model === 'sim/small'],
    ['model=%3DHYPERLINK(%22x%22)', ({ model }) => model?.startsWith('=') === true],
    ['target=sim/small', ({ target }) => target === 'sim/small'],
    ['outcome=failed', ({ outcome }) => outcome === 'failed'],
    ['outcome=refused&outcome=failed', ({ outcome }) => outcome !== 'ok'],
    ['status=404', ({ status }) => status === 404],
    ['status=4xx', ({ status }) => status >= 400 && status < 500],
    ['status=5xx&status=401', ({ status }) => status >= 500 || status === 401],
    ['error=model_not_found', ({ error }) => error === 'model_not_found'],
    ['finish_reason=stop&outcome=ok', ({ outcome }) => outcome === 'ok'],
    ['unit=user:user-3', account => isSplit(account) && account.user === 'user-3'],
    ['unit=user:user-3&unit=user:user-4', a => isSplit(a) && ['user-3', 'user-4'].includes(a.user)],
    ['unit=user:nobody', () => false],
    ['revision=1', () => true],
    ['revision=2', () => false],
    ['tag=beta', ({ tags }) => tags.includes('beta')],
    ['tag=eu&tag=free', ({ key }) => key !== null],
    ['metadata.tier=gold', ({ tier }) => tier === 'gold'],
    ['metadata.tier=gold&metadata.a%2Fb=2', a => a.tier === 'gold' && a.order % 3 === 2],
    ['metadata.secret=not%20on%20the%20list', () => false],
    ['q=MODEL_NOT', ({ error }) => error === 'model_not_found'],
    ['latency_min_ms=699.5&router=slow', ({ router }) => router === 'slow'],
    ['served=', ({ served }) => served === null],
    ['key=&key=other', ({ key }) => key !== 'app'],
    ['router=demo&key=app&outcome=ok', a => a.router === 'demo' && a.key === 'app' && a.outcome === 'ok'],
  ]

  test.each(filters)('filtered by %s holds just those', async (query, isWanted) => {
    expect(idsOf(await listed(query))).toEqual(idsOf(sent.filter(isWanted)))
  })

  it('is filtered by every value that any request has', async () => {
    const one = sent.find(({ key, outcome }) => key === 'app' && outcome === 'ok') as Account
    expect(idsOf(await listed(`request_id=${one.id}`))).toEqual([one.id])
    expect(idsOf(await listed(`span_trace_id=${one.trace}`))).toEqual([one.id])
    const pseudonym = recorded.find(({ request_id }) => request_id === one.id)?.unit
    const ofUser = sent.filter(account => isSplit(account) && account.user === one.user)
    expect(pseudonym).not.toContain(one.user)
    expect(idsOf(await listed(`unit=${pseudonym}`))).toEqual(idsOf(ofUser))
  })

  it('is filtered by cost in dollars, to the last unit', async () => {
    const costs = sent.flatMap(({ costNanoUsd }) => costNanoUsd ?? []).toSorted((a, b) => a - b)
    const bound = costs[Math.floor(costs.length / 2)] as number
    const reaches = (a: Account) => a.costNanoUsd !== null && a.costNanoUsd >= bound
    const stays = (a: Account) => a.costNanoUsd !== null && a.costNanoUsd <= bound
    expect(idsOf(await listed(`cost_min_usd=${bound / 1e9}`))).toEqual(idsOf(sent.filter(reaches)))
    expect(idsOf(await listed(`cost_max_usd=${bound / 1e9}`))).toEqual(idsOf(sent.filter(stays)))
    expect(await listed('cost_min_usd=1000')).toEqual([])
  })

  it('is filtered by codes of attempts, too', async () => {
    const failed = recorded.filter(({ attempts }) =>
      attempts.some(({ failure }) => failure === 'server_error'),
    )
    expect(failed.filter(({ outcome }) => outcome === 'ok')).not.toEqual([])
    expect(idsOf(await listed('q=server_err'))).toEqual(idsOf(failed))
  })

  it('is filtered by time and latency', async () => {
    const { at, total_ms } = recorded[Math.floor(recorded.length / 2)] as RequestEvent
    const since = recorded.filter(event => event.at >= at)
    expect(idsOf(await listed(`since=${at}`))).toEqual(idsOf(since))
    expect(idsOf(await listed(`until=${at}`))).toEqual(idsOf(recorded.filter(event => event.at < at)))
    const quick = recorded.filter(event => event.total_ms <= total_ms)
    expect(idsOf(await listed(`latency_max_ms=${total_ms}`))).toEqual(idsOf(quick))
    const offset = `${at.slice(0, -1)}%2B00:00`
    expect(idsOf(await listed(`since=${offset}`))).toEqual(idsOf(since))
  })

  const orders: readonly (readonly [string, (event: RequestEvent) => number | null])[] = [
    ['at', event => Date.parse(event.at)],
    ['total_ms', event => event.total_ms],
    ['first_token_ms', event => event.first_token_ms],
    ['cost', event => event.cost_nano_usd],
    ['output_tokens', event => event.usage.output],
  ]

  test.each(orders)(
    'is sorted by %s, both ways, in pages that new requests do not change',
    async (sort, valueOf) => {
      for (const sign of [1, -1]) {
        const before = idsOf(await listed(''))
        const walked: RequestEvent[] = []
        let next: unknown
        do {
          const after = typeof next === 'string' ? `&after=${encodeURIComponent(next)}` : ''
          const path = `/requests?limit=37&sort=${sign < 0 ? '-' : ''}${sort}${after}`
          const { json } = await controlOf(gateway)('GET', path)
          walked.push(...(json.items as RequestEvent[]))
          next = json.next
          await sendTraffic(gateway, 3, COUNT + 1)
          await settle()
        } while (next !== null)
        expect(idsOf(walked)).toEqual(before)
        const values = walked.map(valueOf)
        const known = values.filter(value => value !== null)
        expect(known).toEqual(known.toSorted((a, b) => sign * (a - b)))
        expect(values.slice(known.length).every(value => value === null)).toBe(true)
      }
    },
  )
})

/** Requests that a split decided have the user as their unit. */
const isSplit = ({ router }: Account) => router !== null

describe('what cannot be asked', () => {
  test.each([
    ['since=yesterday', 'query.since'],
    ['since=2026-11-21T10:00:00Z&until=2026-11-20T10:00:00Z', 'query.until'],
    ['limit=501', 'query.limit'],
    ['limit=0', 'query.limit'],
    ['status=600', 'query.status[0]'],
    ['status=6xx', 'query.status[0]'],
    ['outcome=fine', 'query.outcome[0]'],
    ['latency_min_ms=', 'query.latency_min_ms'],
    ['latency_min_ms=-1', 'query.latency_min_ms'],
    ['latency_min_ms=9&latency_max_ms=8', 'query.latency_max_ms'],
    ['cost_min_usd=2&cost_max_usd=1', 'query.cost_max_usd'],
    ['tag=', 'query.tag[0]'],
    ['unit=', 'query.unit[0]'],
    ['metadata.tier=a&metadata.tier=b', 'query["metadata.tier"]'],
    ['sort=model', 'query.sort'],
    ['format=xml', 'query.format'],
  ])('%s is refused, and said what of it', async (query, path) => {
    const { status, json } = await controlOf(gateway)('GET', `/requests?${query}`)
    expect([status, json.code]).toEqual([400, 'invalid_request'])
    expect((json.problems as Fields[]).map(problem => problem.path)).toEqual([path])
  })

  test.each([
    ['a text that is too long', `q=${'x'.repeat(257)}`, 'query.q'],
    [
      'too many values',
      Array.from({ length: 51 }, (_, index) => `router=r${index}`).join('&'),
      'query.router',
    ],
  ])('%s is refused', async (_, query, path) => {
    const { status, json } = await controlOf(gateway)('GET', `/requests?${query}`)
    expect([status, (json.problems as Fields[]).map(problem => problem.path)]).toEqual([400, [path]])
  })

  test.each(['routr=demo', 'metadata=x', 'metadata.=x', 'latency=5'])('%s is no filter', async query => {
    const { status, json } = await controlOf(gateway)('GET', `/requests?${query}`)
    expect([status, json.code]).toEqual([400, 'invalid_request'])
    expect(String(json.detail)).toContain(query.split('=')[0])
  })

  it('a page after what is no cursor of that order', async () => {
    const { json } = await controlOf(gateway)('GET', '/requests?limit=1')
    const after = encodeURIComponent(String(json.next))
    for (const query of ['after=nonsense', `after=${after}&sort=cost`])
      expect(await controlOf(gateway)('GET', `/requests?${query}`)).toMatchObject({
        status: 400,
        json: { code: 'invalid_request' },
      })
  })

  it('anything without a token', async () => {
    for (const path of ['/requests', '/requests/groups', '/requests/live', '/requests/x'])
      expect(await controlOf(gateway, null)('GET', path)).toMatchObject({ status: 401 })
  })
})

describe('groups', () => {
  const mine = () => `until=${encodeURIComponent(newestOf(recorded))}`

  it('by served variant and model add up to the last unit', async () => {
    const { json } = await controlOf(gateway)('GET', `/requests/groups?by=served,model&${mine()}`)
    const groups = json.groups as (Fields & { values: Fields })[]
    const expected = Map.groupBy(sent, ({ served, model }) => JSON.stringify({ served, model }))
    const seen = new Map(groups.map(group => [JSON.stringify(group.values), group]))
    expect([...seen.keys()].toSorted()).toEqual([...expected.keys()].toSorted())
    for (const [key, accounts] of expected) {
      const ok = accounts.filter(({ outcome }) => outcome === 'ok')
      const costs = accounts.flatMap(({ costNanoUsd }) => costNanoUsd ?? [])
      expect(seen.get(key)).toMatchObject({
        requests: accounts.length,
        share: accounts.length / sent.length,
        errors: accounts.filter(({ outcome }) => outcome === 'failed').length,
        input_tokens: sumOf(ok.map(({ input }) => input)),
        output_tokens: sumOf(ok.map(({ output }) => output)),
        cost_nano_usd: costs.length === 0 ? null : sumOf(costs),
      })
    }
    expect(json.count).toBe(expected.size)
    expect(json.total).toMatchObject({
      requests: sent.length,
      share: 1,
      error_rate: sent.filter(({ outcome }) => outcome === 'failed').length / sent.length,
    })
  })

  it('by nothing said are by target, the largest first, and cut to the limit', async () => {
    const { json } = await controlOf(gateway)('GET', `/requests/groups?limit=2&outcome=ok&${mine()}`)
    const groups = json.groups as { values: { target: string }; requests: number }[]
    const counts = Map.groupBy(
      sent.filter(({ outcome }) => outcome === 'ok'),
      ({ target }) => target,
    )
    expect(json.count).toBe(counts.size)
    const sizes = [...counts.values()].map(accounts => accounts.length).toSorted((a, b) => b - a)
    expect(groups.map(({ requests }) => requests)).toEqual(sizes.slice(0, 2))
    for (const { values, requests } of groups) expect(counts.get(values.target)).toHaveLength(requests)
  })

  test.each([
    ['by=colour', 'query.by[0]'],
    ['by=router,route,key,model', 'query.by'],
    ['limit=501', 'query.limit'],
    ['sort=model', 'query.sort'],
  ])('cannot be asked for with %s', async (query, path) => {
    const { status, json } = await controlOf(gateway)('GET', `/requests/groups?${query}`)
    expect([status, (json.problems as Fields[])[0]?.path]).toEqual([400, path])
  })
})

const sumOf = (numbers: readonly number[]) => numbers.reduce((sum, each) => sum + each, 0)

/** A moment after the last of them: what tests have sent since does not count. */
function newestOf(events: readonly RequestEvent[]): string {
  return new Date(Math.max(...events.map(({ at }) => Date.parse(at))) + 1).toISOString()
}

describe('CSV', () => {
  const read = async (path: string, headers = {}) => {
    const response = await fetch(`${gateway.controlUrl}/api/v1${path}`, {
      headers: { authorization: `Bearer ${ADMIN_TOKEN}`, ...headers },
    })
    return { headers: response.headers, rows: parseCsv(await response.text()) }
  }

  it('of the list has the same requests, and the way to the next page', async () => {
    const path = `/requests?limit=50&until=${encodeURIComponent(newestOf(recorded))}`
    const first = await read(`${path}&format=csv`)
    expect(first.headers.get('content-type')).toMatch(/^text\/csv/)
    const next = /^<(.*)>; rel="next"$/.exec(first.headers.get('link') ?? '')?.[1] ?? ''
    const second = await read(next.replace('/api/v1', ''))
    expect(second.headers.get('link')).toBeNull()
    const rows = [...first.rows, ...second.rows]
    expect(rows.map(row => row.request_id)).toEqual(recorded.map(({ request_id }) => request_id))
    for (const [index, row] of rows.entries()) {
      const event = recorded[index] as RequestEvent
      expect(row).toMatchObject({
        cost_nano_usd: String(event.cost_nano_usd ?? ''),
        total_ms: String(event.total_ms),
        stream: String(event.stream),
        tags: event.tags.join(' '),
        metadata: JSON.stringify(event.metadata),
      })
    }
  })

  it('holds no formula', async () => {
    const { rows } = await read('/requests?status=404&format=csv')
    expect(new Set(rows.map(row => row.model))).toEqual(new Set([`'=HYPERLINK("x")`]))
  })

  it('of groups comes when it is accepted', async () => {
    const { rows } = await read('/requests/groups?by=key,outcome&router=demo', { accept: 'text/csv' })
    const { json } = await controlOf(gateway)('GET', '/requests/groups?by=key,outcome&router=demo')
    const groups = json.groups as (Fields & { values: Fields })[]
    expect(rows.map(({ key, outcome, requests }) => [key, outcome, Number(requests)])).toEqual(
      groups.map(({ values, requests }) => [values.key, values.outcome, requests]),
    )
  })
})

describe('one request', () => {
  const detail = (id: string) => controlOf(gateway)('GET', `/requests/${id}`)
  const textsOf = (json: Fields) =>
    (json.decision as { steps: { stage: string; text: string }[] }).steps.map(
      ({ stage, text }) => `${stage}: ${text}`,
    )
  const newest = (isWanted: (account: Account) => boolean) => sent.findLast(isWanted) as Account

  it('is told in full, with why a fallback answered', async () => {
    const event = recorded.find(({ served, attempts }) => served === 'spare' && attempts.length > 1)
    const { json } = await detail(event?.request_id ?? '')
    expect(json.request).toEqual(event)
    expect(json).toMatchObject({ outcomes: [], capture: null, decision: { revision: { known: true } } })
    const { attempts } = json.request as RequestEvent
    const texts = textsOf(json)
    expect(texts).toContain('model: router frail, revision 1')
    expect(texts).toContain('condition: route default is the default route')
    expect(texts).toContain('plan: call sim/frail, on failure sim/small')
    expect(texts.filter(text => text.startsWith('attempt: '))).toHaveLength(attempts.length)
    expect(texts.at(-1)).toBe('outcome: ok: spare answered in place of first; the client got status 200')
  })

  it('says which routes were passed, and whose the bucket is, by the config of then', async () => {
    const { id, assigned } = newest(({ router, tier }) => router === 'demo' && tier === 'silver')
    const before = textsOf((await detail(id)).json)
    expect(before).toContain('condition: route gold not taken: tier == "gold" did not hold')
    const bucket = before.find(text => text.startsWith('bucket: ')) ?? ''
    expect(bucket).toContain(`which is ${assigned}'s: large 60 %, small 40 %`)
    const weights = { ifMatch: '*', body: { large: 10, small: 90 } }
    const put = await controlOf(gateway)('PUT', '/routers/demo/routes/default/weights', weights)
    expect([put.status, put.revision]).toEqual([200, 2])
    expect(textsOf((await detail(id)).json)).toEqual(before)
  })

  it('that was refused says so', async () => {
    const { id } = newest(({ status }) => status === 404)
    expect(textsOf((await detail(id)).json)).toEqual([
      'model: the request names "=HYPERLINK(\\"x\\")"; it was not decided',
      'outcome: refused: nobody answered; the client got status 404, model_not_found',
    ])
  })

  it('is there at once, also for viewers, with what was said of it', async () => {
    const [account] = await sendTraffic(gateway, 1, 9 * 1000)
    const viewer = await callerWith(gateway, { name: 'looker', role: 'viewer' })
    expect(await viewer('GET', `/requests/${account?.id}`)).toMatchObject({
      status: 200,
      json: { request: { request_id: account?.id }, capture: null },
    })
    const feedback = await fetch(`${gateway.url}/v1/feedback`, {
      method: 'POST',
      headers: { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ request_id: account?.id, name: 'thumbs', value: 'up' }),
    })
    expect(feedback.status).toBeLessThan(300)
    await settle()
    const { json } = await viewer('GET', `/requests/${account?.id}`)
    expect(json.outcomes).toMatchObject([{ name: 'thumbs', value: 1 }])
  })

  it('that nobody sent is not there', async () => {
    expect(await detail('wr_none')).toMatchObject({ status: 404, json: { code: 'not_found' } })
  })
})
