// Objects that can have one of several forms, such as a provider by a preset or with settings of its own. The config's
// schema says what a form asks for beyond the fields that all forms have; programs that read documents do better with
// each form written out.
type JsonSchema = Readonly<Record<string, unknown>>
type Properties = Readonly<Record<string, unknown>>

/** A schema in which each form of an object, however deep, is an object of its own. */
export function withForms(schema: JsonSchema): JsonSchema {
  return withFormsInside(schema) as JsonSchema
}

function withFormsInside(node: unknown): unknown {
  if (typeof node !== 'object' || node === null) return node
  if (Array.isArray(node)) return node.map(withFormsInside)
  const { oneOf, ...rest } = node as JsonSchema
  const inside: JsonSchema = Object.fromEntries(
    Object.entries(rest).map(([name, inner]) => [name, withFormsInside(inner)]),
  )
  if (oneOf === undefined) return inside
  const forms = oneOf as readonly JsonSchema[]
  const isObject = inside.properties !== undefined
  return { ...inside, oneOf: isObject ? forms.map(form => expandForm(inside, form)) : forms }
}

function expandForm(schema: JsonSchema, form: JsonSchema): JsonSchema {
  const own = (form.properties ?? {}) as Properties
  const shared = Object.entries(schema.properties as Properties).filter(([name]) => own[name] !== false)
  const properties = shared.map(([name, field]) => [name, narrow(field, own[name])])
  const required = [...((schema.required ?? []) as string[]), ...((form.required ?? []) as string[])]
  return {
    ...(form.title !== undefined && { title: form.title }),
    type: 'object',
    properties: Object.fromEntries(properties),
    required: [...new Set(required)],
    additionalProperties: schema.additionalProperties ?? true,
  }
}

/** A field with what a form asks of it; both are plain schemas of one type. */
function narrow(field: unknown, own: unknown): unknown {
  if (own === undefined) return field
  const [outer, inner] = [field as JsonSchema, own as JsonSchema]
  const items =
    inner.items === undefined
      ? {}
      : { items: { ...(outer.items as JsonSchema), ...(inner.items as JsonSchema) } }
  return { ...outer, ...inner, ...items }
}
