// The OpenAPI 3.1 document of all routes on an app. Its schemas are JSON Schema as zod writes it, in the form in which
// they are sent (`input`): what has a default may be left out, and items are as in the config.
import { z } from '@hono/zod-openapi'
import type { AdminApp } from './env.ts'
import { problemSchema } from './problem.ts'
import { PROBLEMS, type ProblemCode } from './problem-table.ts'
import type { Accepted, AdminRouteConfig } from './route.ts'
import { statusesOf } from './route.ts'

export type JsonSchema = { readonly [field: string]: unknown }

export interface OpenApiDocument {
  readonly openapi: '3.1.1'
  readonly info: JsonSchema
  readonly tags: readonly { readonly name: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>
    readonly securitySchemes: JsonSchema
  }
}

export interface Operation {
  readonly operationId: string
  readonly tags: readonly string[]
  readonly summary: string
  readonly description?: string
  readonly 'x-weir-role': string
  readonly security: readonly Readonly<Record<string, readonly string[]>>[]
  readonly parameters: readonly Parameter[]
  readonly requestBody?: { readonly required: true; readonly content: Content }
  readonly responses: Readonly<Record<string, Answer>>
}

export interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required: boolean
  readonly description?: string
  readonly schema: JsonSchema
}

export interface Answer {
  readonly description: string
  readonly headers?: Readonly<Record<string, JsonSchema>>
  readonly content?: Content
}

type Content = Readonly<Record<string, { readonly schema: JsonSchema }>>

/** What `adminRoute` and `describeRoute` left on the route. */
type DocumentedRoute = Omit<AdminRouteConfig, 'role' | 'intent' | 'accepts' | 'problems'> & {
  readonly 'x-weir': {
    readonly role: AdminRouteConfig['role']
    readonly accepts: readonly Accepted[]
    readonly problems: readonly ProblemCode[]
  }
}

const SECURITY = [{ bearer: [] }, { basic: [] }, { session: [] }]
const SECURITY_SCHEMES = {
  bearer: { type: 'http', scheme: 'bearer', description: 'A token: `wat_...`' },
  basic: {
    type: 'http',
    scheme: 'basic',
    description: 'The token as the password, for tools that know no other',
  },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: 'weir_session',
    description: "The console's session; changes also need its `x-csrf-token`",
  },
}

const DESCRIPTION = `Everything a gateway serves by, changed while traffic runs.

Items have an \`etag\`; changing one takes \`if-match\` with the ETag that was read, or \`*\`. \`preview=true\` answers
what a change would do and saves nothing. What is published is in force when the answer comes; \`x-weir-revision\` says
as which revision. Failures are problem documents (RFC 9457) with a \`code\`; below \`/router/v1/\`, where routers have
Inworld's shape, they are \`google.rpc.Status\`.`

export function openApiDocument(app: AdminApp, version: string): OpenApiDocument {
  const routes = app.openAPIRegistry.definitions.flatMap(definition =>
    definition.type === 'route' ? [definition.route as unknown as DocumentedRoute] : [],
  )
  const schemas = new SchemaWriter()
  const written = routes.map(route => [route, writeOperation(route, schemas)] as const)
  const paths: Record<string, Record<string, Operation>> = {}
  for (const [{ path, method }, operation] of written) paths[path] = { ...paths[path], [method]: operation }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Weir control API',
      version,
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    tags: [...new Set(routes.flatMap(({ tags }) => tags))].map(name => ({ name })),
    paths,
    components: { schemas: schemas.components(), securitySchemes: SECURITY_SCHEMES },
  }
}

function writeOperation(route: DocumentedRoute, schemas: SchemaWriter): Operation {
  const { role, accepts, problems } = route['x-weir']
  const body = route.request?.body
  return {
    operationId: operationId(route),
    tags: route.tags,
    summary: route.summary,
    ...(route.description !== undefined && { description: route.description }),
    'x-weir-role': role,
    security: role === 'anyone' ? [] : SECURITY,
    parameters: writeParameters(route, schemas),
    ...(body !== undefined && { requestBody: { required: true, content: schemas.content(body.content) } }),
    responses: {
      ...writeAnswers(route, accepts, schemas),
      ...writeFailures(problems, schemas),
    },
  }
}

/** `getTokens`, `deleteTokensById`: what generated clients call it. */
function operationId({ method, path }: DocumentedRoute): string {
  const words = path.replace(/^\/api\/v1/, '').split(/[/._-]/)
  const named = words.map(word =>
    word
      .replace(/^\{(.*)\}$/, 'by-$1')
      .split('-')
      .map(capitalize)
      .join(''),
  )
  return method + named.join('')
}

const capitalize = (word: string) => word.slice(0, 1).toUpperCase() + word.slice(1)

function writeParameters({ request }: DocumentedRoute, schemas: SchemaWriter): Parameter[] {
  const places = [
    ['path', request?.params],
    ['query', request?.query],
    ['header', request?.headers],
  ] as const
  return places.flatMap(([place, object]) =>
    Object.entries(object?.shape ?? {}).map(([name, schema]) => {
      const { description, ...written } = schemas.write(schema as z.ZodType)
      const required = place === 'path' || !(schema as z.ZodType).safeParse(undefined).success
      const told = typeof description === 'string' ? { description } : {}
      return { name, in: place, required, ...told, schema: written }
    }),
  )
}

const ANSWER_HEADERS: Readonly<Record<string, JsonSchema>> = {
  etag: { description: 'Of the item as it is now', schema: { type: 'string' } },
  'x-weir-revision': { description: 'The revision that is in force with it', schema: { type: 'integer' } },
}

function writeAnswers(
  { responses }: DocumentedRoute,
  accepts: readonly Accepted[],
  schemas: SchemaWriter,
): Record<string, Answer> {
  const headers = accepts.includes('preview') ? { headers: ANSWER_HEADERS } : {}
  return Object.fromEntries(
    Object.entries(responses).map(([status, answer]) => {
      const content = 'content' in answer ? { content: schemas.content(answer.content) } : {}
      return [status, { description: answer.description, ...headers, ...content }]
    }),
  )
}

function writeFailures(problems: readonly ProblemCode[], schemas: SchemaWriter): Record<string, Answer> {
  const content = { 'application/problem+json': { schema: schemas.write(problemSchema) } }
  const answers = statusesOf(problems).map(status => {
    const codes = problems.filter(code => PROBLEMS[code].status === status)
    const description = codes.map(code => `\`${code}\`: ${PROBLEMS[code].title}`).join('; ')
    return [status, { description, content }]
  })
  return Object.fromEntries(answers)
}

/** Turns zod schemas into JSON Schema, those with an id into components. */
class SchemaWriter {
  readonly #components = new Map<string, JsonSchema>()

  write(schema: z.ZodType): JsonSchema {
    // Wrapped, since a schema with an id would stand for itself only where something refers to it.
    const { properties, $defs = {} } = z.toJSONSchema(z.object({ schema }), {
      io: 'input',
      unrepresentable: 'any',
    })
    this.#keep($defs)
    return relink(properties?.schema) as JsonSchema
  }

  /** A schema that was written elsewhere brings the ones it refers to along. */
  #keep(definitions: Readonly<Record<string, JsonSchema>>): void {
    for (const [id, { $defs, ...definition }] of Object.entries(definitions)) {
      if (!isAnonymous(id)) this.#components.set(id, relink(definition) as JsonSchema)
      if ($defs !== undefined) this.#keep($defs as Readonly<Record<string, JsonSchema>>)
    }
  }

  content(content: Readonly<Record<string, { readonly schema: z.ZodType }>>): Content {
    return Object.fromEntries(
      Object.entries(content).map(([type, { schema }]) => [type, { schema: this.write(schema) }]),
    )
  }

  /** By name. */
  components(): Record<string, JsonSchema> {
    return Object.fromEntries([...this.#components].toSorted(([a], [b]) => (a < b ? -1 : 1)))
  }
}

/** Zod names a recursive schema without an id itself: of ours that is only "any JSON". */
const isAnonymous = (id: string) => id.startsWith('__schema')

function relink(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(relink)
  if (typeof node !== 'object' || node === null) return node
  const { $ref, ...rest } = node as Record<string, unknown>
  const inner = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, relink(value)]))
  if (typeof $ref !== 'string') return inner
  const id = $ref.replace('#/$defs/', '')
  return isAnonymous(id) ? inner : { ...inner, $ref: `#/components/schemas/${id}` }
}
