// compile: from a config to a Snapshot. Everything that can be decided at publish time is decided here.
import { HASH_VERSION } from '../assignment/index.ts'
import { findBrokenReferences } from './broken-router.ts'
import type { CompileContext } from './compile-context.ts'
import { compileKey } from './compile-key.ts'
import { type AnyRoute, compileRoute } from './compile-route.ts'
import type { Config } from './config.ts'
import { findSaltConflicts, findSharedSecrets } from './conflict.ts'
import { namedPolicy } from './failure-policy.ts'
import { formerTables } from './former-tables.ts'
import { suggestName } from './nearest.ts'
import { isOfStandIn, parseConfig } from './parse.ts'
import type { Problem, ProblemPath } from './problem.ts'
import { targetOf, unknownTimeZone } from './reference.ts'
import type { RouterConfig } from './router.ts'
import type { ModelSnapshot, RouterSnapshot, Snapshot } from './snapshot.ts'
import { findWarnings } from './warning.ts'

export type Compiled =
  | {
      readonly kind: 'compiled'
      readonly snapshot: Snapshot
      /** What can be published and is probably not meant. */
      readonly warnings: readonly Problem[]
    }
  | { readonly kind: 'refused'; readonly problems: readonly Problem[] }

/** Compiles a config as read from a file or an API; all problems of all parts are reported at once. */
export function compile(value: unknown, context: CompileContext): Compiled {
  const parsed = parseConfig(value)
  if (parsed.kind === 'valid') return compileConfig(parsed.config, context)
  const { problems, remainder } = parsed
  if (remainder === undefined) return { kind: 'refused', problems }
  const rest = compileConfig(remainder, context)
  const more = rest.kind === 'refused' ? rest.problems.filter(problem => !isOfStandIn(problem, problems)) : []
  const broken = findBrokenReferences(value, problems, remainder, context.isTimeZone)
  return { kind: 'refused', problems: [...problems, ...more, ...broken] }
}

function compileConfig(config: Config, surroundings: CompileContext): Compiled {
  const tables = new Map([...formerTables(config), ...surroundings.tables])
  const context = { ...surroundings, tables }
  const problems: Problem[] = []
  checkPackages(config, context, problems)
  const models = compileModels(config, problems)
  const routers: Record<string, RouterSnapshot> = {}
  for (const [id, router] of Object.entries(config.routers)) {
    routers[id] = compileRouter(id, router, config, context, problems)
  }
  const keys = config.keys.map((key, index) =>
    compileKey(key, { path: ['keys', index], config, compile: context, problems }),
  )
  problems.push(...findSharedSecrets(keys), ...findSaltConflicts(Object.values(routers), keys))
  if (problems.length > 0) return { kind: 'refused', problems }
  const { revision } = context
  const { gateway, providers } = config
  const snapshot = {
    revision,
    hashVersion: HASH_VERSION,
    gateway,
    providers,
    models,
    named: namedPolicy,
    routers,
    keys,
  }
  return { kind: 'compiled', snapshot, warnings: findWarnings(config, context) }
}

function checkPackages(config: Config, context: CompileContext, problems: Problem[]): void {
  for (const [id, provider] of Object.entries(config.providers)) {
    const name = provider.package
    if (name === undefined || context.isPackageInstalled(name)) continue
    const message = `the package ${name} is not installed; run \`npm install ${name}\``
    problems.push({ code: 'package_not_installed', path: ['providers', id, 'package'], message })
  }
}

function compileModels(config: Config, problems: Problem[]): Record<string, ModelSnapshot> {
  const models: Record<string, ModelSnapshot> = {}
  for (const [id, model] of Object.entries(config.models)) {
    const provider = id.slice(0, id.indexOf('/'))
    if (!Object.hasOwn(config.providers, provider)) {
      const message = `there is no provider "${provider}"${suggestName(provider, Object.keys(config.providers))}`
      problems.push({ code: 'unknown_provider', path: ['models', id], message })
    }
    if (id.endsWith('/*') && model.name !== undefined) {
      const message = `stands for many models, so it cannot have one name; declare "${provider}/<model>" by itself`
      problems.push({ code: 'wildcard_name', path: ['models', id, 'name'], message })
    }
    models[id] = { ...targetOf(id, model, config), enabled: model.enabled }
  }
  return models
}

function compileRouter(
  id: string,
  router: RouterConfig,
  config: Config,
  context: CompileContext,
  problems: Problem[],
): RouterSnapshot {
  const path: ProblemPath = ['routers', id]
  const { time_zone, timeouts, failure } = router
  if (!context.isTimeZone(time_zone)) problems.push(unknownTimeZone(time_zone, [...path, 'time_zone']))
  const compileAt = (route: AnyRoute, at: ProblemPath) =>
    compileRoute(route, {
      path: [...path, ...at, 'split', 'variants'],
      salt: `${id}.${route.id}`,
      timeouts,
      failure,
      config,
      tables: context.tables,
      problems,
    })
  const routes = router.routes.map((route, index) => compileAt(route, ['routes', index]))
  const last = router.default_route
  if (last !== undefined) routes.push(compileAt({ ...last, condition: null }, ['default_route']))
  return { id, units: router.units, timeZone: time_zone, capture: router.capture ?? null, routes }
}
