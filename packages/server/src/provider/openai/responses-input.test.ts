import type { ResponseInputItem } from 'openai/resources/responses/responses'
import { describe, expect, test } from 'vitest'
import { Losses } from '../translation/loss.ts'
import type { JsonObject } from '../wire-format.ts'
import { readInput } from './responses-input.ts'

// Shapes: OpenAI, API reference, "Create a model response", `input`.

type Loose = ResponseInputItem | JsonObject

function read(items: readonly Loose[]) {
  const losses = new Losses()
  const { system, turns } = readInput(items, [], losses)
  return { system, turns, losses: losses.list }
}

const text = (words: string) => ({ kind: 'text', text: words })
const user = (content: unknown): Loose => ({ role: 'user', content })
const call = (id: string): Loose => ({ type: 'function_call', call_id: id, name: 'f', arguments: '{"a":1}' })
const output = (id: string, value: unknown = 'ok'): Loose => ({
  type: 'function_call_output',
  call_id: id,
  output: value,
})
const called = (id: string) => ({ kind: 'tool_call', id, name: 'f', input: '{"a":1}' })
const result = (id: string) => ({ kind: 'tool_result', callId: id, parts: [text('ok')], outcome: 'ok' })

describe('turns', () => {
  test('are made of the items of parallel calls, their results, and what the user adds', () => {
    const { turns } = read([
      user('Hi'),
      call('1'),
      call('2'),
      output('1'),
      output('2'),
      user('And?'),
      user('So?'),
    ])
    expect(turns).toEqual([
      { role: 'user', parts: [text('Hi')] },
      { role: 'assistant', parts: [called('1'), called('2')] },
      { role: 'user', parts: [result('1'), result('2'), text('And?')] },
      { role: 'user', parts: [text('So?')] },
    ])
  })

  test('have results first, though messages came between a call and its output', () => {
    const { turns } = read([
      user('Hi'),
      call('1'),
      call('2'),
      user('Hurry'),
      output('1'),
      { role: 'developer', content: 'Be kind.' },
      output('2'),
    ])
    expect(turns.slice(2)).toEqual([
      { role: 'user', parts: [result('1'), result('2'), text('Hurry')] },
      { role: 'instruction', parts: [text('Be kind.')] },
    ])
  })

  test('follow each other in a loop of single calls', () => {
    const { turns } = read([user('Hi'), call('1'), output('1'), call('2'), output('2')])
    expect(turns.map(turn => turn.role)).toEqual(['user', 'assistant', 'user', 'assistant', 'user'])
  })

  test('take instructions before the first of them as the system prompt', () => {
    const { system, turns } = read([
      { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'A' }] },
      { role: 'system', content: 'B' },
      user('Hi'),
    ])
    expect(system).toEqual([text('A'), text('B')])
    expect(turns).toHaveLength(1)
  })

  test('hold what a response answered, as one turn', () => {
    const { turns, losses } = read([
      user('Hi'),
      { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'Hm.' }] },
      {
        type: 'message',
        id: 'msg_1',
        role: 'assistant',
        status: 'completed',
        phase: 'final_answer',
        content: [
          { type: 'output_text', text: 'Yes.', annotations: [], logprobs: [] },
          { type: 'refusal', refusal: 'No.' },
        ],
      },
      call('1'),
    ])
    expect(losses).toEqual([])
    expect(turns[1]).toEqual({
      role: 'assistant',
      parts: [
        { kind: 'reasoning', text: 'Hm.' },
        text('Yes.'),
        { kind: 'refusal', text: 'No.' },
        called('1'),
      ],
    })
  })

  test('are not made of nothing', () => {
    expect(read([user(''), user([]), { role: 'assistant', content: null }])).toEqual({
      system: [],
      turns: [],
      losses: [],
    })
  })
})

describe('content', () => {
  test.each<[string, JsonObject, object]>([
    ['text', { type: 'input_text', text: 'Hi' }, text('Hi')],
    [
      'an image by its address',
      { type: 'input_image', image_url: 'https://example.com/a.png', detail: 'auto' },
      { kind: 'image', source: { kind: 'url', url: 'https://example.com/a.png' } },
    ],
    [
      'an image itself, with a detail',
      { type: 'input_image', image_url: 'data:image/png;base64,iVBORw0K', detail: 'high' },
      {
        kind: 'image',
        source: { kind: 'data', mediaType: 'image/png', data: 'iVBORw0K' },
        detail: 'high',
      },
    ],
    [
      'an uploaded image',
      { type: 'input_image', file_id: 'file-1', detail: 'auto' },
      { kind: 'image', source: { kind: 'file', id: 'file-1' } },
    ],
    [
      'a file as a data URL',
      { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;name=a.pdf;base64,JVBERi0=' },
      {
        kind: 'document',
        source: { kind: 'data', mediaType: 'application/pdf', data: 'JVBERi0=' },
        name: 'a.pdf',
      },
    ],
    [
      'a PDF as base64',
      { type: 'input_file', filename: 'A.PDF', file_data: 'JVBERi0=' },
      {
        kind: 'document',
        source: { kind: 'data', mediaType: 'application/pdf', data: 'JVBERi0=' },
        name: 'A.PDF',
      },
    ],
    [
      'a file by its address',
      { type: 'input_file', file_url: 'https://example.com/a.pdf' },
      { kind: 'document', source: { kind: 'url', url: 'https://example.com/a.pdf' } },
    ],
    [
      'a mark to cache up to here',
      { type: 'input_text', text: 'Hi', cache_control: { type: 'ephemeral' } },
      { ...text('Hi'), cacheControl: { type: 'ephemeral' } },
    ],
    [
      'an uploaded file',
      { type: 'input_file', file_id: 'file-6F2ksmvXxt4VdoqmHRw6kL' },
      { kind: 'document', source: { kind: 'file', id: 'file-6F2ksmvXxt4VdoqmHRw6kL' } },
    ],
  ])('%s is read, from a user and from a function', (_, part, expected) => {
    expect(read([user([part])])).toMatchObject({ turns: [{ parts: [expected] }], losses: [] })
    expect(read([output('1', [part])])).toMatchObject({
      turns: [{ parts: [{ parts: [expected] }] }],
      losses: [],
    })
  })

  test.each<[JsonObject, string, string, string]>([
    [{ type: 'input_audio', input_audio: { data: 'UklG', format: 'wav' } }, 'demand', 'input_audio', ''],
    [{ type: 'input_image', detail: 'auto' }, 'demand', 'input_image', ''],
    [{ type: 'input_file', filename: 'a.bin', file_data: 'AAAA' }, 'demand', 'input_file', ''],
    [{ type: 'input_file', file_id: 'f', detail: 'high' }, 'hint', 'detail', '.detail'],
    [{ type: 'refusal', refusal: 'No.' }, 'demand', 'refusal', ''],
    [{ type: 'input_text', text: 'Hi', tone: 'warm' }, 'demand', 'tone', '.tone'],
    [{ text: 'no type' }, 'demand', 'content', ''],
    [
      { type: 'input_text', text: 'Hi', prompt_cache_breakpoint: { mode: 'explicit' } },
      'hint',
      'prompt_cache_breakpoint',
      '',
    ],
  ])('of a user with %j loses the %s %s', (part, weight, field, rest) => {
    const path = `input[0].content[0]${rest}`
    expect(read([user([part])]).losses).toEqual([{ field, path, weight }])
  })

  test('of instructions can be text only', () => {
    const image = { type: 'input_image', image_url: 'https://example.com/a.png', detail: 'auto' }
    expect(read([{ role: 'system', content: [image] }]).losses).toEqual([
      { field: 'input_image', path: 'input[0].content[0]', weight: 'demand' },
    ])
  })
})

test.each<[Loose, string, string, string]>([
  [{ id: 'msg_1' }, 'demand', 'item_reference', 'input[0]'],
  [{ type: 'item_reference', id: 'msg_1' }, 'demand', 'item_reference', 'input[0]'],
  [
    { type: 'custom_tool_call', call_id: '1', name: 'f', input: 'x' },
    'demand',
    'custom_tool_call',
    'input[0]',
  ],
  [{ type: 'web_search_call', id: 'ws_1', status: 'completed' }, 'demand', 'web_search_call', 'input[0]'],
  [{ type: 'compaction', encrypted_content: 'x' }, 'demand', 'compaction', 'input[0]'],
  [{ type: 'function_call', name: 'f', arguments: '{}' }, 'demand', 'function_call', 'input[0]'],
  [{ type: 'function_call_output', output: 'x' }, 'demand', 'function_call_output', 'input[0]'],
  [{ role: 'narrator', content: 'x' }, 'demand', 'role', 'input[0].role'],
  [{ role: 'user', content: 7 }, 'demand', 'content', 'input[0].content'],
  [{ content: 'x' }, 'demand', 'input', 'input[0]'],
  [
    { type: 'function_call', call_id: '1', name: 'f', namespace: 'n', arguments: '{}' },
    'demand',
    'namespace',
    'input[0].namespace',
  ],
  [
    { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'gAAAA' },
    'hint',
    'encrypted_content',
    'input[0].encrypted_content',
  ],
  [{ type: 'reasoning', id: 'rs_1', summary: [] }, 'hint', 'reasoning', 'input[0]'],
])('the item %j is lost as the %s %s at %s', (item, weight, field, path) => {
  expect(read([item]).losses).toEqual([{ field, path, weight }])
})

test('reasoning that is shown goes before its summary', () => {
  const { turns } = read([
    {
      type: 'reasoning',
      id: 'rs_1',
      summary: [{ type: 'summary_text', text: 'short' }],
      content: [
        { type: 'reasoning_text', text: 'first' },
        { type: 'reasoning_text', text: 'then' },
      ],
    },
  ])
  expect(turns).toEqual([{ role: 'assistant', parts: [{ kind: 'reasoning', text: 'first\n\nthen' }] }])
})
