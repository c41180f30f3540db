// Who may do what: each route names the least role it takes.
import type { Context, MiddlewareHandler } from 'hono'
import type { Role } from '../../storage/control-store.ts'
import type { Actor } from '../access/actor.ts'
import type { AdminEnv, Denial } from './env.ts'
import { problem } from './problem.ts'

export type { Actor } from '../access/actor.ts'

const RANK: Readonly<Record<Role, number>> = { viewer: 0, editor: 1, admin: 2 }

/** Lets only actors of this role or a higher one pass; the shell has found out who it is. */
export function requires(role: Role): MiddlewareHandler<AdminEnv> {
  return async (c, next) => {
    const denial = c.get('denial')
    if (denial !== undefined) return answerDenial(c, denial)
    const actor = actorOf(c)
    if (RANK[actor.role] < RANK[role]) {
      const detail = `needs the role ${role}; the token "${actor.name}" is ${actor.role}`
      return problem(c, 'forbidden', { detail })
    }
    await next()
  }
}

/** No `www-authenticate: Basic`: browsers would ask for a password in a window of their own. */
export function answerDenial(c: Context<AdminEnv>, { code, detail, retryAfter }: Denial): Response {
  const headers = {
    ...(code === 'unauthenticated' && { 'www-authenticate': 'Bearer realm="weir"' }),
    ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
  }
  return problem(c, code, { detail, headers })
}

/** The actor of a route that `requires` a role. */
export function actorOf(c: Context<AdminEnv>): Actor {
  const actor = c.get('actor')
  if (actor === undefined) throw new Error('a route without a role asked for its actor')
  return actor
}
