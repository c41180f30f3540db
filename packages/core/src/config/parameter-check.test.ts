import { describe, expect, test } from 'vitest'
import { compile } from './compile.ts'
import { compileContext } from './fixtures/demo-config.ts'
import { formatPath } from './problem.ts'

const providers = {
  openai: { preset: 'openai', credential: { env: 'SIM_API_KEY' } },
  azure: { preset: 'azure-openai', base_url: 'https://x.openai.azure.com/openai/v1' },
  compatible: { type: 'openai', base_url: 'http://localhost/v1' },
  anthropic: { preset: 'anthropic' },
  library: { type: 'ai-sdk', package: '@ai-sdk/google' },
}

const models = {
  ...Object.fromEntries(Object.keys(providers).map(id => [`${id}/*`, {}])),
  'compatible/plain': { capabilities: { tools: false, json: 'none', reasoning: 'none', output: 1000 } },
  'compatible/json': { capabilities: { json: 'object' } },
}

/** The problems of one variant of this model with these parameters, without the path that leads to them. */
function problemsOf(model: string, parameters: Record<string, unknown>): string[] {
  const split = { variants: [{ id: 'a', model, parameters }] }
  const config = { version: 1, providers, models, routers: { r: { default_route: { split } } } }
  const compiled = compile(config, compileContext)
  if (compiled.kind === 'compiled') return []
  const at = 'routers.r.default_route.split.variants[0].parameters.'
  return compiled.problems.map(({ code, path, message }) => {
    expect([code, formatPath(path).slice(0, at.length)]).toEqual(['unsuited_parameter', at])
    return `${formatPath(path).slice(at.length)}: ${message}`
  })
}

describe('a field of another format is refused, with the right one where there is one', () => {
  test.each([
    ['anthropic', 'n', 2, "is not a field of Anthropic's format; leave it out"],
    ['anthropic', 'logprobs', true, "is not a field of Anthropic's format; leave it out"],
    ['anthropic', 'stop', ['x'], "is not a field of Anthropic's format; use `stop_sequences`"],
    ['anthropic', 'max_completion_tokens', 9, "is not a field of Anthropic's format; use `max_tokens`"],
    ['anthropic', 'response_format', {}, "is not a field of Anthropic's format; use `output_config.format`"],
    ['openai', 'thinking', {}, "is not a field of OpenAI's API; use `reasoning_effort`"],
    ['openai', 'top_k', 5, "is not a field of OpenAI's API; leave it out"],
    ['azure', 'stop_sequences', ['x'], "is not a field of OpenAI's API; use `stop`"],
    ['azure', 'system', 'x', "is not a field of OpenAI's API; use the variant's `system_prompt`"],
    ['library', 'stop_sequences', ['x'], 'is not a field of chat completions; use `stop`'],
  ])('%s: %s', (provider, name, value, message) => {
    expect(problemsOf(`${provider}/some`, { [name]: value })).toEqual([`${name}: ${message}`])
  })

  test.each<[string, Record<string, unknown>]>([
    ['anthropic', { thinking: { type: 'adaptive' }, top_k: 5, temperature: 0.3, output_config: {} }],
    ['openai', { n: 2, logprobs: true, stop: 'x', reasoning_effort: 'low', response_format: {} }],
    // Who knows what a compatible service takes.
    ['compatible', { thinking: {}, top_k: 5, stop_sequences: [], n: 2, anything: 1 }],
    ['library', { top_k: 5, provider_options: { google: {} }, n: 1 }],
    ['anthropic', { constructor: 1, toString: 2 }],
  ])('%s may have its own', (provider, parameters) => {
    expect(problemsOf(`${provider}/some`, parameters)).toEqual([])
  })
})

describe('what the model is known not to do is refused', () => {
  const schema = { type: 'json_schema', json_schema: { name: 'x', schema: {} } }

  test.each<[string, string, Record<string, unknown>, string]>([
    [
      'a longer answer, of a model known by name',
      'openai/gpt-4o',
      { max_completion_tokens: 20_000 },
      'max_completion_tokens: is 20000, but openai/gpt-4o answers with at most 16384 tokens',
    ],
    [
      'a longer answer, of a model the config describes',
      'compatible/plain',
      { max_tokens: 1001 },
      'max_tokens: is 1001, but compatible/plain answers with at most 1000 tokens',
    ],
    ['tools', 'compatible/plain', { tools: [{}] }, 'tools: compatible/plain takes no tools'],
    [
      'JSON',
      'compatible/plain',
      { response_format: { type: 'json_object' } },
      'response_format: compatible/plain promises no JSON',
    ],
    [
      'JSON by a schema',
      'compatible/json',
      { response_format: schema },
      'response_format: compatible/json promises JSON, but none that obeys a schema',
    ],
    [
      'JSON in Anthropic’s words',
      'anthropic/claude-sonnet-4-20250514',
      { output_config: { format: { type: 'json_schema', schema: {} } } },
      'output_config: anthropic/claude-sonnet-4-20250514 promises no JSON',
    ],
    [
      'JSON in the words of Responses',
      'compatible/plain',
      { text: { format: { type: 'json_schema' } } },
      'text: compatible/plain promises no JSON',
    ],
    [
      'an effort',
      'openai/gpt-4o',
      { reasoning_effort: 'low' },
      'reasoning_effort: openai/gpt-4o cannot be told to think',
    ],
    [
      'thinking',
      'anthropic/claude-3-haiku-20240307',
      { thinking: { type: 'enabled', budget_tokens: 1024 } },
      'thinking: anthropic/claude-3-haiku-20240307 cannot be told to think',
    ],
    [
      'a budget that leaves nothing for the answer',
      'anthropic/claude-sonnet-4-5',
      { thinking: { type: 'enabled', budget_tokens: 4096 }, max_tokens: 4096 },
      'thinking.budget_tokens: must be below `max_tokens`, which is 4096: thinking is part of the answer',
    ],
  ])('%s', (_, model, parameters, problem) => {
    expect(problemsOf(model, parameters)).toEqual([problem])
  })

  test.each<[string, string, Record<string, unknown>]>([
    ['as much as it answers', 'compatible/plain', { max_tokens: 1000 }],
    ['no tools', 'compatible/plain', { tools: [] }],
    ['text', 'compatible/plain', { response_format: { type: 'text' }, text: { verbosity: 'low' } }],
    ['JSON of any kind', 'compatible/json', { response_format: { type: 'json_object' } }],
    ['no thinking', 'compatible/plain', { reasoning_effort: 'none', thinking: { type: 'disabled' } }],
    ['a smaller budget', 'anthropic/new', { thinking: { budget_tokens: 4095 }, max_tokens: 4096 }],
    ['anything of a model nobody knows', 'compatible/x', { max_tokens: 10 ** 9, reasoning_effort: 'max' }],
  ])('but not %s', (_, model, parameters) => {
    expect(problemsOf(model, parameters)).toEqual([])
  })
})
