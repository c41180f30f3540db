// A request of the Responses API in the neutral form.
import { asObject, asString } from '../json.ts'
import type { Losses } from '../translation/loss.ts'
import type {
  Effort,
  OutputFormat,
  Prompt,
  ReasoningWish,
  Sampling,
  TextPart,
} from '../translation/prompt.ts'
import type { JsonObject } from '../wire-format.ts'
import { reportFields } from './responses-fields.ts'
import { readInput } from './responses-input.ts'
import { readToolUse } from './responses-tools.ts'

/** Reads a request of any shape. What the neutral form cannot say of it is reported as lost. */
export function readPrompt(body: JsonObject, losses: Losses): Prompt {
  reportFields(body, losses)
  const { system, turns } = readInput(body.input, readInstructions(body), losses)
  return {
    system,
    turns,
    ...readToolUse(body, losses),
    format: readFormat(asObject(body.text)?.format, losses),
    reasoning: readReasoning(asObject(body.reasoning)),
    sampling: readSampling(body),
    stop: [],
    maxTokens: asNumber(body.max_output_tokens),
    user: asString(body.user) ?? asString(body.safety_identifier),
    stream: body.stream === true,
    streamUsage: 'always',
  }
}

/** Any number: a provider that cannot use it says so. */
const asNumber = (value: unknown) => (typeof value === 'number' ? value : undefined)

function readInstructions(body: JsonObject): readonly TextPart[] {
  const text = asString(body.instructions)
  return text === undefined ? [] : [{ kind: 'text', text }]
}

function readSampling(body: JsonObject): Sampling {
  const { temperature, top_p: topP } = body
  return {
    ...(typeof temperature === 'number' && { temperature }),
    ...(typeof topP === 'number' && { topP }),
  }
}

const EFFORTS: readonly Effort[] = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']

function readReasoning(reasoning: JsonObject | undefined): ReasoningWish | undefined {
  const effort = EFFORTS.find(each => each === reasoning?.effort)
  return effort === undefined ? undefined : { effort }
}

function readFormat(value: unknown, losses: Losses): OutputFormat | undefined {
  const format = asObject(value)
  const schema = asObject(format?.schema)
  if (format?.type === 'json_object') return { kind: 'json' }
  if (format?.type === 'json_schema' && schema !== undefined) return readSchema(format, schema)
  if (value != null && format?.type !== 'text') losses.demand('text', 'text.format')
  return undefined
}

function readSchema(format: JsonObject, schema: JsonObject): OutputFormat {
  const name = asString(format.name)
  const description = asString(format.description)
  const said = { ...(name && { name }), ...(description && { description }) }
  return {
    kind: 'schema',
    schema,
    ...said,
    ...(typeof format.strict === 'boolean' && { strict: format.strict }),
  }
}
