// The parts of an answer, written as the events of a messages stream.
import { parseObject } from '../json.ts'
import type { Echo, ReplyWriter } from '../translation/dialect.ts'
import { UNSIGNED } from '../translation/mark.ts'
import { type Finish, NO_USAGE, type ReplyError, type ReplyPart } from '../translation/reply.ts'
import type { JsonObject } from '../wire-format.ts'
import { stopReasonOf } from './messages-finish.ts'
import { type Envelope, type Forethought, writeEnvelope, writeToolUse } from './messages-reply.ts'
import { writeUsage } from './messages-usage.ts'

/** Parts that add to a block of text. */
type TextKind = 'text' | 'refusal' | 'reasoning'

/** What comes before and after the JSON string of a delta, for each kind of block. */
const DELTAS = {
  text: ['text_delta', 'text'],
  refusal: ['text_delta', 'text'],
  reasoning: ['thinking_delta', 'thinking'],
  signature: ['signature_delta', 'signature'],
  input: ['input_json_delta', 'partial_json'],
} as const

const EMPTY_BLOCKS = {
  text: { type: 'text', text: '', citations: null },
  refusal: { type: 'text', text: '', citations: null },
  reasoning: { type: 'thinking', thinking: '', signature: '' },
} as const

interface OpenCall {
  /** Index of its content block. */
  readonly block: number
  /** Its input so far. */
  input: string
}

export class MessagesStreamWriter implements ReplyWriter {
  readonly #echo: Echo
  #isStarted = false
  #blocks = 0
  /** The block that text is added to, always the newest one. */
  #open: TextKind | undefined
  /** By the index of the call. */
  readonly #calls = new Map<number, OpenCall>()
  #finish: Finish = 'unknown'
  #stopSequence: string | null = null
  #usage = NO_USAGE
  readonly #content = { calls: false, refusal: false }
  /** Whether the first call must have a thought before it, which has not come yet. */
  #lacksThought: boolean

  constructor(echo: Echo, forethought: Forethought) {
    this.#echo = echo
    this.#lacksThought = forethought === 'before calls'
  }

  write(part: ReplyPart): string {
    switch (part.kind) {
      case 'start':
        return this.#start(part)
      case 'text':
      case 'refusal':
      case 'reasoning':
        return this.#writeText(part.kind, part.text)
      case 'signature':
        return this.#writeSignature(part.signature)
      case 'redacted':
        return this.#writeRedacted(part.data)
      case 'call':
        return this.#openCall(part.index, writeToolUse(part, {}))
      case 'input':
        return this.#writeInput(part.index, part.json)
      case 'finish':
        this.#finish = part.finish
        this.#stopSequence = part.stopSequence
        return ''
      case 'usage':
        this.#usage = part.usage
        return ''
      case 'ping':
        return event('ping', {})
      case 'error':
        return writeError(part.error)
      case 'done':
        return this.#end()
    }
  }

  #start(envelope: Envelope): string {
    if (this.#isStarted) return ''
    this.#isStarted = true
    const message = writeEnvelope(envelope, this.#echo, NO_USAGE)
    return event('message_start', { message })
  }

  #openBlock(block: JsonObject): string {
    const start = this.#start({ id: null, model: null })
    return start + event('content_block_start', { index: this.#blocks++, content_block: block })
  }

  #writeText(kind: TextKind, text: string): string {
    if (text === '') return ''
    if (kind === 'refusal') this.#content.refusal = true
    return this.#openText(kind) + delta(kind, this.#blocks - 1, text)
  }

  #openText(kind: TextKind): string {
    if (this.#open === kind) return ''
    if (kind === 'reasoning') this.#lacksThought = false
    const frames = this.#closeAll() + this.#openBlock(EMPTY_BLOCKS[kind])
    this.#open = kind
    return frames
  }

  /** A signature ends its block: what is thought next stands in another. */
  #writeSignature(signature: string): string {
    return this.#openText('reasoning') + this.#closeThought(signature)
  }

  #closeThought(signature: string): string {
    this.#open = undefined
    return delta('signature', this.#blocks - 1, signature) + blockStop(this.#blocks - 1)
  }

  #writeRedacted(data: string): string {
    this.#lacksThought = false
    const frames = this.#closeAll() + this.#openBlock({ type: 'redacted_thinking', data })
    return frames + blockStop(this.#blocks - 1)
  }

  #openCall(index: number, block: JsonObject): string {
    this.#content.calls = true
    const thought = this.#lacksThought ? this.#openText('reasoning') : ''
    const frames = thought + this.#closeText() + this.#closeCompleteCalls() + this.#openBlock(block)
    this.#calls.set(index, { block: this.#blocks - 1, input: '' })
    return frames
  }

  #writeInput(index: number, json: string): string {
    const call = this.#calls.get(index)
    if (call === undefined || json === '') return ''
    call.input += json
    return delta('input', call.block, json)
  }

  #closeText(): string {
    if (this.#open === undefined) return ''
    if (this.#open === 'reasoning') return this.#closeThought(UNSIGNED)
    this.#open = undefined
    return blockStop(this.#blocks - 1)
  }

  /**
   * Ends calls whose input is whole. Anthropic's blocks come one after the other, and clients count on it; but a
   * provider may mix the inputs of parallel calls, so a call that is not whole stays open.
   */
  #closeCompleteCalls(): string {
    let frames = ''
    for (const [index, call] of this.#calls) {
      if (parseObject(call.input) === undefined) continue
      this.#calls.delete(index)
      frames += blockStop(call.block)
    }
    return frames
  }

  #closeAll(): string {
    let frames = this.#closeText()
    for (const call of this.#calls.values()) frames += blockStop(call.block)
    this.#calls.clear()
    return frames
  }

  /** The reason and the tokens come in one event, which has to wait for both. */
  #end(): string {
    const start = this.#start({ id: null, model: null })
    const stop = {
      stop_reason: stopReasonOf(this.#finish, this.#content),
      stop_sequence: this.#stopSequence,
      stop_details: null,
    }
    const end = event('message_delta', { delta: stop, usage: writeUsage(this.#usage) })
    return start + this.#closeAll() + end + event('message_stop', {})
  }
}

function event(type: string, fields: JsonObject): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`
}

/** Written by hand but for the text, for it is what most frames are. */
function delta(kind: keyof typeof DELTAS, index: number, text: string): string {
  const [type, field] = DELTAS[kind]
  return `event: content_block_delta\ndata: {"type":"content_block_delta","index":${index},"delta":{"type":"${type}","${field}":${JSON.stringify(text)}}}\n\n`
}

function blockStop(index: number): string {
  return event('content_block_stop', { index })
}

/** The types of the guide "Errors"; what another vendor calls its errors is no type to Anthropic's clients. */
const ERROR_TYPES: ReadonlySet<string> = new Set([
  'invalid_request_error',
  'authentication_error',
  'billing_error',
  'permission_error',
  'not_found_error',
  'request_too_large',
  'rate_limit_error',
  'timeout_error',
  'api_error',
  'overloaded_error',
])

function writeError({ type, message }: ReplyError): string {
  const known = type !== null && ERROR_TYPES.has(type) ? type : 'api_error'
  return event('error', { error: { type: known, message } })
}
