// The bucket tables of a snapshot, wherever in it they stand.
import type { BucketTable } from '../assignment/index.ts'
import type { GroupSnapshot, Snapshot } from './snapshot.ts'

/** The bucket tables in force with a snapshot, by salt: of all routers and all keys' routings, switched off or not. */
export function tablesOf(snapshot: Snapshot): Map<string, BucketTable> {
  return new Map(groupsOf(snapshot).map(group => [group.salt, group.table]))
}

function groupsOf({ routers, keys }: Snapshot): GroupSnapshot[] {
  const routes = Object.values(routers).flatMap(router => router.routes)
  const routings = keys.flatMap(key => (key.routing === null ? [] : [key.routing.route]))
  return [...routes, ...routings].flatMap(route => route.groups)
}
