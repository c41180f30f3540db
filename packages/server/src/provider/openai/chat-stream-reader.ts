// A stream of chat chunks, read into the parts of an answer.
import { asArray, asCount, asObject, asString, parseObject, readErrorObject } from '../json.ts'
import type { ReplyReader } from '../translation/dialect.ts'
import type { ReplyError, ReplyPart } from '../translation/reply.ts'
import type { JsonObject } from '../wire-format.ts'
import { finishOf } from './chat-finish.ts'
import { madeUpId, readInput, readSaid } from './chat-reply.ts'
import { readReplyUsage } from './usage.ts'

/** A tool call under way. */
interface Call {
  /** Its number in the neutral stream. */
  readonly index: number
  /** The id it was opened with; undefined when it was made up. */
  readonly id: string | undefined
}

/** Reads one stream, of OpenAI or of a service that speaks its format with an accent. */
export class ChatStreamReader implements ReplyReader {
  #started = false
  #finished = false
  #ended = false
  #refused = false
  #opened = 0
  /** Calls by their `index` in the stream; when a service gives none, the latest stands under -1. */
  readonly #calls = new Map<number, Call>()

  read(event: string | undefined, data: string): readonly ReplyPart[] {
    if (this.#ended) return []
    if (data === '[DONE]') return this.#end({ kind: 'done' })
    const chunk = parseObject(data)
    if (chunk === undefined) return []
    const error = readError(event, chunk)
    return error === undefined ? this.#readChunk(chunk) : this.#end({ kind: 'error', error })
  }

  #end(part: ReplyPart): readonly ReplyPart[] {
    this.#ended = true
    return [part]
  }

  #readChunk(chunk: JsonObject): readonly ReplyPart[] {
    const parts: ReplyPart[] = []
    const choice = asArray(chunk.choices).map(asObject).find(isFirst)
    const usage = asObject(chunk.usage)
    // What Azure's filter found in the prompt comes first, under no id and of no model.
    if (!this.#started && (choice !== undefined || usage !== undefined)) parts.push(this.#start(chunk))
    if (choice !== undefined) this.#readChoice(choice, parts)
    if (usage !== undefined) parts.push({ kind: 'usage', usage: readReplyUsage(usage) })
    return parts
  }

  #start(chunk: JsonObject): ReplyPart {
    this.#started = true
    const id = asString(chunk.id) ?? null
    return { kind: 'start', id, model: asString(chunk.model) ?? null, created: asCount(chunk.created) }
  }

  #readChoice(choice: JsonObject, parts: ReplyPart[]): void {
    const delta = asObject(choice.delta) ?? {}
    for (const said of readSaid(delta)) {
      if (said.kind === 'refusal') this.#refused = true
      parts.push(said)
    }
    for (const call of asArray(delta.tool_calls)) this.#readCall(asObject(call) ?? {}, parts)
    const legacy = asObject(delta.function_call)
    if (legacy !== undefined) this.#readCall({ index: 0, function: legacy }, parts)
    const reason = asString(choice.finish_reason)
    if (reason !== undefined && !this.#finished) parts.push(this.#finish(reason))
  }

  #finish(reason: string): ReplyPart {
    this.#finished = true
    const finish = finishOf(reason, { calls: this.#opened > 0, refusal: this.#refused })
    return { kind: 'finish', finish, stopSequence: null }
  }

  #readCall(delta: JsonObject, parts: ReplyPart[]): void {
    const own = asObject(delta.function) ?? {}
    const key = asCount(delta.index) ?? -1
    const id = asString(delta.id)
    const name = asString(own.name)
    let call = this.#calls.get(key)
    if (name !== undefined && isNew(call, id, key)) {
      call = { index: this.#opened++, id }
      this.#calls.set(key, call)
      parts.push({ kind: 'call', index: call.index, id: id ?? madeUpId(call.index), name })
    }
    const json = readInput(own.arguments)
    // A fragment without a call to belong to cannot be placed.
    if (call !== undefined && json !== '') parts.push({ kind: 'input', index: call.index, json })
  }
}

/**
 * Whether a fragment that names a function opens a call: the first of its index; another id under the same index, as
 * Gemini's endpoint numbers all calls 0; or, without an index, any name, since such services send calls whole.
 */
function isNew(call: Call | undefined, id: string | undefined, key: number): boolean {
  if (call === undefined) return true
  return key === -1 ? id === undefined || id !== call.id : id !== undefined && id !== call.id
}

/** Choices besides the first are not asked for. */
function isFirst(choice: JsonObject | undefined): choice is JsonObject {
  return choice !== undefined && (asCount(choice.index) ?? 0) === 0
}

/** The error of a chunk as OpenAI sends it, in an event named so, or as vLLM has it: the error's fields on top. */
export function readError(event: string | undefined, chunk: JsonObject): ReplyError | undefined {
  const error = readErrorObject(chunk)
  if (error !== undefined) return error
  return event === 'error' || chunk.object === 'error' ? readErrorObject({ error: chunk }) : undefined
}
