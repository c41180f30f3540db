// Warnings: what can be published as it is and is probably not what was meant.
import { checkCondition } from '../expression/index.ts'
import type { Config } from './config.ts'
import { presetOf } from './preset.ts'
import type { Problem, ProblemPath } from './problem.ts'
import { targetOf } from './reference.ts'

export interface WarningContext {
  /** Whether an environment variable is set. */
  readonly isEnvSet: (name: string) => boolean
  /** Whether a provider has an active credential in the store. */
  readonly hasStoredCredential: (provider: string) => boolean
}

export function findWarnings(config: Config, context: WarningContext): Problem[] {
  return [
    ...missingCredentials(config, context),
    ...missingOptions(config, context),
    ...openPresets(config),
    ...unknownLimits(config),
    ...doubtfulConditions(config),
    ...bareCaptures(config),
  ]
}

/** Accepted, since the other providers can serve meanwhile; a call to this one fails with `no_credential`. */
function missingCredentials(config: Config, context: WarningContext): Problem[] {
  return Object.entries(config.providers).flatMap(([id, provider]) => {
    const { credential } = provider
    if (credential === undefined) return []
    const path = ['providers', id, 'credential']
    if ('stored' in credential) return context.hasStoredCredential(id) ? [] : [noneStored(path)]
    return context.isEnvSet(credential.env) ? [] : [unsetVariable(credential.env, [...path, 'env'])]
  })
}

function missingOptions(config: Config, context: WarningContext): Problem[] {
  return Object.entries(config.providers).flatMap(([id, provider]) =>
    Object.entries(provider.secret_options).flatMap(([option, name]) =>
      context.isEnvSet(name) ? [] : [unsetVariable(name, ['providers', id, 'options', option, 'env'])],
    ),
  )
}

function noneStored(path: ProblemPath): Problem {
  const message = 'no credential is stored; calls to this provider will fail until there is an active one'
  return { code: 'no_credential', path, message }
}

function unsetVariable(name: string, path: ProblemPath): Problem {
  const message = `the environment variable ${name} is not set; calls to this provider will fail until it is`
  return { code: 'no_credential', path, message }
}

/** Services that answer nobody without a credential, unless a header of the user's own carries it. */
function openPresets(config: Config): Problem[] {
  return Object.entries(config.providers).flatMap(([id, provider]) => {
    const preset = provider.preset && presetOf(provider.preset)
    if (preset?.credential !== 'needed' || provider.credential !== undefined) return []
    if (provider.credential_header in provider.headers) return []
    const message = `${preset.service} needs a credential, and none is configured; add \`credential: { env: ... }\``
    return [{ code: 'no_credential', path: ['providers', id], message }]
  })
}

/** Anthropic's format must say how long an answer may be, and clients of other formats need not. */
function unknownLimits(config: Config): Problem[] {
  return Object.entries(config.models).flatMap(([id, model]) => {
    const { provider, capabilities } = targetOf(id, model, config)
    if (id.endsWith('/*') || config.providers[provider]?.type !== 'anthropic') return []
    if (capabilities.output !== undefined) return []
    const message =
      'its longest answer is not known, so that translated requests without `max_tokens` get 4096 tokens; set `capabilities: { output: ... }`'
    return [{ code: 'unknown_output_limit', path: ['models', id], message }]
  })
}

function bareCaptures(config: Config): Problem[] {
  return Object.entries(config.routers).flatMap(([id, { capture }]) => {
    if (capture === undefined || capture.rate === 0 || capture.redact.length > 0) return []
    const message =
      'e-mail addresses, keys and the like are captured as they are; leave `redact` out, and they are replaced'
    return [{ code: 'capture_unredacted', path: ['routers', id, 'capture', 'redact'], message }]
  })
}

function doubtfulConditions(config: Config): Problem[] {
  return Object.entries(config.routers).flatMap(([id, router]) =>
    router.routes.flatMap((route, index) => {
      const check = checkCondition(route.condition)
      const warnings = check.kind === 'valid' ? check.warnings : []
      const path = ['routers', id, 'routes', index, 'condition']
      return warnings.map(warning => ({ code: 'condition', path, message: warning.message }))
    }),
  )
}
