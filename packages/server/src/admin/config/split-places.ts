// Every split of a config as it is written, wherever it stands. What does not have the shape of a config is left as it
// is: compiling says what is wrong with it.
import type { SplitOwner } from '@weir/core/config'
import type { Fields } from '../resource/written.ts'

/** A split's new form, by where it stands. */
export type MapSplit = (split: Fields, owner: SplitOwner) => Fields

/** The config with each of its splits replaced; a key's routing is one. */
export function mapSplits(config: Fields, map: MapSplit): Fields {
  return {
    ...config,
    ...(isFields(config.routers) && {
      routers: mapFields(config.routers, (router, id) => mapRouter(router, id, map)),
    }),
    ...(Array.isArray(config.keys) && { keys: mapItems(config.keys, key => mapKey(key, map)) }),
  }
}

function mapRouter(router: Fields, id: string, map: MapSplit): Fields {
  const mapRoute = (route: Fields, name: unknown): Fields => {
    if (!isFields(route.split) || typeof name !== 'string') return route
    return { ...route, split: map(route.split, { kind: 'router', router: id, route: name }) }
  }
  const { routes, default_route: last } = router
  return {
    ...router,
    ...(Array.isArray(routes) && { routes: mapItems(routes, route => mapRoute(route, route.id)) }),
    ...(isFields(last) && { default_route: mapRoute(last, last.id ?? 'default') }),
  }
}

function mapKey(key: Fields, map: MapSplit): Fields {
  if (!isFields(key.routing) || typeof key.id !== 'string') return key
  return { ...key, routing: map(key.routing, { kind: 'key', key: key.id }) }
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function mapFields(fields: Fields, map: (value: Fields, name: string) => Fields): Fields {
  const entries = Object.entries(fields).map(([name, value]) => [
    name,
    isFields(value) ? map(value, name) : value,
  ])
  return Object.fromEntries(entries)
}

function mapItems(items: readonly unknown[], map: (item: Fields) => Fields): unknown[] {
  return items.map(item => (isFields(item) ? map(item) : item))
}
