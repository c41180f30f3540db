import { describe, expect, test } from 'vitest'
import type { TargetTraits } from '../translation/dialect.ts'
import { EMPTY_PROMPT } from '../translation/fixtures/empty-prompt.ts'
import { Losses } from '../translation/loss.ts'
import type { Prompt, ReasoningWish, Turn, UserPart } from '../translation/prompt.ts'
import type { JsonObject } from '../wire-format.ts'
import { writeBody } from './chat-body.ts'

// Shapes: OpenAI, API reference, "Create chat completion".

const traits: TargetTraits = {
  model: 'gpt-5.4',
  outputLimit: undefined,
  reasoning: undefined,
  json: undefined,
  maxTokensField: 'max_completion_tokens',
  reasoningField: 'none',
  streamUsage: 'ask',
}

function write(prompt: Partial<Prompt>, target: Partial<TargetTraits> = {}) {
  const losses = new Losses()
  const body: JsonObject = writeBody({ ...EMPTY_PROMPT, ...prompt }, { ...traits, ...target }, losses)
  return { body, losses: losses.list.map(({ weight, field, path }) => [weight, field, path]) }
}

const text = (value: string) => ({ kind: 'text' as const, text: value })
const user = (...parts: UserPart[]): Turn => ({ role: 'user', parts })

test('a plain prompt is written in its shortest form', () => {
  const prompt = { system: [text('Be brief.')], turns: [user(text('Hello!'))] }
  expect(write(prompt)).toEqual({
    body: {
      model: 'gpt-5.4',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hello!' },
      ],
    },
    losses: [],
  })
})

test('results of tools are messages of their own before what the user says', () => {
  const result = (callId: string, outcome: 'ok' | 'error'): UserPart => ({
    kind: 'tool_result',
    callId,
    parts: [text('18°C')],
    outcome,
  })
  const { body, losses } = write({ turns: [user(result('a', 'ok'), result('b', 'error'), text('Well?'))] })
  expect(body.messages).toEqual([
    { role: 'tool', tool_call_id: 'a', content: '18°C' },
    { role: 'tool', tool_call_id: 'b', content: '18°C' },
    { role: 'user', content: 'Well?' },
  ])
  expect(losses).toEqual([['hint', 'is_error', 'turns[0].parts[1]']])
})

test('results of tools alone make no message of the user', () => {
  const result: UserPart = { kind: 'tool_result', callId: 'a', parts: [], outcome: 'ok' }
  expect(write({ turns: [user(result)] }).body.messages).toEqual([
    { role: 'tool', tool_call_id: 'a', content: '' },
  ])
  expect(write({ turns: [user()] }).body.messages).toEqual([{ role: 'user', content: '' }])
})

test('images and files are written as parts', () => {
  const { body, losses } = write({
    turns: [
      user(
        { kind: 'image', source: { kind: 'url', url: 'https://example.com/a.png' }, detail: 'low' },
        { kind: 'image', source: { kind: 'data', mediaType: 'image/png', data: 'iVBO' } },
        { kind: 'document', source: { kind: 'data', mediaType: 'application/pdf', data: 'JVBE' } },
        { kind: 'document', source: { kind: 'file', id: 'file-1' }, name: 'a.pdf' },
      ),
    ],
  })
  expect(losses).toEqual([])
  expect(body.messages).toEqual([
    {
      role: 'user',
      content: [
        { type: 'image_url', image_url: { url: 'https://example.com/a.png', detail: 'low' } },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBO' } },
        {
          type: 'file',
          file: { filename: 'document.pdf', file_data: 'data:application/pdf;base64,JVBE' },
        },
        { type: 'file', file: { file_id: 'file-1' } },
      ],
    },
  ])
})

test.each<[string, UserPart, string, string]>([
  [
    'a document by URL',
    { kind: 'document', source: { kind: 'url', url: 'https://example.com/a.pdf' } },
    'document',
    'turns[0].parts[0]',
  ],
  [
    'a document that is text',
    { kind: 'document', source: { kind: 'text', text: 'a' } },
    'document',
    'turns[0].parts[0]',
  ],
  ['an uploaded image', { kind: 'image', source: { kind: 'file', id: 'f' } }, 'image', 'turns[0].parts[0]'],
  [
    'an image from a tool',
    {
      kind: 'tool_result',
      callId: 'a',
      parts: [text('See:'), { kind: 'image', source: { kind: 'url', url: 'https://example.com/a.png' } }],
      outcome: 'ok',
    },
    'image',
    'turns[0].parts[0].parts[1]',
  ],
])('%s is a demand', (_, part, field, path) => {
  expect(write({ turns: [user(part)] }).losses).toEqual([['demand', field, path]])
})

test('marks for the cache are hints', () => {
  const cacheControl = { type: 'ephemeral' }
  const { body, losses } = write({
    system: [{ ...text('a'), cacheControl }],
    tools: [{ name: 'f', cacheControl }],
  })
  expect(body.messages).toEqual([{ role: 'system', content: 'a' }])
  expect(losses).toEqual([
    ['hint', 'cache_control', 'system[0]'],
    ['hint', 'cache_control', 'tools[0]'],
  ])
})

describe('an assistant turn', () => {
  const turn: Turn = {
    role: 'assistant',
    parts: [
      { kind: 'reasoning', text: 'Hm. ', signature: 'sig' },
      { kind: 'reasoning', text: 'So.' },
      { kind: 'tool_call', id: 'call_1', name: 'f', input: '{"a": 1}' },
    ],
  }

  test('that only calls has content null and the arguments as they were', () => {
    const { body, losses } = write({ turns: [turn] })
    expect(body.messages).toEqual([
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'f', arguments: '{"a": 1}' } }],
      },
    ])
    expect(losses).toEqual([['hint', 'reasoning', 'turns[0].parts']])
  })

  test.each(['reasoning_content', 'reasoning'] as const)('gives reasoning back in %s', reasoningField => {
    const { body, losses } = write({ turns: [turn] }, { reasoningField })
    expect(body.messages).toMatchObject([{ [reasoningField]: 'Hm. So.' }])
    expect(losses).toEqual([])
  })

  test('cannot give back reasoning that is not text', () => {
    const redacted: Turn = { role: 'assistant', parts: [{ kind: 'redacted', data: 'x' }, text('Yes')] }
    const { body, losses } = write({ turns: [redacted] }, { reasoningField: 'reasoning_content' })
    expect(body.messages).toEqual([{ role: 'assistant', content: 'Yes' }])
    expect(losses).toEqual([['hint', 'reasoning', 'turns[0].parts']])
  })

  test('that refused says so', () => {
    const refused: Turn = { role: 'assistant', parts: [{ kind: 'refusal', text: 'No.' }] }
    expect(write({ turns: [refused] }).body.messages).toEqual([
      { role: 'assistant', content: null, refusal: 'No.' },
    ])
  })
})

test('tools are described, chosen among and called one by one', () => {
  const { body } = write({
    tools: [{ name: 'f', description: 'F.', schema: { type: 'object' }, strict: true }, { name: 'g' }],
    toolChoice: { kind: 'named', name: 'g' },
    calls: 'one',
  })
  expect(body).toMatchObject({
    tools: [
      {
        type: 'function',
        function: { name: 'f', description: 'F.', parameters: { type: 'object' }, strict: true },
      },
      { type: 'function', function: { name: 'g' } },
    ],
    tool_choice: { type: 'function', function: { name: 'g' } },
    parallel_tool_calls: false,
  })
})

test('without tools nothing is said of their use', () => {
  expect(write({ toolChoice: { kind: 'none' }, calls: 'many' }).body).toEqual({
    model: 'gpt-5.4',
    messages: [],
  })
})

test('parameters are written under OpenAI’s names; top_k has none', () => {
  const { body, losses } = write(
    {
      sampling: { temperature: 1.5, topP: 0.5, topK: 40, seed: 7, frequencyPenalty: 1, presencePenalty: -1 },
      stop: ['END'],
      maxTokens: 100,
      user: 'ada',
    },
    { maxTokensField: 'max_tokens' },
  )
  expect(body).toEqual({
    model: 'gpt-5.4',
    messages: [],
    temperature: 1.5,
    top_p: 0.5,
    seed: 7,
    frequency_penalty: 1,
    presence_penalty: -1,
    stop: ['END'],
    max_tokens: 100,
    user: 'ada',
  })
  expect(losses).toEqual([['demand', 'top_k', 'top_k']])
})

test.each([
  ['ask', { stream: true, stream_options: { include_usage: true } }],
  ['never', { stream: true }],
] as const)('a stream of a service that is to %s for usage', (streamUsage, fields) => {
  const { body } = write({ stream: true }, { streamUsage })
  expect(body).toEqual({ model: 'gpt-5.4', messages: [], ...fields })
})

describe('structured output', () => {
  const schema = { kind: 'schema', schema: { type: 'object' }, strict: true } as const
  const json = { kind: 'json' } as const
  const asSchema = {
    response_format: {
      type: 'json_schema',
      json_schema: { name: 'response', schema: { type: 'object' }, strict: true },
    },
  }
  const asObject = { response_format: { type: 'json_object' } }

  test.each([
    [undefined, schema, asSchema],
    ['schema', schema, asSchema],
    ['schema', json, asObject],
    ['object', json, asObject],
    ['object', schema, null],
    ['none', schema, null],
    ['none', json, null],
  ] as const)('where the model promises %s, %j', (promised, format, fields) => {
    const { body, losses } = write({ format }, { json: promised })
    expect(body).toEqual({ model: 'gpt-5.4', messages: [], ...fields })
    expect(losses).toEqual(fields === null ? [['demand', 'response_format', 'response_format']] : [])
  })
})

describe('a wish for reasoning', () => {
  test.each<[ReasoningWish, TargetTraits['reasoning'], string | undefined, string | undefined]>([
    [{ effort: 'max' }, 'effort', 'max', undefined],
    [{ effort: 'none' }, undefined, 'none', undefined],
    [{ mode: 'adaptive' }, 'effort', undefined, undefined],
    [{ mode: 'adaptive' }, 'none', undefined, undefined],
    [{ mode: 'adaptive', effort: 'low' }, undefined, 'low', undefined],
    [{ mode: 'budget', budget: 1_024 }, 'effort', 'low', undefined],
    [{ mode: 'budget', budget: 4_097 }, 'budget', 'medium', undefined],
    [{ mode: 'budget', budget: 32_000 }, undefined, 'high', undefined],
    [{ mode: 'budget', budget: 32_000, effort: 'low' }, undefined, 'low', undefined],
    [{ mode: 'off' }, 'effort', 'none', undefined],
    [{ mode: 'off' }, undefined, undefined, 'hint'],
    [{ mode: 'off' }, 'none', undefined, undefined],
    [{ effort: 'none' }, 'none', undefined, undefined],
    [{ effort: 'high' }, 'none', undefined, 'demand'],
    [{ mode: 'budget', budget: 2_000 }, 'none', undefined, 'demand'],
  ])('%j to a model told by %s is effort %s', (reasoning, told, effort, loss) => {
    const { body, losses } = write({ reasoning }, { reasoning: told })
    expect(body.reasoning_effort).toBe(effort)
    expect(losses).toEqual(loss === undefined ? [] : [[loss, 'reasoning', 'reasoning']])
  })
})
