// All that this client knows beyond the document's schemas, so that what it makes up means something:
//
// - references name what there is: a model's provider, the models of variants, and a key's router, provider and allow;
//   a key's routing uses models that its own `allow` has
// - weights of a split sum to 100, or with `mode: proportional` are not absurdly small
// - ids of routes, and of the variants of a split, differ, and so do salts
// - a soft budget is not above the hard one
// - a key's secret in the environment would have to be there, and bucket tables are answered as they are in force:
//   both are left out
//
// Each of them stands in the document as a description; none can be said by JSON Schema.
import type { Fields } from './control-client.ts'
import { type ControlModel, type Kind, pickId, providerOf, usableModels } from './control-model.ts'

/** Whether there is what such an entry needs to refer to. */
export function canBeMade(kind: Kind, model: ControlModel): boolean {
  if (kind === 'models') return model.providers.size > 0
  return kind === 'providers' || kind === 'tokens' || usableModels(model).length > 0
}

/** The generated entry as one that means something in this state. */
export function meant(kind: Kind, entry: Fields, model: ControlModel, pick: number): Fields {
  switch (kind) {
    case 'providers':
    case 'tokens':
      return entry
    case 'models':
      return 'id' in entry ? { ...entry, id: meantModelId(String(entry.id), model, pick) } : entry
    case 'routers':
      return meantRouter(entry, model, pick)
    case 'keys':
      return meantKey(entry, model, pick)
  }
}

function meantModelId(id: string, model: ControlModel, pick: number): string {
  return `${pickId(model, 'providers', pick)}${id.slice(providerOf(id).length)}`
}

function meantRouter(entry: Fields, model: ControlModel, pick: number): Fields {
  const { routes, default_route } = entry as { routes?: Fields[]; default_route?: Fields }
  const meantRoute = (route: Fields) => ({ ...route, split: meantSplit(route.split as Fields, model, pick) })
  const distinct = withDistinctIds((routes ?? []).map(meantRoute))
  return {
    ...entry,
    ...(routes !== undefined && { routes: distinct }),
    ...(default_route !== undefined && { default_route: withFreeId(meantRoute(default_route), distinct) }),
  }
}

/** The default route's id, which is `default` when it is left out, is none of the others'. */
function withFreeId(last: Fields, routes: readonly Fields[]): Fields {
  const id = last.id ?? 'default'
  return routes.some(route => route.id === id) ? { ...last, id: longer(id, '-last') } : last
}

function meantSplit(written: Fields, model: ControlModel, pick: number): Fields {
  const { buckets: _, fallback_buckets: __, ...split } = written
  const variants = meantVariants(split.variants as Fields[], model, pick)
  const weighted = split.mode === 'proportional' ? withShares(variants) : withPercents(variants)
  return {
    ...split,
    ...(split.salt !== undefined && { salt: longer(split.salt, `.${pick}`) }),
    variants: withDistinctIds(weighted),
  }
}

function meantVariants(variants: readonly Fields[], model: ControlModel, pick: number): Fields[] {
  const usable = usableModels(model)
  return variants.map((variant, index) => ({ ...variant, model: usable[(pick + index) % usable.length] }))
}

/** Weights from 1 to 1000, for every variant that shares traffic and for fallbacks that have one. */
function withShares(variants: readonly Fields[]): Fields[] {
  return variants.map(variant => ({ ...variant, weight: 1 + (Number(variant.weight ?? 0) % 1000) }))
}

/** The sharing variants' weights sum to 100: the first takes what its weight says, the rest share evenly. */
function withPercents(variants: readonly Fields[]): Fields[] {
  const lowest = Math.min(...variants.map(({ priority = 0 }) => Number(priority)))
  const sharing = variants.filter(({ priority = 0 }) => priority === lowest)
  const [first] = sharing
  const others = sharing.length - 1
  const even = others === 0 ? 0 : Math.floor((Number(first?.weight ?? 0) % 100) / others)
  return withShares(variants).map((variant, index) => {
    const written = variants[index] as Fields
    if (!sharing.includes(written)) return variant
    return { ...variant, weight: written === first ? 100 - even * others : even }
  })
}

/** An id that goes on, within the length of ids. */
function longer(id: unknown, more: string): string {
  return `${(id as string).slice(0, 100)}${more}`
}

/** Ids that come again, or are left out where another may say the same, get a number. */
function withDistinctIds(items: readonly Fields[]): Fields[] {
  const ids = items.map(({ id }) => id)
  const isClear = new Set(ids).size === ids.length && (ids.length === 1 || !ids.includes(undefined))
  return isClear
    ? [...items]
    : items.map((item, index) => ({ ...item, id: longer(item.id ?? 'variant', `-${index}`) }))
}

function meantKey(written: Fields, model: ControlModel, pick: number): Fields {
  const { secret: _, ...entry } = written
  const { router, default_provider, allow, routing, limits } = entry as Record<string, Fields | undefined>
  const usable = usableModels(model)
  const routed = routing === undefined ? undefined : meantRouting(routing, model, pick)
  return {
    ...entry,
    ...(router !== undefined && { router: pickId(model, 'routers', pick) }),
    ...(default_provider !== undefined && { default_provider: pickId(model, 'providers', pick) }),
    ...(limits !== undefined && { limits: meantLimits(limits) }),
    ...(routed !== undefined && { routing: routed }),
    ...(allow !== undefined && { allow: [...usable, ...model.routers.keys()] }),
  }
}

function meantRouting(written: Fields, model: ControlModel, pick: number): Fields {
  const { buckets: _, fallback_buckets: __, ...routing } = written
  const variants = meantVariants(routing.variants as Fields[], model, pick)
  return { ...routing, variants: withDistinctIds(withShares(variants)) }
}

function meantLimits(limits: Fields): Fields {
  const budget = limits.budget as Record<string, { soft?: number; hard?: number }> | undefined
  if (budget === undefined) return limits
  const ordered = Object.entries(budget).map(([period, { soft, hard }]) =>
    soft === undefined || hard === undefined
      ? [period, budget[period]]
      : [period, { soft: Math.min(soft, hard), hard: Math.max(soft, hard) }],
  )
  return { ...limits, budget: Object.fromEntries(ordered) }
}
