// What a client reads when the provider fails it and nobody stands in: a clear error in the words of its API, within
// the times the config allows. How failures lead to fallbacks is tested in e2e/failure.
import type { ConfigInput } from '@weir/core/config'
import { describe, expect, it } from 'vitest'
import { KEY, startGateway, testKey } from '../support/gateway.ts'
import { startProvider } from '../support/simulated-provider.ts'

const sim = await startProvider()

const alone = (model: string) => ({
  default_route: { split: { variants: [{ id: 'only', model }] } },
  ...patience,
})
const patience: NonNullable<ConfigInput['routers']>[string] = {
  timeouts: { first_token: '1s', idle: '1s', total: '2s' },
  failure: { retries: 0, ejection: { consecutive_failures: 1000, min_requests: 1000 } },
}

const config: ConfigInput = {
  version: 1,
  providers: {
    sim: { type: 'openai', base_url: `${sim.url}/v1` },
    claude: { type: 'anthropic', base_url: `${sim.url}/v1`, credential: { env: 'CLAUDE_KEY' } },
    // A port nobody listens on: port 1 needs a privilege that no test service has.
    nobody: { type: 'openai', base_url: 'http://127.0.0.1:1/v1' },
  },
  models: { 'sim/large': {}, 'claude/large': {}, 'nobody/large': {} },
  routers: { openai: alone('sim/large'), anthropic: alone('claude/large'), nobody: alone('nobody/large') },
  keys: [testKey],
}

const gateway = await startGateway({ config, env: { CLAUDE_KEY: 'provider-key' } })

const apis = [
  { api: 'openai', path: '/chat/completions' },
  { api: 'anthropic', path: '/messages' },
] as const

async function send(path: string, model: string, sim: string, stream: 'whole' | 'stream') {
  const response = await fetch(gateway.baseUrl + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'anthropic-version': '2023-06-01', 'x-sim': sim },
    body: JSON.stringify({
      model,
      max_tokens: 50,
      stream: stream === 'stream',
      messages: [{ role: 'user', content: 'Hello' }],
    }),
  })
  const text = await response.text()
  const event = await gateway.event(response.headers.get('x-weir-request-id') ?? '')
  return { status: response.status, text, event }
}

interface ErrorBody {
  readonly type?: string
  readonly error: { readonly code: string; readonly message: string; readonly attempts: readonly unknown[] }
}

describe.each(apis)('to clients of the $api API', ({ api, path }) => {
  it.each([
    {
      name: 'resets before the headers',
      sim: 'break=before_headers',
      status: 502,
      code: 'upstream_reset',
      says: /connection failed/,
    },
    {
      name: 'resets after the headers',
      sim: 'break=after_headers',
      status: 502,
      code: 'upstream_reset',
      says: /connection failed/,
    },
    {
      name: 'never answers',
      sim: 'hang=headers',
      status: 504,
      code: 'upstream_timeout',
      says: /longer than 2000 ms/,
    },
    { name: 'answers HTML', sim: 'html', status: 502, code: 'upstream_bad_answer', says: /./ },
    {
      name: 'answers 200 with an empty body',
      sim: 'empty',
      status: 502,
      code: 'upstream_bad_answer',
      says: /empty/,
    },
    {
      name: 'answers truncated JSON',
      sim: 'truncate',
      status: 502,
      code: 'upstream_bad_answer',
      says: /JSON|ended/,
    },
  ])('says so when the provider $name', async ({ sim, status, code, says }) => {
    const { status: seen, text, event } = await send(path, api, sim, 'whole')
    expect(seen).toBe(status)
    const body = JSON.parse(text) as ErrorBody
    expect(body.error).toMatchObject({ code, message: expect.stringMatching(says) })
    expect(body.error.attempts).toHaveLength(1)
    expect(body.type).toBe(api === 'anthropic' ? 'error' : undefined)
    expect(event).toMatchObject({ status, outcome: 'failed', error: code, served: null })
  })

  it.each([
    { name: 'stops in the middle', sim: 'output_tokens=40; break=mid' },
    { name: 'falls silent in the middle', sim: 'output_tokens=40; hang=mid' },
  ])('ends a stream that $name with an error event', async ({ sim }) => {
    const { status, text, event } = await send(path, api, sim, 'stream')
    expect(status).toBe(200)
    const frames = text.trimEnd().split('\n\n')
    expect(frames.length).toBeGreaterThan(2)
    const last = frames.at(-1) ?? ''
    const error = JSON.parse(last.slice(last.indexOf('data: ') + 6)) as ErrorBody
    expect(error.error).toMatchObject({
      code: 'stream_broken',
      message: expect.stringMatching(/stream broke/),
    })
    expect(last.startsWith('event: error')).toBe(api === 'anthropic')
    expect(text).not.toContain('[DONE]')
    expect(event).toMatchObject({ status: 200, outcome: 'stream_broken', served: 'only' })
  })
})

it('says that a provider cannot be reached, without telling its address', async () => {
  const { status, text, event } = await send('/chat/completions', 'nobody', '', 'whole')
  expect(status).toBe(502)
  expect(JSON.parse(text)).toMatchObject({ error: { code: 'upstream_unreachable' } })
  expect(text).not.toContain('127.0.0.1')
  expect(event).toMatchObject({ outcome: 'failed', attempts: [{ failure: 'connect' }] })
})
