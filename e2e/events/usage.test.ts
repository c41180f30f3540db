// Usage over a real program and real traffic, held against what the client counted itself.
import { beforeAll, describe, expect, it } from 'vitest'
import { ADMIN_TOKEN, type StoreGateway } from '../control/store-gateway.ts'
import { parseCsv } from './csv.ts'
import { type Account, sendTraffic, startTraffic } from './request-log-traffic.ts'

interface Totals {
  readonly requests: number
  readonly errors: number
  readonly input_tokens: number
  readonly output_tokens: number
  readonly cost_nano_usd: number | null
}

interface Row extends Totals {
  readonly at: string
  readonly values: Readonly<Record<string, string | number | null>>
}

interface Usage {
  readonly bucket: string
  readonly rows: readonly Row[]
  readonly total: Totals & { readonly cost_nano_usd_per_1000_requests: number | null }
  readonly projection: { readonly cost_nano_usd: number | null; readonly reason: string | null }
}

let gateway: StoreGateway
let accounts: readonly Account[]

beforeAll(async () => {
  gateway = await startTraffic()
  accounts = await sendTraffic(gateway, 108)
  await control('POST', '/events/settle')
}, 60_000)

function control(method: string, path: string): Promise<Response> {
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}` }
  return fetch(`${gateway.controlUrl}/api/v1${path}`, { method, headers })
}

async function usage(query = ''): Promise<Usage> {
  const response = await control('GET', `/usage${query}`)
  expect(response.status).toBe(200)
  return (await response.json()) as Usage
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)

function tally(of: readonly Account[]): Totals {
  const costs = of.flatMap(({ costNanoUsd }) => (costNanoUsd === null ? [] : [costNanoUsd]))
  return {
    requests: of.length,
    errors: of.filter(({ outcome }) => outcome === 'failed').length,
    input_tokens: sum(of.map(({ input }) => input)),
    output_tokens: sum(of.map(({ output }) => output)),
    cost_nano_usd: costs.length === 0 ? null : sum(costs),
  }
}

/** Rows of several buckets, as one. */
function added(rows: readonly Row[]): Totals {
  const costs = rows.flatMap(({ cost_nano_usd: cost }) => (cost === null ? [] : [cost]))
  return {
    requests: sum(rows.map(({ requests }) => requests)),
    errors: sum(rows.map(({ errors }) => errors)),
    input_tokens: sum(rows.map(({ input_tokens: tokens }) => tokens)),
    output_tokens: sum(rows.map(({ output_tokens: tokens }) => tokens)),
    cost_nano_usd: costs.length === 0 ? null : sum(costs),
  }
}

const totalsOf = ({ requests, errors, input_tokens, output_tokens, cost_nano_usd }: Totals): Totals => ({
  requests,
  errors,
  input_tokens,
  output_tokens,
  cost_nano_usd,
})

describe('usage', () => {
  it('adds up to what the client counted', async () => {
    const { total, rows, bucket } = await usage()
    expect(totalsOf(total)).toEqual(tally(accounts))
    expect(added(rows)).toEqual(tally(accounts))
    expect(total.cost_nano_usd).toBeGreaterThan(0)
    expect(total.errors).toBeGreaterThan(0)
    expect(total.cost_nano_usd_per_1000_requests).toBe(
      Math.round(((total.cost_nano_usd ?? 0) / accounts.length) * 1000),
    )
    expect(bucket).toBe('15m')
  })

  it.each(['router', 'key', 'target', 'served', 'model', 'tenant'] as const)(
    'does so by %s in every bucket width',
    async dimension => {
      const expected = new Map(
        [...Map.groupBy(accounts, account => account[dimension])].map(([value, of]) => [value, tally(of)]),
      )
      for (const bucket of ['5m', '1d']) {
        const { rows } = await usage(`?by=${dimension}&bucket=${bucket}`)
        const groups = Map.groupBy(rows, ({ values }) => values[dimension] ?? null)
        expect(new Map([...groups].map(([value, of]) => [value, added(of)]))).toEqual(expected)
      }
    },
  )

  it('is of what the filters let through', async () => {
    const { total } = await usage('?key=app&served=small&served=large')
    const wanted = accounts.filter(
      ({ key, served }) => key === 'app' && (served === 'small' || served === 'large'),
    )
    expect(wanted.length).toBeGreaterThan(0)
    expect(totalsOf(total)).toEqual(tally(wanted))
  })

  it('comes as CSV with the same numbers', async () => {
    const response = await control('GET', '/usage?by=router,served&format=csv')
    expect(response.headers.get('content-type')).toContain('text/csv')
    const rows = parseCsv(await response.text())
    const { rows: expected } = await usage('?by=router,served')
    const asText = (value: string | number | null | undefined) => String(value ?? '')
    expect(
      rows.map(row => [row['at'], row['router'], row['served'], row['requests'], row['cost_nano_usd']]),
    ).toEqual(
      expected.map(row => [
        row.at,
        asText(row.values['router']),
        asText(row.values['served']),
        asText(row.requests),
        asText(row.cost_nano_usd),
      ]),
    )
  })

  it('does not guess a month from a few minutes', async () => {
    const { projection } = await usage()
    expect(projection.cost_nano_usd).toBe(null)
    expect(projection.reason).toMatch(/^requests are known of 0\.\d hours, and it takes a day$/)
  })

  it('takes a viewer, and nobody without a token', async () => {
    expect((await fetch(`${gateway.controlUrl}/api/v1/usage`)).status).toBe(401)
  })
})
