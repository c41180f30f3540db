// Sessions of the console: a token is exchanged for a cookie that scripts cannot read.
import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { deleteCookie, setCookie } from 'hono/cookie'
import type { AdminApp, AdminEnv } from '../http/env.ts'
import { type HostPolicy, schemeOf } from '../http/host.ts'
import { problem } from '../http/problem.ts'
import { actorOf, answerDenial } from '../http/role.ts'
import { adminRoute, jsonAnswer, jsonBody, send } from '../http/route.ts'
import { throttleDenial } from '../http/shell.ts'
import type { Access, NewSession } from './access.ts'
import { cookieNames } from './credential.ts'
import { roleSchema } from './role-schema.ts'
import type { Throttle } from './throttle.ts'

const sessionSchema = z
  .object({
    name: z.string().meta({ description: 'The name of the token' }),
    role: roleSchema,
    via: z.enum(['token', 'session']),
    expires_at: z.iso.datetime().nullable().meta({ description: 'When the session ends; null for tokens' }),
    csrf_token: z
      .string()
      .nullable()
      .meta({ description: 'To be sent as `x-csrf-token` with every change; null for tokens' }),
  })
  .meta({ id: 'Session' })

const loginRoute = adminRoute({
  method: 'post',
  path: '/api/v1/session',
  role: 'anyone',
  tags: ['Access'],
  summary: 'Log in',
  description:
    'Exchanges a token for a session: an httpOnly cookie, and a token against CSRF that changes have to send along.',
  problems: ['unauthenticated', 'csrf', 'throttled', 'store_unavailable'],
  request: { body: jsonBody(z.strictObject({ token: z.string().min(1).max(1024) })) },
  responses: { 201: jsonAnswer(sessionSchema, 'The session; its cookie is in `set-cookie`') },
})

const readRoute = adminRoute({
  method: 'get',
  path: '/api/v1/session',
  role: 'viewer',
  tags: ['Access'],
  summary: 'Who am I',
  responses: { 200: jsonAnswer(sessionSchema, 'Who the request comes from') },
})

const logoutRoute = adminRoute({
  method: 'delete',
  path: '/api/v1/session',
  role: 'viewer',
  tags: ['Access'],
  summary: 'Log out',
  responses: { 204: { description: 'The session is over' } },
})

export interface SessionServices {
  readonly access: Access
  readonly throttle: Throttle
  readonly hosts: HostPolicy
}

export function registerSession(app: AdminApp, services: SessionServices): void {
  app.openapi(loginRoute, async c => {
    const address = c.get('address')
    const waiting = throttleDenial(address, services.throttle)
    if (waiting !== undefined) return answerDenial(c, waiting)
    if (isFromElsewhere(c)) return problem(c, 'csrf', { detail: 'a page of another site cannot log in' })
    const session = await services.access.login(c.req.valid('json').token)
    if (session === 'unknown') {
      services.throttle.fail(address, Date.now())
      return answerDenial(c, { code: 'unauthenticated', detail: 'the token is unknown, deleted or expired' })
    }
    services.throttle.succeed(address)
    c.set('actor', session.actor)
    setSessionCookies(c, session, services.hosts)
    return send(c, sessionSchema, describeSession(session), { status: 201 })
  })
  app.openapi(readRoute, c => {
    const session = c.get('session') ?? { actor: actorOf(c), expiresAt: null, csrfToken: null }
    return send(c, sessionSchema, describeSession(session))
  })
  app.openapi(logoutRoute, async c => {
    const session = c.get('session')
    if (session !== undefined) await services.access.logout(session.secret)
    for (const scheme of ['http', 'https'] as const) {
      const { session: name, csrf } = cookieNames(scheme)
      for (const cookie of [name, csrf]) deleteCookie(c, cookie, { path: '/', secure: scheme === 'https' })
    }
    return c.body(null, 204)
  })
}

function describeSession({
  actor,
  expiresAt,
  csrfToken,
}: Pick<NewSession, 'actor'> & { readonly expiresAt: number | null; readonly csrfToken: string | null }) {
  const { name, role, via } = actor
  const expires_at = expiresAt === null ? null : new Date(expiresAt).toISOString()
  return { name, role, via, expires_at, csrf_token: csrfToken }
}

/** The second cookie is for the page's own scripts, which have to repeat it in a header. */
function setSessionCookies(c: Context<AdminEnv>, session: NewSession, hosts: HostPolicy): void {
  const scheme = schemeOf(c.req.header('host'), c.req.header('x-forwarded-proto'), hosts)
  const names = cookieNames(scheme)
  const options = {
    path: '/',
    sameSite: 'Strict',
    secure: scheme === 'https',
    expires: new Date(session.expiresAt),
  } as const
  setCookie(c, names.session, session.secret, { ...options, httpOnly: true })
  setCookie(c, names.csrf, session.csrfToken, options)
}

/** Whether a browser says that another site's page sent this: it could log its visitor in as somebody else. */
function isFromElsewhere(c: Context<AdminEnv>): boolean {
  const site = c.req.header('sec-fetch-site')
  return site !== undefined && site !== 'same-origin' && site !== 'none'
}
