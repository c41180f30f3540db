// Reading fields of JSON that came over the wire, where anything may be missing or of another type.

export type JsonObject = Readonly<Record<string, unknown>>

export function parseObject(text: string): JsonObject | null {
  try {
    return asObject(JSON.parse(text))
  } catch {
    return null
  }
}

export function asObject(value: unknown): JsonObject | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null
}
