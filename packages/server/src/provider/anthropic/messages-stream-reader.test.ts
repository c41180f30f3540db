import { describe, expect, test } from 'vitest'
import type { ReplyPart } from '../translation/reply.ts'
import { MessagesStreamReader } from './messages-stream-reader.ts'

// Streams: Anthropic, guide "Streaming messages" (basic request, tool use, extended thinking, error events, web
// search) and guide "Errors".

type Event = { type: string; [field: string]: unknown }

function readEvents(events: readonly Event[], json: 'text' | 'tool' = 'text'): readonly ReplyPart[] {
  const reader = new MessagesStreamReader(json)
  return events.flatMap(event => reader.read(event.type, JSON.stringify(event)))
}

const messageStart = (usage: object): Event => ({
  type: 'message_start',
  message: {
    id: 'msg_1nZdL29xx5MUA1yADyHTEsnR8uuvGzszyY',
    type: 'message',
    role: 'assistant',
    content: [],
    model: 'claude-sonnet-4-5',
    stop_reason: null,
    stop_sequence: null,
    usage,
  },
})
const blockStart = (index: number, content_block: object): Event => ({
  type: 'content_block_start',
  index,
  content_block,
})
const blockDelta = (index: number, delta: object): Event => ({ type: 'content_block_delta', index, delta })
const blockStop = (index: number): Event => ({ type: 'content_block_stop', index })
const messageDelta = (stop_reason: string, usage: object, more: object = {}): Event => ({
  type: 'message_delta',
  delta: { stop_reason, stop_sequence: null, ...more },
  usage,
})
const messageStop: Event = { type: 'message_stop' }
const inputDelta = (index: number, partial_json: string) =>
  blockDelta(index, { type: 'input_json_delta', partial_json })

const started = {
  kind: 'start',
  id: 'msg_1nZdL29xx5MUA1yADyHTEsnR8uuvGzszyY',
  model: 'claude-sonnet-4-5',
  created: null,
} as const
const usage = (input: number, output: number) => ({
  kind: 'usage',
  usage: { input, cachedInput: null, cacheWritten: null, output, reasoning: null },
})

describe('a stream of Anthropic is read', () => {
  test('as the guide’s basic request has it', () => {
    const parts = readEvents([
      messageStart({ input_tokens: 25, output_tokens: 1 }),
      blockStart(0, { type: 'text', text: '' }),
      { type: 'ping' },
      blockDelta(0, { type: 'text_delta', text: 'Hello' }),
      blockDelta(0, { type: 'text_delta', text: '!' }),
      blockStop(0),
      messageDelta('end_turn', { output_tokens: 15 }),
      messageStop,
    ])
    expect(parts).toEqual([
      started,
      usage(25, 1),
      { kind: 'ping' },
      { kind: 'text', text: 'Hello' },
      { kind: 'text', text: '!' },
      { kind: 'finish', finish: 'stop', stopSequence: null },
      usage(25, 15),
      { kind: 'done' },
    ])
  })

  test('as the guide’s request with tool use has it', () => {
    const parts = readEvents([
      messageStart({ input_tokens: 472, output_tokens: 2 }),
      blockStart(0, { type: 'text', text: '' }),
      blockDelta(0, { type: 'text_delta', text: 'Okay, let’s check the weather:' }),
      blockStop(0),
      blockStart(1, {
        type: 'tool_use',
        id: 'toolu_01T1x1fJ34qAmk2tNTrN7Up6',
        name: 'get_weather',
        input: {},
      }),
      inputDelta(1, ''),
      inputDelta(1, '{"location":'),
      inputDelta(1, ' "San Francisco, CA"}'),
      blockStop(1),
      blockStart(2, { type: 'tool_use', id: 'toolu_02', name: 'now', input: {} }),
      inputDelta(2, ''),
      blockStop(2),
      messageDelta('tool_use', { output_tokens: 89 }),
      messageStop,
    ])
    expect(parts.slice(3, -3)).toEqual([
      { kind: 'call', index: 0, id: 'toolu_01T1x1fJ34qAmk2tNTrN7Up6', name: 'get_weather' },
      { kind: 'input', index: 0, json: '{"location":' },
      { kind: 'input', index: 0, json: ' "San Francisco, CA"}' },
      { kind: 'call', index: 1, id: 'toolu_02', name: 'now' },
      // A call without parameters has no input in the stream, and an empty object in a whole answer.
      { kind: 'input', index: 1, json: '{}' },
    ])
    expect(parts.at(-3)).toEqual({ kind: 'finish', finish: 'tool_calls', stopSequence: null })
  })

  test('as the guide’s request with extended thinking has it', () => {
    const parts = readEvents([
      blockStart(0, { type: 'thinking', thinking: '', signature: '' }),
      blockDelta(0, { type: 'thinking_delta', thinking: 'I need to find the GCD of 1071 and 462' }),
      blockDelta(0, { type: 'signature_delta', signature: 'EqQBCgIYAhIM1gbcDa9GJwZA2b3h' }),
      blockStop(0),
      blockStart(1, { type: 'redacted_thinking', data: 'EmwKAhgB' }),
      blockStop(1),
      blockStart(2, { type: 'text', text: '' }),
      blockDelta(2, { type: 'text_delta', text: 'The greatest common divisor is 21.' }),
      blockStop(2),
    ])
    expect(parts).toEqual([
      { kind: 'reasoning', text: 'I need to find the GCD of 1071 and 462' },
      { kind: 'signature', signature: 'EqQBCgIYAhIM1gbcDa9GJwZA2b3h' },
      { kind: 'redacted', data: 'EmwKAhgB' },
      { kind: 'text', text: 'The greatest common divisor is 21.' },
    ])
  })

  test('with a web search as its text: what ran at Anthropic is passed over', () => {
    const parts = readEvents([
      blockStart(0, { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} }),
      inputDelta(0, '{"query":"weather NYC"}'),
      blockStop(0),
      blockStart(1, { type: 'web_search_tool_result', tool_use_id: 'srvtoolu_1', content: [] }),
      blockStop(1),
      blockStart(2, { type: 'text', text: '' }),
      blockDelta(2, { type: 'citations_delta', citation: { type: 'web_search_result_location' } }),
      blockDelta(2, { type: 'text_delta', text: 'It is sunny.' }),
      blockStop(2),
    ])
    expect(parts).toEqual([{ kind: 'text', text: 'It is sunny.' }])
  })

  test('by the last count of each kind of token', () => {
    const parts = readEvents([
      messageStart({ input_tokens: 10, cache_read_input_tokens: 5, output_tokens: 1 }),
      messageDelta('end_turn', {
        input_tokens: 12,
        cache_creation_input_tokens: 3,
        output_tokens: 40,
        output_tokens_details: { thinking_tokens: 30 },
      }),
      // A count that is not said again still holds.
      { type: 'message_delta', delta: {}, usage: { input_tokens: null } },
    ])
    expect(parts.at(-1)).toEqual({
      kind: 'usage',
      usage: { input: 12 + 5 + 3, cachedInput: 5, cacheWritten: 3, output: 40, reasoning: 30 },
    })
  })

  test('with a stop sequence, and with what Anthropic says of a refusal', () => {
    expect(readEvents([messageDelta('stop_sequence', {}, { stop_sequence: 'END' })])[0]).toEqual({
      kind: 'finish',
      finish: 'stop_sequence',
      stopSequence: 'END',
    })
    const stop_details = { type: 'refusal', category: 'bio', explanation: 'Harmful.' }
    expect(readEvents([messageDelta('refusal', {}, { stop_details })]).slice(0, 2)).toEqual([
      { kind: 'refusal', text: 'Harmful.' },
      { kind: 'finish', finish: 'refusal', stopSequence: null },
    ])
  })

  test('as text when the JSON that was asked for is the input of the forced tool', () => {
    const parts = readEvents(
      [
        blockStart(0, { type: 'tool_use', id: 'toolu_1', name: 'json', input: {} }),
        inputDelta(0, '{"a":'),
        inputDelta(0, '1}'),
        blockStop(0),
        messageDelta('tool_use', { output_tokens: 9 }),
      ],
      'tool',
    )
    expect(parts.slice(0, 3)).toEqual([
      { kind: 'text', text: '{"a":' },
      { kind: 'text', text: '1}' },
      { kind: 'finish', finish: 'stop', stopSequence: null },
    ])
  })

  test('from services that put content into the start of a block', () => {
    const parts = readEvents([
      blockStart(0, { type: 'text', text: 'Hi' }),
      blockStart(1, { type: 'thinking', thinking: 'Hm', signature: 's' }),
      blockStart(2, { type: 'tool_use', id: 't', name: 'f', input: { a: 1 } }),
      blockStop(2),
    ])
    expect(parts).toEqual([
      { kind: 'text', text: 'Hi' },
      { kind: 'reasoning', text: 'Hm' },
      { kind: 'signature', signature: 's' },
      { kind: 'call', index: 0, id: 't', name: 'f' },
      { kind: 'input', index: 0, json: '{"a":1}' },
    ])
  })

  const overloaded: Event = {
    type: 'error',
    error: { type: 'overloaded_error', message: 'Overloaded' },
    request_id: 'req_011',
  }

  test.each<[string, readonly Event[]]>([
    ['before anything', []],
    ['in the middle', [messageStart({ input_tokens: 1 }), blockStart(0, { type: 'text', text: '' })]],
  ])('as failed by an error %s', (_, before) => {
    expect(readEvents([...before, overloaded]).at(-1)).toEqual({
      kind: 'error',
      error: { code: null, type: 'overloaded_error', message: 'Overloaded' },
    })
  })

  test.each([
    ['message_start', '{"type":"message_st'],
    ['content_block_delta', ''],
    [undefined, '[]'],
    ['tomorrow', '{"type":"tomorrow"}'],
    ['content_block_delta', '{"type":"content_block_delta","delta":{"type":"tomorrow_delta"}}'],
    ['content_block_start', '{"content_block":7}'],
  ])('without parts from a %s of %j', (event, data) => {
    expect(new MessagesStreamReader('text').read(event, data)).toEqual([])
  })

  test('by the event’s name when the data have no type', () => {
    expect(new MessagesStreamReader('text').read('message_stop', '{}')).toEqual([{ kind: 'done' }])
  })
})
