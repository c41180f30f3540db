// Looks up what a config refers to by name, and says what is wrong when it is not there.
import type { Config } from './config.ts'
import type { ModelConfig } from './model.ts'
import { capabilitiesOf } from './model-facts.ts'
import { priceOf } from './model-price.ts'
import { suggestName } from './nearest.ts'
import type { Problem, ProblemPath } from './problem.ts'
import type { TargetSnapshot } from './snapshot.ts'

/** The target `provider/model` names: declared itself, or by `provider/*`. */
export function findTarget(config: Config, id: string): TargetSnapshot | undefined {
  const model = findModel(config, id)
  return model === undefined ? undefined : targetOf(id, model, config)
}

/** Whether a model may be used: it is declared, itself or by `provider/*`, and not disabled. */
export function isEnabled(config: Config, id: string): boolean {
  return findModel(config, id)?.enabled === true
}

function findModel(config: Config, id: string): ModelConfig | undefined {
  const slash = id.indexOf('/')
  return slash < 1 ? undefined : (config.models[id] ?? config.models[`${id.slice(0, slash)}/*`])
}

/** The target that a model is. Of `provider/*` nothing is known but what the config says of all its models. */
export function targetOf(
  id: string,
  model: ModelConfig,
  { providers }: Pick<Config, 'providers'>,
): TargetSnapshot {
  const slash = id.indexOf('/')
  const provider = id.slice(0, slash)
  const name = model.name ?? id.slice(slash + 1)
  return {
    id,
    provider,
    model: name,
    ...priceOf(name, model.price, providers[provider]),
    capabilities: capabilitiesOf(name, model.capabilities),
  }
}

export function unknownModel(config: Config, id: string, path: ProblemPath): Problem {
  const known = Object.keys(config.models).filter(name => !name.endsWith('/*'))
  return {
    code: 'unknown_model',
    path,
    message: `there is no model "${id}" under \`models\`${suggestName(id, known)}`,
  }
}

export function unknownTimeZone(name: string, path: ProblemPath): Problem {
  const message = `"${name}" is not an IANA time zone, such as "Europe/Berlin" or "UTC"`
  return { code: 'unknown_time_zone', path, message }
}
