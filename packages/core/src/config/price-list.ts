// What well-known models cost at the services whose presets they are called through: a fallback for models without a
// `price`. Without zod, because the data plane looks up models that a request names itself.
//
// US dollars per million tokens, as of November 2026. Anthropic: "Pricing" and the overview pages of the models.
// OpenAI: its pricing page as cited by "OpenAI API Pricing: What Every Model Costs Per Million Tokens" (API Evangelist)
// for the cached shares, and by the providers' catalogue models.dev and Vercel's AI Gateway for the models. Google:
// "Gemini Developer API pricing", as cited by models.dev. Groq: "Supported Models", as cited by Braintrust's catalogue and
// models.dev. Mistral: "Pricing", as cited by models.dev.
//
// Left out is what one price cannot say, since a cost that is too low is worse than none: models that cost more for
// long prompts (GPT-5.4 to GPT-6, Claude Haiku 5.5, Gemini's Pro models, Grok), at other hours (DeepSeek), for audio
// (Gemini 2.5), or only until a date (Gemini 3.8 Flash), and names whose model changes (`mistral-large-latest`).
import type { Price } from './model.ts'
import type { PresetName } from './preset.ts'

/** The month in which the list was last held against its sources. */
export const PRICE_LIST_DATE = '2026-11'

type Prices = Readonly<Record<string, Price>>

const opus: Price = { input: 5, cached_input: 0.5, output: 25 }
const gpt5: Price = { input: 1.25, cached_input: 0.125, output: 10 }

export const PRICE_LIST: Readonly<Partial<Record<PresetName, Prices>>> = {
  anthropic: {
    'claude-fable-5-1': { input: 10, cached_input: 0.25, output: 50 },
    'claude-fable-5': { input: 10, cached_input: 1, output: 50 },
    'claude-opus-5-5': { input: 4, cached_input: 0.2, output: 20 },
    'claude-opus-5': opus,
    'claude-opus-4-8': opus,
    'claude-opus-4-7': opus,
    'claude-opus-4-6': opus,
    'claude-opus-4-5': opus,
    'claude-sonnet-5-5': { input: 2, cached_input: 0.1, output: 10 },
    'claude-sonnet-5': { input: 2, cached_input: 0.2, output: 10 },
    'claude-sonnet-4-6': { input: 3, cached_input: 0.3, output: 15 },
    'claude-haiku-4-5': { input: 1, cached_input: 0.1, output: 5 },
  },
  openai: {
    'gpt-5.1': gpt5,
    'gpt-5': gpt5,
    'gpt-5-mini': { input: 0.25, cached_input: 0.025, output: 2 },
    'gpt-5-nano': { input: 0.05, cached_input: 0.005, output: 0.4 },
    o3: { input: 2, cached_input: 0.5, output: 8 },
    'o4-mini': { input: 1.1, cached_input: 0.275, output: 4.4 },
    'gpt-4.1': { input: 2, cached_input: 0.5, output: 8 },
    'gpt-4.1-mini': { input: 0.4, cached_input: 0.1, output: 1.6 },
    'gpt-4.1-nano': { input: 0.1, cached_input: 0.025, output: 0.4 },
    'gpt-4o': { input: 2.5, cached_input: 1.25, output: 10 },
    'gpt-4o-mini': { input: 0.15, cached_input: 0.075, output: 0.6 },
    'text-embedding-3-small': { input: 0.02, output: 0 },
    'text-embedding-3-large': { input: 0.13, output: 0 },
  },
  gemini: { 'gemini-3.5-flash': { input: 1.5, cached_input: 0.15, output: 9 } },
  groq: {
    'openai/gpt-oss-120b': { input: 0.15, cached_input: 0.075, output: 0.6 },
    'openai/gpt-oss-20b': { input: 0.075, cached_input: 0.0375, output: 0.3 },
  },
  mistral: { 'mistral-large-2512': { input: 0.5, cached_input: 0.05, output: 1.5 } },
}

/** Models that once were sold for another price under a dated name. */
const NOT_LISTED: ReadonlySet<string> = new Set(['gpt-4o-2024-05-13'])

/** `-20250929` of Anthropic, `-2024-11-20` of OpenAI: the same model, and the same price. */
const DATE = /-(?:\d{8}|\d{4}-\d{2}-\d{2})$/

/** The listed price of a model; null when the list does not have it. */
export function listedPrice(preset: PresetName, model: string): Price | null {
  if (NOT_LISTED.has(model)) return null
  return find(preset, model) ?? find(preset, model.replace(DATE, '')) ?? null
}

function find(preset: PresetName, model: string): Price | undefined {
  const prices = PRICE_LIST[preset]
  return prices !== undefined && Object.hasOwn(prices, model) ? prices[model] : undefined
}
