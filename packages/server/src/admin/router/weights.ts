// The weights of one route, apart from all else that a router says: pure edits of its entry as it is written.

import { refuse } from '../resource/edit.ts'
import type { Fields } from '../resource/written.ts'
import type { EditRefusal } from '../revision/publishing.ts'

/** Whole numbers by variant id. */
export type Weights = Readonly<Record<string, number>>

/** The weights as they are written; undefined when the router has no such route. */
export function weightsOf(router: Fields, route: string): Record<string, number | null> | undefined {
  const found = routesOf(router).find(candidate => idOf(candidate) === route)
  if (found === undefined) return undefined
  return Object.fromEntries(variantsOf(found).map(({ id, weight }) => [String(id), numberOr(weight)]))
}

/** The router with these weights in one route; variants that are not named keep theirs. */
export function withWeights(router: Fields, route: string, weights: Weights): Fields | EditRefusal {
  const known = weightsOf(router, route)
  if (known === undefined) return refuse('not_found', `the router has no route "${route}"`)
  const unknown = Object.keys(weights).filter(id => !Object.hasOwn(known, id))
  if (unknown.length > 0) return refuseVariants(unknown, Object.keys(known))
  const set = (candidate: Fields) => (idOf(candidate) === route ? setWeights(candidate, weights) : candidate)
  const { routes, default_route: last } = router
  return {
    ...router,
    ...(Array.isArray(routes) && { routes: (routes as Fields[]).map(set) }),
    ...(last !== undefined && { default_route: set(last as Fields) }),
  }
}

function setWeights(route: Fields, weights: Weights): Fields {
  const variants = variantsOf(route).map(variant => {
    const id = String(variant.id)
    return Object.hasOwn(weights, id) ? { ...variant, weight: weights[id] } : variant
  })
  return { ...route, split: { ...(route.split as Fields), variants } }
}

function refuseVariants(unknown: readonly string[], known: readonly string[]): EditRefusal {
  const problems = unknown.map(id => ({
    code: 'unknown_variant',
    path: [id],
    message: `the route has no variant "${id}"; it has ${known.join(', ')}`,
  }))
  return refuse('invalid', problems.map(({ message }) => message).join('; '), problems)
}

function routesOf({ routes, default_route: last }: Fields): Fields[] {
  return [
    ...(Array.isArray(routes) ? (routes as Fields[]) : []),
    ...(last === undefined ? [] : [last as Fields]),
  ]
}

/** Only the default route may leave its id out. */
const idOf = ({ id = 'default' }: Fields) => id

/** What is in force has been compiled: a route has a split, and that has variants. */
function variantsOf(route: Fields): readonly Fields[] {
  return (route.split as { readonly variants: readonly Fields[] }).variants
}

const numberOr = (weight: unknown) => (typeof weight === 'number' ? weight : null)
