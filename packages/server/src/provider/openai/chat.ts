// OpenAI's chat completions.

import { addId } from '../held-state.ts'
import { asArray, asObject, asString, contentText, parseObject, readErrorObject } from '../json.ts'
import {
  type AnswerFacts,
  addText,
  addToolCall,
  type BodyEdit,
  type Endpoint,
  type FrameKind,
  type JsonObject,
  type RequestFacts,
  type SystemPromptEdit,
} from '../wire-format.ts'
import { chatClient } from './chat-dialect.ts'
import { type Answered, finishOf } from './chat-finish.ts'
import { foreignReasoning } from './chat-reasoning.ts'
import { readHeldIds } from './chat-state.ts'
import { readError } from './chat-stream-reader.ts'
import { editUserField, isJsonFormat, readConversationId, setField } from './field.ts'
import { readUsage } from './usage.ts'

export const chat: Endpoint = {
  name: 'chat',
  path: '/v1/chat/completions',
  format: 'openai',
  client: chatClient,
  readRequest: body => new ChatRequest(body),
  heldIds: readHeldIds,
  askForUsage,
  editSystemPrompt,
  editUser: editUserField,
  foreign: foreignReasoning,
  readAnswer,
  readFrame,
}

/** A class, so that what few conditions ask for is computed only for them. */
class ChatRequest implements RequestFacts {
  readonly stream: boolean
  readonly user: string | undefined
  readonly metadata: JsonObject | undefined
  readonly #body: JsonObject

  constructor(body: JsonObject) {
    this.stream = body.stream === true
    this.user = asString(body.user) ?? asString(body.safety_identifier)
    this.metadata = asObject(body.metadata)
    this.#body = body
  }

  get conversationId(): string | undefined {
    return readConversationId(this.#body, this.metadata)
  }

  get hasTools(): boolean {
    return asArray(this.#body.tools).length > 0 || asArray(this.#body.functions).length > 0
  }

  get hasImages(): boolean {
    return asArray(this.#body.messages).some(hasImage)
  }

  get wantsJson(): boolean {
    return isJsonFormat(this.#body.response_format)
  }

  opening(): string {
    return readOpening(asArray(this.#body.messages))
  }
}

function hasImage(message: unknown): boolean {
  return asArray(asObject(message)?.content).some(part => asObject(part)?.type === 'image_url')
}

function isInstruction(message: unknown): boolean {
  const role = asObject(message)?.role
  return role === 'system' || role === 'developer'
}

/** Instructions slipped in after the first user message belong to later turns: they must not change the opening. */
function readOpening(messages: readonly unknown[]): string {
  const first = messages.findIndex(message => asObject(message)?.role === 'user')
  const before = first < 0 ? messages : messages.slice(0, first)
  const system = before.filter(isInstruction).map(message => contentText(asObject(message)?.content))
  return JSON.stringify([system, first < 0 ? null : asObject(messages[first])?.content])
}

export function askForUsage(body: JsonObject): readonly BodyEdit[] {
  const options = asObject(body.stream_options)
  if (options?.include_usage === true) return []
  return [setField('stream_options', { ...options, include_usage: true })]
}

function editSystemPrompt(body: JsonObject, edit: SystemPromptEdit): readonly BodyEdit[] {
  const message = { role: 'system', content: edit.text }
  if (edit.how === 'prepend') return [{ kind: 'prepend', key: 'messages', json: JSON.stringify(message) }]
  const others = asArray(body.messages).filter(other => !isInstruction(other))
  return [setField('messages', [message, ...others])]
}

function readAnswer(body: JsonObject, facts: AnswerFacts): void {
  facts.error = readErrorObject(body) ?? null
  readUsage(asObject(body.usage), facts)
  for (const entry of asArray(body.choices)) {
    const choice = asObject(entry)
    if (choice !== undefined) readChoice(choice, asObject(choice.message) ?? {}, facts)
  }
}

function readFrame(event: string | undefined, data: string, facts: AnswerFacts): FrameKind {
  if (data === '[DONE]') return 'done'
  const chunk = parseObject(data)
  // One unreadable chunk must not kill a healthy stream; the client gets it as it came.
  if (chunk === undefined) return 'meta'
  const error = readError(event, chunk)
  if (error !== undefined) {
    facts.error = error
    return 'error'
  }
  if (chunk.usage !== undefined && chunk.usage !== null) readUsage(asObject(chunk.usage), facts)
  const choices = asArray(chunk.choices)
  if (choices.length === 0) return asObject(chunk.usage) === undefined ? 'meta' : 'usage'
  return readDeltas(choices, facts)
}

function readDeltas(choices: readonly unknown[], facts: AnswerFacts): FrameKind {
  let kind: FrameKind = 'meta'
  for (const entry of choices) {
    const choice = asObject(entry)
    if (choice !== undefined && readChoice(choice, asObject(choice.delta) ?? {}, facts)) kind = 'content'
  }
  return kind
}

/** Reads one choice and says whether it holds content: text, reasoning, tool call, refusal or a finish reason. */
function readChoice(choice: JsonObject, message: JsonObject, facts: AnswerFacts): boolean {
  const finished = asString(choice.finish_reason)
  const text = asString(message.content)
  if (text !== undefined) readText(choice, text, facts)
  const refusal = asString(message.refusal)
  const refused = refusal !== undefined
  if (refused) facts.hiddenLength += refusal.length
  if (refused || finished === 'content_filter') facts.refusal = true
  const called = countToolCalls(message, facts)
  if (finished !== undefined) facts.finishReason = finishOf(finished, answeredOf(facts))
  const audio = asObject(message.audio)
  if (audio !== undefined) {
    facts.issued = addId(facts.issued, audio.id)
    facts.otherContent = true
  }
  const reasoning = asString(message.reasoning_content) ?? asString(message.reasoning)
  if (reasoning !== undefined) facts.hiddenLength += reasoning.length
  const reasoned = reasoning !== undefined
  return finished !== undefined || text !== undefined || refused || called || reasoned || audio !== undefined
}

/** The words of the other choices are counted, not collected: their pieces come mixed. */
export function readText(choice: JsonObject, text: string, facts: AnswerFacts): void {
  if (choice.index === 0 || choice.index === undefined) addText(facts, text)
  else facts.outputLength += text.length
}

function answeredOf(facts: AnswerFacts): Answered {
  return { calls: facts.toolCalls > 0, refusal: facts.refusal }
}

/** Every fragment of a call is content, but only its first, which names the function, counts as a call. */
function countToolCalls(message: JsonObject, facts: AnswerFacts): boolean {
  const calls = asArray(message.tool_calls)
  for (const call of calls) {
    const called = asObject(asObject(call)?.function)
    const name = asString(called?.name)
    if (name !== undefined) addToolCall(facts, name)
    facts.hiddenLength += asString(called?.arguments)?.length ?? 0
  }
  const legacy = asObject(message.function_call)
  const legacyName = asString(legacy?.name)
  if (legacyName !== undefined) addToolCall(facts, legacyName)
  return calls.length > 0 || legacy !== undefined
}
