// From a request's body to a router in canonical form, or everything that is wrong with it.
import { checkCondition } from '@weir/core/expression'
import type { z } from 'zod'
import type { ConditionalRoute, Inherited, InworldRoute, InworldRouter, SentRoute } from './router.ts'
import { routerSchema, type SentRouter } from './router.ts'
import { compact } from './silence.ts'
import { fieldPath, normalizeNames } from './spelling.ts'
import type { Violation } from './status.ts'

export type Parsed =
  | {
      readonly kind: 'router'
      /** `name` as it was sent, without `routers/`; undefined when it was not. */
      readonly id: string | undefined
      readonly router: InworldRouter
    }
  | { readonly kind: 'invalid'; readonly violations: readonly Violation[] }

/** Reads a router in either casing. Ids that are left out are given: they name traffic in headers and events. */
export function parseRouter(body: unknown): Parsed {
  const violations: Violation[] = []
  const sent = routerSchema.safeParse(normalizeNames(body, violations))
  if (!sent.success) violations.push(...sent.error.issues.flatMap(violationsOf))
  if (!sent.success || violations.length > 0) return { kind: 'invalid', violations }
  const router = canonicalRouter(sent.data)
  violations.push(...checkRouter(router))
  if (violations.length > 0) return { kind: 'invalid', violations }
  return { kind: 'router', id: sent.data.name?.replace(/^routers\//, ''), router }
}

function violationsOf(issue: z.core.$ZodIssue): Violation[] {
  if (issue.code !== 'unrecognized_keys')
    return [{ field: fieldPath(issue.path), description: issue.message }]
  return issue.keys.map(key => ({
    field: fieldPath([...issue.path, key]),
    description: 'is not a known field',
  }))
}

function canonicalRouter(sent: SentRouter): InworldRouter {
  const { display_name, default_route } = sent
  const defaults = sent.defaults && canonicalInherited(sent.defaults)
  return {
    ...(display_name !== undefined && display_name !== '' && { display_name }),
    ...(defaults !== undefined && { defaults }),
    routes: (sent.routes ?? []).map(
      ({ route, condition }, index): ConditionalRoute => ({
        route: canonicalRoute(route, `route-${index + 1}`),
        condition,
      }),
    ),
    ...(default_route !== undefined && { default_route: canonicalRoute(default_route, 'default') }),
  }
}

function canonicalRoute(sent: SentRoute, fallbackId: string): InworldRoute {
  const taken = new Set(sent.variants.flatMap(({ variant }) => variant.variant_id || []))
  return {
    route_id: sent.route_id || fallbackId,
    variants: sent.variants.map(({ variant, weight }) => ({
      variant: {
        variant_id: variant.variant_id || freeId(variant.model_id, taken),
        model_id: variant.model_id,
        ...canonicalInherited(variant),
      },
      weight,
    })),
  }
}

/** The model's name, with a number where it is taken. */
function freeId(modelId: string, taken: Set<string>): string {
  const name = modelId.slice(modelId.lastIndexOf('/') + 1).replace(/[^A-Za-z0-9._-]/g, '-') || 'variant'
  let id = name
  for (let number = 2; taken.has(id); number++) id = `${name}-${number}`
  taken.add(id)
  return id
}

function canonicalInherited(sent: Inherited): Inherited | undefined {
  const { text_generation_config: config, message_templates } = sent
  const reasoning = config?.reasoning && compact(config.reasoning)
  return compact({
    message_templates: message_templates?.filter(template => template.content !== ''),
    text_generation_config: config && compact({ ...config, reasoning }),
  })
}

function checkRouter(router: InworldRouter): Violation[] {
  const conditional = router.routes.flatMap(({ route, condition }, index) => [
    ...checkVariants(route, ['routes', index, 'route']),
    ...checkNames(condition.cel_expression, ['routes', index, 'condition', 'cel_expression']),
  ])
  const last = router.default_route
  return last === undefined ? conditional : [...conditional, ...checkVariants(last, ['default_route'])]
}

function checkVariants({ route_id, variants }: InworldRoute, path: readonly PropertyKey[]): Violation[] {
  const violations = variants.flatMap(({ variant }, index) => {
    if (variant.model_id !== 'auto') return []
    const field = fieldPath([...path, 'variants', index, 'variant', 'model_id'])
    return [{ field, description: 'cannot be expressed in Weir: name one model instead of "auto"' }]
  })
  const weights = variants.map(({ weight }) => weight)
  const sum = weights.reduce((total, weight) => total + weight, 0)
  if (sum === 100) return violations
  const description = `the weights of route "${route_id}" are ${weights.join(' + ')} = ${sum}; in each route they must sum to exactly 100`
  return [...violations, { field: fieldPath([...path, 'variants']), description }]
}

/** Inworld lets conditions read the messages. Here the name would be a metadata key, and the route never taken. */
function checkNames(source: string, path: readonly PropertyKey[]): Violation[] {
  const check = checkCondition(source)
  if (check.kind === 'invalid' || !check.attributes.has('messages')) return []
  const description = 'cannot be expressed in Weir: conditions cannot read `messages`'
  return [{ field: fieldPath(path), description }]
}
