// Anthropic's messages.

import { asArray, asCount, asObject, asString, contentText, parseObject, readErrorObject } from '../json.ts'
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
import { messagesClient } from './messages-dialect.ts'
import { finishOf } from './messages-finish.ts'
import { foreignThinking } from './messages-foreign.ts'
import { readHeldIds, readIssuedContainer, readIssuedFiles } from './messages-state.ts'

export const messages: Endpoint = {
  name: 'messages',
  path: '/v1/messages',
  format: 'anthropic',
  client: messagesClient,
  readRequest,
  heldIds: readHeldIds,
  askForUsage: () => [],
  editSystemPrompt,
  editUser,
  foreign: foreignThinking,
  readAnswer,
  readFrame,
}

function readRequest(body: JsonObject): RequestFacts {
  const metadata = asObject(body.metadata)
  return {
    stream: body.stream === true,
    user: asString(metadata?.user_id),
    conversationId: asString(metadata?.conversation_id),
    hasTools: asArray(body.tools).length > 0,
    get hasImages() {
      return asArray(body.messages).some(hasImage)
    },
    get wantsJson() {
      return wantsJson(body)
    },
    metadata,
    opening: () => readOpening(body),
  }
}

function hasImage(message: unknown): boolean {
  return asArray(asObject(message)?.content).some(part => asObject(part)?.type === 'image')
}

/** `output_format` is the name it had as a beta. */
function wantsJson(body: JsonObject): boolean {
  const format = asObject(body.output_config)?.format ?? body.output_format
  return asObject(format)?.type === 'json_schema'
}

function readOpening(body: JsonObject): string {
  const first = asArray(body.messages).find(message => asObject(message)?.role === 'user')
  return JSON.stringify([contentText(body.system), asObject(first)?.content ?? null])
}

function editSystemPrompt(body: JsonObject, edit: SystemPromptEdit): readonly BodyEdit[] {
  if (edit.how === 'replace' || body.system === undefined) {
    return [{ kind: 'set', key: 'system', json: JSON.stringify(edit.text) }]
  }
  const own = typeof body.system === 'string' ? [{ type: 'text', text: body.system }] : asArray(body.system)
  return [{ kind: 'set', key: 'system', json: JSON.stringify([{ type: 'text', text: edit.text }, ...own]) }]
}

function editUser(body: JsonObject, value: string | undefined): readonly BodyEdit[] {
  const metadata = asObject(body.metadata)
  if (metadata?.user_id === undefined) return []
  const { user_id: _dropped, ...rest } = metadata
  const next = value === undefined ? rest : { ...rest, user_id: value }
  return [{ kind: 'set', key: 'metadata', json: JSON.stringify(next) }]
}

function readAnswer(body: JsonObject, facts: AnswerFacts): void {
  facts.error = body.type === 'error' ? (readErrorObject(body) ?? null) : null
  readUsage(asObject(body.usage), facts)
  readStopReason(body, facts)
  readIssuedContainer(body, facts)
  for (const entry of asArray(body.content)) {
    const block = asObject(entry) ?? {}
    readBlock(block, facts)
    facts.hiddenLength += asString(block.thinking)?.length ?? 0
    if (block.input !== undefined) facts.hiddenLength += JSON.stringify(block.input).length
  }
}

function readBlock(block: JsonObject, facts: AnswerFacts): void {
  readIssuedFiles(block, facts)
  if (block.type === 'text') addText(facts, asString(block.text) ?? '')
  else if (block.type === 'tool_use') addToolCall(facts, block.name)
  else if (block.type !== 'thinking' && block.type !== 'redacted_thinking') facts.otherContent = true
}

function readStopReason(holder: JsonObject, facts: AnswerFacts): void {
  const reason = asString(holder.stop_reason)
  if (reason === undefined) return
  facts.finishReason = finishOf(reason)
  if (reason === 'refusal') facts.refusal = true
}

/** Anthropic's input excludes cached tokens; ours includes those read from and written to the cache. */
function readUsage(usage: JsonObject | undefined, facts: AnswerFacts): void {
  if (usage === undefined) return
  const fresh = asCount(usage.input_tokens)
  const read = asCount(usage.cache_read_input_tokens)
  const written = asCount(usage.cache_creation_input_tokens)
  if (fresh !== null) {
    facts.usage.input = fresh + (read ?? 0) + (written ?? 0)
    facts.usage.cached_input = read
  }
  facts.usage.output = asCount(usage.output_tokens) ?? facts.usage.output
  const details = asObject(usage.output_tokens_details)
  facts.usage.reasoning = asCount(details?.thinking_tokens) ?? facts.usage.reasoning
}

function readFrame(event: string | undefined, data: string, facts: AnswerFacts): FrameKind {
  const body = parseObject(data)
  if (body === undefined) return 'meta'
  switch (asString(body.type) ?? event) {
    case 'message_start':
      readUsage(asObject(asObject(body.message)?.usage), facts)
      readIssuedContainer(asObject(body.message) ?? {}, facts)
      return 'meta'
    case 'content_block_start':
      return readBlockStart(asObject(body.content_block) ?? {}, facts)
    case 'content_block_delta':
      return readDelta(asObject(body.delta) ?? {}, facts)
    case 'message_delta':
      readUsage(asObject(body.usage), facts)
      readStopReason(asObject(body.delta) ?? {}, facts)
      readIssuedContainer(asObject(body.delta) ?? {}, facts)
      return 'content'
    case 'message_stop':
      return 'done'
    case 'error':
      facts.error = readErrorObject(body) ?? { code: null, message: 'the stream failed', type: null }
      return 'error'
    default:
      return 'meta'
  }
}

function readBlockStart(block: JsonObject, facts: AnswerFacts): FrameKind {
  readBlock(block, facts)
  return block.type === 'text' || block.type === 'thinking' ? 'meta' : 'content'
}

function readDelta(delta: JsonObject, facts: AnswerFacts): FrameKind {
  if (delta.type === 'text_delta') addText(facts, asString(delta.text) ?? '')
  else facts.hiddenLength += (asString(delta.thinking) ?? asString(delta.partial_json))?.length ?? 0
  return 'content'
}
