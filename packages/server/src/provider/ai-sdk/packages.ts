// The packages that can be used, as data: how each is made, what it needs, and what it can say that the interface they
// share cannot. Read from the sources of the versions in package.json.
import type { JSONObject, LanguageModelV4 } from '@ai-sdk/provider'

/** A setting by the name its package gives it; `apiKey` is the provider's credential, `baseURL` its `base_url`. */
type SettingName = string

export interface LibraryPackage {
  /** The exported function that makes a provider. */
  readonly factory: string
  /** The function of a provider that makes a model. Azure's default, Responses, keeps state; chat does not. */
  readonly model: 'languageModel' | 'chat'
  /** Each is a list of alternatives of which one has to be there in full. */
  readonly needs: readonly (readonly (readonly SettingName[])[])[]
  readonly traits: LibraryTraits
}

export interface LibraryTraits {
  /** The key of its options in `providerOptions`. */
  readonly namespace: string
  /** Options set on every call; `provider_options` of a variant win. */
  readonly defaults?: JSONObject
  /** Settings of the shared interface it leaves out for every model, by our names: known before anything is sent. */
  readonly unsupported: readonly string[]
  /** Highest temperature that is not cut down; undefined: the provider decides. */
  readonly maxTemperature?: number
  /** Whether a system message may stand between turns. */
  readonly instructions: 'anywhere' | 'first'
  /** Its option for the end user's id. */
  readonly userOption?: string
  /** Its option for the number of tool calls. */
  readonly parallelOption?: string
  /** Its option for strict JSON Schemas. */
  readonly strictOption?: string
  /** Whether a tool's `strict` is sent. */
  readonly strictTools: 'sent' | 'left out'
  /** Its option on images for how closely to look. */
  readonly detailOption?: string
  /** Its options for a budget of reasoning, in tokens. */
  readonly budget?: (tokens: number) => JSONObject
  /** Whether it adds that budget to the longest answer, in which the neutral form includes it. */
  readonly budgetOnTop?: true
  /** Its options that make reasoning show in the answer. */
  readonly showReasoning?: JSONObject
  /** What becomes of earlier reasoning: sent back as text, only when signed, or left out. */
  readonly reasoning: 'text' | 'signed' | 'none'
  /** Whether `signature` and `redactedData` of its metadata are those of Anthropic's own API. */
  readonly anthropicSignatures?: true
  /** Whether tool calls carry signatures that have to come back. */
  readonly signedCalls?: true
  /** Media types of documents that may come as bytes. */
  readonly documents: readonly string[]
  /** Whether a document may come as text. */
  readonly textDocuments: 'yes' | 'no'
  /** Whether tool results may hold images and documents. */
  readonly resultFiles: 'yes' | 'no'
  /** Image URLs it passes on though its `supportedUrls` do not say so. */
  readonly imageUrls?: RegExp
  /** Whether a tool result can say that the tool failed. */
  readonly resultErrors: 'yes' | 'no'
  /** Whether text beside tool calls of an earlier answer is sent. */
  readonly textWithCalls: 'sent' | 'left out'
  /** Its option for a mark that the prompt may be cached up to a part. */
  readonly cachePoint?: (control: JSONObject) => JSONObject
}

/** What most of them have in common. */
const PLAIN = {
  unsupported: [],
  instructions: 'anywhere',
  strictTools: 'sent',
  reasoning: 'none',
  documents: [],
  textDocuments: 'no',
  resultFiles: 'no',
  resultErrors: 'no',
  textWithCalls: 'sent',
} as const satisfies Partial<LibraryTraits>

/** Thought summaries are off unless asked for; a budget is exact for Gemini 2.5 and accepted by 3. */
const GEMINI: Omit<LibraryTraits, 'namespace'> = {
  ...PLAIN,
  instructions: 'first',
  reasoning: 'text',
  budget: tokens => ({ thinkingConfig: { thinkingBudget: tokens, includeThoughts: true } }),
  showReasoning: { thinkingConfig: { includeThoughts: true } },
  signedCalls: true,
  documents: ['application/pdf', 'text/'],
  textDocuments: 'yes',
  resultFiles: 'yes',
  resultErrors: 'yes',
}

const BEDROCK: LibraryTraits = {
  ...PLAIN,
  namespace: 'amazonBedrock',
  unsupported: ['frequency_penalty', 'presence_penalty', 'seed'],
  maxTemperature: 1,
  instructions: 'first',
  reasoning: 'signed',
  anthropicSignatures: true,
  budget: tokens => ({ reasoningConfig: { type: 'enabled', budgetTokens: tokens } }),
  budgetOnTop: true,
  documents: ['application/pdf', 'text/'],
  textDocuments: 'yes',
  resultFiles: 'yes',
  cachePoint: ({ ttl }) => ({ cachePoint: { type: 'default', ...(ttl === undefined ? {} : { ttl }) } }),
}

const KEY_ONLY = [[['apiKey']]] as const

export const PACKAGES: Readonly<Record<string, LibraryPackage>> = {
  '@ai-sdk/google': {
    factory: 'createGoogle',
    model: 'languageModel',
    needs: KEY_ONLY,
    traits: { ...GEMINI, namespace: 'google' },
  },
  '@ai-sdk/google-vertex': {
    factory: 'createGoogleVertex',
    model: 'languageModel',
    needs: [[['apiKey'], ['project', 'location']]],
    traits: { ...GEMINI, namespace: 'googleVertex' },
  },
  '@ai-sdk/amazon-bedrock': {
    factory: 'createAmazonBedrock',
    model: 'languageModel',
    needs: [
      [['region'], ['apiKey', 'baseURL']],
      [['apiKey'], ['accessKeyId', 'secretAccessKey']],
    ],
    traits: BEDROCK,
  },
  '@ai-sdk/azure': {
    factory: 'createAzure',
    model: 'chat',
    needs: [[['apiKey']], [['resourceName'], ['baseURL']]],
    traits: {
      ...PLAIN,
      namespace: 'openai',
      unsupported: ['top_k'],
      userOption: 'user',
      parallelOption: 'parallelToolCalls',
      strictOption: 'strictJsonSchema',
      detailOption: 'imageDetail',
      documents: ['application/pdf'],
    },
  },
  '@ai-sdk/mistral': {
    factory: 'createMistral',
    model: 'languageModel',
    needs: KEY_ONLY,
    traits: {
      ...PLAIN,
      namespace: 'mistral',
      unsupported: ['top_k'],
      parallelOption: 'parallelToolCalls',
      strictOption: 'strictJsonSchema',
      reasoning: 'text',
      documents: ['application/pdf'],
      imageUrls: /^https?:\/\//,
    },
  },
  '@ai-sdk/cohere': {
    factory: 'createCohere',
    model: 'languageModel',
    needs: KEY_ONLY,
    traits: {
      ...PLAIN,
      namespace: 'cohere',
      strictTools: 'left out',
      detailOption: 'detail',
      budget: tokens => ({ thinking: { type: 'enabled', tokenBudget: tokens } }),
      textDocuments: 'yes',
      textWithCalls: 'left out',
    },
  },
  '@ai-sdk/groq': {
    factory: 'createGroq',
    model: 'languageModel',
    needs: KEY_ONLY,
    traits: {
      ...PLAIN,
      namespace: 'groq',
      userOption: 'user',
      parallelOption: 'parallelToolCalls',
      strictOption: 'strictJsonSchema',
      reasoning: 'text',
    },
  },
  // Without `store: false` xAI keeps every answer for 30 days, and reasoning comes back by an id instead of itself.
  '@ai-sdk/xai': {
    factory: 'createXai',
    model: 'languageModel',
    needs: KEY_ONLY,
    traits: {
      ...PLAIN,
      namespace: 'xai',
      defaults: { store: false },
      unsupported: ['frequency_penalty', 'presence_penalty', 'stop'],
      userOption: 'user',
      parallelOption: 'parallelToolCalls',
      detailOption: 'imageDetail',
      reasoning: 'signed',
      resultFiles: 'yes',
    },
  },
}

/** The names users know settings by. */
const CONFIG_NAMES: Readonly<Record<string, string>> = { apiKey: '`credential`', baseURL: '`base_url`' }

/** What is missing, in words; undefined when nothing is. `given` are the settings by their packages' names. */
export function missingSettings(
  needs: LibraryPackage['needs'],
  given: ReadonlySet<string>,
): string | undefined {
  const unmet = needs.filter(ways => !ways.some(way => way.every(name => given.has(name))))
  if (unmet.length === 0) return undefined
  return unmet.map(ways => ways.map(inWords).join(', or ')).join('; and ')
}

function inWords(way: readonly string[]): string {
  return way.map(name => CONFIG_NAMES[name] ?? `\`options.${name}\``).join(' with ')
}

/** What a package's factory gives, as far as it is used. */
export type MakeModel = (modelId: string) => LanguageModelV4
