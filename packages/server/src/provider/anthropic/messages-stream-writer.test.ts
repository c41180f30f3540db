import Anthropic from '@anthropic-ai/sdk'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { someStreamedReply } from '../translation/arbitrary.ts'
import type { ReplyPart } from '../translation/reply.ts'
import { type Forethought, writeReply } from './messages-reply.ts'
import { MessagesStreamWriter } from './messages-stream-writer.ts'

// Streams: Anthropic, guide "Streaming messages".

const echo = { id: 'w1', model: 'gpt-5', now: 0 }

function write(parts: readonly ReplyPart[], forethought: Forethought = 'any'): string {
  const writer = new MessagesStreamWriter(echo, forethought)
  return parts.map(part => writer.write(part)).join('')
}

/** The events of a stream as `type` or, with an index, `type index`. */
function outline(stream: string): readonly string[] {
  return stream
    .split('\n\n')
    .filter(frame => frame !== '')
    .map(frame => {
      const [name, data] = frame.split('\n')
      const event = JSON.parse(data?.slice('data: '.length) ?? '') as { type: string; index?: number }
      expect(name).toBe(`event: ${event.type}`)
      return event.index === undefined ? event.type : `${event.type} ${event.index}`
    })
}

const start: ReplyPart = { kind: 'start', id: 'chatcmpl-1', model: 'gpt-5', created: 7 }
const call = (index: number): ReplyPart => ({ kind: 'call', index, id: `call_${index}`, name: 'f' })
const input = (index: number, json: string): ReplyPart => ({ kind: 'input', index, json })
const done: ReplyPart = { kind: 'done' }

describe('a stream to a client of Anthropic', () => {
  test('has the events of Anthropic, byte for byte', () => {
    const stream = write([
      start,
      { kind: 'text', text: 'Hé' },
      { kind: 'text', text: '"\n' },
      { kind: 'finish', finish: 'stop', stopSequence: null },
      { kind: 'usage', usage: { input: 9, cachedInput: 4, cacheWritten: null, output: 2, reasoning: null } },
      done,
    ])
    const zero = '"cache_creation_input_tokens":0'
    expect(stream.split('\n\n')).toEqual([
      `event: message_start\ndata: {"type":"message_start","message":{"id":"chatcmpl-1","type":"message","role":"assistant","model":"gpt-5","content":[],"stop_reason":null,"stop_sequence":null,"stop_details":null,"usage":{"input_tokens":0,${zero},"cache_read_input_tokens":0,"output_tokens":0}}}`,
      'event: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":"","citations":null}}',
      'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hé"}}',
      'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"\\"\\n"}}',
      'event: content_block_stop\ndata: {"type":"content_block_stop","index":0}',
      `event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null,"stop_details":null},"usage":{"input_tokens":5,${zero},"cache_read_input_tokens":4,"output_tokens":2}}`,
      'event: message_stop\ndata: {"type":"message_stop"}',
      '',
    ])
  })

  test('has parallel calls one after the other', () => {
    const stream = write([start, call(0), input(0, '{"a"'), input(0, ':1}'), call(1), input(1, '{}'), done])
    expect(outline(stream)).toEqual([
      'message_start',
      'content_block_start 0',
      'content_block_delta 0',
      'content_block_delta 0',
      'content_block_stop 0',
      'content_block_start 1',
      'content_block_delta 1',
      'content_block_stop 1',
      'message_delta',
      'message_stop',
    ])
  })

  test('keeps a call open whose input goes on after the next call began', async () => {
    const stream = write([
      start,
      call(0),
      input(0, '{"a":'),
      call(1),
      input(1, '{"b":2'),
      input(0, '1}'),
      input(1, '}'),
      { kind: 'finish', finish: 'tool_calls', stopSequence: null },
      done,
    ])
    const message = await assemble(stream)
    expect(message.content).toMatchObject([{ input: { a: 1 } }, { input: { b: 2 } }])
    expect(message.stop_reason).toBe('tool_use')
  })

  test('ends calls before what comes after them', () => {
    expect(outline(write([start, call(0), input(0, '{"a":'), { kind: 'text', text: 'x' }]))).toEqual([
      'message_start',
      'content_block_start 0',
      'content_block_delta 0',
      'content_block_stop 0',
      'content_block_start 1',
      'content_block_delta 1',
    ])
  })

  test('begins and ends though the provider said neither', () => {
    expect(outline(write([{ kind: 'text', text: 'x' }, done]))).toEqual([
      'message_start',
      'content_block_start 0',
      'content_block_delta 0',
      'content_block_stop 0',
      'message_delta',
      'message_stop',
    ])
    expect(outline(write([done]))).toEqual(['message_start', 'message_delta', 'message_stop'])
  })

  test('waits with the reason for the tokens, whichever comes first', async () => {
    const finish: ReplyPart = { kind: 'finish', finish: 'length', stopSequence: null }
    const counted: ReplyPart = {
      kind: 'usage',
      usage: { input: 3, cachedInput: null, cacheWritten: null, output: 4, reasoning: null },
    }
    for (const end of [
      [finish, counted],
      [counted, finish],
    ]) {
      expect(await assemble(write([start, ...end, done]))).toMatchObject({
        stop_reason: 'max_tokens',
        usage: { input_tokens: 3, output_tokens: 4 },
      })
    }
  })

  test('shows the signature of thinking that was not shown', async () => {
    const message = await assemble(write([start, { kind: 'signature', signature: 'EqQB' }, done]))
    expect(message.content).toEqual([{ type: 'thinking', thinking: '', signature: 'EqQB' }])
  })

  test('passes pings on', () => {
    expect(write([{ kind: 'ping' }])).toBe('event: ping\ndata: {"type":"ping"}\n\n')
  })

  test.each([
    ['rate_limit_error', 'rate_limit_error'],
    ['server_error', 'api_error'],
    [null, 'api_error'],
  ])('that fails with %s says %s', (type, expected) => {
    expect(write([{ kind: 'error', error: { code: null, type, message: 'Sorry' } }])).toBe(
      `event: error\ndata: {"type":"error","error":{"type":"${expected}","message":"Sorry"}}\n\n`,
    )
  })

  test('fails in Anthropic’s SDK when it fails here', async () => {
    const stream = write([
      start,
      { kind: 'text', text: 'x' },
      { kind: 'error', error: { code: null, type: 'overloaded_error', message: 'Overloaded' } },
    ])
    await expect(assemble(stream)).rejects.toThrow('Overloaded')
  })

  test('is reassembled by Anthropic’s SDK to the whole answer', async () => {
    await fc.assert(
      fc.asyncProperty(someStreamedReply(), someForethought, async ({ reply, stream }, forethought) => {
        const { parsed_output: _, ...message } = await assemble(write(stream, forethought))
        expect(message).toEqual(writeReply(reply, echo, forethought))
      }),
    )
  })
})

const someForethought = fc.constantFrom<Forethought>('any', 'before calls')

/** What Anthropic's own SDK makes of a stream. */
function assemble(stream: string) {
  const client = new Anthropic({
    apiKey: 'none',
    maxRetries: 0,
    fetch: () => Promise.resolve(new Response(stream, { headers: { 'content-type': 'text/event-stream' } })),
  })
  const request = { model: 'm', max_tokens: 1, messages: [] }
  return client.messages.stream(request).finalMessage()
}
