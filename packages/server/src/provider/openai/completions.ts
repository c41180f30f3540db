// OpenAI's legacy text completions.
import { asArray, asObject, asString, parseObject, readErrorObject } from '../json.ts'
import type {
  AnswerFacts,
  BodyEdit,
  Endpoint,
  FrameKind,
  JsonObject,
  RequestFacts,
  SystemPromptEdit,
} from '../wire-format.ts'
import { askForUsage, readText } from './chat.ts'
import { finishOf } from './chat-finish.ts'
import { editUserField, isJsonFormat, readConversationId, setField } from './field.ts'
import { readUsage } from './usage.ts'

export const completions: Endpoint = {
  name: 'completions',
  path: '/v1/completions',
  format: 'openai',
  client: null,
  readRequest,
  askForUsage,
  editSystemPrompt,
  editUser: editUserField,
  readAnswer,
  readFrame,
}

function readRequest(body: JsonObject): RequestFacts {
  const metadata = asObject(body.metadata)
  return {
    stream: body.stream === true,
    user: asString(body.user),
    conversationId: readConversationId(body, metadata),
    hasTools: false,
    hasImages: false,
    // Not OpenAI's own, but of services that are compatible with it.
    wantsJson: isJsonFormat(body.response_format),
    metadata,
    opening: () => JSON.stringify(body.prompt ?? null),
  }
}

/** A completion has no system prompt; its prompt is one text, so the nearest thing is to put the text before it. */
function editSystemPrompt(body: JsonObject, edit: SystemPromptEdit): readonly BodyEdit[] {
  if (typeof body.prompt !== 'string' || edit.how === 'replace') return []
  return [setField('prompt', `${edit.text}\n\n${body.prompt}`)]
}

function readAnswer(body: JsonObject, facts: AnswerFacts): void {
  facts.error = readErrorObject(body) ?? null
  readUsage(asObject(body.usage), facts)
  for (const choice of asArray(body.choices)) readChoice(asObject(choice), facts)
}

function readFrame(_event: string | undefined, data: string, facts: AnswerFacts): FrameKind {
  if (data === '[DONE]') return 'done'
  const chunk = parseObject(data)
  if (chunk === undefined) return 'meta'
  facts.error = readErrorObject(chunk) ?? null
  if (facts.error !== null) return 'error'
  readUsage(asObject(chunk.usage), facts)
  const choices = asArray(chunk.choices)
  if (choices.length === 0) return asObject(chunk.usage) === undefined ? 'meta' : 'usage'
  return choices.filter(choice => readChoice(asObject(choice), facts)).length > 0 ? 'content' : 'meta'
}

function readChoice(choice: JsonObject = {}, facts: AnswerFacts): boolean {
  const text = asString(choice.text)
  const finished = asString(choice.finish_reason)
  if (text !== undefined) readText(choice, text, facts)
  if (finished !== undefined) facts.finishReason = finishOf(finished, { calls: false, refusal: false })
  return text !== undefined || finished !== undefined
}
