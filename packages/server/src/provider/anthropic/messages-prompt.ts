// A messages request, read into the neutral form.
import { asArray, asCount, asObject, asString } from '../json.ts'
import type { Losses } from '../translation/loss.ts'
import type {
  Effort,
  OutputFormat,
  Prompt,
  ReasoningWish,
  Sampling,
  Tool,
  ToolChoice,
  Turn,
} from '../translation/prompt.ts'
import type { JsonObject } from '../wire-format.ts'
import {
  readAssistantContent,
  readCacheControl,
  readTextContent,
  readUserContent,
} from './messages-content.ts'
import { asksNothing, reportFields } from './messages-fields.ts'

/** Reads a request body of any shape; what has no neutral form goes to `losses`. */
export function readPrompt(body: JsonObject, losses: Losses): Prompt {
  reportFields(body, losses)
  const output = asObject(body.output_config) ?? {}
  return {
    system: readTextContent(body.system, 'system', losses),
    turns: readTurns(body.messages, losses),
    tools: readTools(body.tools, losses),
    ...readToolUse(asObject(body.tool_choice), losses),
    format: readFormat(output, losses),
    reasoning: readReasoning(asObject(body.thinking), output, losses),
    sampling: readSampling(body),
    stop: asArray(body.stop_sequences).flatMap(sequence => asString(sequence) ?? []),
    maxTokens: readMaxTokens(body.max_tokens, losses),
    user: asString(asObject(body.metadata)?.user_id),
    stream: body.stream === true,
    streamUsage: 'always',
  }
}

function readTurns(messages: unknown, losses: Losses): readonly Turn[] {
  return asArray(messages).flatMap((entry, index): readonly Turn[] => {
    const { role, content } = asObject(entry) ?? {}
    const path = `messages[${index}].content`
    switch (role) {
      case 'user':
        return [{ role, parts: readUserContent(content, path, losses) }]
      case 'assistant':
        return [{ role, parts: readAssistantContent(content, path, losses) }]
      case 'system':
        return [{ role: 'instruction', parts: readTextContent(content, path, losses) }]
      default:
        losses.demand('messages', `messages[${index}].role`)
        return []
    }
  })
}

/** Fields of a client's tool that have a neutral form. */
const TOOL_FIELDS = new Set(['name', 'type', 'description', 'input_schema', 'strict', 'cache_control'])

/** Fields of a client's tool that only say when it is loaded or how it is streamed. */
const TOOL_HINTS = new Set(['defer_loading', 'eager_input_streaming'])

function readTools(tools: unknown, losses: Losses): readonly Tool[] {
  return asArray(tools).flatMap((entry, index) => {
    const tool = asObject(entry) ?? {}
    const type = asString(tool.type) ?? 'custom'
    const name = asString(tool.name)
    if (type !== 'custom' || name === undefined) {
      losses.demand(type === 'custom' ? 'tools' : type, `tools[${index}]`)
      return []
    }
    reportToolFields(tool, `tools[${index}]`, losses)
    return [readTool(tool, name)]
  })
}

function readTool(tool: JsonObject, name: string): Tool {
  const description = asString(tool.description)
  const schema = asObject(tool.input_schema)
  return {
    name,
    ...(description === undefined ? {} : { description }),
    ...(schema === undefined ? {} : { schema }),
    ...(typeof tool.strict === 'boolean' ? { strict: tool.strict } : {}),
    ...readCacheControl(tool),
  }
}

function reportToolFields(tool: JsonObject, path: string, losses: Losses): void {
  for (const [field, value] of Object.entries(tool)) {
    if (TOOL_FIELDS.has(field) || asksNothing(value) || isDirectOnly(field, value)) continue
    if (TOOL_HINTS.has(field)) losses.hint(field, `${path}.${field}`)
    else losses.demand(field, `${path}.${field}`)
  }
}

/** The default of `allowed_callers`: only the model calls the tool. */
function isDirectOnly(field: string, value: unknown): boolean {
  return field === 'allowed_callers' && asArray(value).every(caller => caller === 'direct')
}

function readToolUse(
  choice: JsonObject | undefined,
  losses: Losses,
): { toolChoice: ToolChoice | undefined; calls: Prompt['calls'] } {
  const single = choice?.disable_parallel_tool_use
  const calls = single === true ? 'one' : single === false ? 'many' : undefined
  return { toolChoice: readToolChoice(choice, losses), calls }
}

function readToolChoice(choice: JsonObject | undefined, losses: Losses): ToolChoice | undefined {
  switch (choice?.type) {
    case undefined:
      return undefined
    case 'auto':
    case 'none':
      return { kind: choice.type }
    case 'any':
      return { kind: 'required' }
    case 'tool':
      return { kind: 'named', name: asString(choice.name) ?? '' }
    default:
      losses.demand('tool_choice')
      return undefined
  }
}

function readFormat(output: JsonObject, losses: Losses): OutputFormat | undefined {
  for (const [field, value] of Object.entries(output)) {
    if (field !== 'effort' && field !== 'format' && !asksNothing(value)) {
      losses.demand('output_config', `output_config.${field}`)
    }
  }
  if (asksNothing(output.format)) return undefined
  const format = asObject(output.format)
  const schema = asObject(format?.schema)
  if (format?.type === 'json_schema' && schema !== undefined) return { kind: 'schema', schema }
  losses.demand('output_config', 'output_config.format')
  return undefined
}

const EFFORTS: ReadonlyMap<unknown, Effort> = new Map(
  (['low', 'medium', 'high', 'xhigh', 'max'] as const).map(effort => [effort, effort]),
)

function readReasoning(
  thinking: JsonObject | undefined,
  output: JsonObject,
  losses: Losses,
): ReasoningWish | undefined {
  const effort = EFFORTS.get(output.effort)
  if (effort === undefined && !asksNothing(output.effort)) {
    losses.demand('output_config', 'output_config.effort')
  }
  const wish = { ...readThinking(thinking, losses), ...(effort === undefined ? {} : { effort }) }
  return asksNothing(wish) ? undefined : wish
}

/** Thinking whose display is omitted is shown after all by a target that shows it: nothing is missing then. */
function readThinking(thinking: JsonObject | undefined, losses: Losses): ReasoningWish {
  if (thinking?.display === 'omitted') losses.hint('thinking', 'thinking.display')
  switch (thinking?.type) {
    case undefined:
      return {}
    case 'disabled':
      return { mode: 'off' }
    case 'adaptive':
      return { mode: 'adaptive' }
    case 'enabled': {
      const budget = asCount(thinking.budget_tokens)
      return budget === null ? { mode: 'budget' } : { mode: 'budget', budget }
    }
    default:
      losses.demand('thinking', 'thinking.type')
      return {}
  }
}

function readSampling({ temperature, top_p: topP, top_k: topK }: JsonObject): Sampling {
  return {
    ...(typeof temperature === 'number' ? { temperature } : {}),
    ...(typeof topP === 'number' ? { topP } : {}),
    ...(typeof topK === 'number' ? { topK } : {}),
  }
}

/** 0 asks to fill the prompt cache and answer nothing, which others cannot. */
function readMaxTokens(value: unknown, losses: Losses): number | undefined {
  if (value === 0) losses.demand('max_tokens')
  return asCount(value) || undefined
}
