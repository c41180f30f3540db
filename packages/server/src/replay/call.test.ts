import { describe, expect, it, onTestFinished } from 'vitest'
import { callGateway } from './call.ts'
import type { ChatRequest } from './chat-request.ts'
import { systemClock } from './clock.ts'
import {
  type Behaviour,
  type FakeGatewaySettings,
  fakeKey,
  startFakeGateway,
} from './fixtures/fake-gateway.ts'
import { connectGateway, type Gateway } from './gateway.ts'

const never = new AbortController().signal

function requestOf(kind: 'stream' | 'plain'): ChatRequest {
  const stream = kind === 'stream'
  const body = {
    model: 'demo',
    messages: [{ role: 'user', content: 'one two' }],
    max_tokens: 5,
    stream,
    user: 'unit-2',
  }
  return {
    body: JSON.stringify(body),
    simulation: 'output_tokens=5',
    stream,
    user: 'unit-2',
    opening: 'x',
    metadata: null,
  }
}

function connect(url: URL, timeoutMs = 60_000, key = fakeKey): Gateway {
  const gateway = connectGateway({ url, key, connections: 2, timeoutMs, clock: systemClock })
  onTestFinished(() => gateway.pool.destroy())
  return gateway
}

async function start(settings: FakeGatewaySettings) {
  const fake = await startFakeGateway(settings)
  onTestFinished(() => fake.close())
  return fake
}

describe('one call', () => {
  it.each(['stream', 'plain'] as const)('answered as a %s brings labels, usage and times', async kind => {
    const fake = await start({})
    const result = await callGateway(connect(fake.url), requestOf(kind), never)
    expect(result).toMatchObject({
      labels: { requestId: 'req-0', route: 'default', variant: 'large', served: 'large', unit: 'user' },
      failure: null,
      usage: { input: 2, cached_input: 0, output: 5 },
    })
    expect(result.latencyMs).toBeGreaterThan(0)
    if (kind === 'plain') expect(result.firstTokenMs).toBeNull()
    else expect(result.firstTokenMs).toBeLessThanOrEqual(result.latencyMs)
  })

  it('sends key, content type and the header for the simulated provider', async () => {
    const fake = await start({})
    await callGateway(connect(fake.url), requestOf('plain'), never)
    expect(fake.sent[0]).toMatchObject({
      url: '/v1/chat/completions',
      headers: {
        authorization: `Bearer ${fakeKey}`,
        'content-type': 'application/json',
        'x-sim': 'output_tokens=5',
      },
    })
  })

  it.each(['/v1', '/v1/', '/'])('finds the gateway when its URL ends in %s', async path => {
    const fake = await start({})
    await callGateway(connect(new URL(path, fake.url)), requestOf('plain'), never)
    expect(fake.sent[0]?.url).toBe('/v1/chat/completions')
  })

  it.each([
    ['plain', 'refuse_429', 'http_429', 'slow down'],
    ['stream', 'refuse_429', 'http_429', 'slow down'],
    ['plain', 'refuse_503_html', 'http_503', 'status 503'],
    ['plain', 'html', 'bad_answer', 'not a JSON object'],
    ['stream', 'html', 'bad_answer', 'not a JSON object'],
    ['plain', 'empty', 'bad_answer', 'an empty body'],
    ['stream', 'empty', 'bad_answer', 'an empty body'],
    ['plain', 'error_with_200', 'bad_answer', 'out of luck'],
    ['stream', 'error_with_200', 'bad_answer', 'out of luck'],
    ['plain', 'reset', 'reset', ''],
    ['stream', 'reset', 'reset', ''],
    ['plain', 'answer_cut', 'answer_cut', ''],
    ['stream', 'error_event', 'stream_error', 'the stream broke'],
    ['stream', 'malformed_event', 'stream_malformed', 'not a JSON object'],
    ['stream', 'stream_cut', 'stream_cut', ''],
    ['stream', 'no_done', 'stream_no_done', 'without [DONE]'],
  ] as const)('of a %s met by %s is a failure of class %s', async (kind, behaviour, failure, detail) => {
    const fake = await start({ behave: () => behaviour })
    const result = await callGateway(connect(fake.url), requestOf(kind), never)
    expect(result.failure?.class).toBe(failure)
    expect(result.failure?.detail).toContain(detail)
    expect(result.labels.variant).toBe(behaviour === 'reset' ? null : 'large')
  })

  it.each([
    ['plain', 'hang'],
    ['stream', 'hang'],
    ['stream', 'hang_in_stream'],
  ] as const)('of a %s met by %s is given up after the timeout', async (kind, behaviour: Behaviour) => {
    const fake = await start({ behave: () => behaviour })
    const result = await callGateway(connect(fake.url, 50), requestOf(kind), never)
    expect(result.failure?.class).toBe('timeout')
  })

  it('to a port nobody listens on is a failure to connect', async () => {
    const fake = await startFakeGateway()
    await fake.close()
    const result = await callGateway(connect(fake.url), requestOf('plain'), never)
    expect(result.failure?.class).toBe('connect')
  })

  it('with a bad key is a failure of its status', async () => {
    const fake = await start({})
    const result = await callGateway(connect(fake.url, 60_000, 'wk_wrong'), requestOf('plain'), never)
    expect(result.failure).toEqual({ class: 'http_401', detail: 'no such key' })
  })

  it.each(['hang', 'hang_in_stream'] as const)('in %s is cancelled by an interrupt', async behaviour => {
    const interrupt = new AbortController()
    const fake = await start({ behave: () => behaviour })
    const call = callGateway(connect(fake.url), requestOf('stream'), interrupt.signal)
    await expect.poll(() => fake.sent.length).toBe(1)
    interrupt.abort()
    expect((await call).failure?.class).toBe('cancelled')
  })

  it('without labels in the answer has none', async () => {
    const fake = await start({ behave: () => 'no_labels' })
    const { labels, failure } = await callGateway(connect(fake.url), requestOf('plain'), never)
    expect(failure).toBeNull()
    expect(labels).toEqual({ requestId: null, route: null, variant: null, served: null, unit: null })
  })
})
