// The response object, whole or under way.
import { asArray, asObject } from '../json.ts'
import type { Echo } from '../translation/dialect.ts'
import type { Reply, ReplyUsage } from '../translation/reply.ts'
import type { JsonObject } from '../wire-format.ts'
import {
  type Incompleteness,
  type Item,
  incompleteness,
  itemsOf,
  statusOf,
  writeItem,
} from './responses-item.ts'

/** What a response is called, whatever becomes of it. */
export type Head = Pick<Reply, 'id' | 'model' | 'created'>

/** What has become of a response so far. */
export interface Outcome {
  readonly status: 'in_progress' | 'completed' | 'incomplete' | 'failed'
  readonly error: JsonObject | null
  readonly incomplete_details: JsonObject | null
  readonly output: readonly JsonObject[]
  readonly usage: JsonObject | null
}

export const IN_PROGRESS: Outcome = {
  status: 'in_progress',
  error: null,
  incomplete_details: null,
  output: [],
  usage: null,
}

export function writeReply(request: JsonObject, reply: Reply, echo: Echo): JsonObject {
  return writeResponse(request, reply, echo, outcomeOf(itemsOf(reply.parts), reply, echo))
}

/** The outcome of an answer that came to its end. */
export function outcomeOf(
  items: readonly Item[],
  { finish, usage }: Pick<Reply, 'finish' | 'usage'>,
  echo: Echo,
): Outcome {
  const incomplete = incompleteness(finish, items)
  return {
    status: incomplete === undefined ? 'completed' : 'incomplete',
    error: null,
    incomplete_details: incomplete ?? null,
    output: writeItems(items, incomplete, echo),
    usage: writeUsage(usage),
  }
}

export function writeItems(
  items: readonly Item[],
  incomplete: Incompleteness,
  echo: Echo,
): readonly JsonObject[] {
  return items.map(item => writeItem(item, echo.id, statusOf(item, items, incomplete)))
}

/** What a response repeats of its request, and what it says when the request did not. */
const REPEATED: JsonObject = {
  instructions: null,
  max_output_tokens: null,
  max_tool_calls: null,
  metadata: {},
  parallel_tool_calls: true,
  prompt_cache_key: null,
  reasoning: { effort: null, summary: null },
  safety_identifier: null,
  temperature: null,
  text: { format: { type: 'text' } },
  tool_choice: 'auto',
  top_p: null,
  user: null,
}

/** Where a translated response differs whatever was asked: it is not stored, so `GET` and later turns do not find it. */
const FIXED: JsonObject = {
  access_programs: null,
  background: false,
  previous_response_id: null,
  store: false,
  truncation: 'disabled',
}

export function writeResponse(request: JsonObject, head: Head, echo: Echo, outcome: Outcome): JsonObject {
  return {
    id: head.id ?? `resp_${echo.id}`,
    object: 'response',
    created_at: head.created ?? echo.now,
    model: head.model ?? echo.model,
    ...outcome,
    ...Object.fromEntries(Object.entries(REPEATED).map(([key, unset]) => [key, request[key] ?? unset])),
    tools: asArray(request.tools).flatMap(repeatTool),
    ...FIXED,
  }
}

/** Tools that were dropped were not there to be called. */
function repeatTool(value: unknown): readonly JsonObject[] {
  const tool = asObject(value)
  return tool?.type === 'function' ? [{ parameters: null, strict: null, ...tool }] : []
}

/** This API's counts are never null: with a sum unknown there is no usage, and an unknown part of a sum is 0. */
export function writeUsage({
  input,
  cachedInput,
  cacheWritten,
  output,
  reasoning,
}: ReplyUsage): JsonObject | null {
  if (input === null || output === null) return null
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: cachedInput ?? 0, cache_write_tokens: cacheWritten ?? 0 },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: reasoning ?? 0 },
    total_tokens: input + output,
  }
}
