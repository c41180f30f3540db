// Bucket tables that a config declares. The store's record says which are in force, so what a config declares is kept
// equal to it: else the next change of weights would start from a table that nobody serves any more.
import { formatTable } from '@weir/core/assignment'
import type { ConfigInput, GroupSnapshot, Snapshot } from '@weir/core/config'

type RouterInput = NonNullable<ConfigInput['routers']>[string]
type KeyInput = NonNullable<ConfigInput['keys']>[number]

/**
 * The config with each declared table as the snapshot has it; what declares none stays without. Those of former splits
 * are kept beside the config from now on.
 */
export function withTablesInForce(declared: ConfigInput, snapshot: Snapshot): ConfigInput {
  const { former_buckets: _, ...config } = declared
  const { routers, keys } = config
  return {
    ...config,
    ...(routers !== undefined && {
      routers: mapValues(routers, (router, id) => updateRouter(router, snapshot.routers[id]?.routes ?? [])),
    }),
    ...(keys !== undefined && {
      keys: keys.map((key, index) => updateKey(key, snapshot.keys[index]?.routing?.route)),
    }),
  }
}

interface Grouped {
  readonly groups: readonly GroupSnapshot[]
}

/** The routes of a snapshot are those of the config in their order, the default route last. */
function updateRouter(router: RouterInput, routes: readonly Grouped[]): RouterInput {
  const { routes: conditional, default_route: last } = router
  return {
    ...router,
    ...(conditional !== undefined && {
      routes: conditional.map((route, index) => ({ ...route, split: update(route.split, routes[index]) })),
    }),
    ...(last !== undefined && { default_route: { ...last, split: update(last.split, routes.at(-1)) } }),
  }
}

function updateKey(key: KeyInput, route: Grouped | undefined): KeyInput {
  return key.routing === undefined ? key : { ...key, routing: update(key.routing, route) }
}

interface Declared {
  readonly buckets?: string | undefined
  readonly fallback_buckets?: Readonly<Record<string, string>> | undefined
}

function update<Split extends Declared>(split: Split, route: Grouped | undefined): Split {
  const [sharing, ...fallbacks] = route?.groups ?? []
  if (sharing === undefined) return split
  const { buckets, fallback_buckets, ...rest } = split
  const known = fallbacks.filter(({ priority }) => fallback_buckets?.[priority] !== undefined)
  const tables = known.map(({ priority, table }) => [priority, formatTable(table)] as const)
  return {
    ...rest,
    ...(buckets !== undefined && { buckets: formatTable(sharing.table) }),
    ...(tables.length > 0 && { fallback_buckets: Object.fromEntries(tables) }),
  } as Split
}

function mapValues<Value>(
  record: Readonly<Record<string, Value>>,
  map: (value: Value, id: string) => Value,
): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).map(([id, value]) => [id, map(value, id)]))
}
