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
    stop: readStop(body.stop_sequences, losses),
    maxTokens: readMaxTokens(body.max_tokens, losses),
    user: readUser(asObject(body.metadata), losses),
    stream: body.stream === true,
    streamUsage: 'always',
  }
}

/** Anthropic knows no other metadata; what clients put beside it is for whoever routes or records. */
function readUser(metadata: JsonObject | undefined, losses: Losses): string | undefined {
  const { user_id: user, ...others } = metadata ?? {}
  if (Object.values(others).some(value => !asksNothing(value))) losses.hint('metadata')
  if (user != null && typeof user !== 'string') losses.hint('metadata', 'metadata.user_id')
  return asString(user)
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
    losses.demandType('string', tool.description, 'tools', `tools[${index}].description`)
    losses.demandType('boolean', tool.strict, 'tools', `tools[${index}].strict`)
    losses.demandType('object', tool.input_schema, 'tools', `tools[${index}].input_schema`)
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
  losses.demandType('boolean', single, 'tool_choice', 'tool_choice.disable_parallel_tool_use')
  const calls = single === true ? 'one' : single === false ? 'many' : undefined
  return { toolChoice: readToolChoice(choice, losses), calls }
}

function readToolChoice(choice: JsonObject | undefined, losses: Losses): ToolChoice | undefined {
  if (asksNothing(choice)) return undefined
  const name = asString(choice?.name)
  switch (choice?.type) {
    case 'auto':
    case 'none':
      return { kind: choice.type }
    case 'any':
      return { kind: 'required' }
    case 'tool':
      if (name !== undefined) return { kind: 'named', name }
  }
  losses.demand('tool_choice')
  return undefined
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
  if (asksNothing(thinking)) return {}
  switch (thinking?.type) {
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

function readStop(sequences: unknown, losses: Losses): readonly string[] {
  return asArray(sequences).flatMap((sequence, index) => {
    losses.demandType('string', sequence, 'stop_sequences', `stop_sequences[${index}]`)
    return asString(sequence) ?? []
  })
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
