// Which endpoints a model serves, as far as it can be told before a request comes.
import type { Config } from './config.ts'
import { isKnownModel } from './model-facts.ts'
import { ENDPOINTS, type EndpointName, TRANSLATED_ENDPOINTS, TRANSLATION_ENDPOINT } from './preset.ts'
import type { ProviderConfig } from './provider.ts'
import type { TargetSnapshot } from './snapshot.ts'

/** The endpoints that every one of these targets serves, in a fixed order. */
export function servedByAll(targets: readonly TargetSnapshot[], config: Config): EndpointName[] {
  const all: readonly EndpointName[] = [...ENDPOINTS.openai, ...ENDPOINTS.anthropic]
  const served = targets.map(target => servedEndpoints(target, config.providers[target.provider]))
  return all.filter(name => served.every(endpoints => endpoints.includes(name)))
}

function servedEndpoints(target: TargetSnapshot, provider: ProviderConfig | undefined): readonly string[] {
  if (provider === undefined) return []
  const reachable = reachableEndpoints(provider)
  const suited = target.capabilities.endpoints ?? endpointsByName(target.model)
  return suited === undefined ? reachable : reachable.filter(name => suited.includes(name))
}

/** What the provider has itself, and what can be translated to it. */
function reachableEndpoints({ type, endpoints }: ProviderConfig): readonly string[] {
  if (type === 'ai-sdk') return TRANSLATED_ENDPOINTS
  return endpoints.includes(TRANSLATION_ENDPOINT[type]) ? [...endpoints, ...TRANSLATED_ENDPOINTS] : endpoints
}

/** A provider's endpoints are not every model's: those known by name converse, and embedding models embed. */
function endpointsByName(model: string): readonly string[] | undefined {
  if (isKnownModel(model)) return TRANSLATED_ENDPOINTS
  return /embed/i.test(model) ? ['embeddings'] : undefined
}
