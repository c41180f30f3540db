// The output of a response: what was answered as items, each of which may be written while it is being made.
import type { ReasoningPart } from '../translation/prompt.ts'
import type { Finish, ReplyContent } from '../translation/reply.ts'
import type { JsonObject } from '../wire-format.ts'
import { type Sealed, seal } from './responses-seal.ts'

export type Item = MessageItem | ReasoningItem | CallItem

interface Placed {
  /** Place in the output, from 0. */
  readonly index: number
}

/** Texts and refusals that follow each other. */
export interface MessageItem extends Placed {
  readonly kind: 'message'
  readonly contents: MessageContent[]
}

export interface MessageContent {
  readonly kind: 'text' | 'refusal'
  text: string
}

export interface ReasoningItem extends Placed {
  readonly kind: 'reasoning'
  text: string
  /** Of what the vendor wants back beside the text. */
  sealed: Sealed
}

export interface CallItem extends Placed {
  readonly kind: 'call'
  readonly callId: string
  readonly name: string
  /** JSON text. */
  input: string
}

export type ItemStatus = 'in_progress' | 'completed' | 'incomplete'

/** Gathers the parts of an answer into items. Parts that say nothing make none. */
export function itemsOf(parts: readonly ReplyContent[]): readonly Item[] {
  const items: Item[] = []
  for (const part of parts) {
    if (saysNothing(part)) continue
    if (part.kind !== 'text' && part.kind !== 'refusal') items.push(itemOf(part, items.length))
    else messageAt(items).contents.push({ kind: part.kind, text: part.text })
  }
  return items
}

function saysNothing(part: ReplyContent): boolean {
  if (part.kind === 'reasoning') return part.text === '' && part.signature === undefined
  return (part.kind === 'text' || part.kind === 'refusal') && part.text === ''
}

function messageAt(items: Item[]): MessageItem {
  const last = items.at(-1)
  if (last?.kind === 'message') return last
  const opened: MessageItem = { kind: 'message', index: items.length, contents: [] }
  items.push(opened)
  return opened
}

function itemOf(part: Exclude<ReplyContent, { kind: 'text' | 'refusal' }>, index: number): Item {
  switch (part.kind) {
    case 'reasoning':
      return { kind: 'reasoning', index, text: part.text, sealed: sealOf(part) }
    case 'redacted':
      return { kind: 'reasoning', index, text: '', sealed: part }
    case 'tool_call':
      return { kind: 'call', index, callId: part.id, name: part.name, input: part.input }
  }
}

function sealOf({ signature }: ReasoningPart): Sealed {
  return signature === undefined ? { kind: 'unsigned' } : { kind: 'signature', signature }
}

/** Why the response is incomplete, as `incomplete_details` has it; undefined when it is complete. */
export type Incompleteness = { readonly reason?: 'max_output_tokens' | 'content_filter' } | undefined

/** A refusal in words is a complete answer. For a provider that pauses this API has no reason. */
export function incompleteness(finish: Finish, items: readonly Item[]): Incompleteness {
  if (finish === 'length') return { reason: 'max_output_tokens' }
  if (finish === 'filter') return { reason: 'content_filter' }
  if (finish === 'refusal' && !items.some(refuses)) return { reason: 'content_filter' }
  return finish === 'pause' ? {} : undefined
}

function refuses(item: Item): boolean {
  return item.kind === 'message' && item.contents.some(content => content.kind === 'refusal')
}

/** An incomplete response broke off in its last item. */
export function statusOf(item: Item, items: readonly Item[], incomplete: Incompleteness): ItemStatus {
  return incomplete !== undefined && item.index === items.length - 1 ? 'incomplete' : 'completed'
}

const PREFIX = { message: 'msg', reasoning: 'rs', call: 'fc' } as const

/** Ids of items follow from the answer's id and their place. OpenAI's prefixes tell clients the kind. */
export function itemId(item: Item, answerId: string): string {
  return `${PREFIX[item.kind]}_${answerId}_${item.index}`
}

export function writeItem(item: Item, answerId: string, status: ItemStatus): JsonObject {
  const id = itemId(item, answerId)
  switch (item.kind) {
    case 'message':
      return { id, type: 'message', status, role: 'assistant', content: item.contents.map(writeContent) }
    case 'reasoning':
      return writeReasoning(item, id, status)
    case 'call': {
      const { callId, name } = item
      return {
        id,
        type: 'function_call',
        status,
        call_id: callId,
        name,
        arguments: argumentsOf(item, status),
      }
    }
  }
}

/**
 * Reasoning has no status, as OpenAI's has none. Its encrypted content is never missing when it is done: without it the
 * item would name one that OpenAI stores.
 */
function writeReasoning({ text, sealed }: ReasoningItem, id: string, status: ItemStatus): JsonObject {
  const summary = text === '' ? [] : [summaryPart(text)]
  return {
    id,
    type: 'reasoning',
    summary,
    ...(status !== 'in_progress' && { encrypted_content: seal(sealed) }),
  }
}

export function writeContent({ kind, text }: MessageContent): JsonObject {
  return kind === 'refusal'
    ? { type: 'refusal', refusal: text }
    : { type: 'output_text', text, annotations: [], logprobs: [] }
}

export function summaryPart(text: string): JsonObject {
  return { type: 'summary_text', text }
}

/** A model that calls without arguments may write nothing, which clients cannot parse. */
export function argumentsOf({ input }: CallItem, status: ItemStatus): string {
  return input === '' && status === 'completed' ? '{}' : input
}
