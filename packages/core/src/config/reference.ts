// Looks up what a config refers to by name.
import type { Config } from './config.ts'
import type { TargetSnapshot } from './snapshot.ts'

/** The target `provider/model` names: declared itself, or by `provider/*`. */
export function findTarget(config: Config, id: string): TargetSnapshot | undefined {
  const slash = id.indexOf('/')
  if (slash < 1) return undefined
  const provider = id.slice(0, slash)
  const model = config.models[id] ?? config.models[`${provider}/*`]
  if (model === undefined) return undefined
  return { id, provider, model: model.name ?? id.slice(slash + 1), price: model.price ?? null }
}
