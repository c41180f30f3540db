import { describe, expect, test } from 'vitest'
import { type ProviderWords, readParameters, writeParameters } from './generation-config.ts'
import type { GenerationConfig } from './router.ts'

const OPENAI: ProviderWords = { type: 'openai', preset: 'openai', maxTokensField: 'max_completion_tokens' }
const COMPATIBLE: ProviderWords = { type: 'openai', preset: undefined, maxTokensField: 'max_tokens' }
const OPENROUTER: ProviderWords = { type: 'openai', preset: 'openrouter', maxTokensField: 'max_tokens' }
const ANTHROPIC: ProviderWords = { type: 'anthropic', preset: 'anthropic', maxTokensField: 'max_tokens' }
const LIBRARY: ProviderWords = { type: 'ai-sdk', preset: undefined, maxTokensField: 'max_tokens' }

describe('in the words of each provider', () => {
  test.each<[string, ProviderWords, GenerationConfig, object]>([
    ['OpenAI limits completions', OPENAI, { max_tokens: 9 }, { max_completion_tokens: 9 }],
    ['others limit tokens', COMPATIBLE, { max_tokens: 9 }, { max_tokens: 9 }],
    ['stop sequences', OPENAI, { stop_sequences: ['a', 'b'] }, { stop: ['a', 'b'] }],
    ["stop sequences, Anthropic's", ANTHROPIC, { stop_sequences: ['a'] }, { stop_sequences: ['a'] }],
    [
      'biases are a map',
      OPENAI,
      { logit_bias: [{ token_id: '50256', bias_value: -100 }] },
      { logit_bias: { 50256: -100 } },
    ],
    ['effort', OPENAI, { reasoning: { effort: 'low' } }, { reasoning_effort: 'low' }],
    [
      "effort, Anthropic's",
      ANTHROPIC,
      { reasoning: { effort: 'low' } },
      { output_config: { effort: 'low' } },
    ],
    [
      "a budget, Anthropic's",
      ANTHROPIC,
      { max_tokens: 9000, reasoning: { max_tokens: 2000 } },
      { max_tokens: 9000, thinking: { type: 'enabled', budget_tokens: 2000 } },
    ],
    [
      'all of reasoning',
      OPENROUTER,
      { reasoning: { max_tokens: 9, exclude: true } },
      { reasoning: { max_tokens: 9, exclude: true } },
    ],
    ['a repetition penalty', COMPATIBLE, { repetition_penalty: 1.1 }, { repetition_penalty: 1.1 }],
    [
      'sampling of a library',
      LIBRARY,
      { temperature: 1.5, seed: 3, top_p: 0.5 },
      { temperature: 1.5, seed: 3, top_p: 0.5 },
    ],
  ])('%s', (_, provider, config, parameters) => {
    expect(writeParameters(config, provider)).toEqual({ parameters, violations: [] })
    expect(readParameters(parameters as never)).toEqual({ config, rest: {} })
  })

  test.each<[string, ProviderWords, GenerationConfig, string[]]>([
    ['OpenAI, a repetition penalty', OPENAI, { repetition_penalty: 1.1 }, ['repetition_penalty']],
    [
      'OpenAI, a thinking budget',
      OPENAI,
      { reasoning: { effort: 'low', max_tokens: 9, exclude: true } },
      ['reasoning.max_tokens', 'reasoning.exclude'],
    ],
    [
      'Anthropic, what only OpenAI has',
      ANTHROPIC,
      {
        frequency_penalty: 1,
        presence_penalty: 1,
        repetition_penalty: 1,
        seed: 1,
        logit_bias: [{ token_id: '1', bias_value: 1 }],
      },
      ['frequency_penalty', 'presence_penalty', 'repetition_penalty', 'seed', 'logit_bias'],
    ],
    ['Anthropic, heat above 1', ANTHROPIC, { temperature: 1.2 }, ['temperature']],
    ['Anthropic, no effort at all', ANTHROPIC, { reasoning: { effort: 'none' } }, ['reasoning.effort']],
    ['a library, biases', LIBRARY, { logit_bias: [{ token_id: '1', bias_value: 1 }] }, ['logit_bias']],
  ])('%s is refused', (_, provider, config, fields) => {
    const { parameters, violations } = writeParameters(config, provider)
    expect(violations.map(each => each.field)).toEqual(fields)
    expect(violations[0]?.description).not.toBe('')
    expect(Object.keys(parameters).filter(name => fields.includes(name) && name !== 'temperature')).toEqual(
      [],
    )
  })
})

describe('reading parameters of whoever wrote them', () => {
  test.each<[string, object, GenerationConfig | undefined, object]>([
    ['one stop as text', { stop: 'END' }, { stop_sequences: ['END'] }, {}],
    [
      'what the shape lacks',
      { response_format: { type: 'json_object' }, n: 2 },
      undefined,
      { response_format: { type: 'json_object' }, n: 2 },
    ],
    [
      'two words for one field',
      { max_tokens: 1, max_completion_tokens: 2 },
      { max_tokens: 1 },
      { max_completion_tokens: 2 },
    ],
    [
      'a value of another type',
      { temperature: null, seed: '1' },
      undefined,
      { temperature: null, seed: '1' },
    ],
    [
      'more than effort',
      { output_config: { effort: 'low', format: {} } },
      undefined,
      { output_config: { effort: 'low', format: {} } },
    ],
    [
      'thinking that adapts',
      { thinking: { type: 'adaptive' } },
      undefined,
      { thinking: { type: 'adaptive' } },
    ],
  ])('%s', (_, parameters, config, rest) => {
    expect(readParameters(parameters as never)).toEqual({ config, rest })
  })
})
