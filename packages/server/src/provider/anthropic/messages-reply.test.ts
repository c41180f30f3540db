import type { Message } from '@anthropic-ai/sdk/resources/messages/messages'
import { describe, expect, test } from 'vitest'
import { NO_USAGE, type Reply } from '../translation/reply.ts'
import type { JsonObject } from '../wire-format.ts'
import { readReply, writeReply } from './messages-reply.ts'

// Shapes: Anthropic, API reference "Create a Message"; the guides "Tool use", "Extended thinking", "Prompt caching",
// "Stop reasons and fallback" and "Web search tool".

const echo = { id: 'w1', model: 'gpt-5', now: 0 }

const message: JsonObject = {
  id: 'msg_013Zva2CMHLNnXjNJJKqJ2EF',
  type: 'message',
  role: 'assistant',
  model: 'claude-sonnet-4-5',
  content: [{ type: 'text', text: 'Hi! My name is Claude.' }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 2095, output_tokens: 503 },
}

const reply: Reply = {
  id: 'chatcmpl-1',
  model: 'gpt-5-2025-08-07',
  created: 1_700_000_000,
  parts: [{ kind: 'text', text: 'Hi' }],
  finish: 'stop',
  stopSequence: null,
  usage: NO_USAGE,
}

describe('an answer of Anthropic', () => {
  test('is read with what it says and no more', () => {
    expect(readReply(message, 'text')).toEqual({
      id: 'msg_013Zva2CMHLNnXjNJJKqJ2EF',
      model: 'claude-sonnet-4-5',
      created: null,
      parts: [{ kind: 'text', text: 'Hi! My name is Claude.' }],
      finish: 'stop',
      stopSequence: null,
      usage: { input: 2095, cachedInput: null, cacheWritten: null, output: 503, reasoning: null },
    })
  })

  test('counts as input also what was read from the cache and written to it', () => {
    const usage = {
      input_tokens: 21,
      cache_creation_input_tokens: 188_086,
      cache_read_input_tokens: 1000,
      output_tokens: 393,
      output_tokens_details: { thinking_tokens: 93 },
    }
    expect(readReply({ ...message, usage }, 'text').usage).toEqual({
      input: 21 + 188_086 + 1000,
      cachedInput: 1000,
      cacheWritten: 188_086,
      output: 393,
      reasoning: 93,
    })
  })

  test('has thinking, text and calls in order', () => {
    const content = [
      { type: 'thinking', thinking: 'Let me analyze this...', signature: 'WaUjzkypQ2mU' },
      { type: 'redacted_thinking', data: 'EmwKAhgB' },
      { type: 'text', text: 'Based on my analysis...' },
      { type: 'tool_use', id: 'toolu_01', name: 'get_stock_price', input: { ticker: '^GSPC' } },
    ]
    expect(readReply({ ...message, content, stop_reason: 'tool_use' }, 'text')).toMatchObject({
      parts: [
        { kind: 'reasoning', text: 'Let me analyze this...', signature: 'WaUjzkypQ2mU' },
        { kind: 'redacted', data: 'EmwKAhgB' },
        { kind: 'text', text: 'Based on my analysis...' },
        { kind: 'tool_call', id: 'toolu_01', name: 'get_stock_price', input: '{"ticker":"^GSPC"}' },
      ],
      finish: 'tool_calls',
    })
  })

  test('with a search is read as its text, which citations had cut', () => {
    const content = [
      { type: 'text', text: 'I will search.' },
      { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'claude shannon' } },
      { type: 'web_search_tool_result', tool_use_id: 'srvtoolu_1', content: [] },
      {
        type: 'text',
        text: ' Claude Shannon was born ',
        citations: [{ type: 'web_search_result_location' }],
      },
      { type: 'text', text: 'in 1916.' },
    ]
    expect(readReply({ ...message, content }, 'text').parts).toEqual([
      { kind: 'text', text: 'I will search. Claude Shannon was born in 1916.' },
    ])
  })

  test.each([
    ['end_turn', 'stop'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['stop_sequence', 'stop_sequence'],
    ['tool_use', 'tool_calls'],
    ['pause_turn', 'pause'],
    ['refusal', 'refusal'],
    ['constructor', 'unknown'],
    [null, 'unknown'],
  ])('that ended with %s is read as %s', (reason, finish) => {
    expect(readReply({ ...message, stop_reason: reason }, 'text').finish).toBe(finish)
  })

  test('that is a refusal has what Anthropic says of it', () => {
    const details = { type: 'refusal', category: 'cyber', explanation: 'This could do harm.' }
    const body = { ...message, content: [], stop_reason: 'refusal', stop_details: details }
    expect(readReply(body, 'text')).toMatchObject({
      parts: [{ kind: 'refusal', text: 'This could do harm.' }],
      finish: 'refusal',
    })
  })

  test('in the input of the JSON tool is a text that ended by itself', () => {
    const content = [{ type: 'tool_use', id: 'toolu_1', name: 'json', input: { a: [1] } }]
    expect(readReply({ ...message, content, stop_reason: 'tool_use' }, 'tool')).toMatchObject({
      parts: [{ kind: 'text', text: '{"a":[1]}' }],
      finish: 'stop',
    })
    expect(readReply({ ...message, content, stop_reason: 'tool_use' }, 'text')).toMatchObject({
      parts: [{ kind: 'tool_call', name: 'json' }],
      finish: 'tool_calls',
    })
  })

  test.each<JsonObject>([{}, { content: 'x', usage: [] }, { content: [null, { type: 'tool_use' }] }])(
    '%j is read without an exception',
    body => {
      expect(() => readReply(body, 'text')).not.toThrow()
    },
  )
})

describe('an answer to a client of Anthropic', () => {
  test('is a message, with tokens as numbers even when nothing is known of them', () => {
    const written = writeReply(reply, echo, 'any')
    expect(written).toEqual({
      id: 'chatcmpl-1',
      type: 'message',
      role: 'assistant',
      model: 'gpt-5-2025-08-07',
      content: [{ type: 'text', text: 'Hi', citations: null }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      stop_details: null,
      usage: {
        input_tokens: 0,
        cache_creation_input_tokens: 0,
        cache_read_input_tokens: 0,
        output_tokens: 0,
      },
    })
    written satisfies Partial<Record<keyof Message, unknown>>
  })

  test('takes from the request what the provider did not say', () => {
    expect(writeReply({ ...reply, id: null, model: null }, echo, 'any')).toMatchObject({
      id: 'msg_w1',
      model: 'gpt-5',
    })
  })

  test('does not count cached tokens as fresh ones', () => {
    const usage = { input: 1000, cachedInput: 600, cacheWritten: 300, output: 50, reasoning: 20 }
    expect(writeReply({ ...reply, usage }, echo, 'any').usage).toEqual({
      input_tokens: 100,
      cache_read_input_tokens: 600,
      cache_creation_input_tokens: 300,
      output_tokens: 50,
      output_tokens_details: { thinking_tokens: 20 },
    })
  })

  test.each<[Reply['parts'][number], JsonObject]>([
    [
      { kind: 'refusal', text: 'No.' },
      { type: 'text', text: 'No.', citations: null },
    ],
    [
      { kind: 'reasoning', text: 'Hm' },
      { type: 'thinking', thinking: 'Hm', signature: 'weir:unsigned' },
    ],
    [
      { kind: 'reasoning', text: 'Hm', signature: 's' },
      { type: 'thinking', thinking: 'Hm', signature: 's' },
    ],
    [
      { kind: 'redacted', data: 'EmwK' },
      { type: 'redacted_thinking', data: 'EmwK' },
    ],
    [
      { kind: 'tool_call', id: 'call_1', name: 'f', input: '{"a":1}' },
      { type: 'tool_use', id: 'call_1', name: 'f', input: { a: 1 }, caller: { type: 'direct' } },
    ],
  ])('has %j as a block', (part, block) => {
    expect(writeReply({ ...reply, parts: [part] }, echo, 'any').content).toEqual([block])
  })

  test.each([
    ['', {}],
    ['{"a": 1', { rawInvalidInput: '{"a": 1' }],
    ['[1]', { rawInvalidInput: '[1]' }],
  ])('keeps the input %j of a call visible', (input, expected) => {
    const parts: Reply['parts'] = [{ kind: 'tool_call', id: 'call_1', name: 'f', input }]
    expect(writeReply({ ...reply, parts }, echo, 'any').content).toMatchObject([{ input: expected }])
  })

  const call: Reply['parts'][number] = { kind: 'tool_call', id: 'call_1', name: 'f', input: '{}' }
  const text: Reply['parts'][number] = { kind: 'text', text: 'Hm' }
  const redacted: Reply['parts'][number] = { kind: 'redacted', data: 'EmwK' }

  test.each<[Reply['parts'], readonly string[]]>([
    [
      [call, call],
      ['thinking', 'tool_use', 'tool_use'],
    ],
    [
      [text, call],
      ['text', 'thinking', 'tool_use'],
    ],
    [
      [redacted, call],
      ['redacted_thinking', 'tool_use'],
    ],
    [
      [{ kind: 'reasoning', text: 'Hm' }, text, call],
      ['thinking', 'text', 'tool_use'],
    ],
    [[text], ['text']],
  ])('of %j has a marked thought before calls when thinking by a budget was asked for', (parts, types) => {
    const content = writeReply({ ...reply, parts }, echo, 'before calls').content as readonly JsonObject[]
    expect(content.map(block => block.type)).toEqual(types)
    const own = parts.some(({ kind }) => kind === 'reasoning' || kind === 'redacted')
    expect(JSON.stringify(content).includes('"thinking":"","signature":"weir:unsigned"')).toBe(
      !own && parts.includes(call),
    )
  })

  test.each<[string, Partial<Reply>, string]>([
    ['a stop', {}, 'end_turn'],
    ['a length', { finish: 'length' }, 'max_tokens'],
    ['a stop sequence', { finish: 'stop_sequence', stopSequence: 'END' }, 'stop_sequence'],
    ['calls', { finish: 'tool_calls', parts: [call] }, 'tool_use'],
    // OpenAI ends so when a tool was named, and others always.
    ['a stop behind calls', { parts: [call] }, 'tool_use'],
    ['a stop behind a refusal', { parts: [{ kind: 'refusal', text: 'No.' }] }, 'refusal'],
    ['a length behind calls', { finish: 'length', parts: [call] }, 'max_tokens'],
    ['a filter', { finish: 'filter' }, 'refusal'],
    ['a pause', { finish: 'pause' }, 'pause_turn'],
    ['nothing said', { finish: 'unknown' }, 'end_turn'],
  ])('that ended by %s', (_, change, reason) => {
    expect(writeReply({ ...reply, ...change }, echo, 'any').stop_reason).toBe(reason)
  })
})
