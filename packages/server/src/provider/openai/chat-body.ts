// A chat request, written from a prompt.
import type { TargetTraits } from '../translation/dialect.ts'
import type { Losses } from '../translation/loss.ts'
import type {
  Effort,
  OutputFormat,
  Prompt,
  ReasoningWish,
  Sampling,
  Tool,
  ToolChoice,
} from '../translation/prompt.ts'
import type { JsonObject } from '../wire-format.ts'
import { writeMessages } from './chat-messages.ts'

/** Writes the body for `target`; it holds only what the prompt asks for. */
export function writeBody(prompt: Prompt, target: TargetTraits, losses: Losses): JsonObject {
  return {
    model: target.model,
    messages: writeMessages(prompt, target, losses),
    ...writeToolUse(prompt, losses),
    ...writeFormat(prompt.format, target.json, losses),
    ...writeWish(prompt.reasoning, target.reasoning, losses),
    ...writeSampling(prompt.sampling, losses),
    ...(prompt.stop.length === 0 ? {} : { stop: prompt.stop }),
    ...(prompt.maxTokens === undefined ? {} : { [target.maxTokensField]: prompt.maxTokens }),
    ...(prompt.user === undefined ? {} : { user: prompt.user }),
    ...(prompt.stream ? writeStreamFields(target) : {}),
  }
}

/** Usage is asked for whatever the client did: it is recorded. */
function writeStreamFields(target: TargetTraits): JsonObject {
  return target.streamUsage === 'ask'
    ? { stream: true, stream_options: { include_usage: true } }
    : { stream: true }
}

/** Without tools there is nothing to choose among, and OpenAI refuses to be told. */
function writeToolUse({ tools, toolChoice, calls }: Prompt, losses: Losses): JsonObject {
  if (tools.length === 0) return {}
  return {
    tools: tools.map((tool, index) => writeTool(tool, losses, `tools[${index}]`)),
    ...(toolChoice === undefined ? {} : { tool_choice: writeToolChoice(toolChoice) }),
    ...(calls === undefined ? {} : { parallel_tool_calls: calls === 'many' }),
  }
}

function writeTool(tool: Tool, losses: Losses, path: string): JsonObject {
  const { name, description, schema, strict } = tool
  if (tool.cacheControl !== undefined) losses.hint('cache_control', path)
  const own = {
    name,
    ...(description === undefined ? {} : { description }),
    ...(schema === undefined ? {} : { parameters: schema }),
    ...(strict === undefined ? {} : { strict }),
  }
  return { type: 'function', function: own }
}

function writeToolChoice(choice: ToolChoice): string | JsonObject {
  return choice.kind === 'named' ? { type: 'function', function: { name: choice.name } } : choice.kind
}

/** A schema is not weakened to any JSON: the client counts on what the service does not promise. */
function writeFormat(
  format: OutputFormat | undefined,
  promised: TargetTraits['json'],
  losses: Losses,
): JsonObject {
  if (format === undefined) return {}
  if (promised === 'none' || (promised === 'object' && format.kind === 'schema')) {
    losses.demand('response_format')
    return {}
  }
  if (format.kind === 'json') return { response_format: { type: 'json_object' } }
  const { kind: _, ...schema } = format
  // OpenAI requires a name.
  return { response_format: { type: 'json_schema', json_schema: { name: 'response', ...schema } } }
}

/**
 * The effort that stands for a budget of reasoning tokens: that of the first row that holds it. A rough measure, since
 * vendors do not say what an effort spends; the models that take a `reasoning_effort` all know these three.
 */
export const BUDGET_EFFORTS: readonly { readonly upTo: number; readonly effort: Effort }[] = [
  { upTo: 4_096, effort: 'low' },
  { upTo: 16_384, effort: 'medium' },
  { upTo: Number.POSITIVE_INFINITY, effort: 'high' },
]

/**
 * Efforts are OpenAI's own words; thinking as the model sees fit is what happens without a word. Not to think is said
 * only to models that are known to: others refuse the field, and most have nothing to switch off.
 */
function writeWish(
  wish: ReasoningWish | undefined,
  told: TargetTraits['reasoning'],
  losses: Losses,
): JsonObject {
  const effort = wish === undefined ? undefined : effortOf(wish)
  if (effort === undefined) return {}
  if (told === undefined && wish?.mode === 'off') losses.hint('reasoning')
  else if (told !== 'none') return { reasoning_effort: effort }
  else if (effort !== 'none') losses.demand('reasoning')
  return {}
}

function effortOf({ mode, effort, budget }: ReasoningWish): Effort | undefined {
  if (mode === 'off') return 'none'
  if (effort !== undefined || budget === undefined) return effort
  return BUDGET_EFFORTS.find(row => budget <= row.upTo)?.effort
}

/** `top_k` is not in OpenAI's API, which refuses it; a variant whose service takes it sets it. */
function writeSampling(sampling: Sampling, losses: Losses): JsonObject {
  if (sampling.topK !== undefined) losses.demand('top_k')
  const fields: [string, number | undefined][] = [
    ['temperature', sampling.temperature],
    ['top_p', sampling.topP],
    ['seed', sampling.seed],
    ['frequency_penalty', sampling.frequencyPenalty],
    ['presence_penalty', sampling.presencePenalty],
  ]
  return Object.fromEntries(fields.filter(([, value]) => value !== undefined))
}
