// Messages through Anthropic's own SDK, unchanged: whole answers, streams, tools, errors in its own words.
import Anthropic from '@anthropic-ai/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { KEY } from '../support/gateway.ts'
import { anthropicClient } from '../support/sdk.ts'
import { until } from '../support/until.ts'
import { PROVIDER_KEY, type SdkGateway, startSdkGateway } from './sdk-gateway.ts'

let setup: SdkGateway
let client: Anthropic

beforeAll(async () => {
  setup = await startSdkGateway()
  client = anthropicClient(setup.gateway, setup.ledger)
})

afterAll(() => setup.ledger.check(setup.gateway))

const hello = {
  model: 'claude',
  max_tokens: 1000,
  messages: [{ role: 'user', content: 'Hello there' }],
} satisfies Anthropic.MessageCreateParams

function sim(directives: string) {
  return { headers: { 'x-sim': directives } }
}

const lastEvent = () => setup.gateway.event(setup.ledger.ids.at(-1) ?? '')

const weather: Anthropic.Tool = {
  name: 'get_weather',
  input_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
}

async function thrownBy(call: Promise<unknown>): Promise<InstanceType<typeof Anthropic.APIError>> {
  const thrown: unknown = await call.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (thrown instanceof Anthropic.APIError) return thrown
  throw new Error('the call did not fail with an APIError', { cause: thrown })
}

describe('a message', () => {
  it('is answered whole; its event counts cached input in, as everywhere', async () => {
    const message = await client.messages.create(hello, sim('text=well%20met; cached_tokens=1'))
    expect(message.content).toMatchObject([{ type: 'text', text: 'well met' }])
    expect(message.stop_reason).toBe('end_turn')
    expect(message.usage).toMatchObject({ input_tokens: 1, cache_read_input_tokens: 1, output_tokens: 2 })
    expect(await lastEvent()).toMatchObject({
      endpoint: 'messages',
      format: 'anthropic',
      usage: { input: 2, cached_input: 1, output: 2 },
      cost_nano_usd: 36_000,
      finish_reason: 'stop',
    })
  })

  it('goes upstream with the provider’s credential in the provider’s header, and the client’s version', async () => {
    await client.messages.create(hello)
    const sent = setup.sim.requests.at(-1)?.headers
    expect(sent).toMatchObject({
      'x-api-key': PROVIDER_KEY,
      'anthropic-version': expect.stringMatching(/^20\d\d-/),
    })
    expect(sent).not.toHaveProperty('authorization')
    expect(JSON.stringify(sent)).not.toContain(KEY)
  })

  it('may come with the key as x-api-key too', async () => {
    const other = anthropicClient(setup.gateway, setup.ledger, { apiKey: KEY, authToken: null })
    expect((await other.messages.create(hello)).role).toBe('assistant')
  })

  it('streams in the SDK’s own events, and the accumulated message is whole', async () => {
    const stream = client.messages.stream(hello, sim('text=one%20two%20three'))
    const types: string[] = []
    stream.on('streamEvent', event => types.push(event.type))
    const message = await stream.finalMessage()
    expect(message.content).toMatchObject([{ type: 'text', text: 'one two three' }])
    expect(types[0]).toBe('message_start')
    expect(types.at(-1)).toBe('message_stop')
    expect(types.filter(type => type === 'content_block_delta')).toHaveLength(3)
    expect(await lastEvent()).toMatchObject({
      stream: true,
      outcome: 'ok',
      usage: { input: 2, output: 3 },
      cost_nano_usd: 51_000,
      output_length: 13,
    })
  })

  it('sticks to the user its metadata names', async () => {
    const metadata = { user_id: 'ada' }
    const { response } = await client.messages.create({ ...hello, metadata }).withResponse()
    expect(response.headers.get('x-weir-unit')).toBe('user')
  })
})

describe('tools', () => {
  it('are used and answered over a whole loop of two turns', async () => {
    const first = await client.messages.create({ ...hello, tools: [weather] }, sim('tool_call'))
    const use = first.content.find(block => block.type === 'tool_use')
    if (use === undefined) throw new Error('no tool was used')
    expect(first.stop_reason).toBe('tool_use')
    expect(await lastEvent()).toMatchObject({ tool_calls: 1 })
    const second = await client.messages.create(
      {
        ...hello,
        tools: [weather],
        messages: [
          ...hello.messages,
          { role: 'assistant', content: first.content },
          { role: 'user', content: [{ type: 'tool_result', tool_use_id: use.id, content: '21' }] },
        ],
      },
      sim('text=it%20is%2021'),
    )
    expect(second.content).toMatchObject([{ type: 'text', text: 'it is 21' }])
  })

  it('used in a stream arrive with their input whole', async () => {
    const stream = client.messages.stream({ ...hello, tools: [weather] }, sim('tool_call'))
    const message = await stream.finalMessage()
    const use = message.content.find(block => block.type === 'tool_use')
    expect(use?.input).toHaveProperty('city')
    expect(await lastEvent()).toMatchObject({ tool_calls: 1, finish_reason: 'tool_calls' })
  })
})

describe('an error', () => {
  it.each([
    [
      'a key that is not known',
      { authToken: 'wk_unknown' },
      {},
      Anthropic.AuthenticationError,
      'authentication_error',
    ],
    ['a model that is not there', {}, { model: 'cloud' }, Anthropic.NotFoundError, 'not_found_error'],
  ] as const)('for %s is in Anthropic’s words', async (_what, options, fields, kind, type) => {
    const caller = anthropicClient(setup.gateway, setup.ledger, options)
    const error = await thrownBy(caller.messages.create({ ...hello, ...fields }))
    expect(error).toBeInstanceOf(kind)
    expect(error.error).toMatchObject({ type: 'error', error: { type } })
  })

  it.each([
    ['error=400', Anthropic.BadRequestError, 400],
    ['error=429; retry_after=27', Anthropic.RateLimitError, 429],
    ['error=529', Anthropic.InternalServerError, 529],
    ['error=401', Anthropic.InternalServerError, 502],
  ] as const)('of the provider, %s, is the SDK’s own class', async (directives, kind, status) => {
    const error = await thrownBy(client.messages.create(hello, sim(directives)))
    expect(error).toBeInstanceOf(kind)
    expect(error.status).toBe(status)
    expect(error.error).toMatchObject({ type: 'error', error: { message: expect.any(String) } })
  })

  it('in the middle of a stream ends it with an error event', async () => {
    const stream = client.messages.stream(hello, sim('break=mid; text=one%20two%20three%20four'))
    let text = ''
    stream.on('text', delta => {
      text += delta
    })
    const error = await thrownBy(stream.finalMessage())
    expect(text).toBe('one two')
    expect(error.error).toMatchObject({ type: 'error', error: { code: 'stream_broken' } })
    expect(await lastEvent()).toMatchObject({ outcome: 'stream_broken' })
  })
})

it('cancels the call upstream when the client leaves in the middle of a stream', async () => {
  const before = setup.sim.abortedStreams()
  const stream = client.messages.stream(
    hello,
    sim('output_tokens=100000; tokens_per_second=10; speed=1; ttft_ms=0'),
  )
  for await (const event of stream) if (event.type === 'content_block_delta') break
  stream.abort()
  await until('the cancellation upstream', () => setup.sim.abortedStreams() === before + 1)
  expect(await lastEvent()).toMatchObject({ outcome: 'cancelled' })
})
