// Anthropic's ids of what its account holds: containers and files.
import { addId } from '../held-state.ts'
import { asArray, asObject, asString } from '../json.ts'
import type { AnswerFacts, JsonObject } from '../wire-format.ts'

type Ids = string[] | null

/** Ids a request builds on. */
export function readHeldIds(body: JsonObject): Ids {
  let ids = addId(null, asObject(body.container)?.id ?? body.container)
  for (const message of asArray(body.messages)) ids = addFileIds(ids, asObject(message)?.content)
  return ids
}

/** Files in the blocks of a message and, one level down, of a tool's result. */
function addFileIds(before: Ids, content: unknown): Ids {
  let ids = before
  for (const entry of asArray(content)) {
    const block = asObject(entry) ?? {}
    ids = addId(ids, asObject(block.source)?.file_id)
    if (block.type === 'container_upload') ids = addId(ids, block.file_id)
    if (block.type !== 'tool_result') continue
    for (const part of asArray(block.content)) ids = addId(ids, asObject(asObject(part)?.source)?.file_id)
  }
  return ids
}

/** The container of a message, or of an event that tells of it. */
export function readIssuedContainer(holder: JsonObject, facts: AnswerFacts): void {
  if (holder.container != null) facts.issued = addId(facts.issued, asObject(holder.container)?.id)
}

/** Files that executed code has written: they can be fetched by their ids. */
export function readIssuedFiles(block: JsonObject, facts: AnswerFacts): void {
  if (asString(block.type)?.endsWith('code_execution_tool_result') !== true) return
  for (const output of asArray(asObject(block.content)?.content))
    facts.issued = addId(facts.issued, asObject(output)?.file_id)
}
