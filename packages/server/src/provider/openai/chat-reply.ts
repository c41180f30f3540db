// Whole chat answers, both ways.
import { asArray, asCount, asObject, asString } from '../json.ts'
import type { Echo } from '../translation/dialect.ts'
import type { ToolCallPart } from '../translation/prompt.ts'
import { NO_USAGE, type Reply, type ReplyContent, type ReplyUsage } from '../translation/reply.ts'
import type { JsonObject } from '../wire-format.ts'
import { finishOf, reasonOf } from './chat-finish.ts'
import { writeDetail } from './chat-reasoning.ts'
import { readReplyUsage } from './usage.ts'

/** Reads the first choice of an answer: more are never asked for. */
export function readReply(body: JsonObject): Reply {
  const choice = asObject(asArray(body.choices)[0]) ?? {}
  const parts = readMessage(asObject(choice.message) ?? {})
  const usage = asObject(body.usage)
  return {
    id: asString(body.id) ?? null,
    model: asString(body.model) ?? null,
    created: asCount(body.created),
    parts,
    finish: finishOf(asString(choice.finish_reason), answeredOf(parts)),
    stopSequence: null,
    usage: usage === undefined ? NO_USAGE : readReplyUsage(usage),
  }
}

function answeredOf(parts: readonly ReplyContent[]) {
  return {
    calls: parts.some(part => part.kind === 'tool_call'),
    refusal: parts.some(part => part.kind === 'refusal'),
  }
}

function readMessage(message: JsonObject): readonly ReplyContent[] {
  return [...readSaid(message), ...readToolCalls(message)]
}

/** One piece of what a message or a delta says in words. */
export type Said = { readonly kind: 'text' | 'reasoning' | 'refusal'; readonly text: string }

/** Reads the words of a message or of a delta: reasoning, then content, then a refusal. */
export function readSaid(message: JsonObject): readonly Said[] {
  const said: Said[] = []
  const reasoning = asString(message.reasoning_content) ?? asString(message.reasoning)
  if (reasoning !== undefined) said.push({ kind: 'reasoning', text: reasoning })
  if (typeof message.content !== 'string') said.push(...readContentParts(message.content))
  else if (message.content !== '') said.push({ kind: 'text', text: message.content })
  const refusal = asString(message.refusal)
  if (refusal !== undefined) said.push({ kind: 'refusal', text: refusal })
  return said
}

/** Content as parts, as Mistral's reasoning models give it: `thinking` holds texts of its own. */
function readContentParts(content: unknown): readonly Said[] {
  return asArray(content).flatMap((entry): readonly Said[] => {
    const part = asObject(entry) ?? {}
    if (part.type === 'thinking')
      return readContentParts(part.thinking).map(({ text }) => ({ kind: 'reasoning', text }))
    const text = asString(part.text)
    return text === undefined ? [] : [{ kind: 'text', text }]
  })
}

function readToolCalls(message: JsonObject): readonly ToolCallPart[] {
  const legacy = asObject(message.function_call)
  const calls = legacy === undefined ? asArray(message.tool_calls) : [{ function: legacy }]
  return calls.flatMap((entry, index) => {
    const call = asObject(entry) ?? {}
    const own = asObject(call.function) ?? {}
    const name = asString(own.name)
    if (name === undefined) return []
    const id = asString(call.id) ?? madeUpId(index)
    return [{ kind: 'tool_call' as const, id, name, input: readInput(own.arguments) || '{}' }]
  })
}

/** For services that give calls no id: the client has to name the call it answers. */
export function madeUpId(index: number): string {
  return `call_${index}`
}

/** Arguments are JSON text; some services send the object itself. */
export function readInput(input: unknown): string {
  return asObject(input) === undefined ? (asString(input) ?? '') : JSON.stringify(input)
}

/** Writes a `chat.completion`. */
export function writeReply(reply: Reply, echo: Echo): JsonObject {
  const usage = writeUsage(reply.usage)
  return {
    id: reply.id ?? echo.id,
    object: 'chat.completion',
    created: reply.created ?? echo.now,
    model: reply.model ?? echo.model,
    choices: [
      {
        index: 0,
        message: writeMessage(reply.parts),
        logprobs: null,
        finish_reason: reasonOf(reply.finish, answeredOf(reply.parts)),
      },
    ],
    ...(usage === undefined ? {} : { usage }),
  }
}

function writeMessage(parts: readonly ReplyContent[]): JsonObject {
  const calls = parts.filter(part => part.kind === 'tool_call')
  const details = parts.filter(part => part.kind === 'redacted' || part.kind === 'reasoning').map(writeDetail)
  const reasoning = joined(parts, 'reasoning')
  const refusal = joined(parts, 'refusal')
  // OpenAI takes no message back that neither says nor calls anything, unless its content is an empty text.
  const silence = calls.length > 0 || refusal !== null ? null : ''
  return {
    role: 'assistant',
    content: joined(parts, 'text') ?? silence,
    refusal,
    ...(reasoning === null ? {} : { reasoning_content: reasoning }),
    ...(details.length === 0 ? {} : { reasoning_details: details }),
    ...(calls.length === 0 ? {} : { tool_calls: calls.map(writeCall) }),
  }
}

function joined(parts: readonly ReplyContent[], kind: 'text' | 'reasoning' | 'refusal'): string | null {
  const text = parts.map(part => (part.kind === kind ? part.text : '')).join('')
  return text === '' ? null : text
}

function writeCall(call: ToolCallPart): JsonObject {
  return { id: call.id, type: 'function', function: { name: call.name, arguments: call.input } }
}

/** What is not known is left out: no number is made up. Undefined when nothing is known. */
export function writeUsage(usage: ReplyUsage): JsonObject | undefined {
  const { input, output, cachedInput, cacheWritten, reasoning } = usage
  const prompt = {
    ...(cachedInput === null ? {} : { cached_tokens: cachedInput }),
    ...(cacheWritten === null ? {} : { cache_write_tokens: cacheWritten }),
  }
  // Literal names: objects with computed ones took nearly half the time of a whole answer.
  const written = {
    ...(input === null ? {} : { prompt_tokens: input }),
    ...(output === null ? {} : { completion_tokens: output }),
    ...(input === null || output === null ? {} : { total_tokens: input + output }),
    ...(cachedInput === null && cacheWritten === null ? {} : { prompt_tokens_details: prompt }),
    ...(reasoning === null ? {} : { completion_tokens_details: { reasoning_tokens: reasoning } }),
  }
  return Object.keys(written).length === 0 ? undefined : written
}
