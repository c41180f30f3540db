// `text_generation_config` and a variant's `parameters`, which are in the words of the provider's own format.
import type { Preset, PresetName, ProviderType } from '@weir/core/config'
import { type GenerationConfig, type Reasoning, sortBiases } from './router.ts'
import { compact } from './silence.ts'
import type { Violation } from './status.ts'

export type Parameters = Readonly<Record<string, unknown>>

/** What decides in which words a provider is spoken to. */
export interface ProviderWords {
  readonly type: ProviderType
  readonly preset: PresetName | undefined
  readonly maxTokensField: NonNullable<Preset['max_tokens_field']>
}

export interface WrittenParameters {
  readonly parameters: Parameters
  /** Fields that this provider has no word for. */
  readonly violations: readonly Violation[]
}

/** The fields that both sides call the same; null where the provider's format has no such field. */
type Field = Exclude<keyof GenerationConfig, 'reasoning' | 'logit_bias'>
type Words = Readonly<Record<Field | 'logit_bias', string | null>>

const CHAT: Words = {
  max_tokens: 'max_tokens',
  top_p: 'top_p',
  temperature: 'temperature',
  repetition_penalty: 'repetition_penalty',
  frequency_penalty: 'frequency_penalty',
  presence_penalty: 'presence_penalty',
  stop_sequences: 'stop',
  seed: 'seed',
  logit_bias: 'logit_bias',
}

const MESSAGES: Words = {
  max_tokens: 'max_tokens',
  top_p: 'top_p',
  temperature: 'temperature',
  stop_sequences: 'stop_sequences',
  repetition_penalty: null,
  frequency_penalty: null,
  presence_penalty: null,
  seed: null,
  logit_bias: null,
}

function wordsOf({ type, preset, maxTokensField }: ProviderWords): Words {
  if (type === 'anthropic') return MESSAGES
  if (type === 'ai-sdk') return { ...CHAT, repetition_penalty: null, logit_bias: null }
  const isOpenai = preset === 'openai' || preset === 'azure-openai'
  return { ...CHAT, max_tokens: maxTokensField, repetition_penalty: isOpenai ? null : 'repetition_penalty' }
}

/** Says a config in the provider's words. */
export function writeParameters(config: GenerationConfig, provider: ProviderWords): WrittenParameters {
  const { reasoning, logit_bias, ...plain } = config
  const biases = logit_bias && Object.fromEntries(logit_bias.map(each => [each.token_id, each.bias_value]))
  const words = wordsOf(provider)
  const parameters: Record<string, unknown> = {}
  const violations: Violation[] = []
  for (const [field, value] of Object.entries({ ...plain, logit_bias: biases }) as [Field, unknown][]) {
    if (value === undefined) continue
    const word = words[field]
    if (word === null) violations.push({ field, description: lacking(provider) })
    else parameters[word] = value
  }
  if (provider.type === 'anthropic' && (config.temperature ?? 0) > 1) {
    const description = "must be at most 1: Anthropic's format has no more"
    violations.push({ field: 'temperature', description })
  }
  return reasoning === undefined
    ? { parameters, violations }
    : addReasoning({ parameters, violations }, reasoning, provider)
}

function lacking({ type, preset }: ProviderWords): string {
  const format = type === 'anthropic' ? "Anthropic's format" : `the provider (${preset ?? type})`
  return `cannot be expressed: ${format} has no such field`
}

function addReasoning(
  { parameters, violations }: WrittenParameters,
  reasoning: Reasoning,
  provider: ProviderWords,
): WrittenParameters {
  const { written, ignored } = writeReasoning(reasoning, provider)
  const more = ignored.map(field => ({ field: `reasoning.${field}`, description: lacking(provider) }))
  return { parameters: { ...parameters, ...written }, violations: [...violations, ...more] }
}

interface WrittenReasoning {
  readonly written: Parameters
  readonly ignored: readonly string[]
}

function writeReasoning(reasoning: Reasoning, { type, preset }: ProviderWords): WrittenReasoning {
  const { effort, max_tokens, exclude } = reasoning
  const ignored = (fields: Parameters) => Object.keys(compact(fields) ?? {})
  // "Reasoning Tokens" of OpenRouter: the same object.
  if (preset === 'openrouter') return { written: { reasoning }, ignored: [] }
  if (type !== 'anthropic') {
    const written = effort === undefined ? {} : { reasoning_effort: effort }
    return { written, ignored: ignored({ max_tokens, exclude }) }
  }
  const isKnown = effort !== 'none' && effort !== 'minimal'
  return {
    written: {
      ...(effort !== undefined && isKnown && { output_config: { effort } }),
      ...(max_tokens !== undefined && { thinking: { type: 'enabled', budget_tokens: max_tokens } }),
    },
    ignored: ignored({ effort: isKnown ? undefined : effort, exclude }),
  }
}

export interface ReadParameters {
  readonly config: GenerationConfig | undefined
  /** What `text_generation_config` has no field for. */
  readonly rest: Parameters
}

/** The way back, whichever provider's words they are: what cannot be said in Inworld's shape is the rest. */
export function readParameters(parameters: Parameters): ReadParameters {
  const config: Record<string, unknown> = {}
  const rest: Record<string, unknown> = {}
  for (const [word, value] of Object.entries(parameters)) {
    const said = readWord(word, value)
    if (said === undefined || said.field in config) rest[word] = value
    else config[said.field] = said.value
  }
  const reasoning = readReasoning(rest)
  if (reasoning !== undefined) config.reasoning = reasoning
  return { config: compact(config as GenerationConfig), rest }
}

const FIELDS: ReadonlyMap<string, Field> = new Map([
  ['max_tokens', 'max_tokens'],
  ['max_completion_tokens', 'max_tokens'],
  ['top_p', 'top_p'],
  ['temperature', 'temperature'],
  ['repetition_penalty', 'repetition_penalty'],
  ['frequency_penalty', 'frequency_penalty'],
  ['presence_penalty', 'presence_penalty'],
  ['seed', 'seed'],
])

function readWord(
  word: string,
  value: unknown,
): { readonly field: string; readonly value: unknown } | undefined {
  const field = FIELDS.get(word)
  if (field !== undefined) return typeof value === 'number' ? { field, value } : undefined
  if (word === 'stop' || word === 'stop_sequences') {
    const list = typeof value === 'string' ? [value] : value
    return isTexts(list) ? { field: 'stop_sequences', value: list } : undefined
  }
  if (word !== 'logit_bias' || !isObject(value)) return undefined
  const biases = Object.entries(value).map(([token_id, bias]) => ({ token_id, bias_value: bias as number }))
  return biases.every(each => typeof each.bias_value === 'number')
    ? { field: 'logit_bias', value: sortBiases(biases) }
    : undefined
}

/** Takes out of `rest` what it understands. */
function readReasoning(rest: Record<string, unknown>): Reasoning | undefined {
  const { reasoning, reasoning_effort, output_config, thinking } = rest
  const found: Record<string, unknown> = {}
  if (hasOnly(reasoning, ['effort', 'max_tokens', 'exclude'])) {
    Object.assign(found, reasoning)
    delete rest.reasoning
  }
  if (typeof reasoning_effort === 'string' && found.effort === undefined) {
    found.effort = reasoning_effort
    delete rest.reasoning_effort
  }
  if (hasOnly(output_config, ['effort']) && found.effort === undefined) {
    found.effort = output_config.effort
    delete rest.output_config
  }
  if (hasOnly(thinking, ['type', 'budget_tokens']) && thinking.type === 'enabled') {
    found.max_tokens = thinking.budget_tokens
    delete rest.thinking
  }
  return compact(found as Reasoning)
}

function hasOnly(value: unknown, names: readonly string[]): value is Record<string, unknown> {
  return isObject(value) && Object.keys(value).every(name => names.includes(name))
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(each => typeof each === 'string')
}
