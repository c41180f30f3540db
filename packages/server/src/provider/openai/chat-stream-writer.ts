// The parts of an answer, written as a stream of chat chunks.
import type { Echo, ReplyWriter } from '../translation/dialect.ts'
import type { Prompt, ReasoningPart, RedactedPart } from '../translation/prompt.ts'
import { type Finish, NO_USAGE, type ReplyError, type ReplyPart } from '../translation/reply.ts'
import type { JsonObject } from '../wire-format.ts'
import { reasonOf } from './chat-finish.ts'
import { writeDetail } from './chat-reasoning.ts'
import { writeUsage } from './chat-reply.ts'

/** Writes one stream. All that chunks share is written once; of each part only what is new is encoded. */
export class ChatStreamWriter implements ReplyWriter {
  readonly #echo: Echo
  readonly #usageAsked: boolean
  /** A chunk up to its delta; empty until the first. */
  #head = ''
  readonly #tail: string
  #finished = false
  #calls = false
  #refusal = false
  /** Reasoning that is being written: it is sent again whole, with its signature if it has one. */
  #reasoning = ''
  /** All in one chunk at the end: clients that do not put pieces of `reasoning_details` together keep the last. */
  readonly #details: JsonObject[] = []
  #usage = NO_USAGE

  constructor(echo: Echo, streamUsage: Prompt['streamUsage']) {
    this.#echo = echo
    this.#usageAsked = streamUsage === 'asked'
    // OpenAI: with `include_usage` every chunk has the field, null but in the last.
    this.#tail = this.#usageAsked ? '}],"usage":null}\n\n' : '}]}\n\n'
  }

  write(part: ReplyPart): string {
    switch (part.kind) {
      case 'start':
        return this.#start(part.id, part.model, part.created)
      case 'text':
        this.#endReasoning()
        return this.#words('content', part.text)
      case 'reasoning':
        this.#reasoning += part.text
        return this.#words('reasoning_content', part.text)
      case 'refusal':
        this.#refusal = true
        this.#endReasoning()
        return this.#words('refusal', part.text)
      case 'signature':
        this.#sign(part.signature)
        return ''
      case 'redacted':
        this.#endReasoning()
        this.#keep(part)
        return ''
      case 'call':
        return this.#call(part.index, part.id, part.name)
      case 'input':
        return this.#delta(
          `{"tool_calls":[{"index":${part.index},"function":{"arguments":${JSON.stringify(part.json)}}}]}`,
        )
      case 'finish':
        return this.#finish(part.finish)
      case 'usage':
        this.#usage = part.usage
        return ''
      case 'ping':
        return ': ping\n\n'
      case 'done':
        return this.#done()
      case 'error':
        return writeError(part.error)
    }
  }

  /** The first chunk has the role alone. */
  #start(id: string | null, model: string | null, created: number | null): string {
    if (this.#head !== '') return ''
    const shared = JSON.stringify({
      id: id ?? this.#echo.id,
      object: 'chat.completion.chunk',
      created: created ?? this.#echo.now,
      model: model ?? this.#echo.model,
    })
    this.#head = `data: ${shared.slice(0, -1)},"choices":[`
    return this.#chunk('{"role":"assistant","content":"","refusal":null}', 'null')
  }

  #words(field: string, text: string): string {
    return this.#delta(`{"${field}":${JSON.stringify(text)}}`)
  }

  #delta(delta: string): string {
    return this.#opened() + this.#chunk(delta, 'null')
  }

  #chunk(delta: string, reason: string): string {
    return `${this.#head}{"index":0,"delta":${delta},"logprobs":null,"finish_reason":${reason}${this.#tail}`
  }

  #opened(): string {
    return this.#head === '' ? this.#start(null, null, null) : ''
  }

  #sign(signature: string): void {
    this.#keep({ kind: 'reasoning', text: this.#reasoning, signature })
    this.#reasoning = ''
  }

  #endReasoning(): void {
    if (this.#reasoning !== '') this.#keep({ kind: 'reasoning', text: this.#reasoning })
    this.#reasoning = ''
  }

  #keep(part: ReasoningPart | RedactedPart): void {
    this.#details.push(writeDetail(part, this.#details.length))
  }

  #writeDetails(): string {
    return this.#details.length === 0 ? '' : this.#delta(JSON.stringify({ reasoning_details: this.#details }))
  }

  #call(index: number, id: string, name: string): string {
    this.#calls = true
    this.#endReasoning()
    const call = { index, id, type: 'function', function: { name, arguments: '' } }
    return this.#delta(`{"tool_calls":[${JSON.stringify(call)}]}`)
  }

  #finish(finish: Finish): string {
    if (this.#finished) return ''
    this.#finished = true
    const reason = reasonOf(finish, { calls: this.#calls, refusal: this.#refusal })
    this.#endReasoning()
    return this.#writeDetails() + this.#opened() + this.#chunk('{}', `"${reason}"`)
  }

  /** Clients take a stream without a finish reason for broken, so one is given when the provider gave none. */
  #done(): string {
    const finish = this.#finish('unknown')
    const usage = this.#usageAsked ? writeUsage(this.#usage) : undefined
    const counted = usage === undefined ? '' : `${this.#head}],"usage":${JSON.stringify(usage)}}\n\n`
    return `${finish}${counted}data: [DONE]\n\n`
  }
}

function writeError({ message, type, code }: ReplyError): string {
  return `data: ${JSON.stringify({ error: { message, type, param: null, code } })}\n\n`
}
