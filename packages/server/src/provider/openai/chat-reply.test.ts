import { describe, expect, test } from 'vitest'
import { NO_USAGE, type Reply } from '../translation/reply.ts'
import type { JsonObject } from '../wire-format.ts'
import { readReply, writeReply } from './chat-reply.ts'

// Shapes: OpenAI, API reference, "The chat completion object"; guide "Function calling". Accents of compatible services
// are named where they stand.

function answer(message: JsonObject, reason: string | null = 'stop', change: JsonObject = {}): JsonObject {
  return {
    id: 'chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT',
    object: 'chat.completion',
    created: 1741569952,
    model: 'gpt-5.4',
    choices: [
      { index: 0, message: { role: 'assistant', ...message }, logprobs: null, finish_reason: reason },
    ],
    ...change,
  }
}

const call = (change: object = {}) => ({
  id: 'call_abc123',
  type: 'function',
  function: { name: 'get_current_weather', arguments: '{\n"location": "Boston, MA"\n}' },
  ...change,
})

const calledPart = (id: string, input = '{\n"location": "Boston, MA"\n}') => ({
  kind: 'tool_call',
  id,
  name: 'get_current_weather',
  input,
})

describe('an answer is read', () => {
  test('with what it says, why it ended and what it took', () => {
    const usage = {
      prompt_tokens: 19,
      completion_tokens: 10,
      total_tokens: 29,
      prompt_tokens_details: { cached_tokens: 4, cache_write_tokens: 8, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 3, audio_tokens: 0 },
    }
    expect(
      readReply(answer({ content: 'Hello!', refusal: null, annotations: [] }, 'stop', { usage })),
    ).toEqual({
      id: 'chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT',
      model: 'gpt-5.4',
      created: 1741569952,
      parts: [{ kind: 'text', text: 'Hello!' }],
      finish: 'stop',
      stopSequence: null,
      usage: { input: 19, cachedInput: 4, cacheWritten: 8, output: 10, reasoning: 3 },
    })
  })

  test.each<[string, JsonObject, Partial<Reply> | object]>([
    [
      'tool calls',
      answer({ content: null, tool_calls: [call(), call({ id: 'call_2' })] }, 'tool_calls'),
      { parts: [calledPart('call_abc123'), calledPart('call_2')], finish: 'tool_calls' },
    ],
    [
      'a tool call that ends with a stop (OpenAI’s of a named tool; Gemini’s endpoint)',
      answer({ tool_calls: [call()] }),
      { finish: 'tool_calls' },
    ],
    [
      'tool calls without ids',
      answer({ tool_calls: [call({ id: '' }), call({ id: undefined })] }, 'tool_calls'),
      { parts: [calledPart('call_0'), calledPart('call_1')] },
    ],
    [
      'arguments that are an object (Ollama)',
      answer({ tool_calls: [call({ function: { name: 'get_current_weather', arguments: { a: 1 } } })] }),
      { parts: [calledPart('call_abc123', '{"a":1}')] },
    ],
    [
      'no arguments',
      answer({ tool_calls: [call({ function: { name: 'get_current_weather', arguments: '' } })] }),
      { parts: [calledPart('call_abc123', '{}')] },
    ],
    [
      'a legacy function call',
      answer({ function_call: call().function }, 'function_call'),
      { parts: [calledPart('call_0')], finish: 'tool_calls' },
    ],
    [
      'a refusal',
      answer({ content: null, refusal: 'I’m sorry, I cannot help.' }),
      { parts: [{ kind: 'refusal', text: 'I’m sorry, I cannot help.' }], finish: 'refusal' },
    ],
    [
      'reasoning as DeepSeek and vLLM give it',
      answer({ content: '9.8', reasoning_content: 'Compare.' }),
      {
        parts: [
          { kind: 'reasoning', text: 'Compare.' },
          { kind: 'text', text: '9.8' },
        ],
      },
    ],
    [
      'reasoning as OpenRouter and Groq give it',
      answer({ content: '9.8', reasoning: 'Compare.' }),
      {
        parts: [
          { kind: 'reasoning', text: 'Compare.' },
          { kind: 'text', text: '9.8' },
        ],
      },
    ],
    [
      'content as parts (Mistral)',
      answer({
        content: [
          { type: 'thinking', thinking: [{ type: 'text', text: 'Compare.' }] },
          { type: 'text', text: '9.8' },
        ],
      }),
      {
        parts: [
          { kind: 'reasoning', text: 'Compare.' },
          { kind: 'text', text: '9.8' },
        ],
      },
    ],
    ['a length limit', answer({ content: 'a' }, 'length'), { finish: 'length' }],
    ['a content filter', answer({ content: '' }, 'content_filter'), { parts: [], finish: 'filter' }],
    ['an end of its own (TGI)', answer({ content: 'a' }, 'eos_token'), { finish: 'stop' }],
    ['an end that nobody documents', answer({ content: 'a' }, 'constructor'), { finish: 'unknown' }],
    ['no end', answer({ content: 'a' }, null), { finish: 'unknown' }],
    ['usage of null', answer({ content: 'a' }, 'stop', { usage: null }), { usage: NO_USAGE }],
    ['no choices', { choices: [] }, { id: null, model: null, created: null, parts: [], finish: 'unknown' }],
  ])('with %s', (_, body, expected) => {
    expect(readReply(body)).toMatchObject(expected)
  })

  // xAI, "Reasoning": an example whose total is the sum of prompt, completion and reasoning.
  test('with output that includes reasoning, also where xAI counts it apart', () => {
    const usage = {
      prompt_tokens: 32,
      completion_tokens: 9,
      total_tokens: 135,
      completion_tokens_details: { reasoning_tokens: 94 },
    }
    expect(readReply({ usage }).usage).toMatchObject({ input: 32, output: 103, reasoning: 94 })
  })
})

const echo = { id: 'chatcmpl-echo', model: 'claude-opus-4-6', now: 1741570000 }
const reply: Reply = {
  id: 'msg_01XFDUDYJgAACzvnptvVoYEL',
  model: 'claude-opus-4-6-20260101',
  created: null,
  parts: [{ kind: 'text', text: 'Hi!' }],
  finish: 'stop',
  stopSequence: null,
  usage: { input: 12, cachedInput: 2, cacheWritten: null, output: 6, reasoning: null },
}

describe('an answer is written', () => {
  test('as a chat completion', () => {
    expect(writeReply(reply, echo)).toEqual({
      id: 'msg_01XFDUDYJgAACzvnptvVoYEL',
      object: 'chat.completion',
      created: 1741570000,
      model: 'claude-opus-4-6-20260101',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'Hi!', refusal: null },
          logprobs: null,
          finish_reason: 'stop',
        },
      ],
      usage: {
        prompt_tokens: 12,
        completion_tokens: 6,
        total_tokens: 18,
        prompt_tokens_details: { cached_tokens: 2 },
      },
    })
  })

  test('with what the request says where the provider does not', () => {
    const body = writeReply({ ...reply, id: null, model: null, usage: NO_USAGE }, echo)
    expect(body).toMatchObject({ id: 'chatcmpl-echo', model: 'claude-opus-4-6', created: 1741570000 })
    expect(body).not.toHaveProperty('usage')
  })

  test('with calls after text, and no content when there is none', () => {
    const parts = [{ kind: 'tool_call', id: 'toolu_1', name: 'f', input: '{"a":1}' }] as const
    const { choices } = writeReply({ ...reply, parts, finish: 'tool_calls' }, echo)
    expect(choices).toMatchObject([
      {
        message: {
          content: null,
          tool_calls: [{ id: 'toolu_1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }],
        },
        finish_reason: 'tool_calls',
      },
    ])
  })

  test('with reasoning as text, and in a form that can be sent back where its vendor wants that', () => {
    const parts = [
      { kind: 'reasoning', text: 'Let me see.', signature: 'EqQBCgIYAhIM' },
      { kind: 'redacted', data: 'EmwKAhgBEgy3va3pzix' },
      { kind: 'reasoning', text: ' Done.' },
      { kind: 'text', text: 'Yes' },
    ] as const
    expect(writeReply({ ...reply, parts }, echo).choices).toMatchObject([
      {
        message: {
          content: 'Yes',
          reasoning_content: 'Let me see. Done.',
          reasoning_details: [
            {
              type: 'reasoning.text',
              text: 'Let me see.',
              signature: 'EqQBCgIYAhIM',
              format: 'weir',
              index: 0,
            },
            { type: 'reasoning.encrypted', data: 'EmwKAhgBEgy3va3pzix', format: 'weir', index: 1 },
            { type: 'reasoning.text', text: ' Done.', format: 'weir', index: 2 },
          ],
        },
      },
    ])
  })

  test.each<[Reply['parts'], string | null]>([
    [[], ''],
    [[{ kind: 'reasoning', text: 'Hm.' }], ''],
    [[{ kind: 'refusal', text: 'No.' }], null],
    [[{ kind: 'tool_call', id: 'a', name: 'f', input: '{}' }], null],
  ])('of %j has content that OpenAI takes back: %j', (parts, content) => {
    expect(writeReply({ ...reply, parts }, echo).choices).toMatchObject([{ message: { content } }])
  })

  const refused = [{ kind: 'refusal', text: 'No.' }] as const
  test.each<[Reply['finish'], Reply['parts'], string]>([
    ['stop', [], 'stop'],
    ['stop_sequence', [], 'stop'],
    ['length', [], 'length'],
    ['tool_calls', [], 'tool_calls'],
    ['refusal', refused, 'stop'],
    ['refusal', [], 'content_filter'],
    ['filter', refused, 'content_filter'],
    ['pause', [], 'stop'],
    ['unknown', [], 'stop'],
    ['unknown', [{ kind: 'tool_call', id: 'a', name: 'f', input: '{}' }], 'tool_calls'],
  ])('that ended by %s with %j, as %s', (finish, parts, reason) => {
    expect(writeReply({ ...reply, finish, parts }, echo).choices).toMatchObject([{ finish_reason: reason }])
  })
})
