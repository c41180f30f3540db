// Bucket tables on their way out with a config, and back in.
import { isDeepStrictEqual } from 'node:util'
import {
  type BucketCounts,
  type BucketTable,
  countBuckets,
  formatTable,
  parseTable,
  reweightTable,
} from '@weir/core/assignment'
import { type ConfigInput, ownerId, type RouteSnapshot, type Snapshot } from '@weir/core/config'
import type { Fields } from '../resource/written.ts'
import { mapSplits } from './split-places.ts'

/** A config with what it was compiled to. */
export interface InForce {
  readonly config: ConfigInput
  readonly snapshot: Snapshot
}

/** The config with the table in force written into every split: anywhere else it assigns the same. */
export function withTables({ config, snapshot }: InForce): Fields {
  const routes = routesOf(snapshot)
  return mapSplits(config, (split, owner) => {
    const sharing = routes.get(ownerId(owner))?.groups[0]
    return withBuckets(split, sharing === undefined ? undefined : formatTable(sharing.table))
  })
}

/** The config without tables: what files that people maintain say of their splits. */
export function withoutTables({ config }: InForce): Fields {
  return mapSplits(config, split => withBuckets(split, undefined))
}

/**
 * A config that is to replace the one in force, with the tables that make no difference to it written as they are
 * written there, or not at all: what was sent before makes no revision when it is sent again.
 */
export function settleTables(sent: Fields, { config, snapshot }: InForce): Fields {
  const [written, routes] = [splitsOf(config), routesOf(snapshot)]
  return mapSplits(sent, (split, owner) => {
    const before = written.get(ownerId(owner))
    if (before === undefined || before.salt !== split.salt) return split
    const makesNone = split.buckets === undefined || leadsTo(split, before, routes.get(ownerId(owner)))
    return makesNone ? withBuckets(split, before.buckets) : split
  })
}

/** Whether the declared table is the one in force, or becomes it under the same weights. */
function leadsTo(split: Fields, before: Fields, route: RouteSnapshot | undefined): boolean {
  const declared = typeof split.buckets === 'string' ? parseTable(split.buckets) : undefined
  const sharing = route?.groups[0]
  if (declared === undefined || route === undefined || sharing === undefined) return false
  const [{ table }, wanted] = [sharing, formatTable(sharing.table)]
  if (formatTable(declared) === wanted) return true
  const isSplitKept = isDeepStrictEqual(withBuckets(split, undefined), withBuckets(before, undefined))
  return isSplitKept && formatTable(reweightTable(declared, countsOf(table, route))) === wanted
}

/** In the order of the variants, in which a table is reweighted. */
function countsOf(table: BucketTable, { variants }: RouteSnapshot): BucketCounts {
  const counts = countBuckets(table)
  return new Map(variants.map(({ id }) => [id, counts.get(id) ?? 0]))
}

function splitsOf(config: ConfigInput): ReadonlyMap<string, Fields> {
  const found = new Map<string, Fields>()
  mapSplits(config, (split, owner) => {
    found.set(ownerId(owner), split)
    return split
  })
  return found
}

function routesOf({ routers, keys }: Snapshot): ReadonlyMap<string, RouteSnapshot> {
  const ofRouters = Object.values(routers).flatMap(({ id: router, routes }) =>
    routes.map(route => [ownerId({ kind: 'router', router, route: route.id }), route] as const),
  )
  const ofKeys = keys.flatMap(({ id: key, routing }) =>
    routing === null ? [] : [[ownerId({ kind: 'key', key }), routing.route] as const],
  )
  return new Map([...ofRouters, ...ofKeys])
}

function withBuckets(split: Fields, buckets: unknown): Fields {
  const { buckets: _, ...rest } = split
  return buckets === undefined ? rest : { ...rest, buckets }
}
