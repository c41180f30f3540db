// From the `model` a client sends to a router or to one named model.
import { capabilitiesOf } from '../config/model-facts.ts'
import { isModelId } from '../config/model-id.ts'
import { priceOf } from '../config/model-price.ts'
import { type ActiveRouter, type ActiveSnapshot, type ActiveVariant, namedVariant } from './active.ts'

/** The router that `<router>`, `routers/<router>` or `<namespace>/<router>` names. */
export function findRouter(active: ActiveSnapshot, name: string): ActiveRouter | undefined {
  const router = active.routers.get(name)
  if (router !== undefined) return router
  const slash = name.indexOf('/')
  if (slash < 0) return undefined
  const prefix = name.slice(0, slash)
  return isNamespace(active, prefix) ? active.routers.get(name.slice(slash + 1)) : undefined
}

function isNamespace({ snapshot }: ActiveSnapshot, prefix: string): boolean {
  const { namespace, namespaces } = snapshot.gateway
  return prefix === 'routers' || prefix === namespace || namespaces.includes(prefix)
}

/** The target `provider/model` names: declared itself, or by `provider/*`. */
export function findNamed(active: ActiveSnapshot, id: string): ActiveVariant | 'disabled' | undefined {
  const declared = active.models.get(id)
  if (declared !== undefined) return declared.target.model === '*' ? undefined : declared
  if (active.disabledModels.has(id)) return 'disabled'
  const provider = id.slice(0, id.indexOf('/'))
  const any = active.models.get(`${provider}/*`)
  // The name goes into headers and events, so it must be one that a config could have.
  if (!isModelId(id)) return undefined
  if (any === undefined) return active.disabledModels.has(`${provider}/*`) ? 'disabled' : undefined
  return namedByWildcard(active, id, any)
}

function namedByWildcard(active: ActiveSnapshot, id: string, { target }: ActiveVariant): ActiveVariant {
  const { provider, price, priceSource } = target
  const model = id.slice(provider.length + 1)
  return namedVariant({
    ...target,
    id,
    model,
    ...(priceSource === 'list' ? priceOf(model, undefined, active.snapshot.providers[provider]) : { price }),
    capabilities: capabilitiesOf(model, target.capabilities),
  })
}
