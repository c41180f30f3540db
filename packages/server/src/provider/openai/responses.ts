// OpenAI's Responses API.

import { asArray, asObject, asString, contentText, parseObject, readErrorObject } from '../json.ts'
import type { Finish } from '../translation/reply.ts'
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
import { editUserField, isJsonFormat, readConversationId, setField } from './field.ts'
import { responsesClient } from './responses-dialect.ts'
import { foreignItems } from './responses-seal.ts'
import { readHeldIds, readIssuedIds } from './responses-state.ts'
import { readUsage } from './usage.ts'

export const responses: Endpoint = {
  name: 'responses',
  path: '/v1/responses',
  format: 'openai',
  client: responsesClient,
  readRequest,
  heldIds: readHeldIds,
  askForUsage: () => [],
  editSystemPrompt,
  editUser: editUserField,
  foreign: foreignItems,
  readAnswer,
  readFrame,
}

function readRequest(body: JsonObject): RequestFacts {
  const metadata = asObject(body.metadata)
  return {
    stream: body.stream === true,
    user: asString(body.user) ?? asString(body.safety_identifier),
    conversationId: readConversationId(body, metadata),
    hasTools: asArray(body.tools).length > 0,
    get hasImages() {
      return asArray(body.input).some(hasImage)
    },
    get wantsJson() {
      return isJsonFormat(asObject(body.text)?.format)
    },
    metadata,
    opening: () => readOpening(body),
  }
}

function hasImage(item: unknown): boolean {
  return asArray(asObject(item)?.content).some(part => asObject(part)?.type === 'input_image')
}

/** Instructions slipped in after the first user message belong to later turns: they must not change the opening. */
function readOpening(body: JsonObject): string {
  // The text of a first turn stands in a list of items in the second.
  if (typeof body.input === 'string') return JSON.stringify([body.instructions ?? null, [], body.input])
  const items = asArray(body.input)
  const first = items.findIndex(item => asObject(item)?.role === 'user')
  const system = (first < 0 ? items : items.slice(0, first))
    .filter(item => asObject(item)?.role === 'system' || asObject(item)?.role === 'developer')
    .map(item => contentText(asObject(item)?.content))
  return JSON.stringify([body.instructions ?? null, system, contentText(asObject(items[first])?.content)])
}

function editSystemPrompt(body: JsonObject, edit: SystemPromptEdit): readonly BodyEdit[] {
  const own = asString(body.instructions)
  const text = edit.how === 'replace' || own === undefined ? edit.text : `${edit.text}\n\n${own}`
  return [setField('instructions', text)]
}

function readAnswer(body: JsonObject, facts: AnswerFacts): void {
  // A failed response keeps its error inside a 200; a successful one has `error: null`.
  facts.error = readErrorObject(body) ?? null
  readUsage(asObject(body.usage), facts)
  readIssuedIds(body, facts)
  for (const item of asArray(body.output)) readItem(asObject(item) ?? {}, facts)
  readFinish(body, facts)
}

const INCOMPLETE: ReadonlyMap<unknown, Finish> = new Map([
  ['max_output_tokens', 'length'],
  ['content_filter', 'filter'],
])

/** A response that failed, was cancelled or goes on in the background has not finished. */
function readFinish(response: JsonObject, facts: AnswerFacts): void {
  facts.finishReason = finishOf(response, facts)
  if (facts.finishReason === 'filter') facts.refusal = true
}

function finishOf(response: JsonObject, { toolCalls, refusal }: AnswerFacts): Finish | null {
  if (response.status === 'completed') return toolCalls > 0 ? 'tool_calls' : refusal ? 'refusal' : 'stop'
  if (response.status !== 'incomplete') return null
  return INCOMPLETE.get(asObject(response.incomplete_details)?.reason) ?? 'unknown'
}

function readItem(item: JsonObject, facts: AnswerFacts): void {
  countItem(item, facts)
  facts.hiddenLength += (asString(item.arguments) ?? asString(item.input))?.length ?? 0
  for (const entry of asArray(item.content)) {
    const part = asObject(entry)
    if (part?.type === 'refusal') facts.refusal = true
    facts.hiddenLength += asString(part?.refusal)?.length ?? 0
    const text = asString(part?.text) ?? ''
    if (item.type === 'reasoning') facts.hiddenLength += text.length
    else addText(facts, text)
  }
  for (const part of asArray(item.summary)) facts.hiddenLength += asString(asObject(part)?.text)?.length ?? 0
}

const TERMINAL = new Set(['response.completed', 'response.incomplete'])

function readFrame(event: string | undefined, data: string, facts: AnswerFacts): FrameKind {
  if (data === '[DONE]') return 'done'
  const body = parseObject(data)
  if (body === undefined) return 'meta'
  const type = asString(body.type) ?? event ?? ''
  if (type === 'error' || type === 'response.failed') return readFailure(type, body, facts)
  if (TERMINAL.has(type)) {
    readTerminal(asObject(body.response) ?? {}, facts)
    return 'done'
  }
  if (type.endsWith('.delta')) return readDelta(type, body, facts)
  if (type === 'response.output_item.added') return readAdded(asObject(body.item) ?? {}, facts)
  if (type === 'response.created') readIssuedIds(asObject(body.response) ?? {}, facts)
  return 'meta'
}

function readFailure(type: string, body: JsonObject, facts: AnswerFacts): FrameKind {
  const source =
    type === 'error'
      ? asObject(body.error) === undefined
        ? { error: body }
        : body
      : (asObject(body.response) ?? {})
  facts.error = readErrorObject(source) ?? { code: null, message: 'the response failed', type: null }
  return 'error'
}

function readTerminal(response: JsonObject, facts: AnswerFacts): void {
  readUsage(asObject(response.usage), facts)
  readIssuedIds(response, facts)
  readFinish(response, facts)
}

function readDelta(type: string, body: JsonObject, facts: AnswerFacts): FrameKind {
  const delta = asString(body.delta)
  if (type === 'response.output_text.delta') addText(facts, delta ?? '')
  else facts.hiddenLength += delta?.length ?? 0
  if (type === 'response.refusal.delta') facts.refusal = true
  return delta === undefined ? 'meta' : 'content'
}

function readAdded(item: JsonObject, facts: AnswerFacts): FrameKind {
  return countItem(item, facts) === 'call' ? 'content' : 'meta'
}

/** Whether an item of the output is a call that the client has to answer. */
function countItem(item: JsonObject, facts: AnswerFacts): 'call' | 'other' {
  if (item.type === 'function_call' || item.type === 'custom_tool_call') {
    addToolCall(facts, item.name)
    return 'call'
  }
  if (item.type !== 'message' && item.type !== 'reasoning') facts.otherContent = true
  return 'other'
}
