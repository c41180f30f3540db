// The events of a messages stream, read into the parts of an answer.
import { asCount, asObject, asString, parseObject, readErrorObject } from '../json.ts'
import type { ReplyReader } from '../translation/dialect.ts'
import type { ReplyPart } from '../translation/reply.ts'
import type { JsonObject } from '../wire-format.ts'
import type { MessagesBody } from './messages-body.ts'
import { isJsonTool, readStop } from './messages-reply.ts'
import { NO_MESSAGES_USAGE, readUsage, updateUsage } from './messages-usage.ts'

/** A `tool_use` block whose input is being streamed: a call, or the answer itself as `JSON_TOOL`. */
interface ToolBlock {
  readonly index: number
  readonly isAnswer: boolean
  /** What to say when the block ends without an input of its own: the input it began with. */
  unsaidInput: string
}

export class MessagesStreamReader implements ReplyReader {
  readonly #json: MessagesBody['json']
  /** By the index of the content block. */
  readonly #tools = new Map<number | null, ToolBlock>()
  #calls = 0
  #usage = NO_MESSAGES_USAGE

  constructor(json: MessagesBody['json']) {
    this.#json = json
  }

  read(event: string | undefined, data: string): readonly ReplyPart[] {
    const body = parseObject(data)
    if (body === undefined) return []
    switch (asString(body.type) ?? event) {
      case 'message_start':
        return this.#readStart(asObject(body.message) ?? {})
      case 'content_block_start':
        return this.#readBlockStart(asCount(body.index), asObject(body.content_block) ?? {})
      case 'content_block_delta':
        return this.#readDelta(asCount(body.index), asObject(body.delta) ?? {})
      case 'content_block_stop':
        return this.#readBlockStop(asCount(body.index))
      case 'message_delta':
        return this.#readMessageDelta(asObject(body.delta) ?? {}, asObject(body.usage))
      case 'message_stop':
        return [{ kind: 'done' }]
      case 'ping':
        return [{ kind: 'ping' }]
      case 'error':
        return [{ kind: 'error', error: readErrorObject(body) ?? UNKNOWN_ERROR }]
      default:
        return []
    }
  }

  /** The tokens of the prompt are known from the start, and count also when the stream breaks. */
  #readStart(message: JsonObject): readonly ReplyPart[] {
    const id = asString(message.id) ?? null
    const start: ReplyPart = { kind: 'start', id, model: asString(message.model) ?? null, created: null }
    return [start, ...this.#readUsage(asObject(message.usage))]
  }

  #readUsage(usage: JsonObject | undefined): readonly ReplyPart[] {
    if (usage === undefined) return []
    this.#usage = updateUsage(this.#usage, usage)
    return [{ kind: 'usage', usage: readUsage(this.#usage) }]
  }

  /** Blocks begin empty at Anthropic; services that imitate it may put content into the start. */
  #readBlockStart(index: number | null, block: JsonObject): readonly ReplyPart[] {
    switch (block.type) {
      case 'text':
        return textPart(block.text)
      case 'thinking':
        return [...reasoningPart(block.thinking), ...signaturePart(block.signature)]
      case 'redacted_thinking':
        return [{ kind: 'redacted', data: asString(block.data) ?? '' }]
      case 'tool_use':
        return this.#readToolStart(index, block)
      default:
        return []
    }
  }

  #readToolStart(index: number | null, block: JsonObject): readonly ReplyPart[] {
    const isAnswer = isJsonTool(block, this.#json)
    const call = isAnswer ? -1 : this.#calls++
    const unsaidInput = JSON.stringify(asObject(block.input) ?? {})
    this.#tools.set(index, { index: call, isAnswer, unsaidInput })
    if (isAnswer) return []
    return [{ kind: 'call', index: call, id: asString(block.id) ?? '', name: asString(block.name) ?? '' }]
  }

  #readDelta(index: number | null, delta: JsonObject): readonly ReplyPart[] {
    switch (delta.type) {
      case 'text_delta':
        return textPart(delta.text)
      case 'input_json_delta':
        return this.#readInput(index, asString(delta.partial_json) ?? '')
      case 'thinking_delta':
        return reasoningPart(delta.thinking)
      case 'signature_delta':
        return signaturePart(delta.signature)
      default:
        return []
    }
  }

  /** Input of tools that run at Anthropic belongs to no call. */
  #readInput(index: number | null, json: string): readonly ReplyPart[] {
    const tool = this.#tools.get(index)
    if (tool === undefined || json === '') return []
    tool.unsaidInput = ''
    return [inputPart(tool, json)]
  }

  #readBlockStop(index: number | null): readonly ReplyPart[] {
    const tool = this.#tools.get(index)
    this.#tools.delete(index)
    return tool === undefined || tool.unsaidInput === '' ? [] : [inputPart(tool, tool.unsaidInput)]
  }

  #readMessageDelta(delta: JsonObject, usage: JsonObject | undefined): readonly ReplyPart[] {
    const parts: ReplyPart[] = []
    if (asString(delta.stop_reason) !== undefined) {
      const { finish, stopSequence, refusal } = readStop(delta, this.#json)
      if (refusal !== undefined) parts.push({ kind: 'refusal', text: refusal })
      parts.push({ kind: 'finish', finish, stopSequence })
    }
    return [...parts, ...this.#readUsage(usage)]
  }
}

const UNKNOWN_ERROR = { code: null, type: null, message: 'the stream failed' }

function textPart(value: unknown): readonly ReplyPart[] {
  const text = asString(value)
  return text === undefined ? [] : [{ kind: 'text', text }]
}

function reasoningPart(value: unknown): readonly ReplyPart[] {
  const text = asString(value)
  return text === undefined ? [] : [{ kind: 'reasoning', text }]
}

function signaturePart(value: unknown): readonly ReplyPart[] {
  const signature = asString(value)
  return signature === undefined ? [] : [{ kind: 'signature', signature }]
}

function inputPart(tool: ToolBlock, json: string): ReplyPart {
  return tool.isAnswer ? { kind: 'text', text: json } : { kind: 'input', index: tool.index, json }
}
