import type {
  LanguageModelV4Content,
  LanguageModelV4FinishReason,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
} from '@ai-sdk/provider'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { refusalOf, replyErrorOf } from './errors.ts'
import { finishOf, isInterrupted, lostFields, startOf, usageOf } from './finish.ts'
import { type LibraryTraits, PACKAGES } from './packages.ts'
import { PartReader, readResult } from './reply-parts.ts'

const traits = PACKAGES['@ai-sdk/amazon-bedrock']?.traits as LibraryTraits

const USAGE: LanguageModelV4Usage = {
  inputTokens: { total: 10, noCache: 5, cacheRead: 3, cacheWrite: 2 },
  outputTokens: { total: 7, text: 4, reasoning: 3 },
}
const CALL = { type: 'tool-call', toolCallId: 'c1', toolName: 'add', input: '{"a":1}' } as const
const OWN_CALL = { ...CALL, toolCallId: 'c2', providerExecuted: true }
const SOURCE = { type: 'source', sourceType: 'url', id: 's', url: 'https://x.io' } as const

function read(parts: readonly LanguageModelV4StreamPart[]) {
  const reader = new PartReader(traits)
  return [...parts.flatMap(part => reader.read(part)), reader.close()]
}

function finish(unified: LanguageModelV4FinishReason['unified'], raw?: string): LanguageModelV4StreamPart {
  return { type: 'finish', finishReason: { unified, raw }, usage: USAGE }
}

const END = [
  { kind: 'finish', finish: 'tool_calls', stopSequence: null },
  { kind: 'usage', usage: { input: 10, cachedInput: 3, cacheWritten: 2, output: 7, reasoning: 3 } },
  { kind: 'done' },
]
const START = { kind: 'start', id: null, model: null, created: null }

describe('a stream', () => {
  test('of a call that comes whole opens it and says its input', () => {
    expect(read([CALL, finish('tool-calls', 'tool_use')])).toEqual([
      START,
      { kind: 'call', index: 0, id: 'c1', name: 'add' },
      { kind: 'input', index: 0, json: '{"a":1}' },
      ...END,
    ])
  })

  test('of a call whose input was streamed does not say it twice', () => {
    const steps = read([
      { type: 'tool-input-start', id: 'c1', toolName: 'add' },
      { type: 'tool-input-delta', id: 'c1', delta: '{"a":' },
      { type: 'tool-input-delta', id: 'c1', delta: '1}' },
      { type: 'tool-input-end', id: 'c1' },
      CALL,
      finish('tool-calls', 'tool_use'),
    ])
    expect(steps.filter(step => step.kind === 'input')).toHaveLength(2)
    expect(steps.filter(step => step.kind === 'call')).toHaveLength(1)
  })

  test('of a call without arguments says its empty object', () => {
    const steps = read([
      { type: 'tool-input-start', id: 'c1', toolName: 'add' },
      { ...CALL, input: '{}' },
    ])
    expect(steps).toContainEqual({ kind: 'input', index: 0, json: '{}' })
  })

  test('of calls that interleave keeps each input with its own', () => {
    const steps = read([
      { type: 'tool-input-start', id: 'a', toolName: 'f' },
      { type: 'tool-input-start', id: 'b', toolName: 'g' },
      { type: 'tool-input-delta', id: 'b', delta: '{}' },
      { type: 'tool-input-delta', id: 'a', delta: '{"x":1}' },
    ])
    expect(steps.filter(step => step.kind === 'input')).toEqual([
      { kind: 'input', index: 1, json: '{}' },
      { kind: 'input', index: 0, json: '{"x":1}' },
    ])
  })

  test('passes over what the provider did by itself, and what the answer refers to', () => {
    const steps = read([
      { ...OWN_CALL },
      { type: 'tool-result', toolCallId: 'c2', toolName: 'add', result: { b: 2 } },
      SOURCE,
      finish('tool-calls', 'tool_use'),
    ])
    expect(steps).toEqual([START, ...END])
  })

  test('says what the provider calls itself once, and first', () => {
    const timestamp = new Date(1_700_000_000_500)
    const steps = read([
      { type: 'stream-start', warnings: [] },
      { type: 'response-metadata', id: 'r', modelId: 'm', timestamp },
      { type: 'text-delta', id: '0', delta: 'Hi' },
      { type: 'response-metadata', id: 'r2' },
    ])
    expect(steps.slice(0, 3)).toEqual([
      { kind: 'lost', fields: [] },
      { kind: 'start', id: 'r', model: 'm', created: 1_700_000_000 },
      { kind: 'text', text: 'Hi' },
    ])
    expect(steps.filter(step => step.kind === 'start')).toHaveLength(1)
  })

  test('without an end, or with one the library made up, is interrupted', () => {
    const error = { kind: 'error', error: expect.objectContaining({ type: 'stream_interrupted' }) as unknown }
    expect(read([{ type: 'text-delta', id: '0', delta: 'Hi' }]).at(-1)).toEqual(error)
    expect(read([finish('interrupted')])[0]).toEqual(error)
    expect(read([finish('other')])[0]).toEqual(error)
  })
})

test('a whole answer holds what its stream would', () => {
  const content: LanguageModelV4Content[] = [
    { type: 'reasoning', text: 'hm', providerMetadata: { amazonBedrock: { signature: 'EqQB' } } },
    { type: 'text', text: 'So' },
    { type: 'text', text: '' },
    SOURCE,
    { ...OWN_CALL },
    CALL,
  ]
  const finishReason = { unified: 'stop', raw: 'stop_sequence' } as const
  const providerMetadata = { amazonBedrock: { stopSequence: 'END' } }
  expect(readResult({ content, finishReason, usage: USAGE, providerMetadata, warnings: [] }, traits)).toEqual(
    {
      id: null,
      model: null,
      created: null,
      parts: [
        { kind: 'reasoning', text: 'hm', signature: 'EqQB' },
        { kind: 'text', text: 'So' },
        { kind: 'tool_call', id: 'c1', name: 'add', input: '{"a":1}' },
      ],
      finish: 'stop_sequence',
      stopSequence: 'END',
      usage: { input: 10, cachedInput: 3, cacheWritten: 2, output: 7, reasoning: 3 },
    },
  )
})

// Gemini API, "Troubleshooting guide": the shape of its errors.
test.each([
  [
    { error: { code: 503, message: 'Overloaded', status: 'UNAVAILABLE' } },
    { code: '503', type: 'UNAVAILABLE' },
  ],
  [{ something: 'else' }, { code: null, type: 'bad_answer' }],
  [undefined, { code: null, type: 'bad_answer' }],
])('a whole answer of %j, in which a package finds nothing, is an error', (body, error) => {
  const finishReason = { unified: 'other', raw: undefined } as const
  const result = { content: [], finishReason, usage: USAGE, warnings: [], response: { body } }
  expect(readResult(result, traits)).toMatchObject(error)
})

test('a whole answer without content that says why it ended is an answer', () => {
  const finishReason = { unified: 'content-filter', raw: 'SAFETY' } as const
  const result = { content: [], finishReason, usage: USAGE, warnings: [] }
  expect(readResult(result, traits)).toMatchObject({ parts: [], finish: 'filter' })
})

test.each<readonly [LanguageModelV4FinishReason['unified'], string | undefined, string]>([
  ['stop', 'end_turn', 'stop'],
  ['stop', 'stop_sequence', 'stop_sequence'],
  ['stop', 'STOP_SEQUENCE', 'stop_sequence'],
  ['length', 'MAX_TOKENS', 'length'],
  ['length', 'model_context_window_exceeded', 'length'],
  ['content-filter', 'SAFETY', 'filter'],
  ['content-filter', 'refusal', 'refusal'],
  ['tool-calls', 'TOOL_CALL', 'tool_calls'],
  ['other', 'pause_turn', 'pause'],
  ['other', 'constructor', 'unknown'],
  ['error', 'MALFORMED_FUNCTION_CALL', 'unknown'],
])('an answer that ended by %s (%s) ended by %s', (unified, raw, finish) => {
  expect(finishOf({ unified, raw })).toBe(finish)
  expect(isInterrupted({ unified, raw })).toBe(false)
})

test('usage is taken as it is, and what is not said is null', () => {
  const count = fc.option(fc.nat(), { nil: undefined })
  const tokens = { total: count, cacheRead: count, cacheWrite: count, output: count, reasoning: count }
  fc.assert(
    fc.property(fc.record(tokens), ({ total, cacheRead, cacheWrite, output, reasoning }) => {
      const inputTokens = { total, noCache: undefined, cacheRead, cacheWrite }
      const outputTokens = { total: output, text: undefined, reasoning }
      expect(usageOf({ inputTokens, outputTokens })).toEqual({
        input: total ?? null,
        cachedInput: cacheRead ?? null,
        cacheWritten: cacheWrite ?? null,
        output: output ?? null,
        reasoning: reasoning ?? null,
      })
    }),
  )
  const odd = { total: Number.NaN, noCache: undefined, cacheRead: undefined, cacheWrite: undefined }
  expect(usageOf({ ...USAGE, inputTokens: odd }).input).toBeNull()
})

test('a time that is none is no time', () => {
  expect(startOf({ timestamp: new Date(Number.NaN) })).toEqual({ id: null, model: null, created: null })
})

test('only what was not sent is lost, by the names that `drop` has', () => {
  expect(
    lostFields([
      { type: 'unsupported', feature: 'frequencyPenalty' },
      { type: 'unsupported', feature: 'stopSequences' },
      { type: 'unsupported', feature: 'maxOutputTokens' },
      { type: 'unsupported', feature: 'budgetTokens' },
      { type: 'unsupported', feature: 'reasoning' },
      { type: 'unsupported', feature: 'constructor' },
      { type: 'compatibility', feature: 'reasoning' },
      { type: 'deprecated', setting: 'x', message: 'y' },
      { type: 'other', message: 'advice' },
    ]),
  ).toEqual(['frequency_penalty', 'stop', 'max_tokens', 'reasoning', 'constructor'])
})

describe('errors', () => {
  const named = (name: string, rest: object = {}) =>
    Object.assign(new Error('the secret prompt'), { name, ...rest })

  test.each<readonly [unknown, object]>([
    ['overloaded', { code: null, type: null, message: 'overloaded' }],
    [
      { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'slow' },
      { code: '429', type: 'RESOURCE_EXHAUSTED', message: 'slow' },
    ],
    [{ error: { code: 'x', type: 'y', message: 'z' } }, { code: 'x', type: 'y', message: 'z' }],
    [undefined, { code: null, type: null, message: 'no message' }],
    [named('AI_TypeValidationError'), { type: 'bad_answer' }],
    [named('AI_APICallError', { cause: new Error('parse') }), { type: 'bad_answer' }],
    [
      named('AI_APICallError', { data: { error: { code: 'c', message: 'told' } } }),
      { code: 'c', message: 'told' },
    ],
    [named('TypeError'), { type: 'library' }],
  ])('%o is told without a prompt', (error, told) => {
    const shown = replyErrorOf(error)
    expect(shown).toMatchObject(told)
    expect(shown.message).not.toContain('secret')
  })

  test.each([
    ['AI_UnsupportedFunctionalityError', 'not_translatable'],
    ['AI_LoadAPIKeyError', 'configuration'],
    ['AI_InvalidArgumentError', 'configuration'],
    ['TypeError', 'library'],
  ])('%s before a request is a refusal: %s', (name, reason) => {
    const refusal = refusalOf(named(name))
    expect(refusal).toMatchObject({ kind: 'refusal', reason })
    expect(refusal.error.message).not.toContain('secret')
  })

  test('a message is cut short', () => {
    expect(replyErrorOf('x'.repeat(9999)).message).toHaveLength(500)
  })
})
