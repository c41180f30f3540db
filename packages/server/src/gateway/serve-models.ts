// GET /v1/models: the routers and models a key may use, with each router's splits as an extension.
import type { ActiveRoute, ActiveRouter, ActiveVariant } from '@weir/core/routing'
import type { Exchange } from './exchange.ts'
import type { Key } from './gateway.ts'
import type { Finish } from './relay.ts'
import { addWeirHeaders, sendWhole } from './respond.ts'

export function serveModels(exchange: Exchange, key: Key): Finish {
  const { routers, models } = exchange.active
  const isVisible = (id: string, provider?: string) =>
    key.allow === null ||
    key.allow.includes(id) ||
    (provider !== undefined && key.allow.includes(`${provider}/*`))
  const data = [
    ...[...routers.values()].filter(router => isVisible(router.id)).map(describeRouter),
    ...[...models.values()]
      .map(model => model.target)
      .filter(target => target.model !== '*' && isVisible(target.id, target.provider))
      .map(target => ({
        ...entry(target.id, target.provider),
        weir: { kind: 'model', price: target.price },
      })),
  ]
  exchange.status = 200
  const headers = addWeirHeaders(['content-type', 'application/json'], exchange)
  return () => sendWhole(exchange.res, 200, headers, JSON.stringify({ object: 'list', data }))
}

function entry(id: string, owner: string) {
  return { id, object: 'model', created: 0, owned_by: owner }
}

function describeRouter(router: ActiveRouter) {
  return { ...entry(router.id, 'weir'), weir: { kind: 'router', routes: router.routes.map(describeRoute) } }
}

function describeRoute(route: ActiveRoute) {
  return { route: route.id, variants: route.variants.map(variant => describeVariant(route, variant)) }
}

/** `share` is null for variants that only stand in, and for those without weight. */
function describeVariant(route: ActiveRoute, variant: ActiveVariant) {
  const share = route.sharing.shares[variant.position] as number
  const { id, price } = variant.target
  return { variant: variant.id, model: id, share: share === 0 ? null : share, price }
}
