// `extra_body`: where clients of OpenAI's Python SDK put fields that their SDK does not know, which then stand in the
// body like any other. Clients that write JSON by hand send it as it is written there, literally. Its metadata are the
// request's, for whoever routes and records, and no provider gets them; what else it holds is the provider's.
import { asObject } from '../provider/json.ts'
import type { Endpoint, JsonObject, RequestFacts } from '../provider/wire-format.ts'
import { removePaths } from './json-splice.ts'
import type { Body } from './read.ts'

export interface ReadRequest {
  readonly facts: RequestFacts
  /** What may go to a provider. */
  readonly body: Body
}

/** Reads a request with the metadata of a literal `extra_body`, which win over those of the same name beside it. */
export function readRequest(endpoint: Endpoint, body: Body): ReadRequest {
  const { json } = body
  const extra = json.extra_body === undefined ? undefined : asObject(json.extra_body)
  const metadata = extra && asObject(extra.metadata)
  if (extra === undefined || metadata === undefined) return { facts: endpoint.readRequest(json), body }
  const facts = endpoint.readRequest({ ...json, metadata: { ...asObject(json.metadata), ...metadata } })
  return { facts, body: withoutMetadata(body, extra) }
}

/** An `extra_body` that held nothing else goes too: providers refuse fields that they do not know. */
function withoutMetadata(body: Body, extra: JsonObject): Body {
  const { extra_body: _taken, ...json } = body.json
  const { metadata: _read, ...others } = extra
  if (Object.keys(others).length === 0) {
    return { ...body, json, text: removePaths(body.text, [['extra_body']]) }
  }
  const text = removePaths(body.text, [['extra_body', 'metadata']])
  return { ...body, json: { ...json, extra_body: others }, text }
}
