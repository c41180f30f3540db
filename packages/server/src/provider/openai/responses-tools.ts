// The tools of a Responses request, and which of them may or must be called.
import { asArray, asObject, asString } from '../json.ts'
import type { Losses } from '../translation/loss.ts'
import type { Prompt, Tool, ToolChoice } from '../translation/prompt.ts'
import type { JsonObject } from '../wire-format.ts'

type ToolUse = Pick<Prompt, 'tools' | 'toolChoice' | 'calls'>

export function readToolUse(body: JsonObject, losses: Losses): ToolUse {
  const tools = asArray(body.tools).flatMap((tool, index) =>
    readTool(asObject(tool) ?? {}, losses, `tools[${index}]`),
  )
  const calls = typeof body.parallel_tool_calls === 'boolean' ? howMany(body.parallel_tool_calls) : undefined
  return { tools, calls, ...readChoice(body.tool_choice, tools, losses) }
}

const howMany = (parallel: boolean) => (parallel ? 'many' : 'one')

/** Functions only; OpenAI's own tools and free-form ones are lost by their type. */
function readTool(tool: JsonObject, losses: Losses, path: string): readonly Tool[] {
  const name = asString(tool.name)
  if (tool.type !== 'function' || name === undefined) {
    losses.demand(asString(tool.type) ?? 'tools', path)
    return []
  }
  reportToolFields(tool, losses, path)
  const description = asString(tool.description)
  const schema = asObject(tool.parameters)
  // Without `strict` OpenAI is strict where the schema allows it: a wish, which leaves the target its default.
  const strict = typeof tool.strict === 'boolean' ? tool.strict : undefined
  const said = { ...(description && { description }), ...(schema && { schema }) }
  return [{ name, ...said, ...(strict !== undefined && { strict }) }]
}

function reportToolFields(tool: JsonObject, losses: Losses, path: string): void {
  losses.demandType('string', tool.description, 'tools', `${path}.description`)
  losses.demandType('boolean', tool.strict, 'tools', `${path}.strict`)
  losses.demandType('object', tool.parameters, 'tools', `${path}.parameters`)
  if (tool.async === true) losses.demand('async', `${path}.async`)
  const callers = asArray(tool.allowed_callers)
  if (callers.length > 0 && !callers.includes('direct')) {
    losses.demand('allowed_callers', `${path}.allowed_callers`)
  }
  // A tool that was to be loaded by search is there from the start.
  if (tool.defer_loading === true) losses.hint('defer_loading', `${path}.defer_loading`)
  if (asObject(tool.output_schema) !== undefined) losses.hint('output_schema', `${path}.output_schema`)
}

type Choice = Pick<Prompt, 'toolChoice'> & Partial<Pick<Prompt, 'tools'>>

function readChoice(value: unknown, tools: readonly Tool[], losses: Losses): Choice {
  if (value === null || value === undefined) return { toolChoice: undefined }
  const choice = asObject(value)
  const name = asString(choice?.name)
  if (choice?.type === 'function' && name !== undefined) return { toolChoice: { kind: 'named', name } }
  if (choice?.type === 'allowed_tools') return readAllowed(choice, tools, losses)
  return { toolChoice: readMode(value, losses, 'tool_choice') }
}

/** Tools that may not be called are left out: to a target without a cache of them that is the same. */
function readAllowed(choice: JsonObject, tools: readonly Tool[], losses: Losses): Choice {
  const names = asArray(choice.tools).map((tool, index) =>
    readAllowedName(asObject(tool) ?? {}, losses, `tool_choice.tools[${index}]`),
  )
  const toolChoice = readMode(choice.mode, losses, 'tool_choice.mode')
  return { toolChoice, tools: tools.filter(tool => names.includes(tool.name)) }
}

function readAllowedName(tool: JsonObject, losses: Losses, path: string): string | undefined {
  const name = tool.type === 'function' ? asString(tool.name) : undefined
  if (name === undefined) losses.demand('tool_choice', path)
  return name
}

function readMode(value: unknown, losses: Losses, path: string): ToolChoice | undefined {
  if (value === 'auto' || value === 'none' || value === 'required') return { kind: value }
  losses.demand('tool_choice', path)
  return undefined
}
