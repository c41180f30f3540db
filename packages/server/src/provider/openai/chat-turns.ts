// The messages of a chat request, read into the system prompt and turns.
import { asArray, asObject, asString } from '../json.ts'
import type { Losses } from '../translation/loss.ts'
import type { AssistantPart, TextPart, ToolCallPart, ToolResultPart, Turn } from '../translation/prompt.ts'
import type { JsonObject } from '../wire-format.ts'
import {
  readAssistantContent,
  readCacheControl,
  readTextContent,
  readUserContent,
  withCacheControl,
} from './chat-content.ts'
import { reportMessageFields } from './chat-fields.ts'
import { readReasoning } from './chat-reasoning.ts'

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
    ...readReasoning(message, losses, path),
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
    if (id !== undefined && name !== undefined && input !== undefined)
      return [{ kind: 'tool_call' as const, id, name, input }]
    losses.demand(call.type === 'function' ? 'tool_calls' : (asString(call.type) ?? 'tool_calls'), at)
    return []
  })
}

/** Undefined where it is of a wrong type. */
function readFunction(call: JsonObject): { name: string | undefined; input: string | undefined } {
  const { name, arguments: input } = asObject(call.function) ?? {}
  return { name: asString(name), input: readArguments(input ?? '') }
}

function readArguments(input: unknown): string | undefined {
  if (typeof input === 'string') return input === '' ? '{}' : input
  // Some clients send the object that OpenAI has as text.
  return asObject(input) === undefined ? undefined : JSON.stringify(input)
}
