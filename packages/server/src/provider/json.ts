// Typed reading of untyped JSON, for wire formats. Wrong types read as absent: the provider will say what it expects.
import type { JsonObject } from './wire-format.ts'

export function asObject(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined
}

export function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

export function asString(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** Far above any count, and so far below the last safe integer that sums of counts are exact. */
const MOST = 2 ** 50

/** A token count: a non-negative integer that can be added to others, else null. */
export function asCount(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MOST ? value : null
}

export function parseObject(text: string): JsonObject | undefined {
  try {
    return asObject(JSON.parse(text))
  } catch {
    return undefined
  }
}

/** The error object inside an answer or event, in the shapes vendors use: `{error: {...}}` or `{error: "..."}`. */
export function readErrorObject(
  body: JsonObject,
): { code: string | null; message: string; type: string | null } | undefined {
  if (typeof body.error === 'string') return { code: null, message: body.error, type: null }
  const error = asObject(body.error)
  if (error === undefined) return undefined
  const code = typeof error.code === 'number' ? String(error.code) : (asString(error.code) ?? null)
  return { code, message: asString(error.message) ?? 'no message', type: asString(error.type) ?? null }
}

/** Text of a message's content: a string, or the text parts of an array. */
export function contentText(content: unknown): string {
  if (typeof content === 'string') return content
  return asArray(content)
    .map(part => asString(asObject(part)?.text) ?? '')
    .join('')
}
