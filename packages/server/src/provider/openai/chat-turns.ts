// The messages of a chat request, read into the system prompt and turns.
import { asArray, asObject, asString } from '../json.ts'
import type { Losses } from '../translation/loss.ts'
import type {
  AssistantPart,
  ReasoningPart,
  RedactedPart,
  TextPart,
  ToolCallPart,
  ToolResultPart,
  Turn,
} from '../translation/prompt.ts'
import type { JsonObject } from '../wire-format.ts'
import {
  readAssistantContent,
  readCacheControl,
  readTextContent,
  readUserContent,
  withCacheControl,
} from './chat-content.ts'
import { reportMessageFields } from './chat-fields.ts'

export interface Conversation {
  readonly system: readonly TextPart[]
  readonly turns: readonly Turn[]
}

/** Reads all messages. Results of tools and the user message right behind them are one turn. */
export function readConversation(messages: unknown, losses: Losses): Conversation {
  const reader = new ConversationReader(losses)
  if (messages === undefined || messages === null) losses.demand('messages')
  for (const [index, message] of asArray(messages).entries()) {
    reader.add(asObject(message) ?? {}, `messages[${index}]`)
  }
  return reader.end()
}

class ConversationReader {
  readonly #losses: Losses
  readonly #system: TextPart[] = []
  readonly #turns: Turn[] = []
  /** Results whose user message may still come. */
  #results: ToolResultPart[] = []

  constructor(losses: Losses) {
    this.#losses = losses
  }

  add(message: JsonObject, path: string): void {
    const read = MESSAGES.get(asString(message.role) ?? '')
    if (read === undefined) return this.#losses.demand(asString(message.role) ?? 'role', path)
    reportMessageFields(message, this.#losses, path)
    read(this, message, this.#losses, path)
  }

  addResult(result: ToolResultPart): void {
    this.#results.push(result)
  }

  addTurn(turn: Turn): void {
    if (turn.role === 'user' && this.#results.length > 0) {
      this.#turns.push({ role: 'user', parts: [...this.#results, ...turn.parts] })
      this.#results = []
      return
    }
    this.#flush()
    this.#turns.push(turn)
  }

  /** What stands before all turns is the system prompt; between them it keeps its place. */
  addInstruction(parts: readonly TextPart[]): void {
    this.#flush()
    if (this.#turns.length === 0) this.#system.push(...parts)
    else if (parts.length > 0) this.#turns.push({ role: 'instruction', parts })
  }

  end(): Conversation {
    this.#flush()
    return { system: this.#system, turns: this.#turns }
  }

  #flush(): void {
    if (this.#results.length === 0) return
    this.#turns.push({ role: 'user', parts: this.#results })
    this.#results = []
  }
}

type ReadMessage = (reader: ConversationReader, message: JsonObject, losses: Losses, path: string) => void

const readInstruction: ReadMessage = (reader, message, losses, path) =>
  reader.addInstruction(withCacheControl(readTextContent(message, losses, path), message))

/** The role `function` of the legacy API is left to be reported by its name. */
const MESSAGES: ReadonlyMap<string, ReadMessage> = new Map<string, ReadMessage>([
  ['system', readInstruction],
  ['developer', readInstruction],
  [
    'user',
    (reader, message, losses, path) => {
      const parts = withCacheControl(readUserContent(message, losses, path), message)
      reader.addTurn({ role: 'user', parts })
    },
  ],
  [
    'assistant',
    (reader, message, losses, path) =>
      reader.addTurn({ role: 'assistant', parts: readAssistant(message, losses, path) }),
  ],
  ['tool', (reader, message, losses, path) => reader.addResult(readToolResult(message, losses, path))],
])

function readToolResult(message: JsonObject, losses: Losses, path: string): ToolResultPart {
  const callId = asString(message.tool_call_id)
  if (callId === undefined) losses.demand('tool_call_id', path)
  const parts = readUserContent(message, losses, path)
  return { kind: 'tool_result', callId: callId ?? '', parts, outcome: 'ok', ...readCacheControl(message) }
}

/** The format does not say in which order text and calls came: reasoning goes first, calls last. */
function readAssistant(message: JsonObject, losses: Losses, path: string): readonly AssistantPart[] {
  const refusal = asString(message.refusal)
  const parts: readonly AssistantPart[] = [
    ...readReasoning(message),
    ...readAssistantContent(message, losses, path),
    ...(refusal === undefined ? [] : [{ kind: 'refusal' as const, text: refusal }]),
    ...readToolCalls(message, losses, path),
  ]
  return withCacheControl(parts, message)
}

function readToolCalls(message: JsonObject, losses: Losses, path: string): readonly ToolCallPart[] {
  return asArray(message.tool_calls).flatMap((entry, index) => {
    const call = asObject(entry) ?? {}
    const at = `${path}.tool_calls[${index}]`
    const { name, input } = readFunction(call)
    const id = asString(call.id)
    if (id !== undefined && name !== undefined) return [{ kind: 'tool_call' as const, id, name, input }]
    losses.demand(call.type === 'function' ? 'tool_calls' : (asString(call.type) ?? 'tool_calls'), at)
    return []
  })
}

function readFunction(call: JsonObject): { name: string | undefined; input: string } {
  const { name, arguments: input } = asObject(call.function) ?? {}
  // Some clients send the object that OpenAI has as text.
  const text = asObject(input) === undefined ? (asString(input) ?? '{}') : JSON.stringify(input)
  return { name: asString(name), input: text }
}

/**
 * Reasoning that a client sends back: signed in OpenRouter's `reasoning_details`, or as text in the field of DeepSeek
 * and vLLM (`reasoning_content`) or OpenRouter (`reasoning`).
 */
function readReasoning(message: JsonObject): readonly (ReasoningPart | RedactedPart)[] {
  const details = readDetails(asArray(message.reasoning_details))
  if (details.length > 0) return details
  const text = asString(message.reasoning_content) ?? asString(message.reasoning)
  return text === undefined ? [] : [{ kind: 'reasoning', text }]
}

/** Chunks that a client only collected are put together: pieces of one index up to their signature. */
function readDetails(details: readonly unknown[]): readonly (ReasoningPart | RedactedPart)[] {
  const parts: (ReasoningPart | RedactedPart)[] = []
  let open: unknown
  for (const entry of details) {
    const detail = asObject(entry) ?? {}
    const part = readDetail(detail)
    const before = parts.at(-1)
    const goesOn = detail.index !== undefined && detail.index === open
    if (part?.kind === 'reasoning' && before?.kind === 'reasoning' && goesOn)
      parts[parts.length - 1] = { ...part, text: before.text + part.text }
    else if (part !== undefined) parts.push(part)
    open = part?.kind === 'reasoning' && part.signature === undefined ? detail.index : undefined
  }
  return parts
}

function readDetail(detail: JsonObject): ReasoningPart | RedactedPart | undefined {
  const data = asString(detail.data)
  if (detail.type === 'reasoning.encrypted')
    return data === undefined ? undefined : { kind: 'redacted', data }
  const text = asString(detail.text) ?? asString(detail.summary) ?? ''
  const signature = asString(detail.signature)
  if (signature !== undefined) return { kind: 'reasoning', text, signature }
  return text === '' ? undefined : { kind: 'reasoning', text }
}
