// Makes a plain JSON value that fits a JSON Schema: tool arguments and structured answers. Not a full generator:
// patterns, formats other than the usual ones and cross-field rules are not obeyed.
import type { Random } from './random.ts'

export type JsonSchema = Readonly<Record<string, unknown>>

const WORDS = ['alpha', 'river', 'Paris', 'seven', 'green', 'report', 'monday', 'north']
const FORMATS: Readonly<Record<string, string>> = {
  date: '2026-03-14',
  'date-time': '2026-03-14T09:26:53Z',
  time: '09:26:53Z',
  email: 'ada@example.com',
  uri: 'https://example.com/a',
  uuid: '3f2b6f0e-6c1d-4b8a-9a53-0c9b1d2e4f60',
  ipv4: '192.0.2.1',
  hostname: 'example.com',
}
/** Past this depth optional parts are left out, so that recursive schemas end. */
const DEEP = 6

type Draft = { readonly root: JsonSchema; readonly random: Random; readonly depth: number }

const asSchema = (value: unknown): JsonSchema | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonSchema) : null
const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
const asNumber = (value: unknown): number | null => (typeof value === 'number' ? value : null)

/** A value valid under `schema` for the keywords type, enum, const, properties, items, $ref, anyOf, oneOf, allOf, bounds. */
export const exampleOf = (schema: JsonSchema, random: Random): unknown =>
  draw(schema, { root: schema, random, depth: 0 })

/** Whether some object in the schema may have properties it does not name. */
export const hasOpenObject = (schema: unknown): boolean => {
  if (Array.isArray(schema)) return schema.some(hasOpenObject)
  const node = asSchema(schema)
  if (!node) return false
  const open = node['type'] === 'object' && node['additionalProperties'] !== false
  return open || Object.values(node).some(hasOpenObject)
}

/** The JSON text with a space between its parts, so that it has tokens to stream; strings are untouched. */
export const jsonText = (value: unknown): string => JSON.stringify(value, null, 1).replace(/\n\s*/g, ' ')

const draw = (schema: JsonSchema, draft: Draft): unknown => {
  if ('const' in schema) return schema['const']
  const choices = asList(schema['enum'])
  if (choices.length > 0) return choices[draft.random.below(choices.length)]
  const ref = typeof schema['$ref'] === 'string' ? resolveRef(schema['$ref'], draft.root) : null
  if (ref) return draw(ref, { ...draft, depth: draft.depth + 1 })
  const merged = mergeAll(schema, draft.root)
  const option = chooseOption(merged, draft)
  if (option) return draw(option, { ...draft, depth: draft.depth + 1 })
  return drawTyped(typeOf(merged, draft), merged, draft)
}

const resolveRef = (ref: string, root: JsonSchema): JsonSchema | null => {
  const steps = ref.split('/').slice(1)
  const target = steps.reduce<unknown>((at, step) => {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~')
    return asSchema(at)?.[name]
  }, root)
  return asSchema(target)
}

const mergeAll = (schema: JsonSchema, root: JsonSchema): JsonSchema => {
  const parts = asList(schema['allOf'])
    .map(asSchema)
    .filter(part => part !== null)
  if (parts.length === 0) return schema
  const { allOf: _, ...own } = schema
  const resolved = parts.map(part =>
    typeof part['$ref'] === 'string' ? (resolveRef(part['$ref'], root) ?? {}) : part,
  )
  return [...resolved, own].reduce<JsonSchema>(mergeTwo, {})
}

const mergeTwo = (left: JsonSchema, right: JsonSchema): JsonSchema => ({
  ...left,
  ...right,
  properties: { ...asSchema(left['properties']), ...asSchema(right['properties']) },
  required: [...asList(left['required']), ...asList(right['required'])],
})

const chooseOption = (schema: JsonSchema, draft: Draft): JsonSchema | null => {
  const options = [...asList(schema['anyOf']), ...asList(schema['oneOf'])].map(asSchema)
  const usable = options.filter(option => option !== null)
  if (usable.length === 0) return null
  const flat = usable.find(option => option['type'] === 'null') ?? usable.at(-1)
  const chosen = draft.depth >= DEEP ? flat : usable[draft.random.below(usable.length)]
  const { anyOf: _any, oneOf: _one, ...own } = schema
  return chosen ? { ...own, ...chosen } : null
}

const typeOf = (schema: JsonSchema, draft: Draft): string => {
  const type = schema['type']
  // Google's own dialect spells types in capitals.
  if (typeof type === 'string') return type.toLowerCase()
  const types = asList(type).filter(one => typeof one === 'string')
  if (draft.depth >= DEEP && types.includes('null')) return 'null'
  if (types[0] !== undefined) return types[0]
  return schema['properties'] ? 'object' : schema['items'] ? 'array' : 'string'
}

const drawTyped = (type: string, schema: JsonSchema, draft: Draft): unknown => {
  if (type === 'object') return drawObject(schema, draft)
  if (type === 'array') return drawArray(schema, draft)
  if (type === 'integer' || type === 'number') return drawNumber(type, schema, draft.random)
  if (type === 'boolean') return draft.random.below(2) === 1
  return type === 'null' ? null : drawString(schema, draft.random)
}

const drawObject = (schema: JsonSchema, draft: Draft): Record<string, unknown> => {
  const required = new Set(asList(schema['required']))
  const wanted = Object.entries(asSchema(schema['properties']) ?? {}).filter(
    ([name]) => draft.depth < DEEP || required.has(name),
  )
  const deeper = { ...draft, depth: draft.depth + 1 }
  return Object.fromEntries(wanted.map(([name, part]) => [name, draw(asSchema(part) ?? {}, deeper)]))
}

const drawArray = (schema: JsonSchema, draft: Draft): unknown[] => {
  const least = asNumber(schema['minItems']) ?? (draft.depth >= DEEP ? 0 : 1)
  const prefix = asList(schema['prefixItems']).map(item => asSchema(item) ?? {})
  const item = asSchema(schema['items']) ?? {}
  const deeper = { ...draft, depth: draft.depth + 1 }
  const length = Math.max(least, prefix.length)
  return Array.from({ length }, (_, index) => draw(prefix[index] ?? item, deeper))
}

const drawNumber = (type: 'integer' | 'number', schema: JsonSchema, random: Random): number => {
  const step = asNumber(schema['multipleOf']) ?? (type === 'integer' ? 1 : 0.5)
  const low = asNumber(schema['minimum'])
  const above = asNumber(schema['exclusiveMinimum'])
  const high = asNumber(schema['maximum'])
  const under = asNumber(schema['exclusiveMaximum'])
  const top = high ?? (under === null ? null : under - step)
  const bottom = low ?? (above === null ? Math.min(1, top ?? 1) : above + step)
  const first = Math.ceil(bottom / step)
  const last = top === null ? first + 9 : Math.max(first, Math.floor(top / step))
  return (first + random.below(Math.min(10, last - first + 1))) * step
}

const drawString = (schema: JsonSchema, random: Random): string => {
  const format = FORMATS[String(schema['format'])]
  if (format !== undefined) return format
  const word = WORDS[random.below(WORDS.length)] ?? ''
  const least = asNumber(schema['minLength']) ?? 0
  return word.padEnd(least, 'a').slice(0, asNumber(schema['maxLength']) ?? undefined)
}
