// The schema of what is sent, for the OpenAPI document: each name in either casing, as it is read.
import { z } from 'zod'
import { camelCase, documented } from './spelling.ts'

type JsonSchema = Readonly<Record<string, unknown>>

/** JSON Schema of a request in snake_case, with every name also in its other spellings. */
export function spelledSchema(schema: z.ZodType): JsonSchema {
  const {
    $schema: _,
    $defs = {},
    ...written
  } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
  })
  const definitions = Object.entries($defs).map(([id, definition]) => [id, spell(definition)])
  return { ...(spell(written) as JsonSchema), $defs: Object.fromEntries(definitions) }
}

function spell(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(spell)
  if (typeof node !== 'object' || node === null) return node
  const { properties, required, ...rest } = node as JsonSchema & { readonly required?: readonly string[] }
  const inner = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, spell(value)]))
  if (typeof properties !== 'object' || properties === null) return inner
  const names = Object.keys(properties)
  return { ...inner, properties: spellNames(properties as JsonSchema), ...demand(names, required ?? []) }
}

/** The documented spelling first; the others refer the reader to it. */
function spellNames(properties: JsonSchema): JsonSchema {
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, field]) => {
      const spelled = spell(field) as JsonSchema
      const [first, ...others] = spellings(name)
      const description = `The same as \`${first}\``
      return [[first, spelled], ...others.map(other => [other, { ...spelled, description }])]
    }),
  )
}

/** Documented, then any other. */
function spellings(name: string): [string, ...string[]] {
  const first = documented(name)
  return [first, ...new Set([name, camelCase(name)].filter(other => other !== first))]
}

/** A name with one spelling is required as ever; of several, exactly one, or of an optional name at most one. */
function demand(names: readonly string[], required: readonly string[]): JsonSchema {
  const single = required.filter(name => spellings(name).length === 1)
  const several = names.filter(name => spellings(name).length > 1)
  const clauses = several.map(name =>
    required.includes(name)
      ? { oneOf: spellings(name).map(each => ({ required: [each] })) }
      : { not: { required: spellings(name) } },
  )
  return {
    ...(single.length > 0 && { required: single }),
    ...(clauses.length > 0 && { allOf: clauses }),
  }
}
