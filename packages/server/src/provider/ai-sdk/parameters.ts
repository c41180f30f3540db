// A variant's parameters for these providers: the words of chat completions, laid over the prompt.
import { asArray, asObject, asString } from '../json.ts'
import type { Losses } from '../translation/loss.ts'
import type { Effort, OutputFormat, Prompt, Sampling } from '../translation/prompt.ts'
import type { JsonObject } from '../wire-format.ts'

/** A number, by the name of its field in `Sampling`. */
const SAMPLING: Readonly<Record<string, keyof Sampling>> = {
  temperature: 'temperature',
  top_p: 'topP',
  top_k: 'topK',
  seed: 'seed',
  frequency_penalty: 'frequencyPenalty',
  presence_penalty: 'presencePenalty',
}

const EFFORTS: readonly string[] = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']

type Change = (prompt: Prompt, value: unknown) => Prompt | undefined

/** Each gives undefined for a value it cannot read; null takes the prompt's own away. */
const CHANGES: Readonly<Record<string, Change>> = {
  max_tokens: setMaxTokens,
  max_completion_tokens: setMaxTokens,
  stop: setStop,
  reasoning_effort: setEffort,
  parallel_tool_calls: setCalls,
  response_format: setFormat,
}

export interface Parametered {
  readonly prompt: Prompt
  /** `provider_options`: the package's own options, as they are, by its namespace. */
  readonly options: JsonObject
}

/** Parameters win over the prompt. One that is not known or cannot be read is a demand. */
export function applyParameters(
  prompt: Prompt,
  parameters: Readonly<JsonObject>,
  losses: Losses,
): Parametered {
  let changed = prompt
  for (const [name, value] of Object.entries(parameters)) {
    if (name === 'provider_options') continue
    const next = change(changed, name, value)
    if (next === undefined) losses.demand(name)
    else changed = next
  }
  return { prompt: changed, options: readOptions(parameters.provider_options, losses) }
}

function readOptions(value: unknown, losses: Losses): JsonObject {
  const options = value == null ? {} : asObject(value)
  if (options === undefined) losses.demand('provider_options')
  return options ?? {}
}

function change(prompt: Prompt, name: string, value: unknown): Prompt | undefined {
  const field = Object.hasOwn(SAMPLING, name) ? SAMPLING[name] : undefined
  if (field !== undefined) return setSampling(prompt, field, value)
  return Object.hasOwn(CHANGES, name) ? CHANGES[name]?.(prompt, value) : undefined
}

function setSampling(prompt: Prompt, field: keyof Sampling, value: unknown): Prompt | undefined {
  const { [field]: _before, ...sampling } = prompt.sampling
  if (value === null) return { ...prompt, sampling }
  if (typeof value !== 'number') return undefined
  return { ...prompt, sampling: { ...sampling, [field]: value } }
}

function setMaxTokens(prompt: Prompt, value: unknown): Prompt | undefined {
  if (value === null) return { ...prompt, maxTokens: undefined }
  return typeof value === 'number' ? { ...prompt, maxTokens: value } : undefined
}

function setStop(prompt: Prompt, value: unknown): Prompt | undefined {
  if (value === null) return { ...prompt, stop: [] }
  const stop = typeof value === 'string' ? [value] : asArray(value)
  const texts = stop.filter(each => typeof each === 'string')
  const readable = typeof value === 'string' || Array.isArray(value)
  return readable && texts.length === stop.length ? { ...prompt, stop: texts } : undefined
}

function setEffort(prompt: Prompt, value: unknown): Prompt | undefined {
  if (value === null) return { ...prompt, reasoning: undefined }
  const effort = asString(value)
  if (effort === undefined || !EFFORTS.includes(effort)) return undefined
  return { ...prompt, reasoning: { effort: effort as Effort } }
}

function setCalls(prompt: Prompt, value: unknown): Prompt | undefined {
  if (value === null) return { ...prompt, calls: undefined }
  return typeof value === 'boolean' ? { ...prompt, calls: value ? 'many' : 'one' } : undefined
}

function setFormat(prompt: Prompt, value: unknown): Prompt | undefined {
  if (value === null) return { ...prompt, format: undefined }
  const type = asString(asObject(value)?.type)
  if (type === 'text') return { ...prompt, format: undefined }
  if (type === 'json_object') return { ...prompt, format: { kind: 'json' } }
  const format = type === 'json_schema' ? readSchema(asObject(asObject(value)?.json_schema)) : undefined
  return format === undefined ? undefined : { ...prompt, format }
}

function readSchema(described: JsonObject | undefined): OutputFormat | undefined {
  const schema = asObject(described?.schema)
  if (described === undefined || schema === undefined) return undefined
  const name = asString(described.name)
  const description = asString(described.description)
  return {
    kind: 'schema',
    schema,
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
    ...(typeof described.strict === 'boolean' ? { strict: described.strict } : {}),
  }
}
