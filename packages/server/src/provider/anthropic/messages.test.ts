import { describe, expect, test } from 'vitest'
import { emptyFacts, type JsonObject } from '../wire-format.ts'
import { messages } from './messages.ts'

// Shapes: Anthropic, API reference "Messages" and the guide "Streaming messages"; errors as in the guide "Errors".

function answer(change: object): JsonObject {
  return {
    id: 'msg_013Zva2CMHLNnXjNJJKqJ2EF',
    type: 'message',
    role: 'assistant',
    model: 'claude-sonnet-4-5',
    content: [{ type: 'text', text: 'Hi! My name is Claude.' }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: {
      input_tokens: 21,
      cache_creation_input_tokens: 188,
      cache_read_input_tokens: 1000,
      output_tokens: 393,
    },
    ...change,
  }
}

function factsOf(body: JsonObject) {
  const facts = emptyFacts()
  messages.readAnswer(body, facts)
  return facts
}

const toolUse = { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Paris' } }

describe('a whole message', () => {
  test('counts cached tokens as input, as this gateway’s convention has it', () => {
    expect(factsOf(answer({}))).toEqual({
      usage: { input: 21 + 188 + 1000, cached_input: 1000, output: 393, reasoning: null },
      finishReason: 'stop',
      outputLength: 22,
      hiddenLength: 0,
      toolCalls: 0,
      toolNames: [],
      otherContent: false,
      refusal: false,
      text: expect.objectContaining({ opening: 'Hi! My name is Claude.' }),
      error: null,
      issued: null,
    })
  })

  test.each<[string, object, object]>([
    [
      'no cache',
      { usage: { input_tokens: 5, output_tokens: 6 } },
      { usage: { input: 5, cached_input: null, output: 6 } },
    ],
    [
      'tool use',
      { content: [{ type: 'text', text: 'Let me see.' }, toolUse, toolUse], stop_reason: 'tool_use' },
      { toolCalls: 2, outputLength: 11, finishReason: 'tool_calls' },
    ],
    [
      'thinking, which is no answer text',
      {
        content: [
          { type: 'thinking', thinking: 'Hm', signature: 'x' },
          { type: 'text', text: 'Yes' },
        ],
      },
      { outputLength: 3 },
    ],
    ['a refusal', { content: [], stop_reason: 'refusal' }, { refusal: true, finishReason: 'refusal' }],
    [
      'thinking that was counted',
      { usage: { input_tokens: 5, output_tokens: 6, output_tokens_details: { thinking_tokens: 4 } } },
      { usage: { input: 5, cached_input: null, output: 6, reasoning: 4 } },
    ],
    ['a stop reason of tomorrow', { stop_reason: 'bored' }, { finishReason: 'unknown' }],
    ['no usage', { usage: undefined }, { usage: { input: null, cached_input: null, output: null } }],
  ])('with %s', (_, change, facts) => {
    expect(factsOf(answer(change))).toMatchObject(facts)
  })

  test('that is an error says so', () => {
    const body = {
      type: 'error',
      error: { type: 'overloaded_error', message: 'Overloaded' },
      request_id: 'req_1',
    }
    expect(factsOf(body).error).toEqual({ code: null, type: 'overloaded_error', message: 'Overloaded' })
  })
})

const start = {
  type: 'message_start',
  message: answer({
    content: [],
    stop_reason: null,
    usage: { input_tokens: 21, cache_read_input_tokens: 4, output_tokens: 1 },
  }),
}

describe('one event of a stream', () => {
  test.each<[object, string]>([
    [start, 'meta'],
    [{ type: 'ping' }, 'meta'],
    [{ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }, 'meta'],
    [{ type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '' } }, 'meta'],
    [{ type: 'content_block_start', index: 1, content_block: { ...toolUse, input: {} } }, 'content'],
    [{ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hi' } }, 'content'],
    [{ type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'Hm' } }, 'content'],
    [
      { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: '{"ci' } },
      'content',
    ],
    [{ type: 'content_block_stop', index: 0 }, 'meta'],
    [{ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 15 } }, 'content'],
    [{ type: 'message_stop' }, 'done'],
    [{ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }, 'error'],
    [{ type: 'something_new' }, 'meta'],
  ])('%j is read as %s', (body, kind) => {
    const { type } = body as { type: string }
    expect(messages.readFrame(type, JSON.stringify(body), emptyFacts())).toBe(kind)
    expect(messages.readFrame(undefined, JSON.stringify(body), emptyFacts())).toBe(kind)
  })

  test.each(['{"type":"content_bl', '', '[]'])('%j, which cannot be read, is passed over', data => {
    expect(messages.readFrame('content_block_delta', data, emptyFacts())).toBe('meta')
  })
})

describe('the events of a stream together', () => {
  function factsOfStream(events: readonly object[]) {
    const facts = emptyFacts()
    for (const event of events)
      messages.readFrame((event as { type: string }).type, JSON.stringify(event), facts)
    return facts
  }
  const delta = (own: object) => ({ type: 'content_block_delta', index: 0, delta: own })

  test('tell tokens, length and stop reason; the last count of output tokens is the whole', () => {
    const facts = factsOfStream([
      start,
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'ping' },
      delta({ type: 'text_delta', text: 'Hello' }),
      delta({ type: 'text_delta', text: '!' }),
      { type: 'content_block_stop', index: 0 },
      {
        type: 'message_delta',
        delta: { stop_reason: 'end_turn', stop_sequence: null },
        usage: { output_tokens: 15 },
      },
      { type: 'message_stop' },
    ])
    expect(facts).toMatchObject({
      usage: { input: 25, cached_input: 4, output: 15 },
      finishReason: 'stop',
      outputLength: 6,
    })
  })

  test('count a tool call once', () => {
    const facts = factsOfStream([
      { type: 'content_block_start', index: 0, content_block: { ...toolUse, input: {} } },
      delta({ type: 'input_json_delta', partial_json: '{"city":' }),
      delta({ type: 'input_json_delta', partial_json: '"Paris"}' }),
      { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 9 } },
    ])
    expect(facts).toMatchObject({ toolCalls: 1, finishReason: 'tool_calls' })
  })

  test('remember a refusal', () => {
    expect(
      factsOfStream([{ type: 'message_delta', delta: { stop_reason: 'refusal' }, usage: {} }]).refusal,
    ).toBe(true)
  })
})

describe('requests', () => {
  test('say who the user is and which conversation it is', () => {
    const facts = messages.readRequest({
      stream: true,
      metadata: { user_id: 'ada', conversation_id: 'c1' },
      tools: [{ name: 'f', input_schema: {} }],
    })
    expect(facts).toMatchObject({ stream: true, user: 'ada', conversationId: 'c1', hasTools: true })
  })

  test.each<[string, unknown, unknown]>([
    [
      'a text',
      'B',
      [
        { type: 'text', text: 'A' },
        { type: 'text', text: 'B' },
      ],
    ],
    [
      'blocks, whose cache marks stay',
      [{ type: 'text', text: 'B', cache_control: { type: 'ephemeral' } }],
      [
        { type: 'text', text: 'A' },
        { type: 'text', text: 'B', cache_control: { type: 'ephemeral' } },
      ],
    ],
    ['nothing', undefined, 'A'],
  ])('take a prompt before a system prompt of %s', (_, system, expected) => {
    const [edit] = messages.editSystemPrompt({ system }, { how: 'prepend', text: 'A' })
    expect(edit).toEqual({ kind: 'set', key: 'system', json: JSON.stringify(expected) })
  })

  test('take a prompt in the place of the system prompt', () => {
    expect(messages.editSystemPrompt({ system: 'B' }, { how: 'replace', text: 'A' })).toEqual([
      { kind: 'set', key: 'system', json: '"A"' },
    ])
  })

  test('lose or change the user and keep the other metadata', () => {
    const body = { metadata: { user_id: 'ada', other: 1 } }
    expect(messages.editUser(body, 'h1')).toEqual([
      { kind: 'set', key: 'metadata', json: '{"other":1,"user_id":"h1"}' },
    ])
    expect(messages.editUser(body, undefined)).toEqual([
      { kind: 'set', key: 'metadata', json: '{"other":1}' },
    ])
    expect(messages.editUser({ metadata: {} }, 'h1')).toEqual([])
  })

  test('report usage in streams without being asked', () => {
    expect(messages.askForUsage({})).toEqual([])
  })
})
