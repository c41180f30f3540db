import { describe, expect, test } from 'vitest'
import { capabilitiesOf } from './model-facts.ts'

describe('a model is known', () => {
  test.each([
    ['by its name', 'claude-sonnet-4-5', 'claude-sonnet-4-5'],
    ['with a date', 'claude-sonnet-4-5-20250929', 'claude-sonnet-4-5'],
    ['with a date as Vertex AI writes it', 'claude-haiku-4-5@20251001', 'claude-haiku-4-5'],
    ['as the latest', 'mistral-large-latest', 'mistral-large-latest'],
    ['as Bedrock writes it', 'anthropic.claude-haiku-4-5-20251001-v1:0', 'claude-haiku-4-5'],
    ['as Bedrock writes it for a region', 'us.anthropic.claude-opus-4-6-v1', 'claude-opus-4-6'],
    ['as OpenRouter writes it', 'anthropic/claude-sonnet-4.5', 'claude-sonnet-4-5'],
    ['as Gemini lists it', 'models/gemini-2.5-pro', 'gemini-2.5-pro'],
    ['with OpenAI’s dates', 'gpt-4o-2024-11-20', 'gpt-4o'],
    ['with a version', 'gemini-2.0-flash-001', 'gemini-2.0-flash'],
    ['with Cohere’s dates', 'command-r-plus-08-2024', 'command-r-plus'],
  ])('%s', (_, name, plain) => {
    expect(capabilitiesOf(plain, {})).not.toEqual({})
    expect(capabilitiesOf(name, {})).toEqual(capabilitiesOf(plain, {}))
  })
})

describe('nothing is assumed', () => {
  test.each([
    'my-model',
    '*',
    '',
    // Not the models whose names theirs begin with.
    'gpt-4o-audio-preview',
    'gpt-4o-mini-tts',
    'gpt-5-chat-latest',
    'o3-deep-research',
    'claude-sonnet-4-7',
    'mistral-large-2411',
    'deepseek-v4-flash:free',
    'constructor',
    '__proto__',
  ])('of %j', name => {
    expect(capabilitiesOf(name, {})).toEqual({})
  })
})

// Facts somebody else published, to catch a slip in the table: "Models overview" of Anthropic, "Gemini 2.0 Flash" of
// Google, the fine-tuning table of "Azure OpenAI in Azure AI Foundry Models".
test.each([
  ['claude-opus-4-6', { context: 1_000_000, output: 128_000, reasoning: 'effort', json: 'schema' }],
  ['claude-haiku-4-5', { context: 200_000, output: 64_000, reasoning: 'budget' }],
  ['claude-opus-4-1', { output: 32_000 }],
  ['gpt-4o', { context: 128_000, output: 16_384, reasoning: 'none', images: true }],
  ['gemini-2.0-flash', { context: 1_048_576, output: 8192 }],
])('%s has the published limits', (name, facts) => {
  expect(capabilitiesOf(name, {})).toMatchObject(facts)
})

describe('what the config says', () => {
  test('wins field by field', () => {
    expect(capabilitiesOf('gpt-4o', { images: false, output: 4096 })).toEqual({
      ...capabilitiesOf('gpt-4o', {}),
      images: false,
      output: 4096,
    })
  })

  test('is all there is of a model nobody knows', () => {
    expect(capabilitiesOf('my-model', { tools: true })).toEqual({ tools: true })
  })

  test('does not take away by an undefined field', () => {
    expect(capabilitiesOf('gpt-4o', { tools: undefined })).toEqual(capabilitiesOf('gpt-4o', {}))
  })
})

test('every known model’s answer fits into its context', () => {
  const names = ['claude-fable-5-1', 'gpt-5', 'gpt-4.1', 'o3', 'gemini-2.5-pro', 'deepseek-v4-pro']
  for (const name of names) {
    const { context = 0, output = 0 } = capabilitiesOf(name, {})
    expect(output).toBeGreaterThan(0)
    expect(output).toBeLessThan(context)
  }
})
