import type { RequestEvent } from '@weir/core/event'
import { pino } from 'pino'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { refusedEvent, servedEvent } from '../../../core/src/event/fixtures/request-events.ts'
import { demoSnapshot } from './fixtures/demo-snapshot.ts'
import { type OtlpReceiver, startOtlpReceiver } from './fixtures/otlp-receiver.ts'
import { FORGET_MS } from './known-labels.ts'
import { Telemetry } from './telemetry.ts'

function openTelemetry(requestLog?: 'requests') {
  const lines: string[] = []
  const log = pino({ base: null }, { write: line => lines.push(line) })
  const telemetry = new Telemetry({ log, version: '1.2.3', requestLog })
  return { telemetry, lines }
}

/** The value of a series, by its name and labels as they are written. */
async function sample(telemetry: Telemetry, series: string): Promise<number | undefined> {
  const lines = (await telemetry.metrics()).split('\n')
  const line = lines.find(each => each.startsWith(`${series} `))
  return line === undefined ? undefined : Number(line.slice(series.length + 1))
}

afterEach(() => void vi.useRealTimers())

describe('metrics', () => {
  test('add up what events say', async () => {
    const { telemetry } = openTelemetry()
    telemetry.configure(demoSnapshot())
    telemetry.observe([servedEvent, servedEvent, refusedEvent])
    const split = 'router="demo",route="default"'
    const expected = {
      [`weir_requests_total{${split},assigned="large",served="small",reason="split",outcome="ok"}`]: 2,
      'weir_requests_total{router="none",route="none",assigned="none",served="none",reason="none",outcome="refused"}': 1,
      'weir_request_errors_total{router="none",route="none",assigned="none",error="key_missing"}': 1,
      [`weir_request_duration_seconds_count{${split},served="small",stream="true"}`]: 2,
      [`weir_request_duration_seconds_bucket{le="0.05",${split},served="small",stream="true"}`]: 0,
      [`weir_request_duration_seconds_bucket{le="0.1",${split},served="small",stream="true"}`]: 2,
      [`weir_first_token_seconds_sum{${split},served="small"}`]: 0.0624,
      [`weir_tokens_total{${split},served="small",kind="input"}`]: 24,
      [`weir_tokens_total{${split},served="small",kind="cached_input"}`]: 8,
      [`weir_tokens_total{${split},served="small",kind="output"}`]: 60,
      [`weir_cost_usd_total{${split},served="small"}`]: 0.0000396,
      'weir_attempts_total{target="sim/large",result="server_error"}': 2,
      'weir_attempts_total{target="sim/small",result="ok"}': 2,
      'weir_fallbacks_total{target="sim/small"}': 2,
      'weir_events_total{kind="request"}': 3,
      [`weir_variant_weight_ratio{${split},assigned="large"}`]: 0.8,
      [`weir_variant_weight_ratio{${split},assigned="small"}`]: 0.2,
    }
    const got = await Promise.all(
      Object.keys(expected).map(async series => [series, await sample(telemetry, series)]),
    )
    expect(Object.fromEntries(got)).toEqual(expected)
  })

  test('count a second call of the same target as a retry, and answers without a price', async () => {
    const { telemetry } = openTelemetry()
    telemetry.configure(demoSnapshot())
    const [, second] = servedEvent.attempts
    if (second === undefined) throw new Error('there is one')
    const attempts = [{ ...second, failure: 'reset' as const }, second]
    telemetry.observe([{ ...servedEvent, attempts, cost_nano_usd: null, refusal: true }])
    expect(await sample(telemetry, 'weir_retries_total{target="sim/small"}')).toBe(1)
    const labels = 'router="demo",route="default",served="small"'
    expect(await sample(telemetry, `weir_unpriced_answers_total{${labels}}`)).toBe(1)
    expect(await sample(telemetry, `weir_answer_signals_total{${labels},signal="refusal"}`)).toBe(1)
  })

  test('do not grow with what clients and providers make up', async () => {
    const { telemetry } = openTelemetry()
    telemetry.configure(demoSnapshot())
    telemetry.observe(Array.from({ length: 10 }, (_, index) => madeUp(index)))
    const before = (await telemetry.metrics()).split('\n').length
    telemetry.observe(Array.from({ length: 10_000 }, (_, index) => madeUp(index)))
    const text = await telemetry.metrics()
    expect(text.split('\n').length).toBe(before)
    expect(text).not.toContain('made-up')
    expect(text).toContain('error="other"')
  })

  test('forget a variant some time after it was removed, and count what comes later as other', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const { telemetry } = openTelemetry()
    telemetry.configure(demoSnapshot())
    telemetry.observe([servedEvent])
    telemetry.configure(demoSnapshot({}, [{ id: 'large', model: 'sim/large', weight: 100 }]))
    telemetry.observe([servedEvent])
    const duration =
      'weir_request_duration_seconds_count{router="demo",route="default",served="%",stream="true"}'
    expect(await sample(telemetry, duration.replace('%', 'small'))).toBe(2)
    vi.advanceTimersByTime(FORGET_MS)
    telemetry.observe([servedEvent])
    expect(await telemetry.metrics()).not.toMatch(/(served|assigned)="small"/)
    telemetry.observe([servedEvent])
    expect(await sample(telemetry, duration.replace('%', 'other'))).toBe(1)
    expect(await telemetry.metrics()).toContain('assigned="large"')
  })
})

function madeUp(index: number): RequestEvent {
  const name = `made-up-${index}`
  const [attempt] = servedEvent.attempts
  if (attempt === undefined) throw new Error('there is one')
  const attempts = [{ ...attempt, target: `sim/${name}`, variant: name, code: name }]
  const named = { ...servedEvent, router: null, route: null, assigned: `sim/${name}`, served: `sim/${name}` }
  const failed = { ...servedEvent, outcome: 'failed' as const, error: name, attempts: [], served: null }
  const changed = [
    { ...named, model: name, attempts, reason: 'named' as const },
    { ...refusedEvent, endpoint: `/v1/${name}`, error: 'unknown_path' },
    failed,
    { ...servedEvent, router: name, key: name, tenant: name },
  ]
  return changed[index % changed.length] as RequestEvent
}

describe('spans', () => {
  const receivers: OtlpReceiver[] = []
  afterEach(async () => {
    await Promise.all(receivers.splice(0).map(receiver => receiver.close()))
    vi.unstubAllEnvs()
  })

  async function startReceiver(): Promise<OtlpReceiver> {
    const receiver = await startOtlpReceiver()
    receivers.push(receiver)
    return receiver
  }

  test.each(['http/protobuf', 'http/json'] as const)(
    'go out as %s: the request, and its calls below it',
    async protocol => {
      vi.stubEnv('WEIR_TEST_TOKEN', 'of-the-collector')
      const receiver = await startReceiver()
      const { telemetry } = openTelemetry()
      const headers = { 'X-Token': { env: 'WEIR_TEST_TOKEN' } }
      telemetry.configure(
        demoSnapshot({ otlp: { endpoint: `${receiver.url}/v1/traces`, protocol, headers } }),
      )
      telemetry.observe([servedEvent])
      await telemetry.close()
      expect(receiver.exports[0]?.headers).toMatchObject({
        'content-type': protocol === 'http/json' ? 'application/json' : 'application/x-protobuf',
        'x-token': 'of-the-collector',
      })
      const [request, failed, answered] = receiver.spans
      expect(receiver.spans).toHaveLength(3)
      const start = BigInt(Date.parse(servedEvent.at)) * 1_000_000n
      expect(request).toMatchObject({
        traceId: servedEvent.span_trace_id,
        spanId: servedEvent.span_id,
        parentSpanId: servedEvent.parent_span_id,
        name: 'weir demo',
        kind: 2,
        start,
        end: start + 60_000_000n,
        status: 0,
        resource: { 'service.name': 'weir', 'service.version': '1.2.3' },
        attributes: {
          'http.response.status_code': 200,
          'weir.request_id': 'wr_0199',
          'weir.router': 'demo',
          'weir.route': 'default',
          'weir.variant': 'large',
          'weir.served': 'small',
          'weir.cost_usd': 0.0000198,
        },
      })
      // Names as in the semantic conventions for generative AI client spans.
      expect(failed).toMatchObject({
        spanId: 'b7ad6b7169203331',
        parentSpanId: servedEvent.span_id,
        name: 'chat large',
        kind: 3,
        start: start + 500_000n,
        end: start + 13_000_000n,
        status: 2,
        attributes: { 'error.type': 'server_error', 'http.response.status_code': 503, 'weir.attempt': 1 },
      })
      expect(failed?.attributes).not.toHaveProperty('gen_ai.usage.input_tokens')
      expect(answered).toMatchObject({
        spanId: 'b7ad6b7169203332',
        parentSpanId: servedEvent.span_id,
        // A stream's call ends with the stream.
        end: start + 60_000_000n,
        attributes: {
          'gen_ai.operation.name': 'chat',
          'gen_ai.provider.name': 'sim',
          'gen_ai.request.model': 'small',
          'gen_ai.usage.input_tokens': 12,
          'gen_ai.usage.cache_read.input_tokens': 4,
          'gen_ai.usage.output_tokens': 30,
          'gen_ai.response.finish_reasons': ['stop'],
          'gen_ai.response.time_to_first_chunk': 0.0172,
          'server.address': '127.0.0.1',
          'server.port': 9100,
          'weir.variant': 'small',
          'weir.target': 'sim/small',
        },
      })
      expect(await sample(telemetry, 'weir_spans_sent_total')).toBe(3)
    },
  )

  test('of traces that are not sampled do not go out', async () => {
    const receiver = await startReceiver()
    const { telemetry } = openTelemetry()
    telemetry.configure(demoSnapshot({ otlp: { endpoint: receiver.url } }))
    telemetry.observe([{ ...servedEvent, span_sampled: false }, refusedEvent])
    await telemetry.close()
    expect(receiver.spans.map(({ name }) => name)).toEqual(['weir /v1/files'])
  })

  test('follow the standard variables when the config says nothing', async () => {
    const receiver = await startReceiver()
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', receiver.url)
    vi.stubEnv('OTEL_EXPORTER_OTLP_PROTOCOL', 'http/json')
    vi.stubEnv('OTEL_EXPORTER_OTLP_HEADERS', 'x-from=environment')
    vi.stubEnv('OTEL_SERVICE_NAME', 'my-gateway')
    const { telemetry } = openTelemetry()
    telemetry.configure(demoSnapshot())
    telemetry.observe([refusedEvent])
    await telemetry.close()
    expect(receiver.exports[0]?.headers).toMatchObject({ 'x-from': 'environment' })
    expect(receiver.spans[0]?.resource).toMatchObject({ 'service.name': 'my-gateway' })
  })

  test('that a collector refuses are dropped and counted, and said once', async () => {
    const receiver = await startReceiver()
    receiver.status = 400
    const { telemetry, lines } = openTelemetry()
    telemetry.configure(demoSnapshot({ otlp: { endpoint: receiver.url } }))
    telemetry.observe(Array.from({ length: 600 }, () => refusedEvent))
    await telemetry.close()
    expect(await sample(telemetry, 'weir_spans_dropped_total{reason="export_failed"}')).toBe(600)
    expect(receiver.exports.length).toBe(2)
    expect(lines.filter(line => line.includes('spans could not be delivered'))).toHaveLength(1)
  })

  test('beyond the queue are dropped and counted, and nobody waits for them', async () => {
    const { telemetry } = openTelemetry()
    // Nobody listens on the discard port.
    telemetry.configure(demoSnapshot({ otlp: { endpoint: 'http://127.0.0.1:9/v1/traces', timeout: '1s' } }))
    for (let batch = 0; batch < 20; batch++)
      telemetry.observe(Array.from({ length: 1_000 }, () => refusedEvent))
    const dropped = await sample(telemetry, 'weir_spans_dropped_total{reason="queue_full"}')
    const waiting = await sample(telemetry, 'weir_spans_waiting')
    expect(dropped).toBeGreaterThan(3_000)
    expect(waiting).toBe(16_384)
    telemetry.configure(demoSnapshot())
    expect(await sample(telemetry, 'weir_spans_waiting')).toBe(0)
    await telemetry.close()
  })
})

describe('the request log', () => {
  test('is silent unless it is asked for', () => {
    const { telemetry, lines } = openTelemetry()
    telemetry.configure(demoSnapshot())
    telemetry.observe([servedEvent])
    expect(lines).toEqual([])
  })

  test.each(['config', 'option'] as const)('has one line a request when asked by the %s', by => {
    const { telemetry, lines } = openTelemetry(by === 'option' ? 'requests' : undefined)
    telemetry.configure(demoSnapshot(by === 'config' ? { log: 'requests' } : {}))
    telemetry.observe([servedEvent, refusedEvent])
    expect(lines.map(line => JSON.parse(line))).toMatchObject([
      { msg: 'request', request_id: 'wr_0199', assigned: 'large', served: 'small', attempts: 2, error: null },
      { msg: 'request', key: null, status: 401, outcome: 'refused', error: 'key_missing' },
    ])
  })

  test('holds no unit, metadata, tag or word of a provider', () => {
    const { telemetry, lines } = openTelemetry('requests')
    telemetry.configure(demoSnapshot())
    const code = 'words-of-a-provider'
    telemetry.observe([{ ...servedEvent, error: code, model: 'm'.repeat(1_000) }])
    expect(lines[0]).not.toMatch(/gold|beta|0f0f|words-of-a-provider/)
    expect(lines[0]?.length).toBeLessThan(1_000)
  })
})
