// Spans and request lines of a whole gateway: what a collector gets, what the provider was told, what the log says.
import { beforeAll, describe, expect, it } from 'vitest'
import type { Sim } from '../../packages/server/src/sim/server.ts'
import {
  type OtlpReceiver,
  type ReceivedSpan,
  startOtlpReceiver,
} from '../../packages/server/src/telemetry/fixtures/otlp-receiver.ts'
import { type Caller, callerOf } from '../support/caller.ts'
import { endWithFile } from '../support/clean-up.ts'
import { type RunningGateway, startGateway, testKey } from '../support/gateway.ts'
import { openLedger } from '../support/ledger.ts'
import { startProvider } from '../support/simulated-provider.ts'
import { until } from '../support/until.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const PARENT = 'b7ad6b7169203331'

let receiver: OtlpReceiver
let sim: Sim
let gateway: RunningGateway
let caller: Caller

beforeAll(async () => {
  receiver = await startOtlpReceiver()
  endWithFile(() => receiver.close())
  sim = await startProvider()
  gateway = await startGateway({
    args: ['--event-store', 'duckdb', '--log', 'requests'],
    env: { WEIR_TEST_COLLECTOR: 'token-of-the-collector' },
    config: {
      version: 1,
      gateway: {
        telemetry: {
          sampling: 0,
          otlp: {
            endpoint: `${receiver.url}/v1/traces`,
            headers: { 'x-token': { env: 'WEIR_TEST_COLLECTOR' } },
          },
        },
      },
      providers: {
        sim: { type: 'openai', base_url: `${sim.url}/v1` },
        dead: { type: 'openai', base_url: 'http://127.0.0.1:9/v1' },
      },
      models: { 'sim/large': {}, 'dead/m': {} },
      routers: {
        chat: {
          default_route: {
            split: {
              variants: [
                { id: 'dead', model: 'dead/m' },
                { id: 'spare', model: 'sim/large', priority: 1 },
              ],
            },
          },
        },
      },
      keys: [testKey],
    },
  })
  caller = callerOf(gateway, openLedger())
})

const spansOf = (traceId: string) => receiver.spans.filter(span => span.traceId === traceId)

describe('a sampled request', () => {
  let spans: ReceivedSpan[]

  beforeAll(async () => {
    const headers = { traceparent: `00-${TRACE}-${PARENT}-01`, baggage: 'team=a' }
    await caller.chat('chat', { max_tokens: 3, stream: true }, { headers })
    await until('its spans', () => spansOf(TRACE).length >= 3)
    spans = spansOf(TRACE)
  })

  it('is a span below the client’s, with its calls below it', () => {
    const request = spans.find(({ kind }) => kind === 2)
    expect(request).toMatchObject({ parentSpanId: PARENT, name: 'weir chat' })
    const calls = spans.filter(({ kind }) => kind === 3)
    expect(calls.length).toBeGreaterThanOrEqual(2)
    expect(new Set(calls.map(({ parentSpanId }) => parentSpanId))).toEqual(new Set([request?.spanId]))
    for (const { start, end } of calls) {
      expect(start).toBeGreaterThanOrEqual(request?.start ?? 0n)
      expect(start).toBeLessThanOrEqual(end)
    }
  })

  it('tells the provider that its own span is a child of the call', () => {
    const answered = spans.find(span => span.attributes['weir.target'] === 'sim/large')
    expect(sim.requests.at(-1)?.headers).toMatchObject({
      traceparent: `00-${TRACE}-${answered?.spanId}-01`,
      baggage: 'team=a,weir.router=chat,weir.route=default,weir.variant=dead',
    })
    expect(answered?.attributes).toMatchObject({
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'large',
      'gen_ai.usage.output_tokens': 3,
      'weir.variant': 'spare',
    })
  })

  it('goes to the collector with the configured header, and without a word of what was said', () => {
    const [first] = receiver.exports
    expect(first?.headers['x-token']).toBe('token-of-the-collector')
    expect(receiver.exports.map(({ body }) => body.toString('latin1')).join()).not.toContain('Hello')
  })
})

it('sends no spans of traces that the client or the config does not sample', async () => {
  const other = 'f'.repeat(32)
  const headers = { traceparent: `00-${other}-${PARENT}-00` }
  await caller.chat('chat', { max_tokens: 3 }, { headers })
  expect(sim.requests.at(-1)?.headers.traceparent).toMatch(new RegExp(`^00-${other}-[0-9a-f]{16}-00$`))
  await caller.chat('chat', { max_tokens: 3 })
  expect(sim.requests.at(-1)?.headers.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/)
  // Behind both in the same spool, so once it is there they would be.
  const last = 'e'.repeat(32)
  await caller.chat('chat', { max_tokens: 3 }, { headers: { traceparent: `00-${last}-${PARENT}-01` } })
  await until('the spans of the last request', () => spansOf(last).length > 0)
  expect(new Set(receiver.spans.map(({ traceId }) => traceId))).toEqual(new Set([TRACE, last]))
})

it('logs a line for each request, without secrets and bodies', async () => {
  const { id } = await caller.chat('chat', { max_tokens: 3, user: 'ada-of-the-tests' })
  const line = await until('the line of the request', () =>
    gateway.program
      .stderr()
      .split('\n')
      .find(each => each.includes(id)),
  )
  expect(JSON.parse(line)).toMatchObject({
    level: 30,
    msg: 'request',
    request_id: id,
    key: 'test',
    router: 'chat',
    assigned: 'dead',
    served: 'spare',
    status: 200,
    outcome: 'ok',
    output_tokens: 3,
  })
  expect(gateway.program.stderr()).not.toMatch(/Hello|ada-of-the-tests|wk_|token-of-the-collector/)
})
