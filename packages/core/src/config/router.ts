// Routers: what an application addresses as a model.
import { z } from 'zod'
import { checkCondition } from '../expression/index.ts'
import { failurePolicySchema, timeoutsSchema } from './failure-policy.ts'
import { idSchema } from './scalar.ts'
import { splitSchema } from './split.ts'

/** A CEL expression over attributes, type-checked here so that its errors come with all the others. */
export const conditionSchema = z.string().superRefine((source, context) => {
  const check = checkCondition(source)
  if (check.kind === 'valid') return
  const hint = check.hint === undefined ? '' : `; ${check.hint}`
  context.addIssue({
    code: 'custom',
    message: `${check.message}${hint}`,
    params: { code: 'condition', offset: offsetOf(source, check.line, check.column) },
  })
})

function offsetOf(source: string, line: number, column: number): number {
  const before = source.split('\n').slice(0, line - 1)
  return before.reduce((sum, text) => sum + text.length + 1, 0) + column - 1
}

/** What is randomised and sticks, in order of preference. */
export const unitSourceSchema = z
  .string()
  .regex(
    /^(user|conversation_id|conversation|key|request|metadata\.[A-Za-z0-9_.-]+|header:[A-Za-z0-9-]+|cookie:[^\s;=]+)$/,
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
  split: splitSchema,
  timeouts: timeoutsSchema.optional(),
  failure: failurePolicySchema.optional(),
}

export const routeSchema = z.strictObject({ id: idSchema, condition: conditionSchema, ...routeFields })
export const defaultRouteSchema = z.strictObject({ id: idSchema.default('default'), ...routeFields })

export const routerSchema = z
  .strictObject({
    description: z.string().max(1000).optional(),
    units: z
      .array(unitSourceSchema)
      .min(1)
      .max(10)
      .default([...DEFAULT_UNITS])
      .meta({ description: 'What sticks: the first of these that a request has' }),
    time_zone: z
      .string()
      .default('UTC')
      .meta({ description: 'IANA name; `now.hour` and `now.weekday` are read in it' }),
    routes: z.array(routeSchema).max(200).default([]),
    default_route: defaultRouteSchema.optional(),
    timeouts: timeoutsSchema.prefault({}),
    failure: failurePolicySchema.prefault({}),
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
