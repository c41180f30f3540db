// Bucket tables on their way out with a config, and back in.
import { isDeepStrictEqual } from 'node:util'
import {
  type BucketCounts,
  countBuckets,
  formatTable,
  parseTable,
  reweightTable,
} from '@weir/core/assignment'
import {
  type ConfigInput,
  type CurrentTables,
  type GroupSnapshot,
  ownerId,
  type RouteSnapshot,
  type Snapshot,
  tablesOf,
} from '@weir/core/config'
import type { Fields } from '../resource/written.ts'
import { isFields, mapSplits } from './split-places.ts'

/** A config with what it was compiled to. */
export interface InForce {
  readonly config: ConfigInput
  readonly snapshot: Snapshot
}

/** With all bucket tables that are known, those of splits that are gone too. */
export interface TabledInForce extends InForce {
  readonly tables: CurrentTables
}

/** The config with all bucket tables written into it: anywhere else it assigns the same. */
export function withTables({ config, snapshot, tables }: TabledInForce): Fields {
  const routes = routesOf(snapshot)
  const known = tablesOf(snapshot)
  const former = [...tables].filter(([salt]) => !known.has(salt)).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const formatted = former.map(([salt, table]) => [salt, formatTable(table)] as const)
  return {
    ...withSplitTables(config, routes),
    ...(formatted.length > 0 && { former_buckets: Object.fromEntries(formatted) }),
  }
}

function withSplitTables(config: ConfigInput, routes: ReadonlyMap<string, RouteSnapshot>): Fields {
  return mapSplits(config, (split, owner) => {
    const [sharing, ...fallbacks] = routes.get(ownerId(owner))?.groups ?? []
    // A fallback that is alone at its priority stands in for every unit, whatever a table says.
    const several = fallbacks.filter(({ table }) => table.length > 1)
    const tables = several.map(({ priority, table }) => [priority, formatTable(table)] as const)
    return withBuckets(split, {
      buckets: sharing === undefined ? undefined : formatTable(sharing.table),
      fallback_buckets: tables.length === 0 ? undefined : Object.fromEntries(tables),
    })
  })
}

/** The config without tables: what files that people maintain say of their splits. */
export function withoutTables({ config }: InForce): Fields {
  const { former_buckets: _, ...rest } = config
  return mapSplits(rest, split => withBuckets(split, {}))
}

/**
 * A config that is to replace the one in force, with the tables that make no difference to it written as they are
 * written there, or not at all: what was sent before makes no revision when it is sent again.
 */
export function settleTables(sent: Fields, { config, snapshot }: InForce): Fields {
  const [written, routes] = [splitsOf(config), routesOf(snapshot)]
  return mapSplits(sent, (split, owner) => {
    const before = written.get(ownerId(owner))
    const route = routes.get(ownerId(owner))
    if (before === undefined || route === undefined || before.salt !== split.salt) return split
    const [sharing, ...fallbacks] = route.groups
    const leads = leadsWithin(route, isDeepStrictEqual(withBuckets(split, {}), withBuckets(before, {})))
    const isSettled = split.buckets === undefined || leads(split.buckets, sharing)
    const isFallbackSettled = Object.entries(fallbackTables(split)).every(([priority, table]) =>
      leads(
        table,
        fallbacks.find(group => String(group.priority) === priority),
      ),
    )
    return withBuckets(split, {
      buckets: isSettled ? before.buckets : split.buckets,
      fallback_buckets: isFallbackSettled ? before.fallback_buckets : split.fallback_buckets,
    })
  })
}

function fallbackTables({ fallback_buckets }: Fields): Fields {
  return isFields(fallback_buckets) ? fallback_buckets : {}
}

/** Whether a declared table is the one in force, or becomes it when the weights stay as they are. */
function leadsWithin(route: RouteSnapshot, isSplitKept: boolean) {
  return (text: unknown, group: GroupSnapshot | undefined): boolean => {
    const declared = typeof text === 'string' ? parseTable(text) : undefined
    if (declared === undefined || group === undefined) return false
    const wanted = formatTable(group.table)
    if (formatTable(declared) === wanted) return true
    return isSplitKept && formatTable(reweightTable(declared, countsOf(group, route))) === wanted
  }
}

/** Of the variants of its priority, in the order in which a table is reweighted. */
function countsOf({ priority, table }: GroupSnapshot, { variants }: RouteSnapshot): BucketCounts {
  const counts = countBuckets(table)
  const members = variants.filter(variant => variant.priority === priority)
  return new Map(members.map(({ id }) => [id, counts.get(id) ?? 0]))
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

interface Written {
  readonly buckets?: unknown
  readonly fallback_buckets?: unknown
}

/** The split with these tables only. */
function withBuckets(split: Fields, { buckets, fallback_buckets }: Written): Fields {
  const { buckets: _, fallback_buckets: __, ...rest } = split
  return {
    ...rest,
    ...(buckets !== undefined && { buckets }),
    ...(fallback_buckets !== undefined && { fallback_buckets }),
  }
}
