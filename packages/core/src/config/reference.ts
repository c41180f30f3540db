// Looks up what a config refers to by name, and says what is wrong when it is not there.
import type { Config } from './config.ts'
import { suggestName } from './nearest.ts'
import type { Problem, ProblemPath } from './problem.ts'
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
