// Bucket tables that a config declares. The store's record says which are in force, so what a config declares is kept
// equal to it: else the next change of weights would start from a table that nobody serves any more.
import { type BucketTable, formatTable } from '@weir/core/assignment'
import type { ConfigInput, GroupSnapshot, Snapshot } from '@weir/core/config'

type RouterInput = NonNullable<ConfigInput['routers']>[string]
type KeyInput = NonNullable<ConfigInput['keys']>[number]

/** The config with each declared table as the snapshot has it; what declares none stays without. */
export function withTablesInForce(config: ConfigInput, snapshot: Snapshot): ConfigInput {
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

function update<Split extends { readonly buckets?: string | undefined }>(
  split: Split,
  route: Grouped | undefined,
): Split {
  const table: BucketTable | undefined = route?.groups[0]?.table
  return split.buckets === undefined || table === undefined
    ? split
    : { ...split, buckets: formatTable(table) }
}

function mapValues<Value>(
  record: Readonly<Record<string, Value>>,
  map: (value: Value, id: string) => Value,
): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).map(([id, value]) => [id, map(value, id)]))
}
