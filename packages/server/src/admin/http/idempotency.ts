// Creates that are sent twice: with the same `idempotency-key` the second one gets the answer of the first.
import { hash } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'
import type { AdminEnv } from './env.ts'
import { problem } from './problem.ts'
import { actorOf } from './role.ts'

/** For routes that accept `idempotency-key`. Only what was done is kept: a failure may be tried again. */
export const idempotent: MiddlewareHandler<AdminEnv> = async (c, next) => {
  const sent = c.req.header('idempotency-key')
  const answers = c.get('keptAnswers')
  if (sent === undefined || c.req.query('preview') === 'true') return next()
  // Keys belong to who sends them, and what is stored does not show them.
  const key = digest(actorOf(c).id, sent)
  const { pathname, search } = new URL(c.req.url)
  const fingerprint = digest(c.req.method, pathname, search, await c.req.text())
  return answers.alone(key, async () => {
    const kept = await answers.find(key, fingerprint)
    if (kept === 'other_request') {
      return problem(c, 'idempotency_key_reused', { detail: 'send another key with another request' })
    }
    if (kept !== undefined) return kept
    await next()
    if (c.res.ok) await answers.keep(key, fingerprint, c.res)
    return undefined
  })
}

function digest(...parts: readonly string[]): string {
  return hash('sha256', JSON.stringify(parts), 'hex')
}
