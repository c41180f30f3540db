// What a request may use up at most, as far as can be told before it is sent: tokens and money.
import type { VariantSnapshot } from '@weir/core/config'
import { costNanoUsd } from '@weir/core/event/cost'
import type { ActiveVariant } from '@weir/core/routing'
import { parseObject } from '../../provider/json.ts'
import { readOutputLimit } from '../../provider/output-limit.ts'
import type { JsonObject } from '../../provider/wire-format.ts'

const CHARACTERS_PER_TOKEN = 4

/** Tokens of answer where neither the request nor the model says how many there can be. */
const DEFAULT_OUTPUT = 4096

/** A request as needs are reckoned from it. */
export interface Asking {
  readonly json: JsonObject
  /** Estimated tokens of the body. */
  readonly input: number
  /** Embeddings have none. */
  readonly output: 'text' | 'none'
}

/**
 * What the dearest of the targets may cost, in whole nano-dollars: the estimated prompt, and as many tokens of answer as
 * the request allows, or else the model. Targets without a price add nothing.
 */
export function neededNanoUsd(asking: Asking, plan: readonly ActiveVariant[]): number {
  let most = 0
  for (const variant of plan) {
    const { price, capabilities } = variant.target
    const output = outputLimit(asking, variant) ?? capabilities.output ?? DEFAULT_OUTPUT
    const usage = { input: inputOf(asking, variant), output, cached_input: null, reasoning: null }
    most = Math.max(most, costNanoUsd(usage, price) ?? 0)
  }
  return Math.min(most, Number.MAX_SAFE_INTEGER)
}

/**
 * Tokens a request may use. Where it does not limit its answer, that of a model which could write a book counts as a
 * usual one: else such models could be asked one question at a time.
 */
export function neededTokens(asking: Asking, plan: readonly ActiveVariant[]): number {
  let most = 0
  for (const variant of plan) {
    const usual = Math.min(variant.target.capabilities.output ?? DEFAULT_OUTPUT, DEFAULT_OUTPUT)
    most = Math.max(most, inputOf(asking, variant) + (outputLimit(asking, variant) ?? usual))
  }
  return most
}

/** The longest answer, in tokens, that the request allows any of the targets; Infinity when it does not say. */
export function longestOutput(asking: Asking, plan: readonly ActiveVariant[]): number {
  return Math.max(...plan.map(variant => outputLimit(asking, variant) ?? Number.POSITIVE_INFINITY))
}

export function estimateTokens(characters: number): number {
  return Math.ceil(characters / CHARACTERS_PER_TOKEN)
}

/** Files in a body are longer than the tokens they become: no prompt is longer than the model's context. */
function inputOf(asking: Asking, { target, settings }: ActiveVariant): number {
  const { prepend, replace } = settings?.systemPrompt ?? {}
  const prompt = asking.input + estimateTokens((prepend ?? replace ?? '').length)
  return Math.min(prompt, target.capabilities.context ?? prompt)
}

function outputLimit(asking: Asking, { settings }: ActiveVariant): number | undefined {
  if (asking.output === 'none') return 0
  const parameters = settings === null ? undefined : parametersOf(settings)
  return readOutputLimit(parameters === undefined ? asking.json : { ...asking.json, ...parameters })
}

const parsed = new WeakMap<VariantSnapshot, JsonObject>()

/** What a variant sets in the body, as values; undefined when it sets nothing. */
function parametersOf(variant: VariantSnapshot): JsonObject | undefined {
  const known = parsed.get(variant)
  if (known !== undefined) return known
  const members = Object.entries(variant.parameters).map(([name, json]) => `${JSON.stringify(name)}:${json}`)
  const parameters = members.length === 0 ? undefined : parseObject(`{${members.join(',')}}`)
  if (parameters !== undefined) parsed.set(variant, parameters)
  return parameters
}
