// Parts of a config as the API takes and shows them: as they are written. They are checked by compiling the whole
// config, which finds all problems at once and says where they are; here is only how they are documented.
import { z } from '@hono/zod-openapi'
import { configJsonSchema } from '@weir/core/config'
import { withForms } from './form.ts'

/** An entry of a config as it is written, unchecked: fields by name. */
export type Fields = Readonly<Record<string, unknown>>

type JsonSchema = Readonly<Record<string, unknown>>

/** The description of an object, in one piece. */
export interface ObjectSchema {
  readonly properties: Readonly<Record<string, JsonSchema>>
  readonly required: readonly string[]
  /** The forms that it can have, each with its own fields. */
  readonly oneOf?: readonly JsonSchema[]
}

/** What a config's users write in one entry of a section, or in `gateway`. */
export function describeEntry(
  section: 'gateway' | 'providers' | 'models' | 'routers' | 'keys',
): ObjectSchema {
  const { properties } = configJsonSchema() as { properties: Record<string, JsonSchema> }
  const described = properties[section] as JsonSchema
  return objectSchema(described.items ?? described.additionalProperties ?? described)
}

/** The id of an entry, as bodies have it beside its fields. */
export function describeId(description: string): JsonSchema {
  const { properties } = configJsonSchema() as { properties: Record<string, { propertyNames: JsonSchema }> }
  return { ...properties.routers?.propertyNames, minLength: 1, not: { const: '__proto__' }, description }
}

/** The whole config. */
export function describeConfig(): ObjectSchema {
  return objectSchema(configJsonSchema())
}

/** A field that is an object, by itself. */
export function describeField(entry: ObjectSchema, field: string): ObjectSchema {
  return objectSchema(entry.properties[field])
}

/** The gateway's own description has `additionalProperties: false`, which is no description of an entry. */
function objectSchema(described: unknown): ObjectSchema {
  const { properties = {}, required = [], oneOf } = withoutReferences(described) as Partial<ObjectSchema>
  return { properties, required, ...(oneOf !== undefined && { oneOf }) }
}

/** The fields of an entry, for the schema of an answer. */
export function writtenFields(entry: ObjectSchema): Record<string, z.ZodOptional<z.ZodUnknown>> {
  const fields = Object.entries(entry.properties)
  return Object.fromEntries(
    fields.map(([name, field]) => [name, z.unknown().meta(withForms(field)).optional()]),
  )
}

interface BodyOptions {
  /** Names the schema in the document; unique. */
  readonly id: string
  /** More fields, and others in the place of the config's. */
  readonly fields?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly examples?: readonly unknown[]
}

/** A body that holds one entry. */
export function writtenBody(entry: ObjectSchema, { id, fields, required = [], examples }: BodyOptions) {
  const { oneOf } = entry
  const body = withForms({
    type: 'object',
    properties: { ...entry.properties, ...fields },
    required: [...new Set([...entry.required, ...required])],
    additionalProperties: false,
    ...(oneOf !== undefined && { oneOf }),
  })
  return z
    .record(z.string(), z.unknown())
    .meta({ id, ...body, ...(examples !== undefined && { examples: [...examples] }) })
}

/** A body that holds changes of one entry. */
export function patchBody(entry: ObjectSchema, id: string) {
  const fields = Object.entries(entry.properties)
  return z.record(z.string(), z.unknown()).meta({
    id,
    type: 'object',
    description:
      'A JSON merge patch (RFC 7396): what is given replaces, null removes, lists are replaced whole. What comes of it has to be valid as a put would be',
    properties: Object.fromEntries(fields.map(([name, field]) => [name, withForms(orNull(field))])),
    additionalProperties: false,
  })
}

function orNull(field: JsonSchema): JsonSchema {
  const { description, default: _, ...rest } = field
  return { ...(description !== undefined && { description }), anyOf: [partOf(rest), { type: 'null' }] }
}

/** Of an object a patch gives parts; of whatever else the whole. */
function partOf(field: JsonSchema): JsonSchema {
  if (Array.isArray(field.anyOf)) return { ...field, anyOf: (field.anyOf as JsonSchema[]).map(partOf) }
  if (field.type !== 'object') return field
  const { properties, additionalProperties, required: _, oneOf: __, ...rest } = field
  const entries = Object.entries((properties ?? {}) as Record<string, JsonSchema>)
  const isMap = typeof additionalProperties === 'object'
  return {
    ...rest,
    ...(properties !== undefined && {
      properties: Object.fromEntries(entries.map(([name, inner]) => [name, orNull(inner)])),
    }),
    additionalProperties: isMap ? orNull(additionalProperties as JsonSchema) : additionalProperties,
  }
}

/** The schema's references all stand for "any JSON", which an empty schema says too. */
function withoutReferences(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(withoutReferences)
  if ('$ref' in value) return {}
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withoutReferences(inner)]))
}
