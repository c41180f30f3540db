import { describe, expect, test } from 'vitest'
import { emptyFacts, type JsonObject } from '../wire-format.ts'
import { responses } from './responses.ts'

// Shapes: OpenAI, API reference, "The response object" and "Streaming events" of the Responses API.

const usage = {
  input_tokens: 36,
  input_tokens_details: { cached_tokens: 12 },
  output_tokens: 87,
  output_tokens_details: { reasoning_tokens: 40 },
  total_tokens: 123,
}

const text = (value: string) => ({
  type: 'message',
  id: 'msg_1',
  status: 'completed',
  role: 'assistant',
  content: [{ type: 'output_text', text: value, annotations: [] }],
})

function response(change: object): JsonObject {
  return {
    id: 'resp_67ccd2bed1ec8190b14f964abc0542670bb6a6b452d3795b',
    object: 'response',
    status: 'completed',
    error: null,
    incomplete_details: null,
    output: [text('In a peaceful grove')],
    usage,
    user: null,
    metadata: {},
    ...change,
  }
}

function factsOf(body: JsonObject) {
  const facts = emptyFacts()
  responses.readAnswer(body, facts)
  return facts
}

const call = {
  type: 'function_call',
  id: 'fc_1',
  call_id: 'call_1',
  name: 'f',
  arguments: '{}',
  status: 'completed',
}

describe('a whole response', () => {
  test('tells its tokens, length and finish', () => {
    expect(factsOf(response({}))).toEqual({
      usage: { input: 36, cached_input: 12, output: 87, reasoning: 40 },
      finishReason: 'stop',
      outputLength: 19,
      hiddenLength: 0,
      toolCalls: 0,
      toolNames: [],
      otherContent: false,
      refusal: false,
      text: expect.objectContaining({ opening: 'In a peaceful grove' }),
      error: null,
      issued: ['resp_67ccd2bed1ec8190b14f964abc0542670bb6a6b452d3795b', 'msg_1'],
    })
  })

  test.each<[string, object, object]>([
    [
      'function calls',
      { output: [call, { ...call, type: 'custom_tool_call', input: 'x' }] },
      { toolCalls: 2, outputLength: 0, finishReason: 'tool_calls' },
    ],
    [
      'reasoning, which is no answer text',
      { output: [{ type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm' }] }, text('Yes')] },
      { outputLength: 3 },
    ],
    [
      'a refusal',
      { output: [{ type: 'message', content: [{ type: 'refusal', refusal: 'No.' }] }] },
      { refusal: true, finishReason: 'refusal' },
    ],
    [
      'a length limit',
      { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } },
      { finishReason: 'length', refusal: false },
    ],
    [
      'a content filter',
      { status: 'incomplete', incomplete_details: { reason: 'content_filter' } },
      { finishReason: 'filter', refusal: true },
    ],
    [
      'an end of another reason',
      { status: 'incomplete', incomplete_details: { reason: 'max_messages' } },
      { finishReason: 'unknown' },
    ],
    ['an answer that is still being made', { status: 'queued', output: [] }, { finishReason: null }],
    [
      'a failure',
      {
        status: 'failed',
        error: { code: 'server_error', message: 'The model failed.' },
        output: [],
        usage: null,
      },
      { error: { code: 'server_error', message: 'The model failed.', type: null }, finishReason: null },
    ],
  ])('with %s', (_, change, facts) => {
    expect(factsOf(response(change))).toMatchObject(facts)
  })
})

describe('one event of a stream', () => {
  test.each<[string, object, string]>([
    ['response.created', { response: response({ status: 'in_progress', output: [] }) }, 'meta'],
    ['response.in_progress', {}, 'meta'],
    ['response.output_item.added', { item: { type: 'message', content: [] } }, 'meta'],
    ['response.output_item.added', { item: { type: 'reasoning' } }, 'meta'],
    ['response.output_item.added', { item: call }, 'content'],
    ['response.content_part.added', { part: { type: 'output_text', text: '' } }, 'meta'],
    ['response.output_text.delta', { delta: 'In' }, 'content'],
    ['response.output_text.delta', { delta: '' }, 'meta'],
    ['response.reasoning_summary_text.delta', { delta: 'Hm' }, 'content'],
    ['response.refusal.delta', { delta: 'I' }, 'content'],
    ['response.function_call_arguments.delta', { delta: '{"a":' }, 'content'],
    ['response.output_text.done', { text: 'In' }, 'meta'],
    ['response.completed', { response: response({}) }, 'done'],
    ['response.incomplete', { response: response({ status: 'incomplete' }) }, 'done'],
    [
      'response.failed',
      { response: response({ status: 'failed', error: { code: 'x', message: 'y' } }) },
      'error',
    ],
    ['error', { code: 'rate_limit_exceeded', message: 'slow', param: null }, 'error'],
    ['response.something_new', {}, 'meta'],
  ])('%s with %j is read as %s', (type, own, kind) => {
    const data = JSON.stringify({ type, sequence_number: 1, ...own })
    expect(responses.readFrame(type, data, emptyFacts())).toBe(kind)
    expect(responses.readFrame(undefined, data, emptyFacts())).toBe(kind)
  })

  test.each<[string, object, object]>([
    ['on top', { type: 'error', code: 'x', message: 'slow', param: null }, { code: 'x', message: 'slow' }],
    [
      'in an object',
      { type: 'error', error: { type: 'rate_limit_error', code: 'x', message: 'slow' } },
      { code: 'x', message: 'slow', type: 'rate_limit_error' },
    ],
    [
      'in the response',
      { type: 'response.failed', response: { error: { code: 'x', message: 'slow' } } },
      { code: 'x', message: 'slow' },
    ],
    ['nowhere', { type: 'response.failed', response: {} }, { code: null, message: 'the response failed' }],
  ])('finds the words of an error %s', (_, body, error) => {
    const facts = emptyFacts()
    expect(responses.readFrame(undefined, JSON.stringify(body), facts)).toBe('error')
    expect(facts.error).toMatchObject(error)
  })
})

test('the events of a stream together tell what the whole response would have told', () => {
  const facts = emptyFacts()
  const events = [
    { type: 'response.output_item.added', item: { type: 'message', content: [] } },
    ...['In a ', 'peaceful', ' grove'].map(delta => ({ type: 'response.output_text.delta', delta })),
    { type: 'response.output_text.done', text: 'In a peaceful grove' },
    { type: 'response.output_item.done', item: text('In a peaceful grove') },
    { type: 'response.completed', response: response({}) },
  ]
  for (const event of events) responses.readFrame(event.type, JSON.stringify(event), facts)
  expect(facts).toEqual(factsOf(response({})))
})

test('a function call in a stream counts once', () => {
  const facts = emptyFacts()
  const events = [
    { type: 'response.output_item.added', item: { ...call, arguments: '' } },
    { type: 'response.function_call_arguments.delta', delta: '{"a":' },
    { type: 'response.function_call_arguments.delta', delta: '1}' },
    { type: 'response.function_call_arguments.done', arguments: '{"a":1}' },
    { type: 'response.output_item.done', item: call },
    { type: 'response.completed', response: response({ output: [call] }) },
  ]
  for (const event of events) responses.readFrame(event.type, JSON.stringify(event), facts)
  expect(facts).toMatchObject({ toolCalls: 1, outputLength: 0, finishReason: 'tool_calls' })
})

test('a system prompt is put before the instructions or in their place', () => {
  const edit = (body: JsonObject, how: 'prepend' | 'replace') =>
    responses.editSystemPrompt(body, { how, text: 'A' })
  expect(edit({ instructions: 'B' }, 'prepend')).toEqual([
    { kind: 'set', key: 'instructions', json: '"A\\n\\nB"' },
  ])
  expect(edit({ instructions: 'B' }, 'replace')).toEqual([{ kind: 'set', key: 'instructions', json: '"A"' }])
  expect(edit({}, 'prepend')).toEqual([{ kind: 'set', key: 'instructions', json: '"A"' }])
})
