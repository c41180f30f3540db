// Fields that OpenAI's endpoints share, and the edits of them.
import { asObject, asString } from '../json.ts'
import type { BodyEdit, JsonObject } from '../wire-format.ts'

export function setField(key: string, value: unknown): BodyEdit {
  return { kind: 'set', key, json: JSON.stringify(value) }
}

/** Whether a `response_format`, or a `text.format`, asks for JSON. */
export function isJsonFormat(format: unknown): boolean {
  const type = asObject(format)?.type
  return type === 'json_object' || type === 'json_schema'
}

/** Stable ids only: `conversation` of the Responses API, or `metadata.conversation_id`. */
export function readConversationId(body: JsonObject, metadata: JsonObject | undefined): string | undefined {
  return (
    asString(body.conversation) ??
    asString(asObject(body.conversation)?.id) ??
    asString(metadata?.conversation_id)
  )
}

export function editUserField(body: JsonObject, value: string | undefined): readonly BodyEdit[] {
  const fields = ['user', 'safety_identifier'].filter(key => body[key] !== undefined)
  return fields.map(key => (value === undefined ? { kind: 'remove', key } : setField(key, value)))
}
