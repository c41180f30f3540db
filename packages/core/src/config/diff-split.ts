// What changes in one split, in words: weights, variants, and the share of units that moves.
import { describeField, type Fields, fieldChanges, isSame, itemsOf, omit } from './field-change.ts'
import type { RouteSnapshot, VariantSnapshot } from './snapshot.ts'
import type { SplitMove } from './split-moves.ts'

/** A route as it was and is compiled; weights that were left out are settled there. */
export interface SplitSides {
  readonly before: RouteSnapshot | undefined
  readonly after: RouteSnapshot | undefined
  /** Undefined when the shares of the traffic stay. */
  readonly move: SplitMove | undefined
}

/** The changes of a split as it is written; `before` is undefined when it is new. */
export function describeSplit(before: Fields | undefined, after: Fields, sides: SplitSides): string[] {
  const weights = describeWeights(sides)
  const { move } = sides
  const shares = weights.length === 0 && move?.draw === 'kept' ? ['buckets changed'] : weights
  const parts = [
    ...(shares.length === 0 ? [] : [shares.join(', ')]),
    ...(move === undefined ? [] : [describeMove(move)]),
  ]
  const split = parts.length === 0 ? [] : [parts.join('; ')]
  return [...split, ...describeRest(before, after, sides)]
}

function describeMove({ draw, moved }: SplitMove): string {
  const share = `${(moved * 100).toFixed(2)} % of units`
  return draw === 'kept' ? `moves ${share}` : `all units are drawn anew, which moves about ${share}`
}

function describeWeights({ before, after }: SplitSides): string[] {
  const old = new Map(before?.variants.map(variant => [variant.id, variant]))
  const now = new Map(after?.variants.map(variant => [variant.id, variant]))
  const removed = [...old.values()].filter(variant => !now.has(variant.id))
  return [
    ...[...now.values()].flatMap(variant =>
      describeWeight(old.get(variant.id), variant, before === undefined),
    ),
    ...removed.map(variant => `${variant.id} removed`),
  ]
}

function describeWeight(
  before: VariantSnapshot | undefined,
  { id, weight, priority }: VariantSnapshot,
  isNew: boolean,
): string[] {
  const rank = priority === 0 ? '' : ` with priority ${priority}`
  if (before === undefined) return [isNew ? `${id} ${weight}${rank}` : `${id} added at ${weight}${rank}`]
  return [
    ...(before.weight === weight ? [] : [`${id} ${before.weight} -> ${weight}`]),
    ...(before.priority === priority ? [] : [`${id} priority ${before.priority} -> ${priority}`]),
  ]
}

/** Fields of a variant that are told with the weights, when the compiled ones differ. */
const WEIGHT_FIELDS = ['id', 'weight', 'priority']

function describeRest(before: Fields | undefined, after: Fields, sides: SplitSides): string[] {
  if (before === undefined) return []
  const split = fieldChanges(pickOwn(before), pickOwn(after)).map(describeField)
  const [old, now] = [variantsOf(before, sides.before), variantsOf(after, sides.after)]
  const variants = [...now].flatMap(([id, variant]) => {
    const known = old.get(id)
    return known === undefined ? [] : describeVariant(id, known, variant)
  })
  const kept = [...now.keys()].filter(id => old.has(id))
  const isOrdered = kept.join() === [...old.keys()].filter(id => now.has(id)).join()
  return [...split, ...variants, ...(isOrdered ? [] : ['variants listed in another order'])]
}

/** A split's own fields: a routing has others beside them, told elsewhere. */
function pickOwn({ mode, salt, buckets, fallback_buckets }: Fields): Fields {
  return { mode, salt, buckets, fallback_buckets }
}

/** The written variants by the ids they were compiled with. */
function variantsOf(split: Fields, compiled: RouteSnapshot | undefined): ReadonlyMap<string, Fields> {
  return new Map(
    itemsOf(split.variants).map((variant, index) => [
      compiled?.variants[index]?.id ?? String(index),
      variant,
    ]),
  )
}

function describeVariant(id: string, before: Fields, after: Fields): string[] {
  const told = WEIGHT_FIELDS.filter(name => before[name] !== undefined && after[name] !== undefined)
  const [old, now] = [omit(before, told), omit(after, told)]
  return isSame(old, now)
    ? []
    : fieldChanges(old, now).map(change => `variant ${id}: ${describeField(change)}`)
}
