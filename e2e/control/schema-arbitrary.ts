// Values that a JSON Schema of the control API's document allows, as arbitraries of fast-check. It knows the keywords
// that the document has; what a keyword that it does not generate by (such as `contains`) forbids is left to a filter.
import fc from 'fast-check'

export interface JsonSchema {
  readonly $ref?: string
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly examples?: readonly unknown[]
  readonly anyOf?: readonly JsonSchema[]
  readonly oneOf?: readonly JsonSchema[]
  readonly allOf?: readonly JsonSchema[]
  readonly not?: JsonSchema
  readonly pattern?: string
  readonly format?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly items?: JsonSchema
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly propertyNames?: JsonSchema
  readonly additionalProperties?: boolean | JsonSchema
}

export type Schemas = Readonly<Record<string, JsonSchema>>

/** Lists, maps and texts stay this small: nesting makes bodies large enough. */
const MOST_ITEMS = 3
const MOST_CHARACTERS = 40

/** Any value of the schema; instants are those of the years to come, since a document cannot say "in the future". */
export function valueOf(schema: JsonSchema, schemas: Schemas): fc.Arbitrary<unknown> {
  if (schema.$ref !== undefined) return valueOf(referred(schema.$ref, schemas), schemas)
  if ('const' in schema) return fc.constant(schema.const)
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum)
  const choices = schema.oneOf ?? schema.anyOf
  if (choices !== undefined) return fc.oneof(...choices.map(choice => valueOf(choice, schemas)))
  return ofType(schema, schemas)
}

function referred($ref: string, schemas: Schemas): JsonSchema {
  return schemas[$ref.replace('#/components/schemas/', '')] ?? {}
}

function ofType(schema: JsonSchema, schemas: Schemas): fc.Arbitrary<unknown> {
  switch (schema.type) {
    case 'null':
      return fc.constant(null)
    case 'boolean':
      return fc.boolean()
    case 'integer':
      return fc.integer({ min: schema.minimum ?? -1_000_000, max: Math.min(schema.maximum ?? 1e6, 1e9) })
    case 'number':
      return numberOf(schema)
    case 'string':
      return textOf(schema)
    case 'array':
      return arrayOf(schema, schemas)
    case 'object':
      return objectOf(schema, schemas)
    case undefined:
    default:
      return fc.jsonValue({ maxDepth: 1 }).filter(isSendable).map(asSent)
  }
}

function numberOf({ minimum = 0, maximum = 1_000_000 }: JsonSchema): fc.Arbitrary<number> {
  return fc.double({ min: minimum, max: maximum, noNaN: true }).map(asSent)
}

/** `-0` is sent as `0`. */
function asSent<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value
}

/** The one name that no JSON object of the API may have, which a schema of "any JSON" cannot say. */
const isSendable = (value: unknown) => !JSON.stringify(value).includes('"__proto__"')

function textOf({
  pattern,
  format,
  examples,
  minLength = 0,
  maxLength = 1000,
}: JsonSchema): fc.Arbitrary<string> {
  if (format === 'date-time') return instantOf()
  if (pattern === undefined && examples !== undefined) return fc.constantFrom(...(examples as string[]))
  const longest = Math.max(minLength, Math.min(maxLength, MOST_CHARACTERS))
  if (pattern === undefined) return fc.string({ minLength, maxLength: longest })
  return fc
    .stringMatching(new RegExp(pattern), { size: '-1' })
    .filter(text => text.length >= minLength && text.length <= maxLength)
}

function instantOf(): fc.Arbitrary<string> {
  const [min, max] = [new Date('2090-01-01T00:00:00Z'), new Date('2099-01-01T00:00:00Z')]
  return fc.date({ min, max, noInvalidDate: true }).map(date => date.toISOString())
}

function arrayOf(
  { items = {}, minItems = 0, maxItems = MOST_ITEMS }: JsonSchema,
  schemas: Schemas,
): fc.Arbitrary<unknown[]> {
  return fc.array(valueOf(items, schemas), {
    minLength: minItems,
    maxLength: Math.min(maxItems, Math.max(MOST_ITEMS, minItems)),
  })
}

function objectOf(schema: JsonSchema, schemas: Schemas): fc.Arbitrary<Record<string, unknown>> {
  const { properties = {}, required = [], additionalProperties, propertyNames } = schema
  const choices = choicesOf(schema)
  const named = fc.record(
    Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, valueOf(value, schemas)])),
    { requiredKeys: [...required, ...choices.flatMap(({ names, isNeeded }) => (isNeeded ? names : []))] },
  )
  const own = fc.tuple(named, fc.nat()).map(([values, pick]) => withOneOfEach(values, choices, pick))
  if (typeof additionalProperties !== 'object') return own
  const names = textOf(propertyNames ?? {}).filter(name => name !== '__proto__')
  const more = fc.dictionary(names, valueOf(additionalProperties, schemas), { maxKeys: MOST_ITEMS })
  return fc.tuple(more, own).map(([others, values]) => ({ ...others, ...values }))
}

/** Names of which an object has one at most, such as a name in two spellings. */
interface Choice {
  readonly names: readonly string[]
  readonly isNeeded: boolean
}

function choicesOf({ allOf = [] }: JsonSchema): Choice[] {
  return allOf.map(({ oneOf, not }) => ({
    names: oneOf?.flatMap(({ required = [] }) => required) ?? not?.required ?? [],
    isNeeded: oneOf !== undefined,
  }))
}

function withOneOfEach(
  values: Readonly<Record<string, unknown>>,
  choices: readonly Choice[],
  pick: number,
): Record<string, unknown> {
  const dropped = choices.flatMap(({ names }) => {
    const present = names.filter(name => name in values)
    return present.filter((_, index) => index !== pick % present.length)
  })
  return Object.fromEntries(Object.entries(values).filter(([name]) => !dropped.includes(name)))
}
