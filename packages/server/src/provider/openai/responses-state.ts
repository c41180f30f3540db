// The Responses API's ids of what its account holds: responses, conversations, items, containers, files.
import { addId } from '../held-state.ts'
import { asArray, asObject } from '../json.ts'
import type { AnswerFacts, JsonObject } from '../wire-format.ts'

type Ids = string[] | null

/** Ids a request builds on: what it goes on with first, then what its tools and its input name. */
export function readHeldIds(body: JsonObject): Ids {
  let ids = addId(null, body.previous_response_id)
  ids = addId(ids, asObject(body.conversation)?.id ?? body.conversation)
  for (const tool of asArray(body.tools)) ids = addToolIds(ids, asObject(tool) ?? {})
  for (const item of asArray(body.input)) ids = addItemIds(ids, asObject(item) ?? {})
  return ids
}

function addToolIds(before: Ids, tool: JsonObject): Ids {
  if (tool.type === 'function') return before
  // `container` of the code interpreter is an id or an object; the shell's is its `environment`.
  const container = asObject(tool.container) ?? asObject(tool.environment)
  let ids = addId(before, tool.container)
  ids = addId(ids, container?.container_id)
  for (const id of asArray(container?.file_ids)) ids = addId(ids, id)
  for (const id of asArray(tool.vector_store_ids)) ids = addId(ids, id)
  return addId(ids, asObject(tool.input_image_mask)?.file_id)
}

function addItemIds(before: Ids, item: JsonObject): Ids {
  let ids = isReference(item) ? addId(before, item.id) : before
  for (const part of asArray(item.content)) ids = addId(ids, asObject(part)?.file_id)
  for (const part of asArray(item.output)) ids = addId(ids, asObject(part)?.file_id)
  return addId(ids, asObject(item.output)?.file_id)
}

/** A bare id stands for the item, and so does reasoning that comes back without its encrypted content. */
function isReference(item: JsonObject): boolean {
  if (item.type === 'reasoning') return typeof item.encrypted_content !== 'string'
  return item.type === 'item_reference' || (item.role === undefined && (item.type ?? null) === null)
}

/** Ids that a response hands out. One that is not stored can be named by no later request, but its container can. */
export function readIssuedIds(response: JsonObject, facts: AnswerFacts): void {
  const isStored = response.store !== false
  let ids = isStored ? addId(facts.issued, response.id) : facts.issued
  ids = addId(ids, asObject(response.conversation)?.id)
  for (const entry of asArray(response.output)) {
    const item = asObject(entry) ?? {}
    if (isStored) ids = addId(ids, item.id)
    ids = addId(ids, item.container_id)
    ids = addId(ids, asObject(item.environment)?.container_id)
  }
  facts.issued = ids
}
