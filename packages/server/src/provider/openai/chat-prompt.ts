// A chat request, read into a prompt.
import { asArray, asObject, asString } from '../json.ts'
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
import { readCacheControl } from './chat-content.ts'
import { reportFields } from './chat-fields.ts'
import { readConversation } from './chat-turns.ts'

/** Reads a request of any shape. */
export function readPrompt(body: JsonObject, losses: Losses): Prompt {
  reportFields(body, losses)
  const options = asObject(body.stream_options)
  return {
    ...readConversation(body.messages, losses),
    tools: readTools(body.tools, losses),
    toolChoice: readToolChoice(body.tool_choice, losses),
    calls: readCalls(body.parallel_tool_calls),
    format: readFormat(body.response_format, losses),
    reasoning: readEffort(body.reasoning_effort, losses),
    sampling: readSampling(body),
    stop: readStop(body.stop, losses),
    maxTokens: asNumber(body.max_completion_tokens) ?? asNumber(body.max_tokens),
    user: readUser(body, losses),
    stream: body.stream === true,
    streamUsage: options?.include_usage === true ? 'asked' : 'never',
  }
}

function asNumber(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

function readTools(tools: unknown, losses: Losses): readonly Tool[] {
  return asArray(tools).flatMap((entry, index) => {
    const tool = asObject(entry) ?? {}
    const own = asObject(tool.function) ?? {}
    const name = asString(own.name)
    if (tool.type === 'function' && name !== undefined) {
      reportTypes(own, losses, `tools[${index}].function`)
      return [readTool(name, own, tool)]
    }
    losses.demand(tool.type === 'function' ? 'tools' : (asString(tool.type) ?? 'tools'), `tools[${index}]`)
    return []
  })
}

function reportTypes({ description, parameters, strict }: JsonObject, losses: Losses, path: string): void {
  losses.demandType('string', description, 'tools', `${path}.description`)
  losses.demandType('object', parameters, 'tools', `${path}.parameters`)
  losses.demandType('boolean', strict, 'tools', `${path}.strict`)
}

function readTool(name: string, own: JsonObject, tool: JsonObject): Tool {
  const description = asString(own.description)
  const schema = asObject(own.parameters)
  return {
    name,
    ...(description === undefined ? {} : { description }),
    ...(schema === undefined ? {} : { schema }),
    ...(typeof own.strict === 'boolean' ? { strict: own.strict } : {}),
    ...readCacheControl(own),
    ...readCacheControl(tool),
  }
}

/** Choices among some of the tools, or of one that is no function, have no neutral form. */
function readToolChoice(choice: unknown, losses: Losses): ToolChoice | undefined {
  if (choice === undefined || choice === null) return undefined
  if (choice === 'auto' || choice === 'none' || choice === 'required') return { kind: choice }
  const named = asObject(choice)
  const name = asString(asObject(named?.function)?.name)
  if (named?.type === 'function' && name !== undefined) return { kind: 'named', name }
  losses.demand('tool_choice')
  return undefined
}

function readCalls(parallel: unknown): Prompt['calls'] {
  if (typeof parallel !== 'boolean') return undefined
  return parallel ? 'many' : 'one'
}

function readFormat(value: unknown, losses: Losses): OutputFormat | undefined {
  const format = asObject(value)
  if (value === undefined || value === null || format?.type === 'text') return undefined
  if (format?.type === 'json_object') return { kind: 'json' }
  const schema = asObject(format?.json_schema)
  if (format?.type === 'json_schema' && schema !== undefined) return readSchema(schema, losses)
  losses.demand('response_format')
  return undefined
}

function readSchema(own: JsonObject, losses: Losses): OutputFormat {
  reportSchemaFields(own, losses)
  const name = asString(own.name)
  const description = asString(own.description)
  return {
    kind: 'schema',
    schema: asObject(own.schema) ?? {},
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
    ...(typeof own.strict === 'boolean' ? { strict: own.strict } : {}),
  }
}

function reportSchemaFields(own: JsonObject, losses: Losses): void {
  const { name, description, schema, strict, ...others } = own
  const at = 'response_format.json_schema'
  for (const [field, text] of Object.entries({ name, description }))
    losses.demandType('string', text, 'response_format', `${at}.${field}`)
  losses.demandType('object', schema, 'response_format', `${at}.schema`)
  losses.demandType('boolean', strict, 'response_format', `${at}.strict`)
  for (const [field, value] of Object.entries(others))
    if (value !== null) losses.demand('response_format', `${at}.${field}`)
}

const EFFORTS: ReadonlySet<unknown> = new Set<Effort>([
  'none',
  'minimal',
  'low',
  'medium',
  'high',
  'xhigh',
  'max',
])

function readEffort(effort: unknown, losses: Losses): ReasoningWish | undefined {
  if (EFFORTS.has(effort)) return { effort: effort as Effort }
  if (effort !== undefined && effort !== null) losses.demand('reasoning_effort')
  return undefined
}

/** A penalty of 0 is none. */
function readSampling(body: JsonObject): Sampling {
  const sampling: [keyof Sampling, number | undefined][] = [
    ['temperature', asNumber(body.temperature)],
    ['topP', asNumber(body.top_p)],
    ['topK', asNumber(body.top_k)],
    ['seed', asNumber(body.seed)],
    ['frequencyPenalty', asNumber(body.frequency_penalty) || undefined],
    ['presencePenalty', asNumber(body.presence_penalty) || undefined],
  ]
  return Object.fromEntries(sampling.filter(([, value]) => value !== undefined))
}

function readStop(stop: unknown, losses: Losses): readonly string[] {
  if (stop === undefined || stop === null) return []
  const list: readonly unknown[] = Array.isArray(stop) ? stop : [stop]
  const sequences = list.filter(sequence => typeof sequence === 'string')
  if (sequences.length < list.length) losses.demand('stop')
  return sequences.filter(sequence => sequence !== '')
}

/** `safety_identifier` is the user's id when `user`, which it replaces, is absent. */
function readUser(body: JsonObject, losses: Losses): string | undefined {
  const user = asString(body.user)
  const identifier = asString(body.safety_identifier)
  if (user !== undefined && identifier !== undefined && identifier !== user) losses.hint('safety_identifier')
  return user ?? identifier
}
