// The neutral form of a request, written as a messages request.
import type { TargetTraits } from '../translation/dialect.ts'
import type { Losses } from '../translation/loss.ts'
import type { OutputFormat, Prompt, Tool, Turn } from '../translation/prompt.ts'
import type { JsonObject } from '../wire-format.ts'
import { shortContent, writeCacheControl, writeText } from './messages-blocks.ts'
import { goesOnUnthought } from './messages-foreign.ts'
import { byBudget, type Thinking, wishedBudget, writeThinking } from './messages-thinking.ts'
import { writeMessages } from './messages-turns.ts'

/** Tokens an answer may have when neither the request nor what is known of the model says; Anthropic requires one. */
export const DEFAULT_MAX_TOKENS = 4096

/** The tool whose input is the JSON object that was asked for, at models that promise none otherwise. */
export const JSON_TOOL = 'json'

/** `json`: how the JSON that was asked for comes back, in a text or as the input of `JSON_TOOL`. */
export interface MessagesBody {
  readonly body: JsonObject
  readonly json: 'text' | 'tool'
}

/** Writes a request body; what Anthropic has no word for, or would refuse, goes to `losses`. */
export function writeBody(prompt: Prompt, target: TargetTraits, losses: Losses): MessagesBody {
  const maxTokens = writeMaxTokens(prompt, target)
  const wish = writeThinking(prompt.reasoning, target.reasoning, maxTokens, losses)
  const messages = writeConversation(prompt, target, losses)
  const thinking = keepsThinking(wish, messages) ? wish : dropThinking(losses)
  const json = usesJsonTool(prompt, target, thinking, losses) ? 'tool' : 'text'
  const output = {
    ...(thinking.effort === undefined ? {} : { effort: thinking.effort }),
    ...(json === 'tool' ? {} : writeFormat(prompt.format, target)),
  }
  const body = {
    model: target.model,
    max_tokens: maxTokens,
    ...messages,
    ...writeTools(prompt, json, thinking, losses),
    ...(thinking.thinking === undefined ? {} : { thinking: thinking.thinking }),
    ...(Object.keys(output).length === 0 ? {} : { output_config: output }),
    ...writeSampling(prompt, thinking, losses),
    ...writeStop(prompt.stop, losses),
    ...(prompt.user === undefined ? {} : { metadata: { user_id: prompt.user } }),
    ...(prompt.stream ? { stream: true } : {}),
  }
  return { body, json }
}

/** A limit beyond the model's own says nothing; a model given a budget needs room for the answer behind it. */
function writeMaxTokens(prompt: Prompt, target: TargetTraits): number {
  const { maxTokens, reasoning } = prompt
  if (maxTokens !== undefined) return Math.min(maxTokens, target.outputLimit ?? maxTokens)
  if (target.outputLimit !== undefined) return target.outputLimit
  const isThinking = reasoning !== undefined && byBudget(reasoning, target.reasoning)
  return DEFAULT_MAX_TOKENS + (isThinking ? wishedBudget(reasoning) : 0)
}

interface Conversation {
  readonly system?: unknown
  readonly messages: readonly JsonObject[]
}

/** Anthropic needs a message: a request that is nothing but instructions has them said by the user. */
function writeConversation(prompt: Prompt, target: TargetTraits, losses: Losses): Conversation {
  const system = prompt.system.flatMap(writeText)
  const messages = writeMessages(prompt.turns, target.model, losses)
  if (messages.length > 0) {
    return system.length === 0 ? { messages } : { system: shortContent(system), messages }
  }
  if (system.length > 0) return { messages: [{ role: 'user', content: shortContent(system) }] }
  losses.demand('messages')
  return { messages }
}

/** Thinking by a budget ends where a format without signed thinking, or another vendor, has broken it off. */
function keepsThinking({ mode }: Thinking, { messages }: Conversation): boolean {
  return mode !== 'manual' || !goesOnUnthought(messages)
}

function dropThinking(losses: Losses): Thinking {
  losses.hint('reasoning')
  return { mode: 'unsaid' }
}

function writeFormat(format: OutputFormat | undefined, target: TargetTraits): JsonObject {
  if (format?.kind !== 'schema' || !knowsSchemas(target)) return {}
  return { format: { type: 'json_schema', schema: describedSchema(format) } }
}

/** A format has no description of its own here; a schema has a place for it. */
function describedSchema({ description, schema }: Extract<OutputFormat, { kind: 'schema' }>): JsonObject {
  return description === undefined ? schema : { description, ...schema }
}

function knowsSchemas(target: TargetTraits): boolean {
  return target.json === undefined || target.json === 'schema'
}

/** A forced tool stands for JSON that the model does not promise, unless something keeps it from being forced. */
function usesJsonTool(prompt: Prompt, target: TargetTraits, thinking: Thinking, losses: Losses): boolean {
  if (prompt.format === undefined) return false
  if (prompt.format.kind === 'schema' && knowsSchemas(target)) return false
  if (prompt.tools.length === 0 && thinking.mode !== 'manual') return true
  losses.demand('response_format')
  return false
}

function writeTools(
  prompt: Prompt,
  json: MessagesBody['json'],
  thinking: Thinking,
  losses: Losses,
): JsonObject {
  if (json === 'tool') return writeJsonTool(prompt)
  if (prompt.tools.length > 0) {
    return { tools: prompt.tools.map(writeTool), ...writeToolChoice(prompt, thinking, losses) }
  }
  const { toolChoice } = prompt
  if (toolChoice?.kind === 'required' || toolChoice?.kind === 'named') losses.demand('tool_choice')
  const names = calledTools(prompt.turns)
  if (names.length === 0) return {}
  return { tools: names.map(name => writeTool({ name })), tool_choice: { type: 'none' } }
}

/** Tools that were called before, which Anthropic wants declared also when none may be called any more. */
function calledTools(turns: readonly Turn[]): readonly string[] {
  const parts = turns.flatMap(turn => (turn.role === 'assistant' ? turn.parts : []))
  return [...new Set(parts.flatMap(part => (part.kind === 'tool_call' ? part.name : [])))]
}

function writeJsonTool(prompt: Prompt): JsonObject {
  const { format } = prompt
  const earlier = calledTools(prompt.turns).filter(name => name !== JSON_TOOL)
  const tool: Tool = {
    name: JSON_TOOL,
    description: 'Answers with a JSON object: its input is the answer.',
    schema: format?.kind === 'schema' ? describedSchema(format) : { type: 'object' },
  }
  return {
    tools: [...earlier.map(name => ({ name })), tool].map(writeTool),
    tool_choice: { type: 'tool', name: JSON_TOOL, disable_parallel_tool_use: true },
  }
}

function writeTool(tool: Tool): JsonObject {
  return {
    name: tool.name,
    ...(tool.description === undefined ? {} : { description: tool.description }),
    input_schema: tool.schema ?? { type: 'object', properties: {} },
    ...(tool.strict === undefined ? {} : { strict: tool.strict }),
    ...writeCacheControl(tool),
  }
}

function writeToolChoice(prompt: Prompt, thinking: Thinking, losses: Losses): JsonObject {
  const choice = choiceOf(prompt, thinking, losses)
  if (prompt.calls !== 'one' || choice?.type === 'none')
    return choice === undefined ? {} : { tool_choice: choice }
  return { tool_choice: { ...(choice ?? { type: 'auto' }), disable_parallel_tool_use: true } }
}

function choiceOf({ toolChoice }: Prompt, thinking: Thinking, losses: Losses): JsonObject | undefined {
  if (toolChoice === undefined) return undefined
  if (toolChoice.kind === 'auto' || toolChoice.kind === 'none') return { type: toolChoice.kind }
  // "Thinking in tool and multi-turn workflows": only thinking by a budget cannot be forced to call.
  if (thinking.mode === 'manual') {
    losses.demand('tool_choice')
    return undefined
  }
  return toolChoice.kind === 'named' ? { type: 'tool', name: toolChoice.name } : { type: 'any' }
}

/** Values that mean the default are left out: newer models refuse sampling parameters. */
function writeSampling({ sampling }: Prompt, thinking: Thinking, losses: Losses): JsonObject {
  const isThinking = thinking.mode === 'adaptive' || thinking.mode === 'manual'
  const { temperature = 1, topP = 1, topK, seed, frequencyPenalty, presencePenalty } = sampling
  // The guide "Extended thinking": no other temperature or top_k while thinking, and top_p from 0.95.
  const lost = {
    temperature: temperature > 1 || (isThinking && temperature !== 1),
    top_p: isThinking && topP < 0.95,
    top_k: isThinking && topK !== undefined,
    seed: seed !== undefined,
    frequency_penalty: (frequencyPenalty ?? 0) !== 0,
    presence_penalty: (presencePenalty ?? 0) !== 0,
  }
  for (const [field, isLost] of Object.entries(lost)) if (isLost) losses.demand(field)
  return {
    ...(lost.temperature || temperature === 1 ? {} : { temperature }),
    ...(lost.top_p || topP === 1 ? {} : { top_p: topP }),
    ...(lost.top_k || topK === undefined ? {} : { top_k: topK }),
  }
}

/** Anthropic refuses sequences that are only white space. */
function writeStop(stop: readonly string[], losses: Losses): JsonObject {
  const visible = stop.filter(sequence => sequence.trim() !== '')
  if (visible.length < stop.length) losses.demand('stop')
  return visible.length === 0 ? {} : { stop_sequences: visible }
}
