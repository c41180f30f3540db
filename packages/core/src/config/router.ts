// Routers: what an application addresses as a model.
import { z } from 'zod'
import { checkCondition } from '../expression/index.ts'
import { captureSchema } from './capture.ts'
import { failurePolicySchema, timeoutsSchema } from './failure-policy.ts'
import { idSchema } from './scalar.ts'
import { splitSchema } from './split.ts'

/** A CEL expression over attributes, type-checked here so that its errors come with all the others. */
export const conditionSchema = z
  .string()
  .superRefine((source, context) => {
    const check = checkCondition(source)
    if (check.kind === 'valid') return
    const hint = check.hint === undefined ? '' : `; ${check.hint}`
    context.addIssue({
      code: 'custom',
      message: `${check.message}${hint}`,
      params: { code: 'condition', offset: offsetOf(source, check.line, check.column) },
    })
  })
  .meta({
    minLength: 1,
    examples: [
      'tier == "premium"',
      'key.tenant == "acme" && !stream',
      '"beta" in key.tags',
      'now.hour >= 22',
    ],
  })

function offsetOf(source: string, line: number, column: number): number {
  const before = source.split('\n').slice(0, line - 1)
  return before.reduce((sum, text) => sum + text.length + 1, 0) + column - 1
}

/** What is randomised and sticks, in order of preference. */
export const unitSourceSchema = z
  .string()
  .regex(
    /^(user|conversation_id|conversation|key|request|metadata\.[A-Za-z0-9_.-]+|header:[A-Za-z0-9-]+|cookie:[A-Za-z0-9!#$%&'*+.^_`|~-]+)$/,
    {
      error:
        'must be user, conversation_id, conversation, key, request, metadata.<path>, header:<name> or cookie:<name>',
    },
  )
  .transform(source => source as UnitSource)

export type UnitSource =
  | 'user'
  | 'conversation_id'
  | 'conversation'
  | 'key'
  | 'request'
  | `metadata.${string}`
  | `header:${string}`
  | `cookie:${string}`

export const DEFAULT_UNITS: readonly UnitSource[] = ['user', 'conversation_id', 'conversation', 'request']

const routeFields = {
  split: splitSchema.meta({ description: 'The variants and how traffic is shared among them' }),
  timeouts: timeoutsSchema.optional().meta({ description: "Replaces the router's timeouts as a whole" }),
  failure: failurePolicySchema.optional().meta({ description: "Replaces the router's policy as a whole" }),
}

export const routeSchema = z.strictObject({
  id: idSchema.meta({ description: 'Unique within the router' }),
  condition: conditionSchema.meta({
    description: 'CEL over attributes; the first route that holds is taken',
  }),
  ...routeFields,
})
export const defaultRouteSchema = z.strictObject({
  id: idSchema.default('default').meta({ description: 'Unique within the router' }),
  ...routeFields,
})

export const routerSchema = z
  .strictObject({
    description: z.string().max(1000).optional().meta({ description: 'For people' }),
    units: z
      .array(unitSourceSchema)
      .min(1)
      .max(10)
      .default([...DEFAULT_UNITS])
      .meta({
        description:
          'What sticks: the first of these that a request has. Default: user, conversation_id, conversation, request',
      }),
    time_zone: z
      .string()
      .default('UTC')
      .meta({
        description: 'IANA name; the attributes `now.hour` and `now.weekday` are read in it',
        examples: ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata'],
      }),
    routes: z.array(routeSchema).max(200).default([]).meta({ description: 'Tried in order' }),
    default_route: defaultRouteSchema
      .optional()
      .meta({ description: 'Taken when no route holds; without it such a request gets 404' }),
    timeouts: timeoutsSchema.prefault({}).meta({ description: 'For routes without their own' }),
    failure: failurePolicySchema.prefault({}).meta({ description: 'For routes without their own' }),
    capture: captureSchema.optional().meta({
      description: 'Keeps prompts and answers of requests that it splits. Without it none are kept',
    }),
    annotations: z.record(z.string().min(1).max(100), z.json()).optional().meta({
      description: 'Notes of programs that write configs; kept as they are, and without effect',
    }),
  })
  .meta({
    oneOf: [
      { title: 'With a default route', required: ['default_route'] },
      {
        title: 'With conditional routes only',
        properties: { routes: { minItems: 1 }, default_route: false },
        required: ['routes'],
      },
    ],
  })
  .superRefine((router, context) => {
    const ids = router.routes.map(route => route.id)
    if (router.default_route !== undefined) ids.push(router.default_route.id)
    if (ids.length === 0) {
      const message = 'has neither `routes` nor `default_route`; it could never answer'
      context.addIssue({ code: 'custom', path: [], message, params: { code: 'router_empty' } })
    }
    ids.forEach((id, index) => {
      if (ids.indexOf(id) === index) return
      const path = index < router.routes.length ? ['routes', index, 'id'] : ['default_route', 'id']
      const message = `"${id}" is already a route of this router; ids must be unique`
      context.addIssue({ code: 'custom', path, message, params: { code: 'duplicate_id' } })
    })
  })

export type RouteConfig = z.infer<typeof routeSchema>

export type RouterConfig = z.infer<typeof routerSchema>
