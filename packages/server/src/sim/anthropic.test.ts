import Anthropic, {
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
} from '@anthropic-ai/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { simConfigSchema } from './config.ts'
import { type Sim, startSim } from './server.ts'

const config = simConfigSchema.parse({ seed: 7, speed: 1000, models: { large: {} } })
const messages = [{ role: 'user' as const, content: 'How many words is this?' }]
const ask = { model: 'large', max_tokens: 50, messages }
const tools = [
  {
    name: 'get_weather',
    input_schema: { type: 'object' as const, properties: { city: { type: 'string' } }, required: ['city'] },
  },
]

let sim: Sim
let client: Anthropic

beforeAll(async () => {
  sim = await startSim(config)
  client = new Anthropic({ baseURL: sim.url, apiKey: 'any', maxRetries: 0 })
})
afterAll(() => sim.close())

const say = (directives: string) => ({ headers: { 'x-sim': directives } })

describe('messages through the Anthropic SDK', () => {
  it('answers with content, stop reason and usage', async () => {
    const message = await client.messages.create(ask, say('text=fine%20thanks;cached_tokens=2'))
    expect(message).toMatchObject({
      type: 'message',
      role: 'assistant',
      model: 'large',
      content: [{ type: 'text', text: 'fine thanks' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 3, cache_read_input_tokens: 2, output_tokens: 2 },
    })
    expect(message.id).toMatch(/^msg_\w{24}$/)
  })

  it('stops at max_tokens', async () => {
    const message = await client.messages.create({ ...ask, max_tokens: 2 })
    expect(message).toMatchObject({ stop_reason: 'max_tokens', usage: { output_tokens: 2 } })
  })

  it('streams the event sequence, ping included', async () => {
    const answer = await client.messages.create({ ...ask, stream: true }, say('text=a%20b')).asResponse()
    const names = (await answer.text()).match(/(?<=^event: ).*$/gm)
    expect(names).toEqual([
      'message_start',
      'content_block_start',
      'ping',
      'content_block_delta',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ])
  })

  it('is put together by the SDK’s own stream helper', async () => {
    const message = await client.messages.stream(ask, say('text=a%20%F0%9F%9A%80')).finalMessage()
    expect(message).toMatchObject({
      content: [{ type: 'text', text: 'a 🚀' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 5, output_tokens: 2 },
    })
  })

  it('uses tools, whole and streamed, and answers their results in text', async () => {
    const whole = await client.messages.create({ ...ask, tools }, say('tool_call'))
    const streamed = await client.messages.stream({ ...ask, tools }, say('tool_call=2')).finalMessage()
    expect(whole.stop_reason).toBe('tool_use')
    expect(streamed.content.map(block => block.type)).toEqual(['tool_use', 'tool_use'])
    for (const block of [...whole.content, ...streamed.content]) {
      expect(block).toMatchObject({ name: 'get_weather', input: { city: expect.any(String) as string } })
    }
    const [call] = whole.content
    if (call?.type !== 'tool_use') throw new Error('no call')
    const result = { type: 'tool_result' as const, tool_use_id: call.id, content: 'sunny' }
    const after = await client.messages.create(
      {
        ...ask,
        tools,
        messages: [
          ...messages,
          { role: 'assistant', content: whole.content },
          { role: 'user', content: [result] },
        ],
      },
      say('tool_call'),
    )
    expect(after.content[0]?.type).toBe('text')
  })

  it('refuses by its stop reason', async () => {
    expect((await client.messages.create(ask, say('refusal'))).stop_reason).toBe('refusal')
  })

  it('counts tokens as it counts them in an answer', async () => {
    expect(await client.messages.countTokens({ model: 'large', messages })).toEqual({ input_tokens: 5 })
  })

  it('lists models in Anthropic’s shape', async () => {
    expect((await client.models.list()).data).toMatchObject([{ type: 'model', id: 'large' }])
  })

  it.each([
    [400, BadRequestError, 'invalid_request_error'],
    [401, AuthenticationError, 'authentication_error'],
    [403, PermissionDeniedError, 'permission_error'],
    [404, NotFoundError, 'not_found_error'],
    [429, RateLimitError, 'rate_limit_error'],
    [500, InternalServerError, 'api_error'],
    [529, InternalServerError, 'overloaded_error'],
  ])('makes error=%i the SDK’s class, in Anthropic’s shape', async (status, kind, type) => {
    const failed = client.messages.create(ask, say(`error=${status}`))
    await expect(failed).rejects.toBeInstanceOf(kind)
    await expect(failed).rejects.toMatchObject({ status, error: { type: 'error', error: { type } } })
  })

  it('sends an error event in mid-stream that the SDK throws', async () => {
    const stream = client.messages.stream(ask, say('error_event=mid'))
    await expect(stream.finalMessage()).rejects.toMatchObject({ type: 'overloaded_error' })
  })

  it('insists on a key, anthropic-version and max_tokens', async () => {
    const post = (headers: Record<string, string>, body: object = ask) =>
      fetch(`${sim.url}/v1/messages`, { method: 'POST', headers, body: JSON.stringify(body) })
    const version = { 'anthropic-version': '2023-06-01' }
    const { max_tokens: _, ...unlimited } = ask
    expect((await post(version)).status).toBe(401)
    expect((await post({ 'x-api-key': 'k' })).status).toBe(400)
    const missing = await post({ ...version, 'x-api-key': 'k' }, unlimited)
    expect([missing.status, await missing.text()]).toEqual([400, expect.stringContaining('max_tokens')])
  })
})
