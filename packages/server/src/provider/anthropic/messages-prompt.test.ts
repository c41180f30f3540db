import type { MessageCreateParamsBase } from '@anthropic-ai/sdk/resources/messages/messages'
import { describe, expect, test } from 'vitest'
import { Losses } from '../translation/loss.ts'
import type { JsonObject } from '../wire-format.ts'
import { messagesClient } from './messages-dialect.ts'
import { FIELD_TREATMENTS } from './messages-fields.ts'

// Shapes: Anthropic, API reference "Create a Message"; the guides "Tool use", "Vision", "PDF support", "Extended
// thinking", "Structured outputs" and "Mid-conversation system messages".

FIELD_TREATMENTS satisfies Readonly<Record<keyof MessageCreateParamsBase, unknown>>

const minimal = {
  model: 'claude-opus-4-8',
  max_tokens: 1024,
  messages: [{ role: 'user', content: 'Hello, Claude' }],
}

function read(change: JsonObject) {
  const losses = new Losses()
  const { prompt } = messagesClient.read({ ...minimal, ...change }, losses)
  return { prompt, losses: losses.list }
}

const user = (...content: readonly JsonObject[]) => ({ messages: [{ role: 'user', content }] })
const assistant = (...content: readonly JsonObject[]) => ({ messages: [{ role: 'assistant', content }] })
const ephemeral = { type: 'ephemeral' }

describe('a messages request', () => {
  test('of a text alone says no more than that', () => {
    expect(read({})).toEqual({
      prompt: {
        system: [],
        turns: [{ role: 'user', parts: [{ kind: 'text', text: 'Hello, Claude' }] }],
        tools: [],
        toolChoice: undefined,
        calls: undefined,
        format: undefined,
        reasoning: undefined,
        sampling: {},
        stop: [],
        maxTokens: 1024,
        user: undefined,
        stream: false,
        streamUsage: 'always',
      },
      losses: [],
    })
  })

  test('with every setting that has a neutral form', () => {
    const { prompt, losses } = read({
      system: 'Be brief.',
      temperature: 0.5,
      top_p: 0.9,
      top_k: 5,
      stop_sequences: ['END'],
      metadata: { user_id: 'ada' },
      stream: true,
      output_config: { format: { type: 'json_schema', schema: { type: 'object' } } },
    })
    expect(losses).toEqual([])
    expect(prompt).toMatchObject({
      system: [{ kind: 'text', text: 'Be brief.' }],
      sampling: { temperature: 0.5, topP: 0.9, topK: 5 },
      stop: ['END'],
      user: 'ada',
      stream: true,
      format: { kind: 'schema', schema: { type: 'object' } },
    })
  })

  test('keeps the cache marks of system blocks', () => {
    const system = [
      { type: 'text', text: 'A' },
      { type: 'text', text: 'B', cache_control: ephemeral },
    ]
    expect(read({ system }).prompt.system).toEqual([
      { kind: 'text', text: 'A' },
      { kind: 'text', text: 'B', cacheControl: ephemeral },
    ])
  })

  test('has instructions between its turns', () => {
    const messages = [
      { role: 'user', content: 'Hi' },
      { role: 'system', content: 'Now in French.' },
      { role: 'assistant', content: 'Bonjour' },
    ]
    expect(read({ messages }).prompt.turns).toEqual([
      { role: 'user', parts: [{ kind: 'text', text: 'Hi' }] },
      { role: 'instruction', parts: [{ kind: 'text', text: 'Now in French.' }] },
      { role: 'assistant', parts: [{ kind: 'text', text: 'Bonjour' }] },
    ])
  })
})

describe('what a user says', () => {
  test.each<[JsonObject, object]>([
    [
      { type: 'text', text: 'Hi', cache_control: ephemeral },
      { kind: 'text', text: 'Hi', cacheControl: ephemeral },
    ],
    [
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBO' } },
      { kind: 'image', source: { kind: 'data', mediaType: 'image/png', data: 'iVBO' } },
    ],
    [
      { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
      { kind: 'image', source: { kind: 'url', url: 'https://example.com/a.png' } },
    ],
    [
      { type: 'image', source: { type: 'file', file_id: 'file_1' } },
      { kind: 'image', source: { kind: 'file', id: 'file_1' } },
    ],
    [
      {
        type: 'document',
        title: 'Report',
        source: { type: 'base64', media_type: 'application/pdf', data: 'JVBE' },
        citations: { enabled: false },
        context: null,
      },
      {
        kind: 'document',
        name: 'Report',
        source: { kind: 'data', mediaType: 'application/pdf', data: 'JVBE' },
      },
    ],
    [
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'Grass' } },
      { kind: 'document', source: { kind: 'text', text: 'Grass' } },
    ],
    [
      { type: 'document', source: { type: 'content', content: [{ type: 'text', text: 'Grass' }] } },
      { kind: 'document', source: { kind: 'text', text: 'Grass' } },
    ],
    [
      { type: 'tool_result', tool_use_id: 'toolu_1', content: '15 degrees' },
      {
        kind: 'tool_result',
        callId: 'toolu_1',
        parts: [{ kind: 'text', text: '15 degrees' }],
        outcome: 'ok',
      },
    ],
    [
      {
        type: 'tool_result',
        tool_use_id: 'toolu_1',
        is_error: true,
        content: [{ type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } }],
        cache_control: ephemeral,
      },
      {
        kind: 'tool_result',
        callId: 'toolu_1',
        parts: [{ kind: 'image', source: { kind: 'url', url: 'https://example.com/a.png' } }],
        outcome: 'error',
        cacheControl: ephemeral,
      },
    ],
    [
      { type: 'tool_result', tool_use_id: 'toolu_1' },
      { kind: 'tool_result', callId: 'toolu_1', parts: [], outcome: 'ok' },
    ],
  ])('%j has a neutral form', (block, part) => {
    const { prompt, losses } = read(user(block))
    expect(losses).toEqual([])
    expect(prompt.turns).toEqual([{ role: 'user', parts: [part] }])
  })

  test('has the results of tools first', () => {
    const { prompt } = read(
      user({ type: 'text', text: 'Well?' }, { type: 'tool_result', tool_use_id: 't', content: '1' }),
    )
    expect(prompt.turns[0]?.parts.map(part => part.kind)).toEqual(['tool_result', 'text'])
  })
})

describe('what the assistant said', () => {
  test.each<[JsonObject, object]>([
    [
      { type: 'thinking', thinking: 'Hm', signature: 'EqQB' },
      { kind: 'reasoning', text: 'Hm', signature: 'EqQB' },
    ],
    [
      { type: 'thinking', thinking: '', signature: 'EqQB' },
      { kind: 'reasoning', text: '', signature: 'EqQB' },
    ],
    // As this gateway hands out the reasoning of models that do not sign.
    [
      { type: 'thinking', thinking: 'Hm', signature: 'weir:unsigned' },
      { kind: 'reasoning', text: 'Hm' },
    ],
    [
      { type: 'thinking', thinking: 'Hm', signature: '' },
      { kind: 'reasoning', text: 'Hm' },
    ],
    [
      { type: 'thinking', thinking: '', signature: 'weir:ai-sdk:{}' },
      { kind: 'reasoning', text: '', signature: 'weir:ai-sdk:{}' },
    ],
    [
      { type: 'redacted_thinking', data: 'EmwK' },
      { kind: 'redacted', data: 'EmwK' },
    ],
    [
      {
        type: 'tool_use',
        id: 'toolu_1',
        name: 'get_weather',
        input: { location: 'Paris' },
        caller: { type: 'direct' },
      },
      { kind: 'tool_call', id: 'toolu_1', name: 'get_weather', input: '{"location":"Paris"}' },
    ],
  ])('%j has a neutral form', (block, part) => {
    const { prompt, losses } = read(assistant(block))
    expect(losses).toEqual([])
    expect(prompt.turns).toEqual([{ role: 'assistant', parts: [part] }])
  })
})

describe('tools', () => {
  const schema = { type: 'object', properties: { location: { type: 'string' } }, required: ['location'] }

  test('of the client keep name, description, schema, strictness and cache mark', () => {
    const tool = { name: 'get_weather', description: 'Weather', input_schema: schema, strict: true }
    const { prompt, losses } = read({
      tools: [
        { ...tool, cache_control: ephemeral, allowed_callers: ['direct'], eager_input_streaming: null },
        { type: 'custom', name: 'now', input_schema: { type: 'object' } },
      ],
    })
    expect(losses).toEqual([])
    expect(prompt.tools).toEqual([
      { name: 'get_weather', description: 'Weather', schema, strict: true, cacheControl: ephemeral },
      { name: 'now', schema: { type: 'object' } },
    ])
  })

  test.each<[JsonObject, object, string | undefined]>([
    [{ type: 'auto' }, { kind: 'auto' }, undefined],
    [{ type: 'any' }, { kind: 'required' }, undefined],
    [{ type: 'none' }, { kind: 'none' }, undefined],
    [{ type: 'tool', name: 'now' }, { kind: 'named', name: 'now' }, undefined],
    [{ type: 'auto', disable_parallel_tool_use: true }, { kind: 'auto' }, 'one'],
    [{ type: 'any', disable_parallel_tool_use: false }, { kind: 'required' }, 'many'],
  ])('are chosen by %j', (choice, toolChoice, calls) => {
    const { prompt } = read({ tool_choice: choice })
    expect(prompt).toMatchObject({ toolChoice })
    expect(prompt.calls).toBe(calls)
  })
})

describe('reasoning is wished for', () => {
  test.each<[JsonObject, object | undefined]>([
    [{ thinking: { type: 'enabled', budget_tokens: 10_000 } }, { mode: 'budget', budget: 10_000 }],
    [{ thinking: { type: 'adaptive' } }, { mode: 'adaptive' }],
    [{ thinking: { type: 'disabled' } }, { mode: 'off' }],
    [{ output_config: { effort: 'high' } }, { effort: 'high' }],
    [
      { thinking: { type: 'adaptive' }, output_config: { effort: 'max' } },
      { mode: 'adaptive', effort: 'max' },
    ],
    [{ output_config: { effort: null } }, undefined],
    [{}, undefined],
  ])('as %j', (change, reasoning) => {
    const { prompt, losses } = read(change)
    expect(prompt.reasoning).toEqual(reasoning)
    expect(losses).toEqual([])
  })
})

describe('what has no neutral form is reported', () => {
  const tool = { name: 'f', input_schema: { type: 'object' } }
  const search = { type: 'search_result', source: 's', title: 't', content: [] }
  const document = { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'x' } }

  test.each<[string, JsonObject, string, string]>([
    ['an unknown field', { frobnicate: 1 }, 'frobnicate', 'frobnicate'],
    ['a container', { container: 'container_1' }, 'container', 'container'],
    ['MCP servers', { mcp_servers: [{ type: 'url' }] }, 'mcp_servers', 'mcp_servers'],
    ['where to run', { inference_geo: 'eu' }, 'inference_geo', 'inference_geo'],
    ['a request to answer nothing', { max_tokens: 0 }, 'max_tokens', 'max_tokens'],
    ['thinking of another kind', { thinking: { type: 'between_tools' } }, 'thinking', 'thinking.type'],
    ['an unknown choice', { tool_choice: { type: 'most' } }, 'tool_choice', 'tool_choice'],
    [
      'an unknown format',
      { output_config: { format: { type: 'xml' } } },
      'output_config',
      'output_config.format',
    ],
    [
      'an unknown output setting',
      { output_config: { task_budget: 1 } },
      'output_config',
      'output_config.task_budget',
    ],
    [
      'a tool that runs at Anthropic',
      { tools: [tool, { type: 'web_search_20250305', name: 'web_search' }] },
      'web_search_20250305',
      'tools[1]',
    ],
    [
      'a tool that programs call',
      { tools: [{ ...tool, allowed_callers: ['code_execution_20250825'] }] },
      'allowed_callers',
      'tools[0].allowed_callers',
    ],
    ['an unknown role', { messages: [{ role: 'critic', content: 'Bad' }] }, 'messages', 'messages[0].role'],
    ['a search result', user(search), 'search_result', 'messages[0].content[0]'],
    [
      'a search result as the result of a tool',
      user({ type: 'tool_result', tool_use_id: 't', content: [search] }),
      'search_result',
      'messages[0].content[0].content[0]',
    ],
    [
      'a result of a tool that ran at Anthropic',
      assistant({ type: 'web_search_tool_result', tool_use_id: 's', content: [] }),
      'web_search_tool_result',
      'messages[0].content[0]',
    ],
    [
      'citations that are asked for',
      user({ ...document, citations: { enabled: true } }),
      'citations',
      'messages[0].content[0].citations',
    ],
    [
      'the context of a document',
      user({ ...document, context: 'From 1999' }),
      'context',
      'messages[0].content[0].context',
    ],
    [
      'a document with images in it',
      user({ type: 'document', source: { type: 'content', content: [{ type: 'image' }] } }),
      'document',
      'messages[0].content[0].source',
    ],
    [
      'a call by a program',
      assistant({
        type: 'tool_use',
        id: 't',
        name: 'f',
        input: {},
        caller: { type: 'code_execution_20250825' },
      }),
      'caller',
      'messages[0].content[0].caller',
    ],
  ])('%s: a demand', (_, change, field, path) => {
    expect(read(change).losses).toEqual([{ field, path, weight: 'demand' }])
  })

  test.each<[string, JsonObject, string]>([
    ['fast mode', { speed: 'fast' }, 'speed'],
    ['a tier', { service_tier: 'standard_only' }, 'service_tier'],
    ['caching at the top', { cache_control: ephemeral }, 'cache_control'],
    ['cache diagnostics', { diagnostics: { previous_message_id: 'msg_1' } }, 'diagnostics'],
    ['thinking that is not to be shown', { thinking: { type: 'adaptive', display: 'omitted' } }, 'thinking'],
    ['a tool that is loaded later', { tools: [{ ...tool, defer_loading: true }] }, 'defer_loading'],
    [
      'citations of an earlier answer',
      assistant({ type: 'text', text: 'Green.', citations: [{ type: 'char_location' }] }),
      'citations',
    ],
  ])('%s: a hint', (_, change, field) => {
    expect(read(change).losses).toMatchObject([{ field, weight: 'hint' }])
  })

  test.each<JsonObject>([
    { service_tier: 'auto' },
    { speed: 'standard' },
    { speed: null },
    { container: null },
    { mcp_servers: [] },
    { diagnostics: null },
    assistant({ type: 'text', text: 'Hi', citations: null }),
  ])('%j means the default: nothing', change => {
    expect(read(change).losses).toEqual([])
  })

  test.each<JsonObject>([
    { messages: 'Hello' },
    { messages: [null, 3, 'x'] },
    { messages: [{ role: 'user', content: [null, 4, { type: 7 }] }] },
    { system: 5, tools: 'all', tool_choice: 1, thinking: 'hard', metadata: 'x', stop_sequences: 'x' },
    { tools: [null, 1], output_config: [], max_tokens: -1, temperature: '1' },
    { tools: [{ name: 'f', input_schema: 'x', allowed_callers: 1 }] },
  ])('%j is read without an exception', change => {
    expect(() => read(change)).not.toThrow()
  })
})
