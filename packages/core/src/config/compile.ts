// compile: from a config to a Snapshot. Everything that can be decided at publish time is decided here.
import { HASH_VERSION } from '../assignment/index.ts'
import { findBrokenReferences } from './broken-router.ts'
import { type CurrentTables, compileRoute } from './compile-route.ts'
import type { Config } from './config.ts'
import { findSaltConflicts, findSharedSecrets } from './conflict.ts'
import { namedPolicy } from './failure-policy.ts'
import type { KeyConfig } from './key.ts'
import { suggestName } from './nearest.ts'
import { isOfStandIn, parseConfig } from './parse.ts'
import type { Problem, ProblemPath } from './problem.ts'
import { findTarget, targetOf, unknownTimeZone } from './reference.ts'
import type { RouterConfig } from './router.ts'
import type { KeySnapshot, RouterSnapshot, Snapshot, TargetSnapshot } from './snapshot.ts'
import { findWarnings, type WarningContext } from './warning.ts'

export interface CompileContext extends WarningContext {
  readonly revision: number
  /** The tables now in force by salt, so that a new config moves the fewest units. */
  readonly tables: CurrentTables
  /** SHA-256 (lower-case hex) of the secret in an environment variable; undefined when it is not set. */
  readonly digestOfEnv: (name: string) => string | undefined
  /** Whether the runtime knows an IANA time zone. */
  readonly isTimeZone: (name: string) => boolean
  /** Whether an npm package can be imported. */
  readonly isPackageInstalled: (name: string) => boolean
}

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

function compileConfig(config: Config, context: CompileContext): Compiled {
  const problems: Problem[] = []
  checkPackages(config, context, problems)
  const models = compileModels(config, problems)
  const routers: Record<string, RouterSnapshot> = {}
  for (const [id, router] of Object.entries(config.routers)) {
    routers[id] = compileRouter(id, router, config, context, problems)
  }
  const keys = config.keys.map((key, index) => compileKey(key, ['keys', index], config, context, problems))
  problems.push(...findSharedSecrets(keys), ...findSaltConflicts(Object.values(routers)))
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

function compileModels(config: Config, problems: Problem[]): Record<string, TargetSnapshot> {
  const models: Record<string, TargetSnapshot> = {}
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
    models[id] = targetOf(id, model)
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
  if (!context.isTimeZone(router.time_zone)) {
    problems.push(unknownTimeZone(router.time_zone, [...path, 'time_zone']))
  }
  const conditional = router.routes.map((route, index) =>
    compileRoute(route, {
      router,
      routerId: id,
      path: [...path, 'routes', index],
      config,
      tables: context.tables,
      problems,
    }),
  )
  const last = router.default_route
  const routes =
    last === undefined
      ? conditional
      : [
          ...conditional,
          compileRoute(
            { ...last, condition: null },
            {
              router,
              routerId: id,
              path: [...path, 'default_route'],
              config,
              tables: context.tables,
              problems,
            },
          ),
        ]
  return { id, units: router.units, timeZone: router.time_zone, routes }
}

function compileKey(
  key: KeyConfig,
  path: ProblemPath,
  config: Config,
  context: CompileContext,
  problems: Problem[],
): KeySnapshot {
  checkKeyReferences(key, path, config, problems)
  return {
    id: key.id,
    digest: key.digest?.slice('sha256:'.length) ?? digestOfSecret(key, path, context, problems),
    tenant: key.tenant,
    tags: key.tags,
    router: key.router ?? null,
    allow: key.allow ?? null,
    defaultProvider: key.default_provider ?? null,
    override: key.may_override ? 'allowed' : 'denied',
    disabled: key.disabled,
    expiresAt: key.expires === undefined ? null : Date.parse(key.expires),
  }
}

function digestOfSecret(
  key: KeyConfig,
  path: ProblemPath,
  context: CompileContext,
  problems: Problem[],
): string {
  const name = key.secret?.env ?? ''
  const digest = context.digestOfEnv(name)
  if (digest !== undefined) return digest
  const message = `the environment variable ${name} is not set; set it to the key's secret, or give a \`digest\``
  problems.push({ code: 'secret_missing', path: [...path, 'secret', 'env'], message })
  return ''
}

function checkKeyReferences(key: KeyConfig, path: ProblemPath, config: Config, problems: Problem[]): void {
  const routers = Object.keys(config.routers)
  const providers = Object.keys(config.providers)
  if (key.router !== undefined && !routers.includes(key.router)) {
    const message = `there is no router "${key.router}"${suggestName(key.router, routers)}`
    problems.push({ code: 'unknown_router', path: [...path, 'router'], message })
  }
  if (key.default_provider !== undefined && !providers.includes(key.default_provider)) {
    const message = `there is no provider "${key.default_provider}"${suggestName(key.default_provider, providers)}`
    problems.push({ code: 'unknown_provider', path: [...path, 'default_provider'], message })
  }
  key.allow?.forEach((name, index) => {
    if (routers.includes(name) || isModelOrProvider(config, name)) return
    const message = `there is no router or model "${name}"${suggestName(name, [...routers, ...Object.keys(config.models)])}`
    problems.push({ code: 'unknown_model', path: [...path, 'allow', index], message })
  })
}

/** `provider/*` allows every model of a provider, whether the models are declared one by one or by `provider/*`. */
function isModelOrProvider(config: Config, name: string): boolean {
  const isProvider = name.endsWith('/*') && Object.hasOwn(config.providers, name.slice(0, -2))
  return isProvider || findTarget(config, name) !== undefined
}
