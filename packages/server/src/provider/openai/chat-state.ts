// The chat API's ids of what its account holds: uploaded files, and audio that was answered before.
import { addId } from '../held-state.ts'
import { asArray, asObject } from '../json.ts'
import type { JsonObject } from '../wire-format.ts'

/** Ids a request builds on. */
export function readHeldIds(body: JsonObject): string[] | null {
  let ids: string[] | null = null
  for (const entry of asArray(body.messages)) {
    const message = asObject(entry)
    ids = addId(ids, asObject(message?.audio)?.id)
    for (const part of asArray(message?.content)) ids = addId(ids, asObject(asObject(part)?.file)?.file_id)
  }
  return ids
}
