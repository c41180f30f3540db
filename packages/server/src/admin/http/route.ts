// Routes as data: what a route takes, who may call it, and how it can fail. From it come validation, access control
// and the OpenAPI document.
import { createRoute, z } from '@hono/zod-openapi'
import type { Context, MiddlewareHandler } from 'hono'
import { matchedRoutes } from 'hono/route'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Role } from '../../storage/control-store.ts'
import type { AdminApp, AdminEnv, DeclaredIntent } from './env.ts'
import { idempotent } from './idempotency.ts'
import { problem } from './problem.ts'
import { PROBLEMS, type ProblemCode } from './problem-table.ts'
import { requires } from './role.ts'

/** What a route reads beside its own parameters. */
export type Accepted = 'if-match' | 'idempotency-key' | 'preview' | 'reason'

/** Of a route that creates something in the config. */
export const CREATES: readonly Accepted[] = ['idempotency-key', 'preview', 'reason']
/** Of a route that changes or deletes something in the config. */
export const EDITS: readonly Accepted[] = ['if-match', 'preview', 'reason']
/** How a change of the config can fail, whatever it is. */
export const CONFIG_PROBLEMS: readonly ProblemCode[] = [
  'managed_by_file',
  'invalid_config',
  'store_unavailable',
]

interface AnswerContent {
  readonly description: string
  /** By media type. */
  readonly content: Readonly<Record<string, { readonly schema: z.ZodType }>>
}

interface AdminRequest {
  readonly params?: z.ZodObject
  readonly query?: z.ZodObject
  readonly headers?: z.ZodObject
  readonly body?: {
    readonly required: true
    readonly content: Readonly<Record<string, { readonly schema: z.ZodType }>>
  }
}

export interface AdminRouteConfig {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** From the root, with `{id}` for parameters. */
  readonly path: string
  /** The least role that may; `anyone`: also without a token. */
  readonly role: Role | 'anyone'
  readonly tags: readonly [string]
  readonly summary: string
  readonly description?: string
  /** Of a POST that changes nothing: which kind of call it is for the audit log. */
  readonly intent?: DeclaredIntent
  readonly accepts?: readonly Accepted[]
  /** Its own ways to fail; those that follow from the rest are added. */
  readonly problems?: readonly ProblemCode[]
  readonly request?: AdminRequest
  readonly responses: Readonly<Record<number, AnswerContent | { readonly description: string }>>
}

/** What a route looks like to Hono: the request is typed, the answer is what `send` makes. */
type TypedRoute<Config extends AdminRouteConfig> = {
  method: Config['method']
  path: Config['path']
  responses: { 200: { description: string } }
  getRoutingPath(): string
} & (Config extends { request: infer Request extends AdminRequest } ? { request: Request } : unknown)

export function adminRoute<const Config extends AdminRouteConfig>(config: Config): TypedRoute<Config> {
  const { role, intent, accepts = [], problems = [], request, responses, tags, ...rest } = config
  const failures = [...new Set([...implied(config), ...problems])]
  const route = {
    ...rest,
    tags: [...tags],
    request: withAccepted(request ?? {}, accepts),
    responses,
    middleware: [
      ...(intent === undefined ? [] : [declares(intent)]),
      ...(role === 'anyone' ? [] : [requires(role)]),
      ...(accepts.includes('if-match') ? [requireIfMatch] : []),
      ...(accepts.includes('idempotency-key') ? [idempotent] : []),
    ],
    'x-weir': { role, accepts, problems: failures },
  }
  return createRoute(route as never) as TypedRoute<Config>
}

/** A route that reads its requests by itself and fails in words of its own, as other products' APIs do. */
export interface DescribedRoute extends Omit<AdminRouteConfig, 'intent' | 'accepts' | 'problems'> {
  readonly failures: Readonly<Record<number, AnswerContent>>
}

/** Puts a route into the OpenAPI document, and nowhere else. */
export function describeRoute(app: AdminApp, { role, failures, responses, ...rest }: DescribedRoute): void {
  const described = {
    ...rest,
    responses: { ...responses, ...failures },
    'x-weir': { role, accepts: [], problems: [] },
  }
  app.openAPIRegistry.registerPath(described as never)
}

/** How a route can fail because of what it takes. */
function implied({ role, method, accepts = [], request = {} }: AdminRouteConfig): ProblemCode[] {
  return [
    'invalid_request',
    ...(request.body === undefined
      ? []
      : (['body_not_json', 'invalid_body', 'body_too_large', 'unsupported_media_type'] as const)),
    ...(role === 'anyone' ? [] : (['unauthenticated', 'throttled', 'store_unavailable'] as const)),
    ...(role === 'anyone' || role === 'viewer' ? [] : (['forbidden'] as const)),
    ...(role === 'anyone' || method === 'get' ? [] : (['csrf'] as const)),
    ...(accepts.includes('if-match') ? (['precondition_required', 'precondition_failed'] as const) : []),
    ...(accepts.includes('idempotency-key') ? (['idempotency_key_reused'] as const) : []),
    'internal',
  ]
}

const QUERY: Readonly<Partial<Record<Accepted, z.ZodType>>> = {
  preview: z
    .enum(['true', 'false'])
    .optional()
    .meta({ description: '`true`: answer with what would be published, and change nothing' }),
  reason: z.string().max(1000).optional().meta({ description: 'Why; kept with the revision' }),
}

const HEADERS: Readonly<Partial<Record<Accepted, z.ZodType>>> = {
  'if-match': z.string().meta({ description: 'The ETag of what is changed, or `*` for whatever it is now' }),
  'idempotency-key': z
    .string()
    .min(1)
    .max(255)
    .optional()
    .meta({ description: 'Sent again with the same request within 24 hours, it gets the same answer' }),
}

function withAccepted(request: AdminRequest, accepts: readonly Accepted[]): AdminRequest {
  const query = pick(QUERY, accepts)
  const headers = pick(HEADERS, accepts)
  return {
    ...request,
    query: withQuery(request.query ?? z.strictObject({}), query),
    ...(request.headers !== undefined || Object.keys(headers).length > 0
      ? { headers: z.object({ ...request.headers?.shape, ...headers }) }
      : {}),
  }
}

/** Unknown parameters are refused: a misspelt filter would otherwise show everything. A query may judge them itself. */
function withQuery(own: z.ZodObject, accepted: z.ZodRawShape): z.ZodObject {
  const query = own.safeExtend(accepted)
  return own.def.catchall === undefined ? query.strict() : query
}

function pick<Value>(from: Readonly<Partial<Record<Accepted, Value>>>, names: readonly Accepted[]) {
  return Object.fromEntries(names.flatMap(name => (from[name] === undefined ? [] : [[name, from[name]]])))
}

/** What calls of a route are after, by a handler of it. */
const intents = new WeakMap<object, DeclaredIntent>()

function declares(intent: DeclaredIntent): MiddlewareHandler<AdminEnv> {
  const handler: MiddlewareHandler<AdminEnv> = (_, next) => next()
  intents.set(handler, intent)
  return handler
}

/** What the call's route declares, though the shell may have refused it before the route was reached. */
export function declaredIntent(c: Context<AdminEnv>): DeclaredIntent | undefined {
  return matchedRoutes(c)
    .map(({ handler }) => intents.get(handler))
    .find(intent => intent !== undefined)
}

const requireIfMatch: MiddlewareHandler<AdminEnv> = async (c, next) => {
  if (c.req.header('if-match') !== undefined) return next()
  const detail = 'send `if-match` with the ETag of what you read, or `*` to change whatever is there'
  return problem(c, 'precondition_required', { detail })
}

/** A body in JSON; it has to be there. */
export function jsonBody<Schema extends z.ZodType>(schema: Schema) {
  return { required: true, content: { 'application/json': { schema } } } as const
}

export function jsonAnswer<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { description, content: { 'application/json': { schema } } } as const
}

/** Answers with JSON of the documented schema. */
export function send<Schema extends z.ZodType>(
  c: Context<AdminEnv>,
  _schema: Schema,
  value: z.input<Schema>,
  options: {
    readonly status?: ContentfulStatusCode
    readonly headers?: Readonly<Record<string, string>>
  } = {},
): Response {
  return c.json(value as object, options.status ?? 200, options.headers)
}

export function statusesOf(problems: readonly ProblemCode[]): number[] {
  return [...new Set(problems.map(code => PROBLEMS[code].status))].toSorted((a, b) => a - b)
}
