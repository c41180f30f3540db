import { describe, expect, test } from 'vitest'
import { NO_USAGE, type ReplyPart } from '../translation/reply.ts'
import { ChatStreamReader } from './chat-stream-reader.ts'
import { ChatStreamWriter } from './chat-stream-writer.ts'

// Shapes: OpenAI, API reference, "The chat completion chunk object"; guide "Function calling", streaming. Accents of
// compatible services are named where they stand.

const base = {
  id: 'chatcmpl-123',
  object: 'chat.completion.chunk',
  created: 1694268190,
  model: 'gpt-5.4',
  system_fingerprint: 'fp_44709d6fcb',
}
const chunk = (delta: object | null, reason: string | null = null, change: object = {}) => ({
  ...base,
  choices: [{ index: 0, delta, logprobs: null, finish_reason: reason }],
  ...change,
})
const callChunk = (...calls: object[]) => chunk({ tool_calls: calls })
const usage = { prompt_tokens: 9, completion_tokens: 12, total_tokens: 21 }
const counted = { input: 9, cachedInput: null, cacheWritten: null, output: 12, reasoning: null }

const start = { kind: 'start', id: 'chatcmpl-123', model: 'gpt-5.4', created: 1694268190 } as const
const finish = (word: string) => ({ kind: 'finish', finish: word, stopSequence: null })
const call = (index: number, id: string, name = 'get_weather') => ({ kind: 'call', index, id, name })
const input = (index: number, json: string) => ({ kind: 'input', index, json })

function readAll(chunks: readonly (object | string)[]): readonly ReplyPart[] {
  const reader = new ChatStreamReader()
  return chunks.flatMap(each =>
    reader.read(undefined, typeof each === 'string' ? each : JSON.stringify(each)),
  )
}

describe('a stream is read', () => {
  test('chunk by chunk', () => {
    const parts = readAll([
      chunk({ role: 'assistant', content: '', refusal: null }),
      chunk({ content: 'Hel' }),
      chunk({ content: 'lo' }),
      chunk({}, 'stop'),
      { ...base, choices: [], usage },
      '[DONE]',
    ])
    expect(parts).toEqual([
      start,
      { kind: 'text', text: 'Hel' },
      { kind: 'text', text: 'lo' },
      finish('stop'),
      { kind: 'usage', usage: counted },
      { kind: 'done' },
    ])
  })

  test('with parallel tool calls', () => {
    const parts = readAll([
      callChunk({
        index: 0,
        id: 'call_a',
        type: 'function',
        function: { name: 'get_weather', arguments: '' },
      }),
      callChunk({ index: 0, function: { arguments: '{"location":' } }),
      callChunk({ index: 0, function: { arguments: '"Paris"}' } }),
      callChunk({
        index: 1,
        id: 'call_b',
        type: 'function',
        function: { name: 'get_time', arguments: '{}' },
      }),
      chunk({}, 'tool_calls'),
    ])
    expect(parts).toEqual([
      start,
      call(0, 'call_a'),
      input(0, '{"location":'),
      input(0, '"Paris"}'),
      call(1, 'call_b', 'get_time'),
      input(1, '{}'),
      finish('tool_calls'),
    ])
  })

  const named = (change: object) => ({ function: { name: 'get_weather', arguments: '{}' }, ...change })
  const more = { function: { arguments: '1' } }
  test.each<[string, object[], object[]]>([
    [
      'whole, without index and id',
      [callChunk(named({})), callChunk(named({}))],
      [call(0, 'call_0'), input(0, '{}'), call(1, 'call_1'), input(1, '{}')],
    ],
    [
      'without index, in pieces',
      [callChunk(named({ id: 'a' })), callChunk(more), callChunk(named({ id: 'b' })), callChunk(more)],
      [call(0, 'a'), input(0, '{}'), input(0, '1'), call(1, 'b'), input(1, '{}'), input(1, '1')],
    ],
    [
      'two in one chunk, all numbered 0 (Gemini’s endpoint)',
      [callChunk(named({ index: 0, id: 'a' }), named({ index: 0, id: 'b' }))],
      [call(0, 'a'), input(0, '{}'), call(1, 'b'), input(1, '{}')],
    ],
    [
      'whose name and id every piece repeats',
      [callChunk(named({ index: 0, id: 'a' })), callChunk(named({ index: 0, id: 'a' }))],
      [call(0, 'a'), input(0, '{}'), input(0, '{}')],
    ],
    [
      'with empty and null fields in later pieces',
      [
        callChunk(named({ index: 0, id: 'a' })),
        callChunk({ index: 0, id: '', function: { name: '', arguments: '1' } }),
        callChunk({ index: 0, id: null, function: { name: null, arguments: null } }),
      ],
      [call(0, 'a'), input(0, '{}'), input(0, '1')],
    ],
    ['numbered from 1', [callChunk(named({ index: 1, id: 'a' }))], [call(0, 'a'), input(0, '{}')]],
    [
      'of the legacy API',
      [chunk({ function_call: named({}).function })],
      [call(0, 'call_0'), input(0, '{}')],
    ],
    ['a piece that belongs to nothing', [callChunk({ index: 3, ...more })], []],
  ])('with tool calls %s', (_, chunks, parts) => {
    expect(readAll(chunks)).toEqual([start, ...parts])
  })

  test.each<[string, object[], object[]]>([
    [
      'reasoning (DeepSeek, vLLM)',
      [chunk({ reasoning_content: 'Hm', content: null })],
      [start, { kind: 'reasoning', text: 'Hm' }],
    ],
    [
      'reasoning (OpenRouter)',
      [chunk({ reasoning: 'Hm', reasoning_details: [{ type: 'reasoning.text', text: 'Hm' }], content: '' })],
      [start, { kind: 'reasoning', text: 'Hm' }],
    ],
    [
      'content as parts (Mistral)',
      [chunk({ content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'Hm' }] }] })],
      [start, { kind: 'reasoning', text: 'Hm' }],
    ],
    [
      'a refusal',
      [chunk({ refusal: 'I cannot' }), chunk({}, 'stop')],
      [start, { kind: 'refusal', text: 'I cannot' }, finish('refusal')],
    ],
    [
      'findings about the prompt before everything (Azure)',
      [{ id: '', model: '', created: 0, choices: [], prompt_filter_results: [] }, chunk({ content: 'a' })],
      [start, { kind: 'text', text: 'a' }],
    ],
    [
      'usage in the chunk that ends the answer',
      [chunk({ content: 'a' }, 'stop', { usage })],
      [start, { kind: 'text', text: 'a' }, finish('stop'), { kind: 'usage', usage: counted }],
    ],
    [
      'usage of null in all others',
      [chunk({ content: 'a' }, null, { usage: null })],
      [start, { kind: 'text', text: 'a' }],
    ],
    [
      'its end told twice',
      [chunk({}, 'stop'), chunk({}, 'stop', { usage })],
      [start, finish('stop'), { kind: 'usage', usage: counted }],
    ],
    ['a legacy end', [chunk({}, 'function_call')], [start, finish('tool_calls')]],
    ['a delta of null', [chunk(null)], [start]],
    [
      'other choices, which nobody asked for',
      [chunk({}, null, { choices: [{ index: 1, delta: { content: 'b' } }] })],
      [],
    ],
  ])('with %s', (_, chunks, parts) => {
    expect(readAll(chunks)).toEqual(parts)
  })

  test.each<[string, string | undefined, object, object]>([
    [
      'as OpenAI has it',
      undefined,
      { error: { message: 'The server had an error', type: 'server_error', param: null, code: null } },
      { code: null, type: 'server_error', message: 'The server had an error' },
    ],
    [
      'with a numeric code beside choices (OpenRouter)',
      undefined,
      { ...chunk({ content: '' }, 'error'), error: { code: 502, message: 'Provider disconnected' } },
      { code: '502', type: null, message: 'Provider disconnected' },
    ],
    [
      'in an event of that name',
      'error',
      { message: 'Overloaded', type: 'overloaded_error', code: 'x' },
      { code: 'x', type: 'overloaded_error', message: 'Overloaded' },
    ],
    [
      'without an object around it (vLLM)',
      undefined,
      { object: 'error', message: 'bad', type: 'BadRequestError', param: null, code: 400 },
      { code: '400', type: 'BadRequestError', message: 'bad' },
    ],
    [
      'as a text (TGI)',
      undefined,
      { error: 'overloaded' },
      { code: null, type: null, message: 'overloaded' },
    ],
  ])('up to an error %s, and no further', (_, event, body, error) => {
    for (const before of [[], [chunk({ content: 'a' })]]) {
      const reader = new ChatStreamReader()
      for (const each of before) reader.read(undefined, JSON.stringify(each))
      expect(reader.read(event, JSON.stringify(body))).toEqual([{ kind: 'error', error }])
      expect(reader.read(undefined, JSON.stringify(chunk({ content: 'b' })))).toEqual([])
      expect(reader.read(undefined, '[DONE]')).toEqual([])
    }
  })

  test.each(['', 'null', '[]', '{"choices":[{"del', '{"choices":{}}', '{"object":"something.else"}'])(
    'past a frame of %j',
    data => {
      expect(new ChatStreamReader().read(undefined, data)).toEqual([])
    },
  )
})

const echo = { id: 'chatcmpl-echo', model: 'claude-opus-4-6', now: 1741570000 }

function writeAll(parts: readonly ReplyPart[], streamUsage: 'asked' | 'never' = 'never'): string {
  const writer = new ChatStreamWriter(echo, streamUsage)
  return parts.map(part => writer.write(part)).join('')
}

const shared = { id: 'msg_1', object: 'chat.completion.chunk', created: 1741570000, model: 'claude-opus-4-6' }
const written = (delta: object, reason: string | null = null) =>
  `data: ${JSON.stringify({ ...shared, choices: [{ index: 0, delta, logprobs: null, finish_reason: reason }] })}\n\n`
const opening: ReplyPart = { kind: 'start', id: 'msg_1', model: null, created: null }
const role = written({ role: 'assistant', content: '', refusal: null })

describe('a stream is written', () => {
  test.each<[string, ReplyPart[], string[]]>([
    ['text', [{ kind: 'text', text: '"é\n' }], [role, written({ content: '"é\n' })]],
    ['a refusal', [{ kind: 'refusal', text: 'No.' }], [role, written({ refusal: 'No.' })]],
    ['a sign of life', [{ kind: 'ping' }], [role, ': ping\n\n']],
    [
      'a tool call',
      [
        { kind: 'call', index: 0, id: 'toolu_1', name: 'f' },
        { kind: 'input', index: 0, json: '{"a"' },
        { kind: 'call', index: 1, id: 'toolu_2', name: 'g' },
        { kind: 'input', index: 0, json: ':1}' },
      ],
      [
        role,
        written({
          tool_calls: [{ index: 0, id: 'toolu_1', type: 'function', function: { name: 'f', arguments: '' } }],
        }),
        written({ tool_calls: [{ index: 0, function: { arguments: '{"a"' } }] }),
        written({
          tool_calls: [{ index: 1, id: 'toolu_2', type: 'function', function: { name: 'g', arguments: '' } }],
        }),
        written({ tool_calls: [{ index: 0, function: { arguments: ':1}' } }] }),
      ],
    ],
    [
      'reasoning, all of which comes again at once with its signatures: SDKs keep the last `reasoning_details`',
      [
        { kind: 'reasoning', text: 'Let' },
        { kind: 'reasoning', text: ' me' },
        { kind: 'signature', signature: 'EqQB' },
        { kind: 'redacted', data: 'Emw' },
        { kind: 'text', text: 'So' },
        { kind: 'reasoning', text: 'Hm' },
        { kind: 'refusal', text: 'No' },
        { kind: 'finish', finish: 'length', stopSequence: null },
      ],
      [
        role,
        written({ reasoning_content: 'Let' }),
        written({ reasoning_content: ' me' }),
        written({ content: 'So' }),
        written({ reasoning_content: 'Hm' }),
        written({ refusal: 'No' }),
        written({
          reasoning_details: [
            { type: 'reasoning.text', text: 'Let me', signature: 'EqQB', format: 'weir', index: 0 },
            { type: 'reasoning.encrypted', data: 'Emw', format: 'weir', index: 1 },
            { type: 'reasoning.text', text: 'Hm', format: 'weir', index: 2 },
          ],
        }),
        written({}, 'length'),
      ],
    ],
    [
      'the end of a stream that said why it ended',
      [{ kind: 'finish', finish: 'length', stopSequence: null }, { kind: 'done' }],
      [role, written({}, 'length'), 'data: [DONE]\n\n'],
    ],
    [
      'the end of a stream that did not',
      [{ kind: 'call', index: 0, id: 'a', name: 'f' }, { kind: 'done' }],
      [
        role,
        written({
          tool_calls: [{ index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '' } }],
        }),
        written({}, 'tool_calls'),
        'data: [DONE]\n\n',
      ],
    ],
    [
      'an error',
      [{ kind: 'error', error: { code: 'overloaded', type: 'overloaded_error', message: 'Overloaded' } }],
      [
        role,
        'data: {"error":{"message":"Overloaded","type":"overloaded_error","param":null,"code":"overloaded"}}\n\n',
      ],
    ],
  ])('with %s', (_, parts, frames) => {
    expect(writeAll([opening, ...parts])).toBe(frames.join(''))
  })

  test('with its role first also where the provider did not start it', () => {
    const [first, second] = writeAll([{ kind: 'text', text: 'a' }]).split('\n\n')
    expect(first).toContain('"id":"chatcmpl-echo"')
    expect(first).toContain('"role":"assistant"')
    expect(second).toContain('"content":"a"')
  })

  test('with its role once though it starts twice', () => {
    expect(writeAll([opening, { kind: 'start', id: 'msg_2', model: null, created: null }])).toBe(role)
  })

  const end: ReplyPart[] = [
    { kind: 'usage', usage: { ...counted, output: 1 } },
    { kind: 'finish', finish: 'stop', stopSequence: null },
    { kind: 'usage', usage: counted },
    { kind: 'done' },
  ]

  test('with the last usage in a chunk of its own when it was asked for', () => {
    const chunks = writeAll([opening, ...end], 'asked')
      .split('\n\n')
      .slice(0, -2)
    const bodies = chunks.map(each => JSON.parse(each.slice('data: '.length)))
    expect(bodies.map(body => body.usage)).toEqual([null, null, usage])
    expect(bodies.at(-1)).toMatchObject({ ...shared, choices: [] })
  })

  test.each<[string, ReplyPart[], 'asked' | 'never']>([
    ['not asked for', end, 'never'],
    ['not known', [{ kind: 'usage', usage: NO_USAGE }, { kind: 'done' }], 'asked'],
  ])('without usage when it is %s', (_, parts, streamUsage) => {
    expect(writeAll([opening, ...parts], streamUsage)).not.toContain('_tokens')
  })
})
