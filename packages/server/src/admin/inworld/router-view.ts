// From `routers.<id>` of the config to a router in Inworld's shape. Shown is what the shape has words for: the
// variants that share traffic, their prompts and parameters; the rest stays in the config.
import { readParameters } from './generation-config.ts'
import { defaultsHeldBy, withoutDefaults } from './inheritance.ts'
import type { Inherited, InworldRoute, InworldRouter } from './router.ts'
import { routerSchema } from './router.ts'
import {
  type DefaultRouteConfig,
  lowestPriority,
  type RouterConfig,
  type VariantConfig,
} from './router-config.ts'
import { documentedNames } from './spelling.ts'

/** Reads a router of the config. */
export function viewRouter(config: RouterConfig): InworldRouter {
  const routes = (config.routes ?? []).map(route => ({
    route: viewRoute(route),
    condition: { cel_expression: route.condition },
  }))
  const last = config.default_route && viewRoute(config.default_route)
  const shown =
    last === undefined ? routes.map(each => each.route) : [...routes.map(each => each.route), last]
  const variants = shown.flatMap(route => route.variants.map(each => each.variant))
  const defaults = defaultsHeldBy(variants, readDefaults(config)) ?? {}
  return {
    ...(config.description !== undefined && { display_name: config.description }),
    ...(Object.keys(defaults).length > 0 && { defaults }),
    routes: routes.map(({ route, condition }) => ({ route: shorten(route, defaults), condition })),
    ...(last !== undefined && { default_route: shorten(last, defaults) }),
  }
}

/** The router as it is answered, in the documentation's spelling. */
export function answerRouter(id: string, config: RouterConfig): Record<string, unknown> {
  return { name: `routers/${id}`, ...(documentedNames(viewRouter(config)) as object) }
}

/** What `writeRouter` noted. Anybody may edit a config, so it is read like a request. */
function readDefaults({ annotations }: RouterConfig): Inherited {
  const noted = routerSchema.pick({ defaults: true }).safeParse(annotations?.inworld)
  const { message_templates, text_generation_config } = noted.data?.defaults ?? {}
  return {
    ...(message_templates !== undefined && { message_templates }),
    ...(text_generation_config !== undefined && { text_generation_config }),
  }
}

/** With everything that holds of a variant said by itself. */
function viewRoute({ id, split }: DefaultRouteConfig): InworldRoute {
  const sharing = lowestPriority(split.variants)
  const variants = split.variants.filter(variant => (variant.priority ?? 0) === sharing)
  return {
    route_id: id ?? 'default',
    variants: variants.map(variant => ({
      variant: { variant_id: variant.id, model_id: variant.model, ...viewInherited(variant) },
      weight: variant.weight ?? 100,
    })),
  }
}

function viewInherited({ parameters, system_prompt }: VariantConfig): Inherited {
  const { config } = readParameters(parameters ?? {})
  const prompt = system_prompt?.prepend
  return {
    ...(config !== undefined && { text_generation_config: config }),
    ...(prompt !== undefined && { message_templates: [{ role: 'system', content: prompt }] }),
  }
}

function shorten(route: InworldRoute, defaults: Inherited): InworldRoute {
  return {
    ...route,
    variants: route.variants.map(({ variant, weight }) => {
      const { variant_id, model_id } = variant
      return { variant: { variant_id, model_id, ...withoutDefaults(variant, defaults) }, weight }
    }),
  }
}
