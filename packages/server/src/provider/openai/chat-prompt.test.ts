import type { ChatCompletionCreateParamsBase } from 'openai/resources/chat/completions'
import { describe, expect, test } from 'vitest'
import { Losses } from '../translation/loss.ts'
import type { Prompt } from '../translation/prompt.ts'
import type { JsonObject } from '../wire-format.ts'
import { FIELD_TREATMENTS } from './chat-fields.ts'
import { readPrompt } from './chat-prompt.ts'

// Shapes: OpenAI, API reference, "Create chat completion"; guides "Function calling", "Structured outputs", "Images and
// vision", "File inputs". `cache_control`: Anthropic's, as OpenRouter
// and LiteLLM take it on chat messages.

function read(body: JsonObject): { prompt: Prompt; losses: Losses } {
  const losses = new Losses()
  return { prompt: readPrompt({ model: 'gpt-5.4', messages: [], ...body }, losses), losses }
}

function lossless(body: JsonObject): Prompt {
  const { prompt, losses } = read(body)
  expect(losses.list).toEqual([])
  return prompt
}

const text = (value: string) => ({ kind: 'text', text: value })
const user = (content: unknown) => ({ role: 'user', content })

test('every field of OpenAI’s request has a treatment', () => {
  const treated: Record<keyof ChatCompletionCreateParamsBase, unknown> = FIELD_TREATMENTS
  expect(Object.keys(treated)).toHaveLength(38)
})

describe('messages', () => {
  test('begin with the system prompt, whatever its messages’ role; later ones keep their place', () => {
    const prompt = lossless({
      messages: [
        { role: 'developer', content: 'Be brief.' },
        { role: 'system', content: [{ type: 'text', text: 'Be kind.' }] },
        user('Hello!'),
        { role: 'system', content: 'Now in French.' },
        { role: 'assistant', content: 'Bonjour !' },
      ],
    })
    expect(prompt.system).toEqual([text('Be brief.'), text('Be kind.')])
    expect(prompt.turns).toEqual([
      { role: 'user', parts: [text('Hello!')] },
      { role: 'instruction', parts: [text('Now in French.')] },
      { role: 'assistant', parts: [text('Bonjour !')] },
    ])
  })

  test('of one role stay turns of their own', () => {
    expect(lossless({ messages: [user('a'), user('b')] }).turns).toEqual([
      { role: 'user', parts: [text('a')] },
      { role: 'user', parts: [text('b')] },
    ])
  })

  test('with results of tools become one turn with the user message right behind them', () => {
    const call = (id: string, input: string) => ({
      id,
      type: 'function',
      function: { name: 'get_weather', arguments: input },
    })
    const result = (id: string, content: unknown) => ({ role: 'tool', tool_call_id: id, content })
    const { turns } = lossless({
      messages: [
        user('Weather in Paris and Rome?'),
        {
          role: 'assistant',
          content: null,
          refusal: null,
          annotations: [],
          tool_calls: [call('call_1', '{"city": "Paris"}'), call('call_2', '{"city":"Rome"}')],
        },
        { ...result('call_1', '18°C'), name: 'get_weather' },
        result('call_2', [{ type: 'text', text: '25°C' }]),
        user('And tomorrow?'),
      ],
    })
    expect(turns.slice(1)).toEqual([
      {
        role: 'assistant',
        parts: [
          { kind: 'tool_call', id: 'call_1', name: 'get_weather', input: '{"city": "Paris"}' },
          { kind: 'tool_call', id: 'call_2', name: 'get_weather', input: '{"city":"Rome"}' },
        ],
      },
      {
        role: 'user',
        parts: [
          { kind: 'tool_result', callId: 'call_1', parts: [text('18°C')], outcome: 'ok' },
          { kind: 'tool_result', callId: 'call_2', parts: [text('25°C')], outcome: 'ok' },
          text('And tomorrow?'),
        ],
      },
    ])
  })

  test.each<[string, JsonObject[]]>([
    ['an answer', [{ role: 'assistant', content: 'x' }]],
    ['an instruction', [{ role: 'system', content: 'x' }]],
    ['nothing', []],
  ])('with results of tools before %s are a turn alone', (_, after) => {
    const messages = [user('a'), { role: 'tool', tool_call_id: 'c', content: 'r' }, ...after]
    const { turns } = lossless({ messages })
    expect(turns).toHaveLength(2 + after.length)
    expect(turns[1]).toEqual({
      role: 'user',
      parts: [{ kind: 'tool_result', callId: 'c', parts: [text('r')], outcome: 'ok' }],
    })
  })

  test.each<[string, JsonObject, object]>([
    [
      'an image by URL',
      { type: 'image_url', image_url: { url: 'https://example.com/a.png', detail: 'high' } },
      { kind: 'image', source: { kind: 'url', url: 'https://example.com/a.png' }, detail: 'high' },
    ],
    [
      'an image as data',
      { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=', detail: 'auto' } },
      { kind: 'image', source: { kind: 'data', mediaType: 'image/png', data: 'iVBORw0KGgo=' } },
    ],
    [
      'a file as data',
      {
        type: 'file',
        file: { filename: 'draconomicon.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' },
      },
      {
        kind: 'document',
        source: { kind: 'data', mediaType: 'application/pdf', data: 'JVBERi0=' },
        name: 'draconomicon.pdf',
      },
    ],
    [
      'a file as base64 alone, whose name says what it is',
      { type: 'file', file: { filename: 'A.PDF', file_data: 'JVBERi0=' } },
      {
        kind: 'document',
        source: { kind: 'data', mediaType: 'application/pdf', data: 'JVBERi0=' },
        name: 'A.PDF',
      },
    ],
    [
      'a file as data of a type with parameters',
      { type: 'file', file: { file_data: 'data:text/plain;charset=utf-8;base64,YQ==' } },
      { kind: 'document', source: { kind: 'data', mediaType: 'text/plain', data: 'YQ==' } },
    ],
    [
      'an uploaded file',
      { type: 'file', file: { file_id: 'file-6F2ksmvXxt4VdoqmHRw6kL' } },
      { kind: 'document', source: { kind: 'file', id: 'file-6F2ksmvXxt4VdoqmHRw6kL' } },
    ],
    [
      'text to cache',
      { type: 'text', text: 'long', cache_control: { type: 'ephemeral' } },
      { kind: 'text', text: 'long', cacheControl: { type: 'ephemeral' } },
    ],
  ])('may hold %s', (_, part, expected) => {
    expect(lossless({ messages: [user([part])] }).turns).toEqual([{ role: 'user', parts: [expected] }])
  })

  test('to cache up to are marked on their last part', () => {
    const parts = [
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
    ]
    const messages = [{ ...user(parts), cache_control: { type: 'ephemeral' } }]
    expect(lossless({ messages }).turns[0]?.parts).toEqual([
      text('a'),
      { ...text('b'), cacheControl: { type: 'ephemeral' } },
    ])
  })

  test('of the assistant may refuse', () => {
    const messages = [
      { role: 'assistant', content: null, refusal: 'I cannot.' },
      { role: 'assistant', content: [{ type: 'refusal', refusal: 'Nor can I.' }] },
    ]
    expect(lossless({ messages }).turns.map(turn => turn.parts)).toEqual([
      [{ kind: 'refusal', text: 'I cannot.' }],
      [{ kind: 'refusal', text: 'Nor can I.' }],
    ])
  })
})

describe('what asks for nothing is no loss', () => {
  test.each<JsonObject>([
    { n: 1, logprobs: false, top_logprobs: 0, logit_bias: {}, store: false, metadata: {} },
    { frequency_penalty: 0, presence_penalty: 0, seed: null, stop: null, temperature: null },
    { modalities: ['text'], audio: null, verbosity: 'medium', service_tier: 'auto', user: null },
    { response_format: { type: 'text' }, tool_choice: null, reasoning_effort: null, tools: [] },
    { functions: [], function_call: 'none', stream_options: { include_usage: true }, stop: '' },
  ])('%j', body => {
    const { sampling, stop, format } = lossless(body)
    expect({ sampling, stop, format }).toEqual({ sampling: {}, stop: [], format: undefined })
  })
})

describe('what cannot be said', () => {
  const message = (own: JsonObject) => ({ messages: [{ ...user('a'), ...own }] })
  const part = (own: JsonObject) => ({ messages: [user([{ type: 'text', text: 'a' }, own])] })
  const answer = (own: JsonObject) => ({ messages: [{ role: 'assistant', content: 'a', ...own }] })

  test.each<[JsonObject, string, string]>([
    [{ n: 2 }, 'n', 'n'],
    [{ logprobs: true }, 'logprobs', 'logprobs'],
    [{ top_logprobs: 3 }, 'top_logprobs', 'top_logprobs'],
    [{ logit_bias: { 50256: -100 } }, 'logit_bias', 'logit_bias'],
    [{ modalities: ['text', 'audio'] }, 'modalities', 'modalities'],
    [{ audio: { voice: 'alloy', format: 'wav' } }, 'audio', 'audio'],
    [{ web_search_options: {} }, 'web_search_options', 'web_search_options'],
    [{ verbosity: 'low' }, 'verbosity', 'verbosity'],
    [{ moderation: { model: 'omni-moderation-latest' } }, 'moderation', 'moderation'],
    [{ functions: [{ name: 'f' }] }, 'functions', 'functions'],
    [{ function_call: { name: 'f' } }, 'function_call', 'function_call'],
    [{ min_p: 0.1 }, 'min_p', 'min_p'],
    [{ temperature: '0.5' }, 'temperature', 'temperature'],
    [{ reasoning_effort: 'extreme' }, 'reasoning_effort', 'reasoning_effort'],
    [{ response_format: { type: 'grammar' } }, 'response_format', 'response_format'],
    [{ response_format: 'json' }, 'response_format', 'response_format'],
    [{ stop: [1] }, 'stop', 'stop'],
    [{ tools: [{ type: 'custom', custom: { name: 'code' } }] }, 'custom', 'tools[0]'],
    [{ tools: [{ type: 'function', function: {} }] }, 'tools', 'tools[0]'],
    [
      { tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'auto' } } },
      'tool_choice',
      'tool_choice',
    ],
    [{ messages: null }, 'messages', 'messages'],
    [{ messages: ['hi'] }, 'role', 'messages[0]'],
    [{ messages: [{ role: 'function', name: 'f', content: '1' }] }, 'function', 'messages[0]'],
    [message({ name: 'Ada' }), 'name', 'messages[0].name'],
    [message({ content: { text: 'a' } }), 'content', 'messages[0].content'],
    [answer({ prefix: true }), 'prefix', 'messages[0].prefix'],
    [answer({ audio: { id: 'audio_1' } }), 'audio', 'messages[0].audio'],
    [answer({ function_call: { name: 'f' } }), 'function_call', 'messages[0].function_call'],
    [answer({ tool_calls: [{ id: 'c', type: 'custom' }] }), 'custom', 'messages[0].tool_calls[0]'],
    [answer({ tool_calls: [{ type: 'function' }] }), 'tool_calls', 'messages[0].tool_calls[0]'],
    [part({ type: 'input_audio', input_audio: {} }), 'input_audio', 'messages[0].content[1]'],
    [part({ type: 'video_url', video_url: {} }), 'video_url', 'messages[0].content[1]'],
    [part({ type: 'image_url', image_url: { url: 'gs://a' } }), 'image_url', 'messages[0].content[1]'],
    [part({ type: 'file', file: { file_data: 'YQ==' } }), 'file', 'messages[0].content[1]'],
    [part({ type: 'text', text: 'a', weight: 2 }), 'weight', 'messages[0].content[1].weight'],
    [part({ text: 'a' }), 'content', 'messages[0].content[1]'],
  ])('%j is a demand', (body, field, path) => {
    expect(read(body).losses.list).toEqual([{ field, path, weight: 'demand' }])
  })

  test.each<[JsonObject, string]>([
    [{ store: true }, 'store'],
    [{ metadata: { team: 'a' } }, 'metadata'],
    [{ service_tier: 'flex' }, 'service_tier'],
    [{ prompt_cache_key: 'a' }, 'prompt_cache_key'],
    [{ prompt_cache_options: { mode: 'explicit' } }, 'prompt_cache_options'],
    [{ prompt_cache_retention: '24h' }, 'prompt_cache_retention'],
    [{ prediction: { type: 'content', content: 'a' } }, 'prediction'],
    [{ user: 'ada', safety_identifier: 'h1' }, 'safety_identifier'],
    [{ stream_options: { include_obfuscation: true } }, 'stream_options'],
  ])('%j is a hint', (body, field) => {
    expect(read(body).losses.list).toEqual([{ field, path: field, weight: 'hint' }])
  })
})

describe('parameters', () => {
  test('are read by their meaning', () => {
    const prompt = lossless({
      max_tokens: 10,
      max_completion_tokens: 20,
      temperature: 0,
      top_p: 0.9,
      top_k: 40,
      seed: 7,
      presence_penalty: -0.5,
      stop: ['\n', 'END'],
      reasoning_effort: 'high',
      parallel_tool_calls: false,
      safety_identifier: 'h1',
      stream: true,
      stream_options: { include_usage: true },
    })
    expect(prompt).toMatchObject({
      maxTokens: 20,
      sampling: { temperature: 0, topP: 0.9, topK: 40, seed: 7, presencePenalty: -0.5 },
      stop: ['\n', 'END'],
      reasoning: { effort: 'high' },
      calls: 'one',
      user: 'h1',
      stream: true,
      streamUsage: 'asked',
    })
  })

  test('of tools and of structured output are read whole', () => {
    const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
    const prompt = lossless({
      tools: [
        {
          type: 'function',
          function: { name: 'get_weather', description: 'Weather.', parameters: schema, strict: true },
          cache_control: { type: 'ephemeral' },
        },
        { type: 'function', function: { name: 'now', strict: null } },
      ],
      tool_choice: { type: 'function', function: { name: 'now' } },
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'weather', description: 'It.', schema, strict: true },
      },
    })
    expect(prompt.tools).toEqual([
      {
        name: 'get_weather',
        description: 'Weather.',
        schema,
        strict: true,
        cacheControl: { type: 'ephemeral' },
      },
      { name: 'now' },
    ])
    expect(prompt.toolChoice).toEqual({ kind: 'named', name: 'now' })
    expect(prompt.format).toEqual({
      kind: 'schema',
      name: 'weather',
      description: 'It.',
      schema,
      strict: true,
    })
  })
})
