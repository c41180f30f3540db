// What OpenAI's chat format refuses that its schema allows, seen through its SDK.
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { simConfigSchema } from './config.ts'
import { DOCUMENT_TOKENS, IMAGE_TOKENS } from './media.ts'
import { type Sim, startSim } from './server.ts'

const config = simConfigSchema.parse({ seed: 7, speed: 1000, models: { large: {} } })
const hello = { role: 'user', content: 'Hello there' }
const call = (id: string) => ({ id, type: 'function', function: { name: 'f', arguments: '{}' } })
const calls = (...ids: string[]) => ({ role: 'assistant', content: null, tool_calls: ids.map(call) })
const result = (id: string) => ({ role: 'tool', tool_call_id: id, content: 'sunny' })
const tools = [{ type: 'function', function: { name: 'f' } }]

let sim: Sim
let client: OpenAI

beforeAll(async () => {
  sim = await startSim(config)
  client = new OpenAI({ baseURL: `${sim.url}/v1`, apiKey: 'any', maxRetries: 0 })
})
afterAll(() => sim.close())

const create = (body: object, directives = '') =>
  client.chat.completions.create(
    { model: 'large', messages: [hello], ...body } as OpenAI.ChatCompletionCreateParamsNonStreaming,
    { headers: { 'x-sim': directives } },
  )

describe('a chat is refused', () => {
  const { tool_call_id: _, ...anonymous } = result('a')

  it.each([
    ['an unknown field', { top_k: 5 }, null, 'Unrecognized request argument supplied: top_k'],
    ['two unknown fields', { a: 1, b: 2 }, null, 'Unrecognized request arguments supplied: a, b'],
    [
      'a tool message after no call',
      { messages: [hello, result('a')] },
      'messages.[1].role',
      "messages with role 'tool' must be a response to a preceeding message with 'tool_calls'",
    ],
    [
      'a tool message for another call',
      { messages: [hello, calls('a'), result('b')] },
      'messages.[2].tool_call_id',
      "'tool_call_id' of 'b' not found in 'tool_calls' of previous message",
    ],
    [
      'a tool message for nothing',
      { messages: [hello, calls('a'), anonymous] },
      'messages.[2].tool_call_id',
      "Missing parameter 'tool_call_id'",
    ],
    [
      'calls without results',
      { messages: [hello, calls('a', 'b'), hello] },
      'messages.[2].role',
      'The following tool_call_ids did not have response messages: a, b',
    ],
    [
      'a call left at the end',
      { messages: [hello, calls('a', 'b'), result('a')] },
      'messages.[3].role',
      'did not have response messages: b',
    ],
    [
      'an assistant that says nothing',
      { messages: [hello, { role: 'assistant' }, hello] },
      'messages[1].content',
      'expected a string, got null',
    ],
    [
      'a part of no known kind',
      { messages: [{ role: 'user', content: [{ type: 'document' }] }] },
      'messages[0].content[0].type',
      "Invalid value: 'document'. Supported values are: 'text'",
    ],
    [
      'an image by the system',
      { messages: [{ role: 'system', content: [{ type: 'image_url' }] }, hello] },
      'messages[0].content[0].type',
      "Invalid value: 'image_url'",
    ],
    ['no tools in a list of them', { tools: [] }, 'tools', 'empty array'],
    [
      'a choice of nothing',
      { tool_choice: 'auto' },
      'tool_choice',
      "only allowed when 'tools' are specified",
    ],
    ['parallel calls of nothing', { parallel_tool_calls: true }, 'parallel_tool_calls', 'only allowed when'],
    ['two limits', { max_tokens: 1, max_completion_tokens: 1 }, 'max_tokens', 'at the same time'],
    ['five stop sequences', { stop: ['a', 'b', 'c', 'd', 'e'] }, 'stop', "Invalid value for 'stop'"],
    ['an effort nobody knows', { reasoning_effort: 'huge' }, 'reasoning_effort', 'Invalid value'],
    [
      'an open schema it is to be strict about',
      {
        response_format: {
          type: 'json_schema',
          json_schema: { name: 's', strict: true, schema: { type: 'object' } },
        },
      },
      'response_format',
      "'additionalProperties' is required to be supplied and to be false",
    ],
  ])('for %s', async (_, body, param, message) => {
    await expect(create(body)).rejects.toMatchObject({
      status: 400,
      param,
      message: expect.stringContaining(message) as string,
    })
  })

  it('for a file this account does not have', async () => {
    const content = [{ type: 'file', file: { file_id: 'file-x' } }]
    await expect(create({ messages: [{ role: 'user', content }] })).rejects.toMatchObject({
      status: 404,
      message: expect.stringContaining('file-x') as string,
    })
  })
})

describe('a chat is taken', () => {
  it('with results in any order', async () => {
    const messages = [hello, calls('a', 'b'), result('b'), result('a'), hello, calls('a'), result('a')]
    expect((await create({ messages, tools })).object).toBe('chat.completion')
  })

  it('with unknown fields, where the service is configured to ignore them', async () => {
    const lenient = await startSim({ ...config, unknown_fields: 'ignore' })
    try {
      const body = JSON.stringify({ model: 'large', messages: [hello], top_k: 5 })
      const answer = await fetch(`${lenient.url}/v1/chat/completions`, { method: 'POST', body })
      expect(answer.status).toBe(200)
    } finally {
      await lenient.close()
    }
  })

  it('and counts its images and files', async () => {
    const content = [
      { type: 'text', text: 'Look here' },
      { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
      { type: 'file', file: { file_data: 'data:application/pdf;base64,JVBERi0=' } },
    ]
    const answer = await create({ messages: [{ role: 'user', content }] })
    expect(answer.usage?.prompt_tokens).toBe(2 + IMAGE_TOKENS + DOCUMENT_TOKENS)
  })
})

describe('a chat’s answer', () => {
  it.each(['STOP', ['STOP', 'never']])('stops before %j', async stop => {
    const answer = await create({ stop }, 'text=go%20on%20STOP%20here')
    expect(answer.choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: 'go on ' } })
  })

  it('says what went into the cache', async () => {
    const answer = await create({}, 'cached_tokens=1;cache_write_tokens=1')
    expect(answer.usage).toMatchObject({
      prompt_tokens: 2,
      prompt_tokens_details: { cached_tokens: 1, cache_write_tokens: 1 },
    })
  })

  it('says something before its calls when given words, whole and streamed', async () => {
    const directives = 'tool_call=2;text=let%20me%20look'
    const { message } = (await create({ tools }, directives)).choices[0] ?? {}
    expect(message).toMatchObject({ content: 'let me look', tool_calls: [{}, {}] })
    const request = { model: 'large', messages: [hello], tools } as OpenAI.ChatCompletionCreateParamsStreaming
    const streamed = await client.chat.completions
      .stream({ ...request, stream: true }, { headers: { 'x-sim': directives } })
      .finalChatCompletion()
    expect(streamed.choices[0]?.message).toMatchObject({ content: 'let me look', tool_calls: [{}, {}] })
  })
})
