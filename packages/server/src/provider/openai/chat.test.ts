import { describe, expect, test } from 'vitest'
import { emptyFacts, type JsonObject } from '../wire-format.ts'
import { chat } from './chat.ts'

// Shapes: OpenAI, API reference, "Chat completion object" and "Chat completion chunk object". Vendors that speak the
// same format add `reasoning_content` (DeepSeek, vLLM) or `reasoning` (OpenRouter) to messages and deltas.

function answer(change: object): JsonObject {
  return {
    id: 'chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT',
    object: 'chat.completion',
    created: 1741569952,
    model: 'gpt-5.4',
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: 'Hello! How can I assist you today?',
          refusal: null,
          annotations: [],
        },
        logprobs: null,
        finish_reason: 'stop',
      },
    ],
    usage: {
      prompt_tokens: 19,
      completion_tokens: 10,
      total_tokens: 29,
      prompt_tokens_details: { cached_tokens: 4, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 3, audio_tokens: 0 },
    },
    service_tier: 'default',
    ...change,
  }
}

function message(own: object, finish = 'stop'): JsonObject {
  return answer({
    choices: [{ index: 0, message: { role: 'assistant', content: null, ...own }, finish_reason: finish }],
  })
}

function factsOf(body: JsonObject) {
  const facts = emptyFacts()
  chat.readAnswer(body, facts)
  return facts
}

const call = (id: string, name: string) => ({
  id,
  type: 'function',
  function: { name, arguments: '{"city":"Paris"}' },
})

describe('a whole answer', () => {
  test('tells its tokens, length and finish reason', () => {
    expect(factsOf(answer({}))).toEqual({
      usage: { input: 19, cached_input: 4, output: 10, reasoning: 3 },
      finishReason: 'stop',
      outputLength: 34,
      hiddenLength: 0,
      toolCalls: 0,
      toolNames: [],
      otherContent: false,
      refusal: false,
      text: expect.objectContaining({ opening: 'Hello! How can I assist you today?' }),
      error: null,
      issued: null,
    })
  })

  test.each<[string, JsonObject, object]>([
    [
      'tool calls',
      message({ tool_calls: [call('a', 'f'), call('b', 'g')] }, 'tool_calls'),
      { toolCalls: 2, outputLength: 0, finishReason: 'tool_calls' },
    ],
    [
      'a legacy function call',
      message({ function_call: { name: 'f', arguments: '{}' } }, 'function_call'),
      { toolCalls: 1, finishReason: 'tool_calls' },
    ],
    [
      'a call of the tool that the request named, which OpenAI ends with a stop',
      message({ tool_calls: [call('a', 'f')] }, 'stop'),
      { toolCalls: 1, finishReason: 'tool_calls' },
    ],
    [
      'a refusal',
      message({ refusal: 'I cannot help with that.' }),
      { refusal: true, outputLength: 0, finishReason: 'refusal' },
    ],
    [
      'a content filter',
      message({ content: '' }, 'content_filter'),
      { refusal: true, finishReason: 'filter' },
    ],
    ['a finish reason of nobody', message({ content: 'a' }, 'toString'), { finishReason: 'unknown' }],
    [
      'an empty answer',
      message({ content: '' }),
      { outputLength: 0, toolCalls: 0, refusal: false, finishReason: 'stop' },
    ],
    [
      'several choices',
      answer({ choices: [1, 2].map(() => ({ message: { content: 'abc' }, finish_reason: 'length' })) }),
      { outputLength: 6, finishReason: 'length' },
    ],
    [
      'no usage',
      answer({ usage: undefined }),
      { usage: { input: null, cached_input: null, output: null, reasoning: null } },
    ],
    [
      'usage without details',
      answer({ usage: { prompt_tokens: 5, completion_tokens: 6 } }),
      { usage: { input: 5, cached_input: null, output: 6, reasoning: null } },
    ],
    [
      'usage of wrong types',
      answer({ usage: { prompt_tokens: '5', completion_tokens: -1 } }),
      { usage: { input: null, output: null } },
    ],
    [
      'an error inside a 200',
      { error: { message: 'slow down', type: 'requests', code: 'rate_limit_exceeded' } },
      { error: { code: 'rate_limit_exceeded', type: 'requests', message: 'slow down' } },
    ],
    [
      'an error with a numeric code',
      { error: { message: 'Provider returned error', code: 502 } },
      { error: { code: '502', type: null, message: 'Provider returned error' } },
    ],
    [
      'an error as a text',
      { error: 'model is loading' },
      { error: { code: null, type: null, message: 'model is loading' } },
    ],
    ['an error of null', answer({ error: null }), { error: null, outputLength: 34 }],
  ])('with %s', (_, body, facts) => {
    expect(factsOf(body)).toMatchObject(facts)
  })
})

const choice = (delta: object, finish: string | null = null) => ({
  choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
})

describe('one chunk of a stream', () => {
  test.each<[string, object, string]>([
    ['the role alone', choice({ role: 'assistant', content: '', refusal: null }), 'meta'],
    ['text', choice({ content: 'Hel' }), 'content'],
    ['reasoning (DeepSeek, vLLM)', choice({ reasoning_content: 'First' }), 'content'],
    ['reasoning (OpenRouter)', choice({ reasoning: 'First', content: '' }), 'content'],
    ['a refusal', choice({ refusal: 'I' }), 'content'],
    [
      'the beginning of a tool call',
      choice({
        tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name: 'f', arguments: '' } }],
      }),
      'content',
    ],
    [
      'a part of a tool call',
      choice({ tool_calls: [{ index: 0, function: { arguments: '{"ci' } }] }),
      'content',
    ],
    ['audio', choice({ audio: { id: 'audio_1', data: 'UklGR' } }), 'content'],
    ['a finish reason', choice({}, 'stop'), 'content'],
    ['an empty delta', choice({}), 'meta'],
    ['a null delta', { choices: [{ index: 0, delta: null, finish_reason: null }] }, 'meta'],
    [
      'a content filter’s findings about the prompt (Azure)',
      { choices: [], prompt_filter_results: [{ prompt_index: 0 }] },
      'meta',
    ],
    [
      'usage alone',
      { choices: [], usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 } },
      'usage',
    ],
    ['usage of null', { ...choice({ content: 'x' }), usage: null }, 'content'],
    [
      'an error',
      { error: { message: 'The server had an error', type: 'server_error', code: null } },
      'error',
    ],
    ['something unknown', { object: 'something.else' }, 'meta'],
  ])('with %s is read as %s', (_, chunk, kind) => {
    expect(chat.readFrame(undefined, JSON.stringify(chunk), emptyFacts())).toBe(kind)
  })

  test.each([
    ['[DONE]', 'done'],
    ['{"choices":[{"del', 'meta'],
    ['[]', 'meta'],
    ['null', 'meta'],
    ['', 'meta'],
  ])('of the data %j is read as %s', (data, kind) => {
    expect(chat.readFrame(undefined, data, emptyFacts())).toBe(kind)
  })
})

function factsOfStream(chunks: readonly object[]) {
  const facts = emptyFacts()
  for (const chunk of chunks) chat.readFrame(undefined, JSON.stringify(chunk), facts)
  return facts
}

describe('the chunks of a stream together', () => {
  test('tell what the whole answer would have told', () => {
    const facts = factsOfStream([
      choice({ role: 'assistant', content: '' }),
      ...['Hello!', ' How can', ' I assist you today?'].map(content => choice({ content })),
      choice({}, 'stop'),
      { choices: [], usage: answer({}).usage },
    ])
    expect(facts).toEqual(factsOf(answer({})))
  })

  test('count parallel tool calls once each, however they are cut', () => {
    const part = (index: number, own: object) => choice({ tool_calls: [{ index, ...own }] })
    const facts = factsOfStream([
      part(0, { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '' } }),
      part(0, { id: '', function: { arguments: '{"city":' } }),
      part(0, { function: { name: null, arguments: '"Paris"}' } }),
      part(1, { id: 'call_2', type: 'function', function: { name: 'time', arguments: '{}' } }),
      choice({}, 'tool_calls'),
    ])
    expect(facts).toMatchObject({ toolCalls: 2, outputLength: 0, finishReason: 'tool_calls' })
  })

  test('keep the usage that came with an earlier chunk', () => {
    const usage = { prompt_tokens: 5, completion_tokens: 1, total_tokens: 6 }
    const facts = factsOfStream([
      { ...choice({ content: 'a' }), usage },
      { ...choice({}, 'stop'), usage: null },
    ])
    expect(facts.usage).toMatchObject({ input: 5, output: 1 })
  })

  test('remember a refusal', () => {
    expect(
      factsOfStream([choice({ refusal: 'I' }), choice({ refusal: ' cannot' }), choice({}, 'stop')]).refusal,
    ).toBe(true)
  })
})

describe('edits of the body', () => {
  const user = { role: 'user', content: 'hi' }
  const system = { role: 'system', content: 'be brief' }

  test('ask for usage once, and keep the other stream options', () => {
    const set = (options: object) => [{ kind: 'set', key: 'stream_options', json: JSON.stringify(options) }]
    expect(chat.askForUsage({})).toEqual(set({ include_usage: true }))
    expect(chat.askForUsage({ stream_options: null })).toEqual(set({ include_usage: true }))
    expect(chat.askForUsage({ stream_options: { include_obfuscation: false } })).toEqual(
      set({ include_obfuscation: false, include_usage: true }),
    )
    expect(chat.askForUsage({ stream_options: { include_usage: false } })).toEqual(
      set({ include_usage: true }),
    )
    expect(chat.askForUsage({ stream_options: { include_usage: true } })).toEqual([])
  })

  test('put a system prompt before all messages', () => {
    const edits = chat.editSystemPrompt({ messages: [system, user] }, { how: 'prepend', text: 'Be kind.' })
    expect(edits).toEqual([
      { kind: 'prepend', key: 'messages', json: '{"role":"system","content":"Be kind."}' },
    ])
  })

  test('replace every instruction by one', () => {
    const messages = [system, user, { role: 'developer', content: 'x' }, { role: 'assistant', content: 'y' }]
    const [edit] = chat.editSystemPrompt({ messages }, { how: 'replace', text: 'Be kind.' })
    expect(edit).toMatchObject({ kind: 'set', key: 'messages' })
    expect(JSON.parse(edit !== undefined && 'json' in edit ? edit.json : '')).toEqual([
      { role: 'system', content: 'Be kind.' },
      user,
      messages[3],
    ])
  })

  test('change or drop the user in each field that names one, and add none', () => {
    expect(chat.editUser({ user: 'ada', safety_identifier: 'ada' }, 'h1')).toEqual([
      { kind: 'set', key: 'user', json: '"h1"' },
      { kind: 'set', key: 'safety_identifier', json: '"h1"' },
    ])
    expect(chat.editUser({ user: 'ada' }, undefined)).toEqual([{ kind: 'remove', key: 'user' }])
    expect(chat.editUser({}, 'h1')).toEqual([])
  })
})
