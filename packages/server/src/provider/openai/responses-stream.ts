// A response as named events, from the parts of a streamed answer.
import type { Echo, ReplyWriter } from '../translation/dialect.ts'
import {
  type Finish,
  NO_USAGE,
  type ReplyError,
  type ReplyPart,
  type ReplyUsage,
} from '../translation/reply.ts'
import type { JsonObject } from '../wire-format.ts'
import { ResponseEvents } from './responses-events.ts'
import {
  type CallItem,
  type Incompleteness,
  type Item,
  type ItemStatus,
  incompleteness,
  type MessageContent,
  type MessageItem,
  type ReasoningItem,
  statusOf,
} from './responses-item.ts'
import {
  type Head,
  IN_PROGRESS,
  type Outcome,
  outcomeOf,
  writeItems,
  writeResponse,
  writeUsage,
} from './responses-reply.ts'
import type { Sealed } from './responses-seal.ts'

const NAMELESS: Head = { id: null, model: null, created: null }

/**
 * A message or reasoning is done when something else begins. Calls are done at the end only: providers may write
 * several at a time, and none says when one is complete.
 */
export class ResponseWriter implements ReplyWriter {
  readonly #request: JsonObject
  readonly #echo: Echo
  readonly #events: ResponseEvents
  readonly #items: Item[] = []
  /** The message or reasoning that is being written. */
  #current: MessageItem | ReasoningItem | undefined
  /** By the provider's index. */
  readonly #calls = new Map<number, CallItem>()
  #head: Head | undefined
  #finish: Finish = 'unknown'
  #usage: ReplyUsage = NO_USAGE
  #ended = false

  constructor(request: JsonObject, echo: Echo) {
    this.#request = request
    this.#echo = echo
    this.#events = new ResponseEvents(echo.id)
  }

  write(part: ReplyPart): string {
    if (this.#ended) return ''
    if (part.kind === 'ping') return ': ping\n\n'
    return this.#begin(part.kind === 'start' ? part : NAMELESS) + this.#writePart(part)
  }

  #writePart(part: Exclude<ReplyPart, { kind: 'ping' }>): string {
    switch (part.kind) {
      case 'start':
        return ''
      case 'text':
      case 'refusal':
        return part.text === '' ? '' : this.#say(part.kind, part.text)
      case 'reasoning':
        return part.text === '' ? '' : this.#reason(part.text)
      case 'signature':
        return this.#sign(part)
      case 'redacted':
        return this.#closeCurrent() + this.#sign(part)
      case 'call':
        return this.#call(part.index, part.id, part.name)
      case 'input':
        return this.#addInput(part.index, part.json)
      case 'finish':
        this.#finish = part.finish
        return ''
      case 'usage':
        this.#usage = part.usage
        return ''
      case 'done':
        return this.#end()
      case 'error':
        return this.#fail(part.error)
    }
  }

  #begin(head: Head): string {
    if (this.#head !== undefined) return ''
    this.#head = head
    return this.#report('response.created', IN_PROGRESS) + this.#report('response.in_progress', IN_PROGRESS)
  }

  #report(type: string, outcome: Outcome): string {
    const response = writeResponse(this.#request, this.#head ?? NAMELESS, this.#echo, outcome)
    return this.#events.event(type, { response })
  }

  #open(item: MessageItem | ReasoningItem): string {
    const closed = this.#closeCurrent()
    this.#current = item
    this.#items.push(item)
    return closed + this.#events.itemAdded(item)
  }

  #say(kind: MessageContent['kind'], text: string): string {
    let frames = ''
    let message = this.#current
    if (message?.kind !== 'message') {
      message = { kind: 'message', index: this.#items.length, contents: [] }
      frames += this.#open(message)
    }
    let content = message.contents.at(-1)
    if (content?.kind !== kind) {
      if (content !== undefined) frames += this.#events.contentDone(message, content)
      content = { kind, text: '' }
      message.contents.push(content)
      frames += this.#events.contentAdded(message, content)
    }
    content.text += text
    return frames + this.#events.contentDelta(message, kind, text)
  }

  #reason(text: string): string {
    let frames = ''
    let reasoning = this.#current
    if (reasoning?.kind !== 'reasoning') {
      reasoning = { kind: 'reasoning', index: this.#items.length, text: '', sealed: { kind: 'unsigned' } }
      frames = this.#open(reasoning) + this.#events.summaryAdded(reasoning)
    }
    reasoning.text += text
    return frames + this.#events.summaryDelta(reasoning, text)
  }

  /** Ends the reasoning that is being written, else makes an item that holds nothing else. */
  #sign(sealed: Sealed): string {
    let frames = ''
    let reasoning = this.#current
    if (reasoning?.kind !== 'reasoning') {
      reasoning = { kind: 'reasoning', index: this.#items.length, text: '', sealed: { kind: 'unsigned' } }
      frames = this.#open(reasoning)
    }
    reasoning.sealed = sealed
    return frames + this.#closeCurrent()
  }

  #call(providerIndex: number, callId: string, name: string): string {
    const item: CallItem = { kind: 'call', index: this.#items.length, callId, name, input: '' }
    const closed = this.#closeCurrent()
    this.#items.push(item)
    this.#calls.set(providerIndex, item)
    return closed + this.#events.itemAdded(item)
  }

  /** Input of a call that was never opened has no place to go. */
  #addInput(providerIndex: number, json: string): string {
    const call = this.#calls.get(providerIndex)
    if (call === undefined || json === '') return ''
    call.input += json
    return this.#events.argumentsDelta(call, json)
  }

  #closeCurrent(): string {
    const item = this.#current
    this.#current = undefined
    return item === undefined ? '' : this.#close(item, undefined)
  }

  #close(item: Item, incomplete: Incompleteness): string {
    const status = statusOf(item, this.#items, incomplete)
    return this.#closeInside(item, status) + this.#events.itemDone(item, status)
  }

  #closeInside(item: Item, status: ItemStatus): string {
    if (item.kind === 'call') return this.#events.argumentsDone(item, status)
    if (item.kind === 'reasoning') return item.text === '' ? '' : this.#events.summaryDone(item)
    const content = item.contents.at(-1)
    return content === undefined ? '' : this.#events.contentDone(item, content)
  }

  #end(): string {
    this.#ended = true
    const incomplete = incompleteness(this.#finish, this.#items)
    const open = this.#items.filter(item => item === this.#current || item.kind === 'call')
    const closed = open.map(item => this.#close(item, incomplete))
    const outcome = outcomeOf(this.#items, { finish: this.#finish, usage: this.#usage }, this.#echo)
    return closed.join('') + this.#report(`response.${outcome.status}`, outcome)
  }

  /** Two events, as OpenAI sends them: some clients know the one, some the other. */
  #fail({ code, message }: ReplyError): string {
    this.#ended = true
    const outcome = {
      status: 'failed',
      error: { code: code ?? 'server_error', message },
      incomplete_details: null,
      output: writeItems(this.#items, {}, this.#echo),
      usage: writeUsage(this.#usage),
    } as const
    return (
      this.#events.event('error', { code, message, param: null }) + this.#report('response.failed', outcome)
    )
  }
}
