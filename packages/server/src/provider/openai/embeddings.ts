// OpenAI's embeddings: never streamed, and without a prompt to change.
import { asObject, asString, readErrorObject } from '../json.ts'
import type { AnswerFacts, Endpoint, JsonObject, RequestFacts } from '../wire-format.ts'
import { editUserField } from './field.ts'
import { readUsage } from './usage.ts'

export const embeddings: Endpoint = {
  name: 'embeddings',
  path: '/v1/embeddings',
  format: 'openai',
  client: null,
  readRequest,
  askForUsage: () => [],
  editSystemPrompt: () => [],
  editUser: editUserField,
  readAnswer,
  readFrame: () => 'meta',
}

function readRequest(body: JsonObject): RequestFacts {
  return {
    stream: false,
    user: asString(body.user),
    conversationId: undefined,
    hasTools: false,
    hasImages: false,
    wantsJson: false,
    metadata: asObject(body.metadata),
    opening: () => JSON.stringify(body.input ?? null),
  }
}

function readAnswer(body: JsonObject, facts: AnswerFacts): void {
  facts.error = readErrorObject(body) ?? null
  readUsage(asObject(body.usage), facts)
  // An embedding has no text, yet it is an answer: its length keeps it from counting as empty.
  facts.outputLength = Array.isArray(body.data) ? body.data.length : 0
}
