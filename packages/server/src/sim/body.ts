// Reads request bodies: JSON by a zod schema, and multipart forms.
import { isUtf8 } from 'node:buffer'
import type { z } from 'zod'
import { type ErrorAnswer, errorAnswer, type WireFormat } from './error.ts'
import { issueFound, notJson, unknownFields } from './invalid.ts'

type Read<Body> = { readonly kind: 'body'; readonly body: Body }

/** Fields the schema does not name are ignored, but at the top where `fields` says all there are. */
export const readJson = <Body>(
  wire: WireFormat,
  schema: z.ZodType<Body>,
  bytes: Buffer,
  fields?: readonly string[],
): Read<Body> | ErrorAnswer => {
  const json = parseJson(bytes)
  if (json === undefined) return notJson(wire)
  const unknown = fields ? namesOf(json).filter(name => !fields.includes(name)) : []
  if (unknown.length > 0) return unknownFields(wire, unknown)
  const parsed = schema.safeParse(json)
  if (parsed.success) return { kind: 'body', body: parsed.data }
  const issue = parsed.error.issues[0]
  return issue ? issueFound(wire, issue, json) : errorAnswer(400, 'The body is not valid.')
}

const namesOf = (json: unknown): string[] =>
  typeof json === 'object' && json !== null && !Array.isArray(json) ? Object.keys(json) : []

const parseJson = (bytes: Buffer): unknown => {
  if (!isUtf8(bytes)) return undefined
  try {
    return JSON.parse(bytes.toString()) as unknown
  } catch {
    return undefined
  }
}

/** Reads `multipart/form-data`. */
export const readForm = async (
  contentType: string | undefined,
  bytes: Buffer,
): Promise<Read<FormData> | ErrorAnswer> => {
  try {
    const headers = { 'content-type': contentType ?? '' }
    return { kind: 'body', body: await new Response(new Uint8Array(bytes), { headers }).formData() }
  } catch {
    return errorAnswer(400, 'We could not parse the multipart body of your request.')
  }
}
