// Models that are known by name wherever they are served: what they take, and how much. Without zod, because the data
// plane looks up models that a request names itself.
//
// As of November 2026. Anthropic: "Models overview" and the pages of the single models (context), the AI SDK's
// Anthropic provider 4 (longest answer, structured output, how it thinks). OpenAI: model pages of GPT-4o, GPT-4.1, o3,
// o4-mini and GPT-5 as cited by other providers of these models (context, longest answer), the AI SDK's OpenAI provider
// 4 (everything else). Google: "Gemini 2.5 Pro" and "Gemini 2.0 Flash" (limits), the AI SDK's Google provider 4.
// DeepSeek: "Models & Pricing", the AI SDK's provider. Mistral, xAI, Cohere: the tables of model capabilities of the AI
// SDK's providers. What is not known for certain is left out, and then nothing is assumed.

/** What a model can do; a field that is absent is not known. */
export interface Capabilities {
  readonly tools?: boolean | undefined
  readonly images?: boolean | undefined
  readonly documents?: boolean | undefined
  readonly json?: 'none' | 'object' | 'schema' | undefined
  readonly reasoning?: 'none' | 'effort' | 'budget' | undefined
  /** Tokens of prompt and answer together. */
  readonly context?: number | undefined
  /** Most tokens of one answer. */
  readonly output?: number | undefined
  /** Names of the endpoints that make sense for it, of those its provider serves. */
  readonly endpoints?: readonly string[] | undefined
}

const seeing: Capabilities = { tools: true, images: true, documents: true, json: 'schema' }
const textOnly: Capabilities = { tools: true, images: false }

const claude = { ...seeing, reasoning: 'effort', output: 128_000 } as const
const claudeByBudget = { ...seeing, reasoning: 'budget', output: 64_000 } as const
const gptReasoning = { ...seeing, reasoning: 'effort', output: 128_000 } as const
const gpt = { ...seeing, reasoning: 'none' } as const
const gemini = { ...seeing, reasoning: 'effort' } as const
const grok = { tools: true, images: true, json: 'schema' } as const

const MILLION = 1_000_000

/** Names without vendor, date and version; several where services write one differently. */
export const KNOWN_MODELS: readonly (readonly [names: readonly string[], facts: Capabilities])[] = [
  [['claude-fable-5-1', 'claude-fable-5.1'], { ...claude, context: MILLION }],
  [['claude-opus-5-5', 'claude-opus-5.5'], { ...claude, context: MILLION }],
  [['claude-sonnet-5-5', 'claude-sonnet-5.5'], { ...claude, context: MILLION }],
  [['claude-haiku-5-5', 'claude-haiku-5.5'], { ...claude, context: MILLION }],
  [['claude-opus-5', 'claude-sonnet-5'], { ...claude, context: MILLION }],
  [['claude-fable-5'], claude],
  [['claude-opus-4-8', 'claude-opus-4.8'], { ...claude, context: MILLION }],
  [['claude-opus-4-7', 'claude-opus-4.7'], { ...claude, context: MILLION }],
  [['claude-opus-4-6', 'claude-opus-4.6'], { ...claude, context: MILLION }],
  [['claude-sonnet-4-6', 'claude-sonnet-4.6'], { ...claude, context: MILLION }],
  [['claude-opus-4-5', 'claude-opus-4.5'], { ...claudeByBudget, context: 200_000 }],
  [['claude-sonnet-4-5', 'claude-sonnet-4.5'], { ...claudeByBudget, context: 200_000 }],
  [['claude-haiku-4-5', 'claude-haiku-4.5'], { ...claudeByBudget, context: 200_000 }],
  [['claude-opus-4-1', 'claude-opus-4.1'], { ...claudeByBudget, output: 32_000 }],
  [['claude-sonnet-4', 'claude-sonnet-4-0'], { ...claudeByBudget, json: 'none' }],
  [['claude-opus-4', 'claude-opus-4-0'], { ...claudeByBudget, json: 'none', output: 32_000 }],
  [['claude-3-haiku'], { tools: true, images: true, json: 'none', reasoning: 'none', output: 4096 }],

  [['gpt-6-astra', 'gpt-6-luna', 'gpt-6-sol'], { ...seeing, reasoning: 'effort' }],
  [['gpt-5.6-sol', 'gpt-5.5', 'gpt-5.4'], { ...gptReasoning, context: 1_050_000 }],
  [['gpt-5', 'gpt-5-mini', 'gpt-5-nano', 'gpt-5.1'], { ...gptReasoning, context: 400_000 }],
  [['o3', 'o4-mini'], { ...gptReasoning, context: 200_000, output: 100_000 }],
  [['gpt-4.1', 'gpt-4.1-mini', 'gpt-4.1-nano'], { ...gpt, context: 1_047_576, output: 32_768 }],
  [['gpt-4o', 'gpt-4o-mini'], { ...gpt, context: 128_000, output: 16_384 }],

  [['gemini-4-argon', 'gemini-4-carbon', 'gemini-4-hydrogen'], gemini],
  [['gemini-3.8-flash', 'gemini-3.7-flash', 'gemini-3.6-flash', 'gemini-3.5-flash'], gemini],
  [['gemini-3.5-flash-lite', 'gemini-3.1-pro-preview', 'gemini-3-pro-preview'], gemini],
  [['gemini-3-flash-preview'], gemini],
  [['gemini-2.5-pro', 'gemini-2.5-flash'], { ...gemini, context: 1_048_576, output: 65_536 }],
  [['gemini-2.5-flash-lite'], gemini],
  [['gemini-2.0-flash'], { ...seeing, context: 1_048_576, output: 8192 }],

  [['deepseek-flash'], textOnly],
  [
    ['deepseek-v4-flash', 'deepseek-v4-pro'],
    { ...textOnly, reasoning: 'effort', context: MILLION, output: 384_000 },
  ],
  // Retired by DeepSeek in July 2026; others still serve models of these names.
  [['deepseek-chat'], textOnly],

  [
    ['mistral-large-latest', 'mistral-medium-latest', 'mistral-small-latest'],
    { tools: true, images: true, json: 'schema' },
  ],
  [['grok-4.6', 'grok-4.5', 'grok-4.20-reasoning', 'grok-4.20-non-reasoning'], grok],
  [['grok-4-1-fast-reasoning', 'grok-4-1-fast-non-reasoning'], grok],
  [['grok-4-fast-reasoning', 'grok-4-fast-non-reasoning'], grok],
  [['grok-code-fast-1', 'grok-3', 'grok-3-mini'], { ...textOnly, json: 'schema' }],
  [['command-a-vision'], { tools: true, images: true }],
  [['command-a', 'command-a-reasoning', 'command-r7b', 'command-r-plus', 'command-r'], textOnly],
]

const factsByName = new Map(
  KNOWN_MODELS.flatMap(([names, facts]) => names.map(name => [name, facts] as const)),
)

/** `openai/gpt-5` (OpenRouter), `models/gemini-2.5-pro`, `us.anthropic.claude-opus-4-6-v1` (Bedrock). */
const VENDOR = /^(?:.*\/)?(?:(?:[a-z]{2,6}\.)?(?:anthropic|openai|mistral|deepseek|cohere)\.)?/

/** `-20251001`, `@20251001`, `-2024-11-20`, `-03-2025`, `-001`, `-latest`, and `-v1:0` behind any of them. */
const VERSION = /(?:[-@]\d{8}|-\d{4}-\d{2}-\d{2}|-\d{2}-\d{4}|-\d{3}|-latest)?(?:-v\d+(?::\d+)?)?$/

/** Nothing is known of most models; one value for all of them. */
const UNKNOWN: Capabilities = {}

/**
 * What a model can do.
 *
 * @param model the name the provider knows it by
 * @param declared what the config says of it, which wins field by field
 */
export function capabilitiesOf(model: string, declared: Capabilities): Capabilities {
  const facts = findFacts(model)
  const said = Object.entries(declared).filter(([, value]) => value !== undefined)
  return said.length === 0 ? facts : { ...facts, ...Object.fromEntries(said) }
}

/** Whether it is one of the models known by name: all of them converse, and none embeds. */
export function isKnownModel(model: string): boolean {
  return findFacts(model) !== UNKNOWN
}

function findFacts(model: string): Capabilities {
  const name = model.replace(VENDOR, '')
  return factsByName.get(name) ?? factsByName.get(name.replace(VERSION, '')) ?? UNKNOWN
}
