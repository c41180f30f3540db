import fc from 'fast-check'
import OpenAI from 'openai'
import type { ResponseStreamEvent } from 'openai/resources/responses/responses'
import { describe, expect, test } from 'vitest'
import { someStreamedReply } from '../translation/arbitrary.ts'
import { Losses } from '../translation/loss.ts'
import { NO_USAGE, type Reply, type ReplyPart } from '../translation/reply.ts'
import type { JsonObject } from '../wire-format.ts'
import { responsesClient } from './responses-dialect.ts'

// Events: OpenAI, "Streaming API responses" guide and API reference, "Streaming events".

const echo = { id: 'wr_1', model: 'gpt-oss-120b', now: 1_760_000_000 }
const request = {
  model: 'm',
  input: 'Hi',
  tools: [{ type: 'function', name: 'f', parameters: { type: 'object' }, strict: false }],
  metadata: { team: 'a' },
}
const client = responsesClient.read(request, new Losses())

function write(parts: readonly ReplyPart[]): string {
  const writer = client.writeStream(echo)
  return parts.map(part => writer.write(part)).join('')
}

/** The events of a stream; a name that is not the type of its event fails the test. */
function eventsOf(stream: string): (ResponseStreamEvent & JsonObject)[] {
  const frames = stream.split('\n\n').filter(frame => frame !== '' && !frame.startsWith(':'))
  return frames.map(frame => {
    const [, name, data = ''] = /^event: (\S+)\ndata: ([^\n]*)$/.exec(frame) ?? []
    const event = JSON.parse(data) as ResponseStreamEvent & JsonObject
    expect(event.type).toBe(name)
    return event
  })
}

function typesOf(stream: string): string[] {
  return eventsOf(stream).map(event => event.type.replace('response.', ''))
}

const ADDED_BY_SDK = new Set(['parsed', 'parsed_arguments', 'output_parsed'])

/** The response that OpenAI's own library puts together from a stream. */
async function assembled(stream: string): Promise<JsonObject> {
  const headers = { 'content-type': 'text/event-stream' }
  const fetch = async () => new Response(stream, { headers })
  const sdk = new OpenAI({ apiKey: 'unused', baseURL: 'http://localhost/v1', fetch, maxRetries: 0 })
  const { output_text: _, ...response } = await sdk.responses
    .stream({ model: 'm', input: 'Hi' })
    .finalResponse()
  const wire = JSON.stringify(response, (key, value: unknown) => (ADDED_BY_SDK.has(key) ? undefined : value))
  return JSON.parse(wire) as JsonObject
}

const START: ReplyPart = { kind: 'start', id: 'chatcmpl-1', model: 'gpt-oss', created: 1_750_000_000 }
const STOP: readonly ReplyPart[] = [{ kind: 'finish', finish: 'stop', stopSequence: null }, { kind: 'done' }]
const text = (words: string): ReplyPart => ({ kind: 'text', text: words })
const think = (words: string): ReplyPart => ({ kind: 'reasoning', text: words })
const sign = (signature: string): ReplyPart => ({ kind: 'signature', signature })
const call = (index: number): ReplyPart => ({ kind: 'call', index, id: `call_${index}`, name: 'f' })
const input = (index: number, json: string): ReplyPart => ({ kind: 'input', index, json })

const lastResponse = (stream: string) => (eventsOf(stream).at(-1) as JsonObject).response

test('a text is streamed as the documentation shows it', () => {
  const stream = write([START, text('Hi'), text(' there!'), ...STOP])
  expect(typesOf(stream)).toEqual([
    'created',
    'in_progress',
    'output_item.added',
    'content_part.added',
    'output_text.delta',
    'output_text.delta',
    'output_text.done',
    'content_part.done',
    'output_item.done',
    'completed',
  ])
  const place = { item_id: 'msg_wr_1_0', output_index: 0, content_index: 0 }
  const part = { type: 'output_text', annotations: [], logprobs: [] }
  const item = { id: 'msg_wr_1_0', type: 'message', role: 'assistant' }
  expect(eventsOf(stream).slice(0, -1)).toEqual([
    expect.objectContaining({ type: 'response.created', sequence_number: 0 }),
    expect.objectContaining({ type: 'response.in_progress', sequence_number: 1 }),
    {
      type: 'response.output_item.added',
      output_index: 0,
      item: { ...item, status: 'in_progress', content: [] },
      sequence_number: 2,
    },
    { type: 'response.content_part.added', ...place, part: { ...part, text: '' }, sequence_number: 3 },
    { type: 'response.output_text.delta', ...place, delta: 'Hi', logprobs: [], sequence_number: 4 },
    { type: 'response.output_text.delta', ...place, delta: ' there!', logprobs: [], sequence_number: 5 },
    { type: 'response.output_text.done', ...place, text: 'Hi there!', logprobs: [], sequence_number: 6 },
    {
      type: 'response.content_part.done',
      ...place,
      part: { ...part, text: 'Hi there!' },
      sequence_number: 7,
    },
    {
      type: 'response.output_item.done',
      output_index: 0,
      item: { ...item, status: 'completed', content: [{ ...part, text: 'Hi there!' }] },
      sequence_number: 8,
    },
  ])
  expect(eventsOf(stream)[0]).toMatchObject({
    response: {
      id: 'chatcmpl-1',
      model: 'gpt-oss',
      created_at: 1_750_000_000,
      status: 'in_progress',
      output: [],
      usage: null,
      metadata: { team: 'a' },
    },
  })
})

test('reasoning is streamed as a summary, with its signature in the item that is done', () => {
  const stream = write([START, think('Hm'), think('.'), sign('EqQB'), text('Yes'), ...STOP])
  expect(typesOf(stream).slice(2, 10)).toEqual([
    'output_item.added',
    'reasoning_summary_part.added',
    'reasoning_summary_text.delta',
    'reasoning_summary_text.delta',
    'reasoning_summary_text.done',
    'reasoning_summary_part.done',
    'output_item.done',
    'output_item.added',
  ])
  const place = { item_id: 'rs_wr_1_0', output_index: 0, summary_index: 0 }
  expect(eventsOf(stream).slice(2, 9)).toMatchObject([
    { item: { id: 'rs_wr_1_0', type: 'reasoning', summary: [] } },
    { ...place, part: { type: 'summary_text', text: '' } },
    { ...place, delta: 'Hm' },
    { ...place, delta: '.' },
    { ...place, text: 'Hm.' },
    { ...place, part: { type: 'summary_text', text: 'Hm.' } },
    { item: { summary: [{ text: 'Hm.' }], encrypted_content: 'weir:signature:EqQB' } },
  ])
})

test('a refusal is streamed beside the text before it', () => {
  const stream = write([START, text('I'), { kind: 'refusal', text: 'No.' }, ...STOP])
  expect(typesOf(stream).slice(4, -2)).toEqual([
    'output_text.delta',
    'output_text.done',
    'content_part.done',
    'content_part.added',
    'refusal.delta',
    'refusal.done',
    'content_part.done',
  ])
  expect(eventsOf(stream).find(event => event.type === 'response.refusal.done')).toMatchObject({
    content_index: 1,
    refusal: 'No.',
  })
})

test('calls that are written several at a time stay open until the end', () => {
  const stream = write([
    START,
    call(0),
    input(0, '{"a":'),
    call(1),
    input(1, '{"b":'),
    input(0, '1}'),
    input(1, '2}'),
    ...STOP,
  ])
  expect(typesOf(stream).slice(2)).toEqual([
    'output_item.added',
    'function_call_arguments.delta',
    'output_item.added',
    'function_call_arguments.delta',
    'function_call_arguments.delta',
    'function_call_arguments.delta',
    'function_call_arguments.done',
    'output_item.done',
    'function_call_arguments.done',
    'output_item.done',
    'completed',
  ])
  expect(eventsOf(stream).filter(event => event.type.endsWith('arguments.done'))).toMatchObject([
    { item_id: 'fc_wr_1_0', output_index: 0, name: 'f', arguments: '{"a":1}' },
    { item_id: 'fc_wr_1_1', output_index: 1, name: 'f', arguments: '{"b":2}' },
  ])
})

test('a call without input gets an empty object, in a delta too', () => {
  const stream = write([START, call(0), ...STOP])
  const changes = eventsOf(stream).filter(event => event.type.includes('arguments'))
  expect(changes).toMatchObject([{ delta: '{}' }, { arguments: '{}' }])
})

describe('an error', () => {
  const error: ReplyPart = { kind: 'error', error: { code: 'overloaded', type: null, message: 'Try later' } }

  test('in the middle ends the stream, and the response shows what there was', () => {
    const stream = write([START, text('Hi'), error, text('more'), ...STOP])
    expect(typesOf(stream).slice(-3)).toEqual(['output_text.delta', 'error', 'failed'])
    expect(eventsOf(stream).slice(-2)).toMatchObject([
      { code: 'overloaded', message: 'Try later', param: null, sequence_number: 5 },
      {
        sequence_number: 6,
        response: {
          status: 'failed',
          error: { code: 'overloaded', message: 'Try later' },
          output: [{ status: 'incomplete', content: [{ text: 'Hi' }] }],
        },
      },
    ])
  })

  test('before everything is a failed response', () => {
    expect(typesOf(write([error]))).toEqual(['created', 'in_progress', 'error', 'failed'])
  })

  test('is an exception of the SDK', async () => {
    await expect(assembled(write([START, text('Hi'), error]))).rejects.toThrow('Try later')
  })
})

describe('a stream that is not quite as it should be', () => {
  test.each<[string, readonly ReplyPart[], object]>([
    ['without a start', [text('Hi'), ...STOP], { id: 'resp_wr_1', model: 'gpt-oss-120b' }],
    ['with two starts', [START, { ...START, id: 'b' }, ...STOP], { id: 'chatcmpl-1', output: [] }],
    ['without a finish', [START, text('Hi'), { kind: 'done' }], { status: 'completed', usage: null }],
    ['with nothing but an end', [{ kind: 'done' }], { output: [], status: 'completed' }],
    ['with two ends', [START, ...STOP, ...STOP], { status: 'completed' }],
    ['with input of no call', [START, input(3, '{}'), ...STOP], { output: [] }],
    [
      'with empty parts',
      [START, text(''), think(''), call(0), input(0, ''), ...STOP],
      { output: [{ arguments: '{}' }] },
    ],
    [
      'with usage before the finish',
      [START, { kind: 'usage', usage: { ...NO_USAGE, input: 3, output: 4 } }, ...STOP],
      { usage: { total_tokens: 7 } },
    ],
    [
      'with text after the finish',
      [START, text('a'), STOP[0] ?? START, text('b'), { kind: 'done' }],
      { output: [{ content: [{ text: 'ab' }] }] },
    ],
    [
      'with a signature of nothing',
      [START, text('a'), sign('S'), ...STOP],
      { output: [{ type: 'message' }, { type: 'reasoning', summary: [] }] },
    ],
  ])('%s ends in a response all the same', async (_, parts, expected) => {
    const stream = write(parts)
    expect(lastResponse(stream)).toMatchObject(expected)
    expect(await assembled(stream)).toEqual(lastResponse(stream))
  })
})

test('pings keep the connection and are no events', () => {
  const writer = client.writeStream(echo)
  expect(writer.write({ kind: 'ping' })).toBe(': ping\n\n')
  expect(writer.write(START)).toContain('"sequence_number":0')
})

test('every stream ends in the response that the whole answer would have been, also for the SDK', async () => {
  await fc.assert(
    fc.asyncProperty(someStreamedReply(), async ({ reply, stream }) => {
      const whole = client.writeReply(reply, echo)
      const written = write(stream)
      const events = eventsOf(written)
      expect(lastResponse(written)).toEqual(whole)
      expect(events.map(event => event.sequence_number)).toEqual(events.map((_, index) => index))
      expect(await assembled(written)).toEqual(whole)
    }),
  )
})

test('what is said in deltas and in items that are done is what the response ends with', () => {
  fc.assert(
    fc.property(someStreamedReply(), fc.boolean(), ({ reply, stream }, isCut) => {
      const finish = isCut ? 'length' : reply.finish
      const parts = stream.map(part => (part.kind === 'finish' ? { ...part, finish } : part))
      const events = eventsOf(write(parts))
      const { output } = client.writeReply({ ...reply, finish } satisfies Reply, echo)
      const done = events.filter(event => event.type === 'response.output_item.done')
      expect(done.sort((a, b) => a.output_index - b.output_index).map(event => event.item)).toEqual(output)
      for (const event of events) {
        if (event.type !== 'response.function_call_arguments.done') continue
        const deltas = events.filter(
          each => each.type === 'response.function_call_arguments.delta' && each.item_id === event.item_id,
        )
        expect(deltas.map(each => (each as JsonObject).delta).join('')).toBe(event.arguments)
      }
    }),
  )
})
