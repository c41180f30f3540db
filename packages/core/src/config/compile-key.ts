// Compiles one key: references resolved, secrets as digests, its routing as a route of its own.
import type { CompileContext } from './compile-context.ts'
import { compileRoute } from './compile-route.ts'
import type { Config } from './config.ts'
import type { KeyConfig } from './key.ts'
import { compileLimits } from './key-limits.ts'
import { type KeyRoutingConfig, splitOf } from './key-routing.ts'
import { suggestName } from './nearest.ts'
import type { Problem, ProblemPath } from './problem.ts'
import { findTarget } from './reference.ts'
import { servedByAll } from './served-endpoints.ts'
import type { KeyRoutingSnapshot, KeySnapshot } from './snapshot.ts'

export interface KeyContext {
  readonly path: ProblemPath
  readonly config: Config
  readonly compile: CompileContext
  readonly problems: Problem[]
}

export function compileKey(key: KeyConfig, context: KeyContext): KeySnapshot {
  checkReferences(key, context)
  return {
    id: key.id,
    digest: key.digest === undefined ? digestOfSecret(key, context) : bareDigest(key.digest),
    previous: key.previous === undefined ? null : compilePrevious(key.previous),
    tenant: key.tenant,
    tags: key.tags,
    router: key.router ?? null,
    routing: key.routing === undefined ? null : compileRouting(key.id, key.routing, context),
    limits: compileLimits(key.limits),
    allow: key.allow ?? null,
    defaultProvider: key.default_provider ?? null,
    override: key.may_override ? 'allowed' : 'denied',
    disabled: key.disabled,
    expiresAt: key.expires === undefined ? null : Date.parse(key.expires),
  }
}

function bareDigest(digest: string): string {
  return digest.slice('sha256:'.length)
}

function compilePrevious({ digest, until }: NonNullable<KeyConfig['previous']>): KeySnapshot['previous'] {
  return { digest: bareDigest(digest), until: Date.parse(until) }
}

function digestOfSecret(key: KeyConfig, { path, compile, problems }: KeyContext): string {
  const name = key.secret?.env ?? ''
  const digest = compile.digestOfEnv(name)
  if (digest !== undefined) return digest
  const message = `the environment variable ${name} is not set; set it to the key's secret, or give a \`digest\``
  problems.push({ code: 'secret_missing', path: [...path, 'secret', 'env'], message })
  return ''
}

function compileRouting(key: string, routing: KeyRoutingConfig, context: KeyContext): KeyRoutingSnapshot {
  const { config, problems } = context
  const name = `key.${key}`
  const route = compileRoute(
    { id: name, condition: null, split: { ...splitOf(routing), salt: name } },
    {
      path: [...context.path, 'routing', 'variants'],
      salt: name,
      timeouts: routing.timeouts,
      failure: routing.failure,
      config,
      tables: context.compile.tables,
      problems,
    },
  )
  const targets = route.variants.map(variant => variant.target)
  return {
    active: routing.active,
    units: routing.units,
    endpoints: servedByAll(targets, config),
    route,
  }
}

function checkReferences(key: KeyConfig, { path, config, problems }: KeyContext): void {
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
  checkRoutingAllowed(key, path, problems)
}

/** `provider/*` allows every model of a provider, whether the models are declared one by one or by `provider/*`. */
function isModelOrProvider(config: Config, name: string): boolean {
  const isProvider = name.endsWith('/*') && Object.hasOwn(config.providers, name.slice(0, -2))
  return isProvider || findTarget(config, name) !== undefined
}

/** Found here, so that a request that the key's own routing decides is never refused for its model. */
function checkRoutingAllowed({ allow, routing }: KeyConfig, path: ProblemPath, problems: Problem[]): void {
  if (allow === undefined || routing === undefined) return
  routing.variants.forEach(({ model }, index) => {
    if (allow.includes(model) || allow.includes(`${model.slice(0, model.indexOf('/'))}/*`)) return
    const message = `"${model}" is not in the key's \`allow\`; add it there, or take this variant out`
    const at = [...path, 'routing', 'variants', index, 'model']
    problems.push({ code: 'routing_not_allowed', path: at, message })
  })
}
