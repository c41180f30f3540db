// Traffic of every kind through a real program, and the client's own account of it: what the request log has to say.
import type { ConfigInput } from '@weir/core/config'
import { type StoreGateway, startStoreGateway } from '../control/store-gateway.ts'
import { KEY, OTHER_KEY } from '../support/gateway.ts'
import { startProvider } from '../support/simulated-provider.ts'

/** What the client knows of a request that it sent. */
export interface Account {
  readonly id: string
  /** Position among all that were sent, 0-based. */
  readonly order: number
  readonly router: string | null
  readonly route: string | null
  readonly assigned: string | null
  readonly served: string | null
  /** As it was sent; null without a key, for then nobody reads it. */
  readonly model: string | null
  readonly target: string | null
  readonly key: 'app' | 'other' | null
  readonly tenant: string | null
  readonly tags: readonly string[]
  readonly tier: string | undefined
  readonly user: string
  readonly trace: string
  readonly status: number
  readonly error: string | null
  readonly outcome: 'ok' | 'failed' | 'refused'
  readonly input: number
  readonly output: number
  readonly costNanoUsd: number | null
}

/** Nano-dollars a token. */
const PRICES: Readonly<Record<string, { readonly input: number; readonly output: number }>> = {
  'sim/large': { input: 2500, output: 10_000 },
  'sim/small': { input: 150, output: 600 },
}
const price = (model: string) => {
  const { input = 0, output = 0 } = PRICES[model] ?? {}
  return { price: { input: input / 1000, output: output / 1000 } }
}

/** Which model a variant stands for, by its id. */
const TARGETS: Readonly<Record<string, string>> = {
  best: 'sim/large',
  large: 'sim/large',
  small: 'sim/small',
  spare: 'sim/small',
  slow: 'sim/large',
}

const TRAITS = {
  app: { tenant: 'acme', tags: ['beta', 'eu'] },
  other: { tenant: 'default', tags: ['free'] },
} as const

const fixed = (id: string, model: string, directives: string) => ({
  default_route: { split: { variants: [{ id, model, headers: { 'x-sim': directives } }] } },
})

/** A program with the event store on, whose providers fail as routers say. */
export async function startTraffic(): Promise<StoreGateway> {
  const sim = await startProvider()
  const config: ConfigInput = {
    version: 1,
    gateway: { record: { metadata: ['tier', 'a/b'] } },
    providers: { sim: { type: 'openai', base_url: `${sim.url}/v1` } },
    models: {
      'sim/large': price('sim/large'),
      'sim/small': price('sim/small'),
      'sim/frail': { name: 'large' },
      'sim/broken': { name: 'large' },
    },
    routers: {
      demo: {
        routes: [
          {
            id: 'gold',
            condition: 'tier == "gold"',
            split: { variants: [{ id: 'best', model: 'sim/large' }] },
          },
        ],
        default_route: {
          split: {
            variants: [
              { id: 'large', model: 'sim/large', weight: 60 },
              { id: 'small', model: 'sim/small', weight: 40 },
            ],
          },
        },
      },
      frail: {
        default_route: {
          split: {
            variants: [
              { id: 'first', model: 'sim/frail', headers: { 'x-sim': 'error=503' } },
              { id: 'spare', model: 'sim/small', priority: 1 },
            ],
          },
        },
      },
      broken: fixed('only', 'sim/broken', 'error=500'),
      slow: fixed('slow', 'sim/large', 'ttft_ms=700; speed=1'),
    },
    keys: [
      { id: 'app', secret: { env: 'WEIR_KEY' }, tenant: 'acme', tags: ['beta', 'eu'] },
      { id: 'other', secret: { env: 'WEIR_OTHER_KEY' }, tags: ['free'] },
    ],
  }
  return startStoreGateway({ config, env: { WEIR_OTHER_KEY: OTHER_KEY }, eventStore: 'duckdb', workers: 2 })
}

interface Sent {
  readonly model: string
  readonly key: 'app' | 'other' | null
  readonly tier?: string
  readonly stream?: true
}

/** Each kind of request that there is here; a formula is what somebody may send as a model. */
const KINDS: readonly Sent[] = [
  { model: 'demo', key: 'app' },
  { model: 'demo', key: 'other', stream: true },
  { model: 'demo', key: 'app', tier: 'gold' },
  { model: 'frail', key: 'app' },
  { model: 'demo', key: 'other', tier: 'silver' },
  { model: 'sim/small', key: 'app' },
  { model: 'broken', key: 'other' },
  { model: '=HYPERLINK("x")', key: 'app' },
  { model: 'demo', key: null },
]

/** Sends `count` requests, a few at a time, and one that is slow. */
export async function sendTraffic(gateway: StoreGateway, count: number, from = 0): Promise<Account[]> {
  const accounts: Account[] = []
  for (let order = from; order < from + count; order += 8) {
    const size = Math.min(8, from + count - order)
    const batch = Array.from({ length: size }, (_, index) =>
      sendOne(gateway, KINDS[(order + index) % KINDS.length] as Sent, order + index),
    )
    accounts.push(...(await Promise.all(batch)))
  }
  return accounts
}

export function sendSlow(gateway: StoreGateway, order: number): Promise<Account> {
  return sendOne(gateway, { model: 'slow', key: 'app' }, order)
}

async function sendOne(gateway: StoreGateway, sent: Sent, order: number): Promise<Account> {
  const { model, key, tier, stream } = sent
  const user = `user-${order % 10}`
  const trace = (order + 1).toString(16).padStart(32, '0')
  const secrets = { app: KEY, other: OTHER_KEY }
  const response = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      traceparent: `00-${trace}-00f067aa0ba902b7-01`,
      ...(key !== null && { authorization: `Bearer ${secrets[key]}` }),
    },
    body: JSON.stringify({
      model,
      user,
      messages: [{ role: 'user', content: `Hello ${'again '.repeat(order % 7)}` }],
      ...(stream && { stream, stream_options: { include_usage: true } }),
      metadata: { ...(tier !== undefined && { tier }), 'a/b': String(order % 3), secret: 'not on the list' },
    }),
  })
  const text = await response.text()
  return accountOf(sent, { response, text, order, user, trace })
}

interface Received {
  readonly response: Response
  readonly text: string
  readonly order: number
  readonly user: string
  readonly trace: string
}

function accountOf({ model, key, tier }: Sent, { response, text, ...about }: Received): Account {
  const { status, headers } = response
  const answer = lastJson(text)
  const assigned = headers.get('x-weir-variant')
  const isAnswered = status === 200
  // A request that names a model has no variant but that.
  const served = isAnswered ? (headers.get('x-weir-served') ?? assigned ?? model) : null
  const target = served === null ? null : (TARGETS[served] ?? served)
  const { prompt_tokens: input = 0, completion_tokens: output = 0 } = answer.usage ?? {}
  const each = target === null ? undefined : PRICES[target]
  return {
    ...about,
    id: headers.get('x-weir-request-id') ?? '',
    router: headers.get('x-weir-router'),
    route: headers.get('x-weir-route'),
    assigned,
    served,
    model: key === null ? null : model,
    target,
    key,
    tenant: key === null ? null : TRAITS[key].tenant,
    tags: key === null ? [] : TRAITS[key].tags,
    // A request without a key is refused before its body is read.
    tier: key === null ? undefined : tier,
    status,
    error: isAnswered ? null : (answer.error?.code ?? 'none'),
    outcome: isAnswered ? 'ok' : status >= 500 ? 'failed' : 'refused',
    input,
    output,
    costNanoUsd: each === undefined ? null : input * each.input + output * each.output,
  }
}

interface Answer {
  readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number }
  readonly error?: { readonly code: string }
}

/** Of a whole answer, or the chunk of a stream that tells the usage. */
function lastJson(text: string): Answer {
  if (text.startsWith('{')) return JSON.parse(text) as Answer
  const chunks = text.split('\n').filter(line => line.startsWith('data: {'))
  return JSON.parse((chunks.at(-1) ?? 'data: {}').slice(6)) as Answer
}
