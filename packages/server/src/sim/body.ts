// Reads request bodies: JSON by a zod schema with errors worded as OpenAI words them, and multipart forms.
import { isUtf8 } from 'node:buffer'
import type { z } from 'zod'
import { type ErrorAnswer, errorAnswer } from './error.ts'

type Read<Body> = { readonly kind: 'body'; readonly body: Body }

/** Fields the schema does not name are ignored, as a provider ignores them. */
export const readJson = <Body>(schema: z.ZodType<Body>, bytes: Buffer): Read<Body> | ErrorAnswer => {
  const json = parseJson(bytes)
  if (json === undefined) {
    return errorAnswer(400, 'We could not parse the JSON body of your request. The API expects valid JSON.')
  }
  const parsed = schema.safeParse(json)
  if (parsed.success) return { kind: 'body', body: parsed.data }
  const issue = parsed.error.issues[0]
  return issue ? describeIssue(issue, json) : errorAnswer(400, 'The body is not valid.')
}

const parseJson = (bytes: Buffer): unknown => {
  if (!isUtf8(bytes)) return undefined
  try {
    return JSON.parse(bytes.toString()) as unknown
  } catch {
    return undefined
  }
}

const describeIssue = (issue: z.core.$ZodIssue, json: unknown): ErrorAnswer => {
  const param = pathText(issue.path)
  if (param === '') return errorAnswer(400, 'The body must be a JSON object.')
  if (valueAt(json, issue.path) === undefined) {
    const code = 'missing_required_parameter'
    return errorAnswer(400, `Missing required parameter: '${param}'.`, { param, code })
  }
  const code = issue.code === 'invalid_type' ? 'invalid_type' : 'invalid_value'
  return errorAnswer(400, `Invalid value for '${param}': ${issue.message}.`, { param, code })
}

const pathText = (path: readonly PropertyKey[]): string =>
  path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index > 0 ? '.' : ''}${String(step)}`))
    .join('')

const valueAt = (json: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (value, step) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[step] : undefined,
    json,
  )

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
