// What Anthropic's format takes and refuses of a prompt, seen through its SDK.
import Anthropic from '@anthropic-ai/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { simConfigSchema } from './config.ts'
import { DOCUMENT_TOKENS, IMAGE_TOKENS } from './media.ts'
import { type Sim, startSim } from './server.ts'

const config = simConfigSchema.parse({ seed: 7, speed: 1000, models: { large: { context_window: 5000 } } })
const user = (content: unknown) => ({ role: 'user', content })
const assistant = (content: unknown) => ({ role: 'assistant', content })
const hello = user('Hello there')
const use = { type: 'tool_use', id: 'toolu_1', name: 'f', input: {} }
const result = { type: 'tool_result', tool_use_id: 'toolu_1', content: 'sunny' }
const text = (words: string) => ({ type: 'text', text: words })
const tool = { name: 'f', input_schema: { type: 'object' } }

let sim: Sim
let client: Anthropic

beforeAll(async () => {
  sim = await startSim(config)
  client = new Anthropic({ baseURL: sim.url, apiKey: 'any', maxRetries: 0 })
})
afterAll(() => sim.close())

const create = (body: object, directives = '') =>
  client.messages.create(
    {
      model: 'large',
      max_tokens: 100,
      messages: [hello],
      ...body,
    } as unknown as Anthropic.MessageCreateParamsNonStreaming,
    { headers: { 'x-sim': directives } },
  )

describe('a prompt is refused', () => {
  it.each([
    ['without max_tokens', { max_tokens: undefined }, 'max_tokens: Field required'],
    ['with max_tokens 0', { max_tokens: 0 }, 'max_tokens: must be greater than or equal to 1'],
    ['without messages', { messages: [] }, 'messages: at least one message is required'],
    ['with an unknown field', { stream_options: {} }, 'stream_options: Extra inputs are not permitted'],
    ['with a temperature above 1', { temperature: 1.5 }, 'temperature: range: 0..1'],
    ['with a blank stop sequence', { stop_sequences: [' '] }, 'must contain non-whitespace'],
    [
      'with an empty message',
      { messages: [user('')] },
      'messages.0: all messages must have non-empty content',
    ],
    ['with empty text', { messages: [user([text('')])] }, 'messages: text content blocks must be non-empty'],
    ['with blank text', { messages: [user([text(' \n')])] }, 'must contain non-whitespace text'],
    ['with empty system text', { system: [text('')] }, 'system: text content blocks must be non-empty'],
    [
      'with a block of no known kind',
      { messages: [user([{ type: 'image_url' }])] },
      "messages.0.content.0: Input tag 'image_url' found using 'type' does not match",
    ],
    [
      'with a space before the answer',
      { messages: [hello, assistant('Well, ')] },
      'messages: final assistant content cannot end with trailing whitespace',
    ],
    [
      'with a call by the user',
      { messages: [user([use])] },
      'messages.0.content.0: `tool_use` blocks can only be in `assistant` messages',
    ],
    [
      'with an id Anthropic would not give',
      { messages: [hello, assistant([{ ...use, id: 'call:1' }]), user([result])] },
      "messages.1.content.0.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'",
    ],
    [
      'with input that is no object',
      { messages: [hello, assistant([{ ...use, input: '{}' }]), user([result])] },
      'messages.1.content.0.tool_use.input: Input should be a valid dictionary',
    ],
    [
      'with a result of no call',
      { messages: [hello, assistant('Hi'), user([result])] },
      'messages.2.content.0: unexpected `tool_use_id` found in `tool_result` blocks: toolu_1.',
    ],
    [
      'with a call without result',
      { messages: [hello, assistant([use]), hello] },
      'messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: toolu_1.',
    ],
    [
      'with one of two calls unanswered',
      { messages: [hello, assistant([use, { ...use, id: 'toolu_2' }]), user([result])] },
      'immediately after: toolu_2.',
    ],
    [
      'with text before the result',
      { messages: [hello, assistant([use]), user([text('So:'), result])] },
      'messages.1: `tool_use` ids were found without `tool_result` blocks immediately after',
    ],
    ['ending in a call', { messages: [hello, assistant([use])] }, 'messages.1: `tool_use` ids were found'],
    [
      'with the same id twice',
      { messages: [hello, assistant([use, use]), user([result])] },
      '`tool_use` ids must be unique',
    ],
    ['with the same tool twice', { tools: [tool, tool] }, 'tools: Tool names must be unique.'],
    [
      'with a tool name of other letters',
      { tools: [{ ...tool, name: 'a.b' }] },
      "tools.0.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'",
    ],
    ['with a choice of nothing', { tool_choice: { type: 'auto' } }, 'tool_choice may only be specified'],
    [
      'with a choice of no tool',
      { tools: [tool], tool_choice: { type: 'tool', name: 'g' } },
      "Tool 'g' not found in provided tools",
    ],
    [
      'with an open schema for its answer',
      { output_config: { format: { type: 'json_schema', schema: { type: 'object' } } } },
      "'additionalProperties' must be explicitly set to false",
    ],
  ])('%s', async (_, body, message) => {
    const failed = create(body)
    await expect(failed).rejects.toMatchObject({
      status: 400,
      error: {
        error: { type: 'invalid_request_error', message: expect.stringContaining(message) as string },
      },
    })
  })

  it('when it is longer than the context window, in Anthropic’s words', async () => {
    await expect(create({ messages: [user('word '.repeat(5001))] })).rejects.toMatchObject({
      status: 400,
      error: { error: { message: 'prompt is too long: 5001 tokens > 5000 maximum' } },
    })
  })

  it('for a model that is not there', async () => {
    await expect(create({ model: 'gone' })).rejects.toMatchObject({
      status: 404,
      error: { error: { type: 'not_found_error', message: 'model: gone' } },
    })
  })
})

describe('a prompt is taken', () => {
  it.each([
    [
      'calls and results in two messages each',
      [hello, assistant('So:'), assistant([use]), user([result]), hello],
    ],
    ['text after the result', [hello, assistant([text('So:'), use]), user([result, text('And?')])]],
    ['an empty last message of the assistant', [hello, assistant('')]],
  ])('with %s', async (_, messages) => {
    expect((await create({ messages, tools: [tool] })).type).toBe('message')
  })

  it('with fields of a beta, when one is named', async () => {
    const message = await client.beta.messages.create({
      model: 'large',
      max_tokens: 10,
      messages: [{ role: 'user', content: 'Hi' }],
      betas: ['context-management-2025-06-27'],
      context_management: { edits: [] },
    })
    expect(message.type).toBe('message')
  })

  const image = { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } }
  const pdf = {
    type: 'document',
    source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' },
  }
  const plain = {
    type: 'document',
    source: { type: 'text', media_type: 'text/plain', data: 'three more words' },
  }

  it.each([
    ['an image', [text('Look here'), image], 2 + IMAGE_TOKENS],
    ['a PDF', [text('Look here'), pdf], 2 + DOCUMENT_TOKENS],
    ['a plain text', [text('Look here'), plain], 5],
  ])('and counts %s', async (_, content, tokens) => {
    expect((await create({ messages: [user(content)] })).usage.input_tokens).toBe(tokens)
  })

  it('and counts an image in a result', async () => {
    const shown = { ...result, content: [text('Look'), image] }
    const { usage } = await create({ messages: [user('Hi'), assistant([use]), user([shown])], tools: [tool] })
    expect(usage.input_tokens).toBe(2 + IMAGE_TOKENS)
  })
})

describe('an answer', () => {
  it('stops before a stop sequence and names it, whole and streamed', async () => {
    const body = { stop_sequences: ['STOP', 'never'] }
    const whole = await create(body, 'text=go%20on%20STOP%20here')
    expect(whole).toMatchObject({
      content: [{ type: 'text', text: 'go on ' }],
      stop_reason: 'stop_sequence',
      stop_sequence: 'STOP',
      usage: { output_tokens: 3 },
    })
    const streamed = await client.messages
      .stream(
        { model: 'large', max_tokens: 100, messages: [{ role: 'user', content: 'Hi' }], ...body },
        { headers: { 'x-sim': 'text=go%20on%20STOP%20here' } },
      )
      .finalMessage()
    expect(streamed).toMatchObject({
      content: whole.content,
      stop_reason: 'stop_sequence',
      stop_sequence: 'STOP',
    })
  })

  it('is JSON by schema', async () => {
    const schema = {
      type: 'object',
      properties: { days: { type: 'integer' } },
      required: ['days'],
      additionalProperties: false,
    }
    const { content } = await create({ output_config: { format: { type: 'json_schema', schema } } })
    const [block] = content
    if (block?.type !== 'text') throw new Error('no text')
    expect(JSON.parse(block.text)).toEqual({ days: expect.any(Number) as number })
  })

  it('counts what came from the cache and what went into it apart', async () => {
    const { usage } = await create(
      { messages: [user('one two three four five')] },
      'cached_tokens=2;cache_write_tokens=1',
    )
    expect(usage).toMatchObject({
      input_tokens: 2,
      cache_read_input_tokens: 2,
      cache_creation_input_tokens: 1,
      cache_creation: { ephemeral_5m_input_tokens: 1, ephemeral_1h_input_tokens: 0 },
    })
  })

  it('says something before its calls when given words', async () => {
    const { content } = await create({ tools: [tool] }, 'tool_call=2;text=let%20me%20look')
    expect(content.map(block => block.type)).toEqual(['text', 'tool_use', 'tool_use'])
  })

  it.each([
    ['', 'overloaded_error'],
    [';error_event_status=429', 'rate_limit_error'],
    [';error_event_status=500', 'api_error'],
    [';error_event_status=504', 'timeout_error'],
  ])('breaks off with the error event asked for (%s)', async (directives, type) => {
    const stream = client.messages.stream(
      { model: 'large', max_tokens: 100, messages: [{ role: 'user', content: 'Hi' }] },
      { headers: { 'x-sim': `error_event=mid${directives}` } },
    )
    await expect(stream.finalMessage()).rejects.toMatchObject({ type })
  })
})
