// What happens to every request of the control port before and after its route, in the order of `controlApp`.
import { randomUUID } from 'node:crypto'
import type { Context, MiddlewareHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { methodNotAllowed } from 'hono/method-not-allowed'
import { StoreUnavailableError } from '../../storage/control-store.ts'
import { EventStoreUnavailableError } from '../../storage/event-store.ts'
import type { Access, Identity } from '../access/access.ts'
import { readCredential } from '../access/credential.ts'
import { isSameSecret } from '../access/secret.ts'
import type { Throttle } from '../access/throttle.ts'
import type { AnsweredCall, AuditLog } from '../audit/audit-log.ts'
import { bareApp } from './app.ts'
import { limitBody } from './body-limit.ts'
import type { AdminApp, AdminEnv, Denial } from './env.ts'
import { type HostPolicy, isKnownHost } from './host.ts'
import type { KeptAnswers } from './kept-answers.ts'
import { type ProblemShape, problem } from './problem.ts'
import { reasonOf } from './reason.ts'
import { declaredIntent } from './route.ts'

export interface ShellLog {
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export interface ShellOptions {
  readonly access: Access
  readonly throttle: Throttle
  readonly audit: AuditLog
  readonly keptAnswers: KeptAnswers
  readonly hosts: HostPolicy
  /** How problems are written below a path, for APIs of other products; by its beginning, such as `/router/v1/`. */
  readonly problemShapes: ReadonlyMap<string, ProblemShape>
  /** Paths whose routes read bodies of any size by themselves. */
  readonly unlimitedBodies: readonly string[]
  /** Aborted when the control port closes: answers that go on and on end then. */
  readonly stopping: AbortSignal
  readonly log: ShellLog
}

/** Configs of thousands of routers and keys fit. */
const MAX_BODY_BYTES = 16 * 2 ** 20

/** An app with the shell around whatever is registered on it. */
export function controlApp(options: ShellOptions): AdminApp {
  const app = bareApp()
  app.use(mark(options))
  app.use(harden)
  app.use(checkHost(options.hosts))
  app.use(audit(options))
  app.use(identify(options))
  app.use(limitBody(MAX_BODY_BYTES, options.unlimitedBodies))
  app.use(methodNotAllowed({ app, onMethodNotAllowed: answerMethod }))
  app.notFound(c => problem(c, 'not_found', { detail: `there is no ${c.req.path}; see /api/docs` }))
  app.onError((error, c) => answerError(error, c, options.log))
  return app
}

function mark({ problemShapes, keptAnswers, stopping }: ShellOptions): MiddlewareHandler<AdminEnv> {
  return async (c, next) => {
    const requestId = randomUUID()
    c.set('requestId', requestId)
    c.set('address', c.env.incoming.socket.remoteAddress ?? '')
    c.set('keptAnswers', keptAnswers)
    c.set('stopping', stopping)
    const shape = [...problemShapes].find(([prefix]) => `${c.req.path}/`.startsWith(prefix))
    if (shape !== undefined) c.set('problemShape', shape[1])
    await next()
    c.header('x-weir-request-id', requestId)
  }
}

/** No CORS headers: other origins get nothing. A page that needs more than this says so itself. */
const HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

const harden: MiddlewareHandler<AdminEnv> = async (c, next) => {
  await next()
  for (const [name, value] of Object.entries(HEADERS)) {
    if (!c.res.headers.has(name)) c.header(name, value)
  }
}

function checkHost(policy: HostPolicy): MiddlewareHandler<AdminEnv> {
  return async (c, next) => {
    if (isKnownHost(c.req.header('host'), policy)) return next()
    const detail = 'use localhost or the address, or name the URL it is known by when starting weir'
    return problem(c, 'host_refused', { detail })
  }
}

function audit({ audit, log }: ShellOptions): MiddlewareHandler<AdminEnv> {
  return async (c, next) => {
    await next()
    await audit.record(describeCall(c)).catch((error: unknown) => {
      log.error(
        { err: error, requestId: c.get('requestId') },
        'a call could not be recorded in the audit log',
      )
    })
  }
}

function describeCall(c: Context<AdminEnv>): AnsweredCall {
  return {
    at: Date.now(),
    actor: c.get('actor'),
    address: c.get('address'),
    method: c.req.method,
    path: c.req.path,
    status: c.res.status,
    revision: c.get('revision') ?? null,
    reason: reasonOf(c),
    intent: intentOf(c),
  }
}

function intentOf(c: Context<AdminEnv>): AnsweredCall['intent'] {
  if (!isChange(c.req.method)) return 'read'
  const declared = c.get('intent') ?? declaredIntent(c)
  return declared ?? (c.req.query('preview') === 'true' ? 'preview' : 'change')
}

function identify(options: ShellOptions): MiddlewareHandler<AdminEnv> {
  return async (c, next) => {
    const identity = await identityOf(c, options.access)
    if (identity.kind === 'token' || identity.kind === 'session') c.set('actor', identity.actor)
    const denial = denialOf(c, identity, options.throttle)
    if (denial !== undefined) c.set('denial', denial)
    if (identity.kind === 'session') c.set('session', identity)
    const [authorization, cookie] = [c.req.header('authorization'), c.req.header('cookie')]
    c.set('isStillKnown', () => isKnown(options.access, authorization, cookie))
    await next()
  }
}

type Found = Identity | { readonly kind: 'unavailable'; readonly message: string }

/** Without the store nobody is known, which is no reason to keep anyone from what needs no token, such as health. */
async function identityOf(c: Context<AdminEnv>, access: Access): Promise<Found> {
  const credential = readCredential(c.req.header('authorization'), c.req.header('cookie'))
  try {
    return await access.identify(credential)
  } catch (error) {
    if (!(error instanceof StoreUnavailableError)) throw error
    return { kind: 'unavailable', message: error.message }
  }
}

/** What cannot be looked up now is not over: it was good a moment ago. */
async function isKnown(
  access: Access,
  authorization: string | undefined,
  cookie: string | undefined,
): Promise<boolean> {
  try {
    const { kind } = await access.identify(readCredential(authorization, cookie))
    return kind === 'token' || kind === 'session'
  } catch (error) {
    if (!(error instanceof StoreUnavailableError)) throw error
    return true
  }
}

function denialOf(c: Context<AdminEnv>, identity: Found, throttle: Throttle): Denial | undefined {
  switch (identity.kind) {
    case 'unavailable':
      return { code: 'store_unavailable', detail: identity.message }
    case 'token':
      return undefined
    case 'anonymous':
      return { code: 'unauthenticated', detail: 'send `Authorization: Bearer <token>`' }
    case 'session': {
      const sent = c.req.header('x-csrf-token') ?? ''
      if (!isChange(c.req.method) || isSameSecret(sent, identity.csrfToken)) return undefined
      return { code: 'csrf', detail: "send the session's `csrf_token` as the header `x-csrf-token`" }
    }
    case 'unknown':
      return strangersDenial(c.get('address'), throttle)
  }
}

function strangersDenial(address: string, throttle: Throttle): Denial {
  const waiting = throttleDenial(address, throttle)
  if (waiting !== undefined) return waiting
  throttle.fail(address, Date.now())
  return { code: 'unauthenticated', detail: 'the token is unknown, deleted or expired' }
}

/** Whether this address has guessed too often. */
export function throttleDenial(address: string, throttle: Throttle): Denial | undefined {
  const wait = throttle.wait(address, Date.now())
  if (wait === 0) return undefined
  const retryAfter = Math.ceil(wait / 1000)
  return {
    code: 'throttled',
    detail: `too many unknown tokens from here; try in ${retryAfter} s`,
    retryAfter,
  }
}

const isChange = (method: string) => !['GET', 'HEAD', 'OPTIONS'].includes(method)

function answerMethod(c: Context<AdminEnv>, methods: readonly string[]): Response {
  const allow = [...methods, 'OPTIONS'].join(', ')
  if (c.req.method === 'OPTIONS') return c.body(null, 204, { allow })
  return problem(c, 'method_not_allowed', { detail: `it takes ${allow}`, headers: { allow } })
}

function answerError(error: Error, c: Context<AdminEnv>, log: ShellLog): Response {
  if (error instanceof HTTPException) return answerException(error, c)
  const requestId = c.get('requestId')
  if (error instanceof StoreUnavailableError) {
    log.warn({ err: error, requestId }, 'the store of the control plane cannot be used')
    return problem(c, 'store_unavailable', { detail: error.message })
  }
  if (error instanceof EventStoreUnavailableError) {
    return problem(c, 'event_store_unavailable', { detail: error.message })
  }
  if (c.env.incoming.destroyed && !c.env.incoming.complete) {
    return problem(c, 'body_incomplete', { detail: 'the connection ended before the body did' })
  }
  log.error({ err: error, requestId }, `a bug in ${c.req.method} ${c.req.routePath}`)
  return problem(c, 'internal', { detail: `it is in the log, as request ${requestId}` })
}

/** Only the library throws these, for bodies that it cannot read. */
function answerException({ status }: HTTPException, c: Context<AdminEnv>): Response {
  if (status === 415)
    return problem(c, 'unsupported_media_type', { detail: 'send `content-type: application/json`' })
  return problem(c, 'body_not_json', { detail: 'the body has to be JSON in UTF-8' })
}
