// What a variant's parameters ask for and its target cannot do, as far as the config alone decides it: fields that
// belong to another format, and wishes that the model is known not to fulfil.
import type { ProblemPath } from './problem.ts'
import type { ProviderConfig } from './provider.ts'
import type { TargetSnapshot } from './snapshot.ts'

type Parameters = Readonly<Record<string, unknown>>

export interface UnsuitedParameter {
  /** From the parameters on. */
  readonly path: ProblemPath
  readonly message: string
}

/** What to write instead, by field; null when nothing says the same. */
type ForeignFields = Readonly<Record<string, string | null>>

/** Fields of chat completions, completions, embeddings and Responses that Anthropic's Messages do not have. */
const OPENAI_FIELDS: ForeignFields = {
  max_completion_tokens: '`max_tokens`',
  max_output_tokens: '`max_tokens`',
  stop: '`stop_sequences`',
  response_format: '`output_config.format`',
  text: '`output_config.format`',
  reasoning_effort: '`output_config.effort` or `thinking`',
  reasoning: '`output_config.effort` or `thinking`',
  parallel_tool_calls: '`disable_parallel_tool_use` in `tool_choice`',
  functions: '`tools`',
  function_call: '`tool_choice`',
  instructions: "the variant's `system_prompt`",
  audio: null,
  background: null,
  best_of: null,
  conversation: null,
  dimensions: null,
  echo: null,
  encoding_format: null,
  frequency_penalty: null,
  include: null,
  logit_bias: null,
  logprobs: null,
  max_tool_calls: null,
  modalities: null,
  n: null,
  prediction: null,
  presence_penalty: null,
  previous_response_id: null,
  prompt_cache_key: null,
  prompt_cache_retention: null,
  provider_options: null,
  safety_identifier: null,
  seed: null,
  store: null,
  suffix: null,
  top_logprobs: null,
  truncation: null,
  verbosity: null,
  web_search_options: null,
}

/** Fields of Messages that OpenAI's APIs do not have. */
const ANTHROPIC_FIELDS: ForeignFields = {
  thinking: '`reasoning_effort`',
  output_config: '`reasoning_effort` and `response_format`',
  stop_sequences: '`stop`',
  system: "the variant's `system_prompt`",
  cache_control: null,
  inference_geo: null,
}

/** OpenAI itself refuses what services of its format take gladly. */
const NOT_OPENAI: ForeignFields = { ...ANTHROPIC_FIELDS, top_k: null, provider_options: null }

/** All that a variant sets and its target cannot take. */
export function findUnsuitedParameters(
  parameters: Parameters,
  target: TargetSnapshot,
  provider: ProviderConfig | undefined,
): UnsuitedParameter[] {
  return [
    ...(provider === undefined ? [] : findForeignFields(parameters, provider)),
    ...findTooLong(parameters, target),
    ...findUnfulfilled(parameters, target),
    ...findBudget(parameters),
  ]
}

function findForeignFields(parameters: Parameters, provider: ProviderConfig): UnsuitedParameter[] {
  const foreign = foreignFieldsOf(provider)
  return Object.keys(parameters).flatMap(name => {
    if (!Object.hasOwn(foreign.fields, name)) return []
    const instead = foreign.fields[name]
    const hint = instead == null ? '; leave it out' : `; use ${instead}`
    return [{ path: [name], message: `is not a field of ${foreign.of}${hint}` }]
  })
}

function foreignFieldsOf(provider: ProviderConfig): { readonly of: string; readonly fields: ForeignFields } {
  if (provider.type === 'anthropic') return { of: "Anthropic's format", fields: OPENAI_FIELDS }
  if (provider.type === 'ai-sdk') return { of: 'chat completions', fields: ANTHROPIC_FIELDS }
  const isOpenai = provider.preset === 'openai' || provider.preset === 'azure-openai'
  return { of: "OpenAI's API", fields: isOpenai ? NOT_OPENAI : {} }
}

function findTooLong(parameters: Parameters, { id, capabilities }: TargetSnapshot): UnsuitedParameter[] {
  const limit = capabilities.output ?? Number.POSITIVE_INFINITY
  return ['max_tokens', 'max_completion_tokens', 'max_output_tokens'].flatMap(name => {
    const wanted = parameters[name]
    if (typeof wanted !== 'number' || wanted <= limit) return []
    return [{ path: [name], message: `is ${wanted}, but ${id} answers with at most ${limit} tokens` }]
  })
}

function findUnfulfilled(parameters: Parameters, { id, capabilities }: TargetSnapshot): UnsuitedParameter[] {
  const { tools, json, reasoning } = capabilities
  return Object.entries(parameters).flatMap(([name, value]) => {
    if (tools === false && isToolList(name, value)) return [{ path: [name], message: `${id} takes no tools` }]
    if (reasoning === 'none' && isReasoningWish(name, value))
      return [{ path: [name], message: `${id} cannot be told to think` }]
    const wanted = jsonWish(name, value)
    if (wanted === undefined || json === undefined || json === 'schema' || json === wanted) return []
    const promise = json === 'none' ? 'promises no JSON' : 'promises JSON, but none that obeys a schema'
    return [{ path: [name], message: `${id} ${promise}` }]
  })
}

function isToolList(name: string, value: unknown): boolean {
  return (name === 'tools' || name === 'functions') && Array.isArray(value) && value.length > 0
}

function isReasoningWish(name: string, value: unknown): boolean {
  if (name === 'reasoning_effort') return typeof value === 'string' && value !== 'none'
  if (name === 'thinking') return isObject(value) && value.type !== 'disabled'
  if (name !== 'reasoning' && name !== 'output_config') return false
  return isObject(value) && typeof value.effort === 'string' && value.effort !== 'none'
}

/** What a parameter asks of JSON, in the words of each API. */
function jsonWish(name: string, value: unknown): 'object' | 'schema' | undefined {
  if (!isObject(value)) return undefined
  const format = name === 'response_format' ? value : value.format
  if (!['response_format', 'text', 'output_config'].includes(name) || !isObject(format)) return undefined
  if (format.type === 'json_object') return 'object'
  return format.type === 'json_schema' ? 'schema' : undefined
}

function findBudget({ thinking, max_tokens }: Parameters): UnsuitedParameter[] {
  const budget = isObject(thinking) ? thinking.budget_tokens : undefined
  if (typeof budget !== 'number' || typeof max_tokens !== 'number' || budget < max_tokens) return []
  const message = `must be below \`max_tokens\`, which is ${max_tokens}: thinking is part of the answer`
  return [{ path: ['thinking', 'budget_tokens'], message }]
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
