// The input of a Responses request: items in the order in which they happened, gathered into turns.
import { asArray, asObject, asString } from '../json.ts'
import type { Losses } from '../translation/loss.ts'
import type { AssistantPart, TextPart, ToolResultPart, Turn, UserPart } from '../translation/prompt.ts'
import type { JsonObject } from '../wire-format.ts'
import { readContent } from './responses-content.ts'
import { unseal } from './responses-seal.ts'

/** Reads a text or a list of items. Instructions before the first turn are added to `system`. */
export function readInput(input: unknown, system: readonly TextPart[], losses: Losses): Conversation {
  const conversation = new Conversation(system)
  if (typeof input === 'string') conversation.user(readContent(input, ['text'], losses, 'input'))
  else if (Array.isArray(input)) readItems(input, conversation, losses)
  else if (input !== null && input !== undefined) losses.demand('input')
  return conversation
}

function readItems(items: readonly unknown[], conversation: Conversation, losses: Losses): void {
  for (const [index, item] of items.entries()) {
    readItem(asObject(item) ?? {}, conversation, losses, `input[${index}]`)
  }
}

function readItem(item: JsonObject, conversation: Conversation, losses: Losses, path: string): void {
  const type = typeOf(item)
  switch (type) {
    case 'message':
      return readMessage(item, conversation, losses, path)
    case 'function_call':
      return readCall(item, conversation, losses, path)
    case 'function_call_output':
      return readOutput(item, conversation, losses, path)
    case 'reasoning':
      return conversation.assistant(readReasoning(item, losses, path))
    default:
      losses.demand(type, path)
  }
}

/** Messages and references may go without a type. */
function typeOf(item: JsonObject): string {
  const type = asString(item.type)
  if (type !== undefined) return type
  if (asString(item.role) !== undefined) return 'message'
  return asString(item.id) === undefined ? 'input' : 'item_reference'
}

function readMessage(item: JsonObject, conversation: Conversation, losses: Losses, path: string): void {
  const at = `${path}.content`
  switch (item.role) {
    case 'user':
      return conversation.user(readContent(item.content, ['text', 'image', 'document'], losses, at))
    case 'assistant':
      return conversation.assistant(readContent(item.content, ['text', 'refusal'], losses, at))
    case 'system':
    case 'developer':
      return conversation.instruct(readContent(item.content, ['text'], losses, at))
    default:
      losses.demand('role', `${path}.role`)
  }
}

function readCall(item: JsonObject, conversation: Conversation, losses: Losses, path: string): void {
  const id = asString(item.call_id)
  const name = asString(item.name)
  if (id === undefined || name === undefined) return losses.demand('function_call', path)
  losses.demandType('string', item.arguments, 'function_call', `${path}.arguments`)
  // A namespace is of a tool that holds functions, which is lost too.
  if (asString(item.namespace) !== undefined) losses.demand('namespace', `${path}.namespace`)
  conversation.assistant([{ kind: 'tool_call', id, name, input: asString(item.arguments) ?? '{}' }])
}

function readOutput(item: JsonObject, conversation: Conversation, losses: Losses, path: string): void {
  const callId = asString(item.call_id)
  if (callId === undefined) return losses.demand('function_call_output', path)
  const parts = readContent(item.output, ['text', 'image', 'document'], losses, `${path}.output`)
  conversation.result({ kind: 'tool_result', callId, parts, outcome: 'ok' })
}

/**
 * What OpenAI encrypted, or keeps under the item's id, is a hint: without it another vendor's model thinks anew, with
 * all that was said and called before it.
 */
function readReasoning(item: JsonObject, losses: Losses, path: string): readonly AssistantPart[] {
  const content = asString(item.encrypted_content)
  const sealed = unseal(content)
  if (sealed?.kind === 'redacted') return [{ kind: 'redacted', data: sealed.data }]
  const text = reasoningText(item)
  if (sealed?.kind === 'signature') return [{ kind: 'reasoning', text, signature: sealed.signature }]
  if (content !== undefined && sealed === undefined)
    losses.hint('encrypted_content', `${path}.encrypted_content`)
  if (content === undefined && text === '') losses.hint('reasoning', path)
  return text === '' ? [] : [{ kind: 'reasoning', text }]
}

/** The reasoning itself where it is shown, else its summary. */
function reasoningText(item: JsonObject): string {
  const texts = (list: unknown) => asArray(list).flatMap(part => asString(asObject(part)?.text) ?? [])
  const own = texts(item.content)
  return (own.length > 0 ? own : texts(item.summary)).join('\n\n')
}

const isSaid = (part: UserPart): boolean => part.kind !== 'tool_result'

type Growing<T extends Turn = Turn> = T extends Turn
  ? { readonly role: T['role']; readonly parts: T['parts'][number][] }
  : never

/** Turns as items are added to them: an assistant's items are one turn, and results precede what the user says. */
class Conversation {
  readonly system: TextPart[]
  readonly #turns: Growing[] = []

  constructor(system: readonly TextPart[]) {
    this.system = [...system]
  }

  get turns(): readonly Turn[] {
    return this.#turns
  }

  instruct(parts: readonly TextPart[]): void {
    if (this.#turns.length === 0) this.system.push(...parts)
    else if (parts.length > 0) this.#turns.push({ role: 'instruction', parts: [...parts] })
  }

  user(parts: readonly UserPart[]): void {
    if (parts.length === 0) return
    const last = this.#turns.at(-1)
    if (last?.role === 'user' && !last.parts.some(isSaid)) last.parts.push(...parts)
    else this.#turns.push({ role: 'user', parts: [...parts] })
  }

  assistant(parts: readonly AssistantPart[]): void {
    if (parts.length === 0) return
    const last = this.#turns.at(-1)
    if (last?.role === 'assistant') last.parts.push(...parts)
    else this.#turns.push({ role: 'assistant', parts: [...parts] })
  }

  /** Clients may put messages between calls and their outputs; other APIs want the outputs first. */
  result(part: ToolResultPart): void {
    const at = this.#turns.findLastIndex(turn => turn.role === 'assistant') + 1
    const next = this.#turns[at]
    if (next?.role !== 'user') this.#turns.splice(at, 0, { role: 'user', parts: [part] })
    else next.parts.splice(next.parts.filter(each => !isSaid(each)).length, 0, part)
  }
}
