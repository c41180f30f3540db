import { describe, expect, test } from 'vitest'
import { priceOf } from './model-price.ts'
import { PRESETS } from './preset.ts'
import { listedPrice, PRICE_LIST } from './price-list.ts'

const openai = { preset: 'openai', base_url: PRESETS.openai.base_url } as const
const own = { input: 1, output: 2 }

describe('the price of a model', () => {
  test.each<[string, Parameters<typeof priceOf>, ReturnType<typeof priceOf>]>([
    [
      'is the list’s, when its provider is a preset',
      ['gpt-4o-mini', undefined, openai],
      { price: { input: 0.15, cached_input: 0.075, output: 0.6 }, priceSource: 'list' },
    ],
    ['is the config’s before that', ['gpt-4o-mini', own, openai], { price: own, priceSource: 'config' }],
    ['is none, when the config says so', ['gpt-4o-mini', 'none', openai], { price: null, priceSource: null }],
    ['is none, when the list lacks it', ['gpt-99', undefined, openai], { price: null, priceSource: null }],
    [
      'is none at another base URL, whatever the preset',
      ['gpt-4o-mini', undefined, { preset: 'openai', base_url: 'https://proxy.example/v1' }],
      { price: null, priceSource: null },
    ],
    [
      'is none without a preset, wherever the requests go',
      ['gpt-4o-mini', undefined, { base_url: PRESETS.openai.base_url }],
      { price: null, priceSource: null },
    ],
    [
      'is none at another service’s preset',
      ['gpt-4o-mini', undefined, { preset: 'groq', base_url: PRESETS.groq.base_url }],
      { price: null, priceSource: null },
    ],
    ['is looked up later for any model', ['*', undefined, openai], { price: null, priceSource: 'list' }],
    ['is the config’s for any model', ['*', own, openai], { price: own, priceSource: 'config' }],
    ['is none without a provider', ['gpt-4o-mini', undefined, undefined], { price: null, priceSource: null }],
  ])('%s', (_, args, expected) => {
    expect(priceOf(...args)).toEqual(expected)
  })
})

describe('a listed model', () => {
  test.each<[string, 'openai' | 'anthropic', string, number | undefined]>([
    ['is found by its name', 'openai', 'gpt-4o', 2.5],
    ['is found with OpenAI’s dates', 'openai', 'gpt-4o-2024-11-20', 2.5],
    ['is found with Anthropic’s dates', 'anthropic', 'claude-haiku-4-5-20251001', 1],
    ['is not one that only begins alike', 'openai', 'gpt-4o-audio-preview', undefined],
    ['is not one that was dearer', 'openai', 'gpt-4o-2024-05-13', undefined],
    ['is not one that costs more for long prompts', 'anthropic', 'claude-haiku-5-5', undefined],
    ['is not what every object has', 'openai', 'constructor', undefined],
  ])('%s', (_, preset, model, input) => {
    expect(listedPrice(preset, model)?.input).toBe(input)
  })
})

const listed = Object.entries(PRICE_LIST).flatMap(([preset, prices]) =>
  Object.entries(prices).map(([model, price]) => [`${preset}/${model}`, price] as const),
)

test.each(listed)(
  'the price of %s is possible: exact in millionths, and cheaper from the cache',
  (_, price) => {
    const { input, cached_input: cached = input, output } = price
    for (const dollars of [input, cached, output]) expect(Math.round(dollars * 1e6) / 1e6).toBe(dollars)
    expect(input).toBeGreaterThan(0)
    expect(cached).toBeLessThanOrEqual(input)
    expect(output === 0 || output > input).toBe(true)
  },
)

// Facts somebody else published, to catch a slip in the table: Anthropic's "Model overview" pages of November 2026,
// "What every model costs" of May 2026 for OpenAI's, an issue at Braintrust's proxy that quotes Groq's list.
test.each<[keyof typeof PRICE_LIST, string, number, number]>([
  ['anthropic', 'claude-opus-5-5', 4, 20],
  ['anthropic', 'claude-sonnet-4-6', 3, 15],
  ['openai', 'gpt-5-mini', 0.25, 2],
  ['openai', 'gpt-4.1', 2, 8],
  ['groq', 'openai/gpt-oss-120b', 0.15, 0.6],
])('%s sells %s at the published price', (preset, model, input, output) => {
  expect(listedPrice(preset, model)).toMatchObject({ input, output })
})
