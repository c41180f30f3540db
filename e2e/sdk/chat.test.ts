// Chat completions through OpenAI's own SDK, unchanged: whole answers, streams, tools, and a client that leaves.
import type OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openaiClient } from '../support/sdk.ts'
import { until } from '../support/until.ts'
import { type SdkGateway, startSdkGateway } from './sdk-gateway.ts'

type Chunk = OpenAI.ChatCompletionChunk
type Message = OpenAI.ChatCompletionMessageParam

const hello: Message[] = [{ role: 'user', content: 'Hello there' }]
const streamed = { model: 'chat', messages: hello, stream: true } as const

let setup: SdkGateway
let client: OpenAI

beforeAll(async () => {
  setup = await startSdkGateway()
  client = openaiClient(setup.gateway, setup.ledger)
})

afterAll(() => setup.ledger.check(setup.gateway))

function sim(directives: string) {
  return { headers: { 'x-sim': directives } }
}

const textOf = (chunks: readonly Chunk[]) =>
  chunks.map(chunk => chunk.choices[0]?.delta.content ?? '').join('')

describe('a whole answer', () => {
  it('reaches the client with its text, its usage and the headers of the split', async () => {
    const { data, response } = await client.chat.completions
      .create({ model: 'chat', messages: hello, user: 'ada' }, sim('text=one%20two%20three'))
      .withResponse()
    expect(data.choices[0]).toMatchObject({
      finish_reason: 'stop',
      message: { role: 'assistant', content: 'one two three' },
    })
    expect(data.usage).toMatchObject({ prompt_tokens: 2, completion_tokens: 3, total_tokens: 5 })
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'x-weir-router': 'chat',
      'x-weir-route': 'default',
      'x-weir-variant': 'large',
      'x-weir-served': 'large',
      'x-weir-unit': 'user',
      'x-weir-attempts': '1',
    })
    const event = await setup.gateway.event(response.headers.get('x-weir-request-id') ?? '')
    // 2 tokens of 2,500 and 3 of 10,000 nano-dollars.
    expect(event).toMatchObject({
      outcome: 'ok',
      status: 200,
      usage: { input: 2, cached_input: 0, output: 3, reasoning: 0 },
      cost_nano_usd: 35_000,
      finish_reason: 'stop',
      output_length: 13,
    })
  })

  it('counts cached input at its own price and reasoning as output', async () => {
    const { data, response } = await client.chat.completions
      .create({ model: 'chat', messages: hello }, sim('text=four; cached_tokens=1; reasoning_tokens=10'))
      .withResponse()
    expect(data.usage?.completion_tokens).toBe(11)
    const event = await setup.gateway.event(response.headers.get('x-weir-request-id') ?? '')
    expect(event).toMatchObject({
      usage: { input: 2, cached_input: 1, output: 11, reasoning: 10 },
      cost_nano_usd: 2500 + 250 + 110_000,
    })
  })

  it('carries several choices, a refusal, and the reason it was cut', async () => {
    const several = await client.chat.completions.create({ model: 'chat', messages: hello, n: 3 })
    expect(several.choices.map(choice => choice.index)).toEqual([0, 1, 2])
    const refused = await client.chat.completions.create({ model: 'chat', messages: hello }, sim('refusal'))
    expect(refused.choices[0]?.message).toMatchObject({
      content: null,
      refusal: expect.stringMatching(/sorry/),
    })
    const cut = await client.chat.completions.create({ model: 'chat', messages: hello, max_tokens: 1 })
    expect(cut.choices[0]?.finish_reason).toBe('length')
  })
})

describe('a stream', () => {
  it('arrives chunk by chunk with the text whole', async () => {
    const chunks = await Array.fromAsync(
      await client.chat.completions.create(streamed, sim('text=one%20two%20three%20four')),
    )
    expect(textOf(chunks)).toBe('one two three four')
    expect(chunks.filter(chunk => (chunk.choices[0]?.delta.content ?? '') !== '')).toHaveLength(4)
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('stop')
  })

  it('has no chunk of usage for a client that did not ask, yet the event knows the tokens', async () => {
    const { data, response } = await client.chat.completions
      .create(streamed, sim('text=one%20two'))
      .withResponse()
    const chunks = await Array.fromAsync(data)
    expect(chunks.every(chunk => chunk.choices.length > 0)).toBe(true)
    expect(chunks.every(chunk => (chunk.usage ?? null) === null)).toBe(true)
    const event = await setup.gateway.event(response.headers.get('x-weir-request-id') ?? '')
    expect(event).toMatchObject({
      stream: true,
      outcome: 'ok',
      usage: { input: 2, output: 2 },
      cost_nano_usd: 25_000,
      finish_reason: 'stop',
    })
    expect(event.first_token_ms).toBeLessThanOrEqual(event.total_ms)
  })

  it('has the chunk of usage, last and once, for a client that asked', async () => {
    const chunks = await Array.fromAsync(
      await client.chat.completions.create(
        { ...streamed, stream_options: { include_usage: true } },
        sim('text=one%20two'),
      ),
    )
    expect(chunks.filter(chunk => chunk.choices.length === 0)).toHaveLength(1)
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 2, completion_tokens: 2 } })
  })

  it('keeps the other stream options of a client that did not ask for usage', async () => {
    const stream_options = { include_obfuscation: false }
    await Array.fromAsync(await client.chat.completions.create({ ...streamed, stream_options }))
    expect(JSON.parse(String(setup.sim.requests.at(-1)?.body))).toMatchObject({
      stream_options: { include_obfuscation: false, include_usage: true },
    })
  })

  it('does not break multi-byte text, wherever the bytes are cut', async () => {
    const asked = { ...streamed, messages: [{ role: 'user', content: 'multi-byte' }] satisfies Message[] }
    const whole = await client.chat.completions.create(
      { ...asked, stream: false },
      sim('text=%E4%BD%A0%E5%A5%BD%20%F0%9F%91%A9%E2%80%8D%F0%9F%9A%80%20na%C3%AFve'),
    )
    const chunks = await Array.fromAsync(
      await client.chat.completions.create(
        asked,
        sim('text=%E4%BD%A0%E5%A5%BD%20%F0%9F%91%A9%E2%80%8D%F0%9F%9A%80%20na%C3%AFve; split=1'),
      ),
    )
    expect(textOf(chunks)).toBe('你好 👩‍🚀 naïve')
    expect(whole.choices[0]?.message.content).toBe('你好 👩‍🚀 naïve')
  })

  it('feeds the SDK’s own accumulator', async () => {
    const runner = client.chat.completions.stream(streamed, sim('text=gathered%20by%20the%20helper'))
    expect(await runner.finalContent()).toBe('gathered by the helper')
  })
})

describe('tools', () => {
  const tools: OpenAI.ChatCompletionTool[] = ['get_weather', 'get_time'].map(name => ({
    type: 'function',
    function: {
      name,
      parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    },
  }))

  it('are called and answered over a whole loop of two turns', async () => {
    const asked: Message[] = [{ role: 'user', content: 'What is the weather?' }]
    const first = await client.chat.completions.create(
      { model: 'chat', messages: asked, tools },
      sim('tool_call'),
    )
    const message = first.choices[0]?.message
    const call = message?.tool_calls?.[0]
    if (message === undefined || call?.type !== 'function') throw new Error('no function was called')
    expect(first.choices[0]?.finish_reason).toBe('tool_calls')
    expect(Object.keys(JSON.parse(call.function.arguments) as object)).toEqual(['city'])
    const second = await client.chat.completions.create(
      {
        model: 'chat',
        tools,
        messages: [...asked, message, { role: 'tool', tool_call_id: call.id, content: '21' }],
      },
      sim('text=It%20is%2021%20degrees'),
    )
    expect(second.choices[0]?.message.content).toBe('It is 21 degrees')
    const [called, told] = setup.ledger.ids.slice(-2)
    expect(await setup.gateway.event(called ?? '')).toMatchObject({
      tool_calls: 1,
      finish_reason: 'tool_calls',
    })
    expect(await setup.gateway.event(told ?? '')).toMatchObject({ tool_calls: 0, finish_reason: 'stop' })
  })

  it('called side by side in a stream keep their indexes, ids and arguments apart', async () => {
    const runner = client.chat.completions.stream({ ...streamed, tools }, sim('tool_call=2'))
    const { choices } = await runner.finalChatCompletion()
    const calls = choices[0]?.message.tool_calls ?? []
    expect(calls).toHaveLength(2)
    expect(new Set(calls.map(call => call.id)).size).toBe(2)
    expect(calls.map(call => (call.type === 'function' ? call.function.name : '')).toSorted()).toEqual([
      'get_time',
      'get_weather',
    ])
    for (const call of calls)
      expect(JSON.parse(call.type === 'function' ? call.function.arguments : '')).toHaveProperty('city')
    expect(await setup.gateway.event(setup.ledger.ids.at(-1) ?? '')).toMatchObject({ tool_calls: 2 })
  })
})

describe('a client that leaves', () => {
  const slow = sim('output_tokens=100000; tokens_per_second=10; speed=1; ttft_ms=0')

  it('in the middle of a stream cancels the call upstream and leaves an event', async () => {
    const before = setup.sim.abortedStreams()
    const { data, response } = await client.chat.completions.create(streamed, slow).withResponse()
    for await (const chunk of data) if ((chunk.choices[0]?.delta.content ?? '') !== '') break
    await until('the cancellation upstream', () => setup.sim.abortedStreams() === before + 1)
    const event = await setup.gateway.event(response.headers.get('x-weir-request-id') ?? '')
    expect(event).toMatchObject({ outcome: 'cancelled', status: 200, served: 'large' })
  })

  it('before the first byte of a stream, or of a whole answer, cancels the call too', async () => {
    const before = setup.sim.stats.aborted
    const hanging = sim('ttft_ms=600000; speed=1')
    for (const stream of [true, false]) {
      const abort = new AbortController()
      const arrived = setup.sim.stats.requests
      const call = client.chat.completions.create(
        { ...streamed, stream },
        { ...hanging, signal: abort.signal },
      )
      await until('the call upstream', () => setup.sim.stats.requests > arrived)
      abort.abort()
      await expect(call).rejects.toThrow('Request was aborted')
    }
    await until('both cancellations upstream', () => setup.sim.stats.aborted === before + 2)
    const left = await until('both events', () => {
      const events = setup.gateway.events().filter(event => event.status === 499)
      return events.length === 2 && events
    })
    expect(left.map(event => [event.outcome, event.attempts[0]?.failure])).toEqual([
      ['cancelled', 'cancelled'],
      ['cancelled', 'cancelled'],
    ])
  })
})
