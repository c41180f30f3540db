// Warnings: what can be published as it is and is probably not what was meant.
import { checkCondition } from '../expression/index.ts'
import type { Config } from './config.ts'
import type { Problem } from './problem.ts'

export interface WarningContext {
  /** Whether an environment variable is set. */
  readonly isEnvSet: (name: string) => boolean
}

export function findWarnings(config: Config, context: WarningContext): Problem[] {
  return [...missingCredentials(config, context), ...doubtfulConditions(config)]
}

/** Accepted, since the other providers can serve meanwhile; a call to this one fails with `no_credential`. */
function missingCredentials(config: Config, context: WarningContext): Problem[] {
  return Object.entries(config.providers).flatMap(([id, provider]) => {
    const name = provider.credential?.env
    if (name === undefined || context.isEnvSet(name)) return []
    const message = `the environment variable ${name} is not set; calls to this provider will fail until it is`
    return [{ code: 'no_credential', path: ['providers', id, 'credential', 'env'], message }]
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
