// What a router with a broken part refers to: read off the value as written, so that a wrong model is reported
// together with the mistake beside it and not only once that is mended.
import type { Config } from './config.ts'
import { isModelId } from './model-id.ts'
import type { Problem, ProblemPath } from './problem.ts'
import { findTarget, unknownModel, unknownTimeZone } from './reference.ts'

/** @param config what was left when the broken parts had been replaced: it knows every model */
export function findBrokenReferences(
  value: unknown,
  problems: readonly Problem[],
  config: Config,
  isTimeZone: (name: string) => boolean,
): Problem[] {
  const names = new Set(
    problems.flatMap(({ path }) => (path[0] === 'routers' && path[1] !== undefined ? [path[1]] : [])),
  )
  return [...names].flatMap(name => {
    const path: ProblemPath = ['routers', name]
    const router = at(value, path)
    const zone = at(router, ['time_zone'])
    const badZone = typeof zone === 'string' && !isTimeZone(zone)
    const zoneProblems = badZone ? [unknownTimeZone(zone, [...path, 'time_zone'])] : []
    return [...zoneProblems, ...modelProblems(router, path, config)]
  })
}

function modelProblems(router: unknown, path: ProblemPath, config: Config): Problem[] {
  const routes = Array.from(asList(at(router, ['routes'])), (_, index): ProblemPath => ['routes', index])
  return [...routes, ['default_route']].flatMap(route => {
    const variants = asList(at(router, [...route, 'split', 'variants']))
    return variants.flatMap((variant, index) => {
      const model = at(variant, ['model'])
      if (typeof model !== 'string' || !isModelId(model) || isKnown(config, model)) return []
      return [unknownModel(config, model, [...path, ...route, 'split', 'variants', index, 'model'])]
    })
  })
}

function isKnown(config: Config, model: string): boolean {
  return !model.endsWith('/*') && findTarget(config, model) !== undefined
}

function at(value: unknown, path: ProblemPath): unknown {
  let found = value
  for (const part of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, part)) return undefined
    found = (found as Record<string | number, unknown>)[part]
  }
  return found
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
