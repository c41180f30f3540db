// From a router in Inworld's shape to `routers.<id>` of the config. What the shape cannot say, such as fallbacks and
// timeouts, is kept from the router that was there before.
import type { ConfigInput } from '@weir/core/config'
import { type ProviderWords, readParameters, writeParameters } from './generation-config.ts'
import { inheritedBy } from './inheritance.ts'
import type { Inherited, InworldRoute, InworldRouter, WeightedVariant } from './router.ts'
import { fieldPath } from './spelling.ts'
import type { Violation } from './status.ts'

export type RouterConfig = NonNullable<ConfigInput['routers']>[string]
export type DefaultRouteConfig = NonNullable<RouterConfig['default_route']>
export type VariantConfig = DefaultRouteConfig['split']['variants'][number]

/** A router of the config by its id; ids come from URLs, so they may be names that every object has. */
export function findRouter(
  { routers = {} }: Pick<ConfigInput, 'routers'>,
  id: string,
): RouterConfig | undefined {
  return Object.hasOwn(routers, id) ? routers[id] : undefined
}

export interface WrittenRouter {
  readonly config: RouterConfig
  readonly violations: readonly Violation[]
}

/** What a route is written with, beside itself. */
interface Context {
  readonly defaults: Inherited
  readonly wordsOf: (modelId: string) => ProviderWords
  /** Routes of the router as it was, by id. */
  readonly before: ReadonlyMap<string, DefaultRouteConfig>
  readonly violations: Violation[]
}

/**
 * Writes a router for the config.
 *
 * @param wordsOf the words of a model's provider
 * @param before the router as it was; undefined for a new one
 */
export function writeRouter(
  router: InworldRouter,
  wordsOf: (modelId: string) => ProviderWords,
  before: RouterConfig | undefined,
): WrittenRouter {
  const context: Context = {
    defaults: router.defaults ?? {},
    wordsOf,
    before: new Map(routesOf(before).map(route => [route.id ?? 'default', route])),
    violations: [],
  }
  const {
    description: _description,
    routes: _routes,
    default_route: _last,
    annotations,
    ...kept
  } = before ?? {}
  const notes = writeAnnotations(annotations ?? {}, router.defaults)
  const config: RouterConfig = {
    ...(router.display_name !== undefined && { description: router.display_name }),
    ...kept,
    ...(notes !== undefined && { annotations: notes }),
    ...(router.routes.length > 0 && {
      routes: router.routes.map(({ route, condition }, index) => ({
        ...writeRoute(route, ['routes', index, 'route'], context),
        id: route.route_id,
        condition: condition.cel_expression,
      })),
    }),
    ...(router.default_route !== undefined && {
      default_route: writeRoute(router.default_route, ['default_route'], context),
    }),
  }
  return { config, violations: context.violations }
}

function routesOf(router: RouterConfig | undefined): DefaultRouteConfig[] {
  const conditional = (router?.routes ?? []).map(({ condition: _condition, ...route }) => route)
  return router?.default_route === undefined ? conditional : [...conditional, router.default_route]
}

/** The config has no defaults: what they are is noted, so that the router reads back as it was written. */
function writeAnnotations(
  before: NonNullable<RouterConfig['annotations']>,
  defaults: Inherited | undefined,
): RouterConfig['annotations'] {
  const { inworld: _before, ...others } = before
  const notes = {
    ...others,
    ...(defaults !== undefined && { inworld: { defaults: structuredClone(defaults) } }),
  }
  return Object.keys(notes).length === 0 ? undefined : (notes as RouterConfig['annotations'])
}

function writeRoute(route: InworldRoute, path: readonly PropertyKey[], context: Context): DefaultRouteConfig {
  const { id: _id, split, ...kept } = context.before.get(route.route_id) ?? { split: { variants: [] } }
  const { mode: _mode, variants, ...keptSplit } = split
  const sharing = lowestPriority(variants)
  const ids = new Set(route.variants.map(each => each.variant.variant_id))
  const fallbacks = variants.filter(variant => (variant.priority ?? 0) > sharing && !ids.has(variant.id))
  const written = route.variants.map((each, index) =>
    writeVariant(each, variants, [...path, 'variants', index, 'variant'], context),
  )
  const shares = sharing === 0 ? written : written.map(variant => ({ ...variant, priority: sharing }))
  return { id: route.route_id, ...kept, split: { ...keptSplit, variants: [...shares, ...fallbacks] } }
}

/** The priority whose variants share traffic; they are the ones that the shape shows. */
export function lowestPriority(variants: readonly VariantConfig[]): number {
  return variants.length === 0 ? 0 : Math.min(...variants.map(variant => variant.priority ?? 0))
}

function writeVariant(
  { variant, weight }: WeightedVariant,
  before: readonly VariantConfig[],
  path: readonly PropertyKey[],
  context: Context,
): VariantConfig {
  const { variant_id: id, model_id: model } = variant
  const was = before.find(each => each.id === id)
  const { message_templates, text_generation_config } = inheritedBy(variant, context.defaults)
  const { parameters, violations } = writeParameters(text_generation_config ?? {}, context.wordsOf(model))
  for (const { field, description } of violations) {
    const at = `${fieldPath([...path, 'text_generation_config'])}.${field}`
    context.violations.push({ field: at, description: `${description} (${model})` })
  }
  const all = { ...readParameters(was?.parameters ?? {}).rest, ...parameters } as VariantConfig['parameters']
  const prompt = message_templates?.[0]?.content
  const system_prompt = prompt === undefined ? keptPrompt(was) : { prepend: prompt }
  return {
    id,
    model,
    weight,
    ...(Object.keys(all ?? {}).length > 0 && { parameters: all }),
    ...(system_prompt !== undefined && { system_prompt }),
    ...(was?.drop !== undefined && { drop: was.drop }),
    ...(was?.headers !== undefined && { headers: was.headers }),
  }
}

/** A prompt that takes the place of the client's has no template. */
function keptPrompt(was: VariantConfig | undefined): VariantConfig['system_prompt'] {
  return was?.system_prompt?.replace === undefined ? undefined : was.system_prompt
}
