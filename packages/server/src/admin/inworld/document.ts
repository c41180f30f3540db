// The routes of `routes.ts` in the OpenAPI document: what they take, what they answer, and how they fail. They validate
// by themselves, for they read any spelling and answer in another shape than the rest of the control API.
import { z } from '@hono/zod-openapi'
import type { Role } from '../../storage/control-store.ts'
import type { AdminApp } from '../http/app.ts'
import { describeRoute, jsonAnswer, jsonBody } from '../http/route.ts'
import { routerSchema } from './router.ts'
import { spelledSchema } from './spelled-schema.ts'
import { CODES, type Code } from './status.ts'

const SPELLING = 'Every name may be in camelCase or in snake_case; null is as good as absent.'

const sentRouterSchema = z.any().meta({
  ...spelledSchema(routerSchema),
  id: 'InworldSentRouter',
  description: `A router in Inworld's shape. ${SPELLING}`,
})

const routerIdSchema = z.string().optional().meta({ description: 'The id; default: that of `name`' })

const newRouterSchema = z.any().meta({
  ...spelledSchema(routerSchema.extend({ router_id: routerIdSchema })),
  id: 'InworldNewRouter',
  description: `A router in Inworld's shape, with its id. ${SPELLING}`,
})

const reasoningSchema = z.object({
  effort: z.unknown().optional(),
  max_tokens: z.unknown().optional(),
  exclude: z.unknown().optional(),
})

const generationSchema = z
  .object({
    max_tokens: z.number().optional(),
    top_p: z.number().optional(),
    temperature: z.number().optional(),
    repetition_penalty: z.number().optional(),
    frequency_penalty: z.number().optional(),
    presence_penalty: z.number().optional(),
    stop_sequences: z.array(z.string()).optional(),
    seed: z.number().optional(),
    logit_bias: z.array(z.object({ token_id: z.string(), bias_value: z.number() })).optional(),
    reasoning: reasoningSchema.optional(),
  })
  .meta({ id: 'InworldGenerationConfig' })

const inherited = {
  message_templates: z.array(z.object({ role: z.literal('system'), content: z.string() })).optional(),
  text_generation_config: generationSchema.optional(),
}

const routeSchema = z
  .object({
    route_id: z.string(),
    variants: z.array(
      z.object({
        variant: z.object({ variant_id: z.string(), model_id: z.string(), ...inherited }),
        weight: z.int().min(0),
      }),
    ),
  })
  .meta({ id: 'InworldRoute' })

const router = {
  name: z.string().meta({ description: '`routers/<id>`' }),
  displayName: z.string().optional(),
  defaults: z.object(inherited).optional(),
  routes: z.array(z.object({ route: routeSchema, condition: z.object({ cel_expression: z.string() }) })),
  defaultRoute: routeSchema.optional(),
}

const answeredRouterSchema = z.object(router).meta({
  id: 'InworldRouter',
  description: "A router in Inworld's shape, spelled as Inworld's documentation spells it",
})

const violationSchema = z
  .object({
    field: z.string().meta({ description: 'Such as `routes[0].route.variants`; empty for the whole' }),
    description: z.string(),
  })
  .meta({ id: 'InworldFieldViolation' })

const operationSchema = z
  .object({
    name: z.string().meta({ description: '`operations/<revision>.<id>`' }),
    metadata: z.object({
      '@type': z.string(),
      revision: z.int().meta({ description: 'The revision that is in force with it' }),
      changes: z.array(z.string()).meta({ description: 'What changed, in words; empty: nothing' }),
      warnings: z.array(violationSchema),
    }),
    done: z.literal(true),
    response: z.object({ '@type': z.string(), ...router }),
  })
  .meta({
    id: 'InworldOperation',
    description: 'A long-running operation (google.longrunning), done when it is answered',
  })

const statusSchema = z
  .object({
    code: z.int().meta({ description: 'Of google.rpc.Code' }),
    message: z.string().meta({ description: 'All that is wrong, in words' }),
    details: z.array(z.object({ '@type': z.string(), fieldViolations: z.array(violationSchema).optional() })),
  })
  .meta({ id: 'InworldStatus', description: 'google.rpc.Status' })

const pageSchema = z
  .object({
    routers: z.array(answeredRouterSchema),
    next_page_token: z.string().meta({ description: 'Empty on the last page' }),
  })
  .meta({ id: 'InworldRouterPage' })

const updateMaskSchema = z.string().optional().meta({
  description:
    'Which fields are replaced, such as `displayName,defaultRoute.variants`; default: those that the body has. Also `updateMask`',
})

const id = z.object({ id: z.string().meta({ description: 'Without `routers/`' }) })

const change = {
  validate_only: z.enum(['true', 'false']).optional().meta({
    description: '`true`: answer what would be done, and save nothing; also `validateOnly`, `preview`',
  }),
  reason: z.string().optional().meta({ description: 'Why; kept with the revision' }),
}

/** What every route can fail with, as codes of google.rpc.Code. */
const FAILURES: readonly Code[] = [
  'INVALID_ARGUMENT',
  'UNAUTHENTICATED',
  'RESOURCE_EXHAUSTED',
  'INTERNAL',
  'UNAVAILABLE',
]
const CHANGE_FAILURES: readonly Code[] = [...FAILURES, 'PERMISSION_DENIED', 'ABORTED', 'FAILED_PRECONDITION']

function failures(codes: readonly Code[]) {
  const byStatus = Map.groupBy(codes, code => CODES[code].http)
  return Object.fromEntries(
    Array.from(byStatus, ([status, names]) => {
      const description = names.map(name => `\`${name}\` (${CODES[name].code})`).join(', ')
      return [status, jsonAnswer(statusSchema, description)]
    }),
  )
}

interface Described {
  readonly role: Role
  readonly summary: string
  readonly codes: readonly Code[]
}

const common = ({ role, summary, codes }: Described) =>
  ({ role, tags: ['Inworld routers'], summary, failures: failures(codes) }) as const

interface Paths {
  readonly routers: string
  readonly operations: string
}

/** Adds them to the document of the app. */
export function describeInworldRouters(app: AdminApp, paths: Paths): void {
  const one = `${paths.routers}/{id}`
  describeCreate(app, paths.routers)
  describeReads(app, paths, one)
  describeChanges(app, one)
}

const operation = { 200: jsonAnswer(operationSchema, 'The operation, done') }

function describeCreate(app: AdminApp, path: string): void {
  const codes: readonly Code[] = [...CHANGE_FAILURES, 'ALREADY_EXISTS']
  describeRoute(app, {
    ...common({ role: 'editor', summary: "Create a router in Inworld's shape", codes }),
    method: 'post',
    path,
    description:
      'Providers that are known by name are configured with it; what is lacking is in the warnings.',
    request: {
      query: z.object({ router_id: routerIdSchema, ...change }),
      headers: z.object({ 'idempotency-key': z.string().max(255).optional() }),
      body: jsonBody(newRouterSchema),
    },
    responses: operation,
  })
}

const pageQuery = z.object({
  page_size: z.coerce
    .number()
    .int()
    .min(0)
    .optional()
    .meta({ description: 'Up to 500; default 50. Also `pageSize`' }),
  page_token: z
    .string()
    .optional()
    .meta({ description: '`next_page_token` of the page before. Also `pageToken`' }),
})

function describeReads(app: AdminApp, { routers, operations }: Paths, one: string): void {
  const codes: readonly Code[] = [...FAILURES, 'NOT_FOUND']
  describeRoute(app, {
    ...common({ role: 'viewer', summary: "List routers in Inworld's shape", codes: FAILURES }),
    method: 'get',
    path: routers,
    request: { query: pageQuery },
    responses: { 200: jsonAnswer(pageSchema, 'A page, by id') },
  })
  describeRoute(app, {
    ...common({ role: 'viewer', summary: "Get a router in Inworld's shape", codes }),
    method: 'get',
    path: one,
    request: { params: id },
    responses: { 200: jsonAnswer(answeredRouterSchema, 'The router') },
  })
  const name = z.string().meta({ description: '`<revision>.<id>`' })
  describeRoute(app, {
    ...common({ role: 'viewer', summary: 'Get an operation of before', codes }),
    method: 'get',
    path: `${operations}/{name}`,
    request: { params: z.object({ name }) },
    responses: { 200: jsonAnswer(operationSchema, 'The operation, with the router as that revision had it') },
  })
}

function describeChanges(app: AdminApp, one: string): void {
  const codes: readonly Code[] = [...CHANGE_FAILURES, 'NOT_FOUND']
  describeRoute(app, {
    ...common({ role: 'editor', summary: "Change a router in Inworld's shape", codes }),
    method: 'patch',
    path: one,
    request: {
      params: id,
      query: z.object({ update_mask: updateMaskSchema, ...change }),
      body: jsonBody(sentRouterSchema),
    },
    responses: operation,
  })
  describeRoute(app, {
    ...common({ role: 'editor', summary: "Delete a router in Inworld's shape", codes }),
    method: 'delete',
    path: one,
    request: { params: id, query: z.object(change) },
    responses: { 200: jsonAnswer(z.object({}), 'An empty object') },
  })
}
