// A whole answer of Anthropic's messages: read into the neutral form, and written from it.
import { asArray, asObject, asString, parseObject } from '../json.ts'
import type { Echo } from '../translation/dialect.ts'
import { UNSIGNED } from '../translation/mark.ts'
import type { TextPart, ToolCallPart } from '../translation/prompt.ts'
import type { Finish, Reply, ReplyContent, ReplyUsage } from '../translation/reply.ts'
import type { JsonObject } from '../wire-format.ts'
import { JSON_TOOL, type MessagesBody } from './messages-body.ts'
import { finishOf, stopReasonOf } from './messages-finish.ts'
import { NO_MESSAGES_USAGE, readUsage, updateUsage, writeUsage } from './messages-usage.ts'

/** Reads an answer; blocks of tools that ran at Anthropic are passed over. */
export function readReply(body: JsonObject, json: MessagesBody['json']): Reply {
  const parts = asArray(body.content).flatMap(block => readBlock(asObject(block) ?? {}, json) ?? [])
  const { finish, stopSequence, refusal } = readStop(body, json)
  if (refusal !== undefined) parts.push({ kind: 'refusal', text: refusal })
  return {
    id: asString(body.id) ?? null,
    model: asString(body.model) ?? null,
    created: null,
    parts: joinTexts(parts),
    finish,
    stopSequence,
    usage: readUsage(updateUsage(NO_MESSAGES_USAGE, asObject(body.usage))),
  }
}

/** Why an answer ended; `refusal` is what Anthropic says of it. */
export interface Stop {
  readonly finish: Finish
  readonly stopSequence: string | null
  readonly refusal: string | undefined
}

/** Reads it from a message, or from the `delta` of a stream's `message_delta`. */
export function readStop(holder: JsonObject, json: MessagesBody['json']): Stop {
  const finish = finishOf(asString(holder.stop_reason) ?? '')
  const details = finish === 'refusal' ? asObject(holder.stop_details) : undefined
  return {
    finish: json === 'tool' && finish === 'tool_calls' ? 'stop' : finish,
    stopSequence: asString(holder.stop_sequence) ?? null,
    refusal: asString(details?.explanation),
  }
}

function readBlock(block: JsonObject, json: MessagesBody['json']): ReplyContent | undefined {
  switch (block.type) {
    case 'text': {
      const text = asString(block.text)
      return text === undefined ? undefined : { kind: 'text', text }
    }
    case 'thinking':
      return readThinking(asString(block.thinking) ?? '', asString(block.signature))
    case 'redacted_thinking':
      return { kind: 'redacted', data: asString(block.data) ?? '' }
    case 'tool_use':
      return readToolUse(block, json)
    default:
      return undefined
  }
}

function readThinking(text: string, signature: string | undefined): ReplyContent | undefined {
  if (signature !== undefined) return { kind: 'reasoning', text, signature }
  return text === '' ? undefined : { kind: 'reasoning', text }
}

function readToolUse(block: JsonObject, json: MessagesBody['json']): ReplyContent {
  const input = JSON.stringify(asObject(block.input) ?? {})
  if (isJsonTool(block, json)) return { kind: 'text', text: input }
  return { kind: 'tool_call', id: asString(block.id) ?? '', name: asString(block.name) ?? '', input }
}

/** Whether a `tool_use` block is the answer itself. */
export function isJsonTool(block: JsonObject, json: MessagesBody['json']): boolean {
  return json === 'tool' && block.name === JSON_TOOL
}

/** Neighbouring texts as one: Anthropic cuts where citations change, and a stream does not show it. */
function joinTexts(parts: readonly ReplyContent[]): readonly ReplyContent[] {
  const joined: ReplyContent[] = []
  for (const part of parts) {
    const last = joined.at(-1)
    if (part.kind !== 'text' || last?.kind !== 'text') joined.push(part)
    else joined.splice(-1, 1, { kind: 'text', text: last.text + part.text } satisfies TextPart)
  }
  return joined
}

/** What is known of an answer beside its content. */
export type Envelope = Pick<Reply, 'id' | 'model'>

/** A message without content, as a stream begins with. */
export function writeEnvelope(envelope: Envelope, echo: Echo, usage: ReplyUsage): JsonObject {
  return {
    id: envelope.id ?? `msg_${echo.id}`,
    type: 'message',
    role: 'assistant',
    model: envelope.model ?? echo.model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    stop_details: null,
    usage: writeUsage(usage),
  }
}

/** Whether a client that has asked for thinking by a budget counts on calls of tools to come after some. */
export type Forethought = 'before calls' | 'any'

export function writeReply(reply: Reply, echo: Echo, forethought: Forethought): JsonObject {
  const calls = reply.parts.some(part => part.kind === 'tool_call')
  const refusal = reply.parts.some(part => part.kind === 'refusal')
  return {
    ...writeEnvelope(reply, echo, reply.usage),
    content: (forethought === 'any' ? reply.parts : withForethought(reply.parts)).map(writeBlock),
    stop_reason: stopReasonOf(reply.finish, { calls, refusal }),
    stop_sequence: reply.stopSequence,
  }
}

/**
 * A turn that calls tools without a thought could not go on at Anthropic, where a budget has been set. The mark on an
 * empty thought tells the gateway, when the turn comes back, that it was another vendor's.
 */
function withForethought(parts: readonly ReplyContent[]): readonly ReplyContent[] {
  const at = parts.findIndex(part => part.kind === 'tool_call')
  const before = parts.slice(0, Math.max(at, 0))
  if (at < 0 || before.some(isThought)) return parts
  return [...before, { kind: 'reasoning', text: '' }, ...parts.slice(at)]
}

function isThought({ kind }: ReplyContent): boolean {
  return kind === 'reasoning' || kind === 'redacted'
}

function writeBlock(part: ReplyContent): JsonObject {
  switch (part.kind) {
    case 'text':
    case 'refusal':
      return { type: 'text', text: part.text, citations: null }
    case 'reasoning':
      return { type: 'thinking', thinking: part.text, signature: part.signature ?? UNSIGNED }
    case 'redacted':
      return { type: 'redacted_thinking', data: part.data }
    case 'tool_call':
      return writeToolUse(part, writeInput(part.input))
  }
}

/** `input` as the client's code gets it. Called by the model itself, as opposed to a program that it runs. */
export function writeToolUse(call: Pick<ToolCallPart, 'id' | 'name'>, input: JsonObject): JsonObject {
  return { type: 'tool_use', id: call.id, name: call.name, input, caller: { type: 'direct' } }
}

/**
 * Text that a model wrote as the input of a tool. What is no JSON object stays visible, under the name that the AI SDK
 * gives it: an empty input would call the tool with something that the model did not say.
 */
function writeInput(text: string): JsonObject {
  if (text.trim() === '') return {}
  return parseObject(text) ?? { rawInvalidInput: text }
}
