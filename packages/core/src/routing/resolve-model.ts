// From the `model` a client sends to a router or to one named model.
import { capabilitiesOf } from '../config/model-facts.ts'
import { isModelId } from '../config/model-id.ts'
import { type ActiveRouter, type ActiveSnapshot, type ActiveVariant, namedVariant } from './active.ts'
import type { DecideOptions } from './request.ts'

/**
 * `<router>`, `routers/<router>` and `<namespace>/<router>` name a router; `provider/model` names a model. Any other
 * name goes to the router the key is bound to, else to that model at the key's default provider.
 */
export function resolveModel(
  active: ActiveSnapshot,
  name: string,
  options: DecideOptions,
): ActiveRouter | ActiveVariant | undefined {
  const router = active.routers.get(name)
  if (router !== undefined) return router
  const slash = name.indexOf('/')
  if (slash < 0) return resolvePlainName(active, name, options)
  const prefix = name.slice(0, slash)
  const prefixed = prefix === 'routers' || prefix === active.snapshot.gateway.namespace
  return (
    (prefixed ? active.routers.get(name.slice(slash + 1)) : undefined) ?? resolveTarget(active, prefix, name)
  )
}

function resolvePlainName(
  active: ActiveSnapshot,
  name: string,
  options: DecideOptions,
): ActiveRouter | ActiveVariant | undefined {
  if (options.boundRouter !== null) return active.routers.get(options.boundRouter)
  const provider = options.defaultProvider
  return provider === null ? undefined : resolveTarget(active, provider, `${provider}/${name}`)
}

function resolveTarget(active: ActiveSnapshot, provider: string, id: string): ActiveVariant | undefined {
  const declared = active.models.get(id)
  if (declared !== undefined) return declared.target.model === '*' ? undefined : declared
  const any = active.models.get(`${provider}/*`)
  // The name goes into headers and events, so it must be one that a config could have.
  if (any === undefined || !isModelId(id)) return undefined
  const model = id.slice(provider.length + 1)
  return namedVariant({
    ...any.target,
    id,
    model,
    capabilities: capabilitiesOf(model, any.target.capabilities),
  })
}
