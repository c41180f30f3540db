import type { MessageCreateParamsBase } from '@anthropic-ai/sdk/resources/messages/messages'
import { describe, expect, test } from 'vitest'
import type { TargetTraits } from '../translation/dialect.ts'
import type { Prompt } from '../translation/prompt.ts'
import type { JsonObject } from '../wire-format.ts'
import { answered, call, said, weather, writeRequest } from './fixtures/request.ts'
import { DEFAULT_MAX_TOKENS } from './messages-body.ts'
import { EFFORT_BUDGETS } from './messages-thinking.ts'

describe('a request to Anthropic', () => {
  test('of a text alone says no more than it has to', () => {
    const { body, losses } = writeRequest({})
    expect({ body, losses }).toEqual({
      body: {
        model: 'claude-sonnet-4-5',
        max_tokens: DEFAULT_MAX_TOKENS,
        messages: [{ role: 'user', content: 'Hello' }],
      },
      losses: [],
    })
  })

  test('with everything that Anthropic has a word for', () => {
    const { body, losses } = writeRequest({
      system: [{ kind: 'text', text: 'Be brief.' }],
      tools: [{ ...weather, description: 'Weather', strict: true, cacheControl: { type: 'ephemeral' } }],
      toolChoice: { kind: 'named', name: 'get_weather' },
      calls: 'one',
      format: { kind: 'schema', name: 'answer', schema: { type: 'object' }, strict: true },
      sampling: { temperature: 0.5, topP: 0.9, topK: 5 },
      stop: ['END'],
      maxTokens: 100,
      user: 'ada',
      stream: true,
    })
    expect(losses).toEqual([])
    expect(body).toEqual({
      model: 'claude-sonnet-4-5',
      max_tokens: 100,
      system: 'Be brief.',
      messages: [{ role: 'user', content: 'Hello' }],
      tools: [
        {
          name: 'get_weather',
          description: 'Weather',
          input_schema: { type: 'object' },
          strict: true,
          cache_control: { type: 'ephemeral' },
        },
      ],
      tool_choice: { type: 'tool', name: 'get_weather', disable_parallel_tool_use: true },
      output_config: { format: { type: 'json_schema', schema: { type: 'object' } } },
      temperature: 0.5,
      top_p: 0.9,
      top_k: 5,
      stop_sequences: ['END'],
      metadata: { user_id: 'ada' },
      stream: true,
    })
    body satisfies Partial<Record<keyof MessageCreateParamsBase | 'temperature', unknown>>
  })

  test.each<[string, Partial<Prompt>, Partial<TargetTraits>, number]>([
    ['what the request says', { maxTokens: 10 }, { outputLimit: 8192 }, 10],
    ['what the model can at most', { maxTokens: 10_000 }, { outputLimit: 8192 }, 8192],
    ['what the model can when nothing is said', {}, { outputLimit: 8192 }, 8192],
    ['a default when nothing is known', {}, {}, DEFAULT_MAX_TOKENS],
    [
      'the default behind a budget of thinking',
      { reasoning: { effort: 'medium' } },
      { reasoning: 'budget' },
      DEFAULT_MAX_TOKENS + EFFORT_BUDGETS.medium,
    ],
  ])('is answered in %s', (_, change, target, expected) => {
    expect(writeRequest(change, target).body.max_tokens).toBe(expected)
  })

  test.each<[string, Partial<Prompt>, unknown]>([
    ['a plain text', { system: [{ kind: 'text', text: 'A' }] }, 'A'],
    [
      'texts with a cache mark',
      {
        system: [
          { kind: 'text', text: 'A' },
          { kind: 'text', text: '' },
          { kind: 'text', text: 'B', cacheControl: { type: 'ephemeral' } },
        ],
      },
      [
        { type: 'text', text: 'A' },
        { type: 'text', text: 'B', cache_control: { type: 'ephemeral' } },
      ],
    ],
    ['white space', { system: [{ kind: 'text', text: ' \n' }] }, undefined],
  ])('has a system prompt of %s', (_, change, system) => {
    expect(writeRequest(change).body.system).toEqual(system)
  })
})

describe('tools', () => {
  test.each<[Partial<Prompt>, unknown]>([
    [{}, undefined],
    [{ calls: 'many' }, undefined],
    [{ calls: 'one' }, { type: 'auto', disable_parallel_tool_use: true }],
    [{ toolChoice: { kind: 'auto' } }, { type: 'auto' }],
    [{ toolChoice: { kind: 'required' } }, { type: 'any' }],
    [{ toolChoice: { kind: 'none' }, calls: 'one' }, { type: 'none' }],
    [{ toolChoice: { kind: 'named', name: 'get_weather' } }, { type: 'tool', name: 'get_weather' }],
  ])('are chosen by %j', (change, choice) => {
    expect(writeRequest({ ...change, tools: [weather] }).body.tool_choice).toEqual(choice)
  })

  test('without parameters have an empty schema', () => {
    expect(writeRequest({ tools: [{ name: 'now' }] }).body.tools).toEqual([
      { name: 'now', input_schema: { type: 'object', properties: {} } },
    ])
  })

  test('that were called before are declared though none may be called any more', () => {
    const { body, losses } = writeRequest(answered(call, { ...call, id: 'call_2' }))
    expect(body.tools).toEqual([{ name: 'get_weather', input_schema: { type: 'object', properties: {} } }])
    expect(body.tool_choice).toEqual({ type: 'none' })
    expect(losses).toEqual([])
  })
})

describe('JSON', () => {
  const schema = { type: 'object', properties: { a: { type: 'number' } } }

  test.each<[string, Partial<Prompt>, Partial<TargetTraits>, JsonObject]>([
    ['any object', { format: { kind: 'json' } }, {}, { type: 'object' }],
    [
      'a schema the model does not promise',
      { format: { kind: 'schema', schema } },
      { json: 'object' },
      schema,
    ],
  ])('of %s is the input of a forced tool', (_, change, target, inputSchema) => {
    const { body, losses } = writeRequest(change, target)
    expect(body.tools).toMatchObject([{ name: 'json', input_schema: inputSchema }])
    expect(body.tool_choice).toEqual({ type: 'tool', name: 'json', disable_parallel_tool_use: true })
    expect(body.output_config).toBeUndefined()
    expect(losses).toEqual([])
  })

  test.each([{ json: 'schema' }, { json: 'object' }] as const)(
    'of a schema is described inside it, unless it describes itself (%j)',
    target => {
      const described = (own: JsonObject) => {
        const format = { kind: 'schema', description: 'A sum', schema: { ...schema, ...own } } as const
        return JSON.stringify(writeRequest({ format }, target).body)
      }
      expect(described({})).toContain('"description":"A sum"')
      expect(described({ description: 'Its own' })).toContain('"description":"Its own"')
      expect(described({ description: 'Its own' })).not.toContain('A sum')
    },
  )

  test.each<[string, Partial<Prompt>]>([
    ['other tools', { tools: [weather] }],
    ['thinking by a budget', { reasoning: { mode: 'budget', budget: 2048 } }],
  ])('of any object cannot be had beside %s', (_, change) => {
    const { body, losses } = writeRequest({ ...change, format: { kind: 'json' } })
    expect(body.tool_choice).toBeUndefined()
    expect(losses).toEqual(['demand response_format'])
  })
})

describe('what Anthropic has no word for, or would refuse, is reported', () => {
  const url = { kind: 'url', url: 'https://example.com/a' } as const
  const thinking = { reasoning: { effort: 'low' } } as const

  test.each<[string, Partial<Prompt>, Partial<TargetTraits>, readonly string[]]>([
    ['a temperature above 1', { sampling: { temperature: 1.5 } }, {}, ['demand temperature']],
    [
      'a temperature while thinking',
      { ...thinking, sampling: { temperature: 0 } },
      {},
      ['demand temperature'],
    ],
    ['top_p while thinking', { ...thinking, sampling: { topP: 0.5 } }, {}, ['demand top_p']],
    ['top_k while thinking', { ...thinking, sampling: { topK: 5 } }, {}, ['demand top_k']],
    ['a seed', { sampling: { seed: 7 } }, {}, ['demand seed']],
    ['a frequency penalty', { sampling: { frequencyPenalty: 1 } }, {}, ['demand frequency_penalty']],
    ['a presence penalty', { sampling: { presencePenalty: -1 } }, {}, ['demand presence_penalty']],
    ['an invisible stop sequence', { stop: ['\n'] }, {}, ['demand stop']],
    ['reasoning at a model that cannot', thinking, { reasoning: 'none' }, ['demand reasoning']],
    [
      'reasoning without room for it',
      { ...thinking, maxTokens: 500 },
      { reasoning: 'budget' },
      ['demand reasoning'],
    ],
    [
      'a smaller budget than Anthropic takes',
      { reasoning: { budget: 100 } },
      { reasoning: 'budget' },
      ['hint reasoning'],
    ],
    [
      'a budget at a model that takes efforts',
      { reasoning: { budget: 2000 } },
      { reasoning: 'effort' },
      ['hint reasoning'],
    ],
    [
      'a forced tool while thinking by a budget',
      { ...thinking, tools: [weather], toolChoice: { kind: 'required' } },
      { reasoning: 'budget' },
      ['demand tool_choice'],
    ],
    ['a forced tool that is not there', { toolChoice: { kind: 'required' } }, {}, ['demand tool_choice']],
    ['unsigned reasoning', answered({ kind: 'reasoning', text: 'Hm' }), {}, ['hint reasoning']],
    [
      'the input of a call that is no JSON object',
      { ...answered({ ...call, input: '[1' }), tools: [weather] },
      {},
      ['demand tool_calls'],
    ],
    ['the detail of an image', said({ kind: 'image', source: url, detail: 'low' }), {}, ['hint detail']],
    [
      'an image of an unknown kind',
      said(
        { kind: 'image', source: { kind: 'data', mediaType: 'image/tiff', data: 'SUkq' } },
        { kind: 'text', text: 'See' },
      ),
      {},
      ['demand image'],
    ],
    [
      'a document of an unknown kind',
      said(
        { kind: 'document', source: { kind: 'data', mediaType: 'application/msword', data: '0M8R' } },
        { kind: 'text', text: 'See' },
      ),
      {},
      ['demand document'],
    ],
  ])('%s', (_, change, target, losses) => {
    expect(writeRequest(change, target).losses).toEqual(losses)
  })

  test('but defaults are neither reported nor written', () => {
    const sampling = { temperature: 1, topP: 1, frequencyPenalty: 0, presencePenalty: 0 }
    expect(writeRequest({ sampling })).toEqual(writeRequest({}))
  })
})
