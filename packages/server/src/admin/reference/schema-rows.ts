// JSON Schema as the rows of a table: one for each field, those of inner objects indented below theirs.
import type { JsonSchema } from '../http/openapi.ts'

export interface SchemaRow {
  readonly name: string
  /** In words; a component's name in braces: `list of {Token}`. */
  readonly type: string
  readonly isRequired: boolean
  readonly description: string
  /** 0..4. */
  readonly depth: number
}

const MAX_DEPTH = 4

export function isObjectSchema(schema: JsonSchema): boolean {
  return fieldsOf(schema) !== undefined
}

export function rowsOf(schema: JsonSchema, depth = 0): SchemaRow[] {
  const required = Array.isArray(schema.required) ? schema.required : []
  return Object.entries(fieldsOf(schema) ?? {}).flatMap(([name, field]) => {
    const description = typeof field.description === 'string' ? field.description : ''
    const row = { name, type: describeType(field), isRequired: required.includes(name), description, depth }
    const inner = innerObject(field)
    return inner === undefined || depth === MAX_DEPTH ? [row] : [row, ...rowsOf(inner, depth + 1)]
  })
}

/** `string`, `list of {Token}`, `"a" or "b"`, with what else is asked of it. */
export function describeType(schema: JsonSchema): string {
  const limits = [...limitsOf(schema)].join(', ')
  return limits === '' ? nameOfType(schema) : `${nameOfType(schema)} (${limits})`
}

function nameOfType(schema: JsonSchema): string {
  if (typeof schema.$ref === 'string') return `{${schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1)}}`
  if (Array.isArray(schema.enum)) return schema.enum.map(value => JSON.stringify(value)).join(' or ')
  if ('const' in schema) return JSON.stringify(schema.const)
  const options = schema.anyOf ?? schema.oneOf
  if (Array.isArray(options)) return (options as JsonSchema[]).map(describeType).join(' or ')
  if (schema.type === 'array') return `list of ${describeType((schema.items ?? {}) as JsonSchema)}`
  if (schema.type === 'object') return nameOfObject(schema)
  if (Array.isArray(schema.type)) return schema.type.join(' or ')
  if (typeof schema.format === 'string') return schema.format
  return typeof schema.type === 'string' ? schema.type : 'any'
}

function nameOfObject({ properties, additionalProperties }: JsonSchema): string {
  if (properties !== undefined || typeof additionalProperties !== 'object') return 'object'
  return `map to ${describeType(additionalProperties as JsonSchema)}`
}

const LIMITS: Readonly<Record<string, string>> = {
  minimum: 'at least',
  maximum: 'at most',
  maxLength: 'characters at most',
  maxItems: 'items at most',
}

function* limitsOf(schema: JsonSchema): Generator<string> {
  for (const [field, words] of Object.entries(LIMITS)) {
    const limit = schema[field]
    if (typeof limit === 'number' && limit !== Number.MAX_SAFE_INTEGER && limit !== Number.MIN_SAFE_INTEGER) {
      yield `${words} ${limit}`
    }
  }
  if (schema.default !== undefined) yield `default ${JSON.stringify(schema.default)}`
}

function fieldsOf(schema: JsonSchema): Record<string, JsonSchema> | undefined {
  return typeof schema.properties === 'object' && schema.properties !== null
    ? (schema.properties as Record<string, JsonSchema>)
    : undefined
}

/** The object whose fields are listed below a field: itself, or what its list or map holds. */
function innerObject(schema: JsonSchema): JsonSchema | undefined {
  if (isObjectSchema(schema)) return schema
  const inner = schema.type === 'array' ? schema.items : schema.additionalProperties
  return typeof inner === 'object' && inner !== null ? innerObject(inner as JsonSchema) : undefined
}
