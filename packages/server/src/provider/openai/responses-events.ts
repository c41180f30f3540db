// The events of one response's stream, numbered from 0. Source: OpenAI, API reference, "Streaming events".
import type { JsonObject } from '../wire-format.ts'
import {
  argumentsOf,
  type CallItem,
  type Item,
  type ItemStatus,
  itemId,
  type MessageContent,
  type MessageItem,
  type ReasoningItem,
  summaryPart,
  writeContent,
  writeItem,
} from './responses-item.ts'

/** Writes frames; what has become of the items is its caller's to keep. */
export class ResponseEvents {
  readonly #answerId: string
  #sequence = 0

  constructor(answerId: string) {
    this.#answerId = answerId
  }

  /** An event about the whole response. */
  event(type: string, fields: JsonObject): string {
    const data = JSON.stringify({ type, ...fields, sequence_number: this.#sequence++ })
    return `event: ${type}\ndata: ${data}\n\n`
  }

  /** The item as it is before anything is added to it. */
  itemAdded(item: Item): string {
    return this.event('response.output_item.added', {
      output_index: item.index,
      item: writeItem(item, this.#answerId, 'in_progress'),
    })
  }

  itemDone(item: Item, status: ItemStatus): string {
    return this.event('response.output_item.done', {
      output_index: item.index,
      item: writeItem(item, this.#answerId, status),
    })
  }

  contentAdded(item: MessageItem, content: MessageContent): string {
    const part = writeContent({ kind: content.kind, text: '' })
    return this.event('response.content_part.added', { ...this.#inContent(item), part })
  }

  contentDelta(item: MessageItem, kind: MessageContent['kind'], delta: string): string {
    const place = this.#inContent(item)
    return kind === 'refusal'
      ? this.event('response.refusal.delta', { ...place, delta })
      : this.event('response.output_text.delta', { ...place, delta, logprobs: [] })
  }

  contentDone(item: MessageItem, content: MessageContent): string {
    const place = this.#inContent(item)
    const said =
      content.kind === 'refusal'
        ? this.event('response.refusal.done', { ...place, refusal: content.text })
        : this.event('response.output_text.done', { ...place, text: content.text, logprobs: [] })
    return said + this.event('response.content_part.done', { ...place, part: writeContent(content) })
  }

  summaryAdded(item: ReasoningItem): string {
    const place = this.#inSummary(item)
    return this.event('response.reasoning_summary_part.added', { ...place, part: summaryPart('') })
  }

  summaryDelta(item: ReasoningItem, delta: string): string {
    return this.event('response.reasoning_summary_text.delta', { ...this.#inSummary(item), delta })
  }

  summaryDone(item: ReasoningItem): string {
    const place = this.#inSummary(item)
    return (
      this.event('response.reasoning_summary_text.done', { ...place, text: item.text }) +
      this.event('response.reasoning_summary_part.done', { ...place, part: summaryPart(item.text) })
    )
  }

  argumentsDelta(item: CallItem, delta: string): string {
    return this.event('response.function_call_arguments.delta', { ...this.#in(item), delta })
  }

  argumentsDone(item: CallItem, status: ItemStatus): string {
    const { name } = item
    const text = argumentsOf(item, status)
    // Clients put the deltas together themselves.
    const rest = text === item.input ? '' : this.argumentsDelta(item, text)
    const place = this.#in(item)
    return rest + this.event('response.function_call_arguments.done', { ...place, name, arguments: text })
  }

  #in(item: Item): JsonObject {
    return { item_id: itemId(item, this.#answerId), output_index: item.index }
  }

  /** Only the last content of a message is written to. */
  #inContent(item: MessageItem): JsonObject {
    return { ...this.#in(item), content_index: item.contents.length - 1 }
  }

  #inSummary(item: ReasoningItem): JsonObject {
    return { ...this.#in(item), summary_index: 0 }
  }
}
