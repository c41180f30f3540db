// The app of the control port: the shell, what belongs to no resource, and the resources it is given. Loaded with the
// first request, for it takes some 30 MB that a gateway nobody configures does not need.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { closedStore } from '../storage/closed-store.ts'
import type { ControlStore } from '../storage/control-store.ts'
import type { Sealer } from '../storage/seal.ts'
import { Access } from './access/access.ts'
import { registerSession } from './access/session-routes.ts'
import { Throttle } from './access/throttle.ts'
import { registerTokens } from './access/token-routes.ts'
import { Tokens } from './access/tokens.ts'
import { AuditLog } from './audit/audit-log.ts'
import { registerAudit } from './audit/routes.ts'
import { type HealthSource, registerHealth } from './health/routes.ts'
import { bareApp } from './http/app.ts'
import type { AdminApp } from './http/env.ts'
import type { HostPolicy } from './http/host.ts'
import { KeptAnswers } from './http/kept-answers.ts'
import { type OpenApiDocument, openApiDocument } from './http/openapi.ts'
import { type ProblemShape, problemDocument } from './http/problem.ts'
import type { SendingLimit } from './http/sending-limit.ts'
import { controlApp, type ShellLog } from './http/shell.ts'
import { registerReference } from './reference/routes.ts'

export interface ControlOptions {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** URLs it is known by beside the address, such as `https://weir.example.com` of a proxy. */
  readonly publicUrls?: readonly string[]
  /** The version of the program. */
  readonly version: string
  /** An admin's token from the environment; at least 32 characters. */
  readonly adminToken?: string
  readonly store: Pick<ControlStore, 'tokens' | 'sessions' | 'audit' | 'idempotency'>
  readonly sealer: Sealer
  readonly health: HealthSource
  /** Loads the resources; called with the first request, for they take memory. */
  readonly resources: () => Promise<ControlResources>
  readonly log: ShellLog
}

export interface ControlResources {
  /** Each registers the routes of one resource. */
  readonly register: readonly ((app: AdminApp) => void)[]
  /** Error shapes of their own, by the beginning of the path. */
  readonly problemShapes?: ReadonlyMap<string, ProblemShape>
  /** Paths whose routes read bodies of any size by themselves. */
  readonly unlimitedBodies?: readonly string[]
}

export interface Listening {
  readonly stopping: AbortSignal
  readonly limit: SendingLimit
  /** Paths that take files of any size; known when the resources are. */
  readonly fileRoutes: Set<string>
}

export type Listener = (req: IncomingMessage, res: ServerResponse) => Promise<void>

/** Requests that are no HTTP the app could be given, such as those with a broken host, are refused here. */
export function controlListener(options: ControlOptions, listening: Listening): Listener {
  let app: Promise<AdminApp> | undefined
  const answer = async (request: Request, env: unknown) => {
    app ??= createControlApp(options, listening)
    return (await app).fetch(request, env as object)
  }
  return getRequestListener(answer, {
    overrideGlobalObjects: false,
    errorHandler: () => {
      const document = problemDocument('invalid_request', { detail: 'its URL or host header cannot be read' })
      const headers = { 'content-type': 'application/problem+json', connection: 'close' }
      return new Response(JSON.stringify(document), { status: 400, headers })
    },
  })
}

/** The app of the control port, with every route. */
async function createControlApp(
  options: ControlOptions,
  { stopping, fileRoutes }: Listening,
): Promise<AdminApp> {
  const resources = await options.resources()
  for (const path of resources.unlimitedBodies ?? []) fileRoutes.add(path)
  const { store, log } = options
  const services = {
    ...options,
    access: accessOf(options),
    throttle: new Throttle(),
    hosts: hostsOf(options),
  }
  const app = controlApp({
    ...services,
    audit: new AuditLog(store.audit),
    keptAnswers: new KeptAnswers(store.idempotency, options.sealer),
    problemShapes: resources.problemShapes ?? new Map(),
    unlimitedBodies: resources.unlimitedBodies ?? [],
    stopping,
    log,
  })
  registerRoutes(app, resources, services)
  return app
}

function accessOf({ store, adminToken, log }: Pick<ControlOptions, 'store' | 'adminToken' | 'log'>): Access {
  return new Access({
    tokens: store.tokens,
    sessions: store.sessions,
    ...(adminToken !== undefined && { adminToken }),
    warn: error => log.warn({ err: error }, "a token's use could not be noted"),
  })
}

function hostsOf({ host, publicUrls }: Pick<ControlOptions, 'host' | 'publicUrls'>): HostPolicy {
  return { boundTo: host, publicUrls: publicUrls ?? [] }
}

interface RouteServices extends Pick<ControlOptions, 'store' | 'health' | 'version'> {
  readonly access: Access
  readonly throttle: Throttle
  readonly hosts: HostPolicy
}

/** In the order of the document. */
function registerRoutes(app: AdminApp, { register }: ControlResources, services: RouteServices): void {
  const { store, health, version, access, throttle, hosts } = services
  registerHealth(app, health)
  for (const registerOne of register) registerOne(app)
  registerSession(app, { access, throttle, hosts })
  registerTokens(app, new Tokens(store.tokens, store.sessions))
  registerAudit(app, store.audit)
  registerReference(app, version)
}

/** What `/api/openapi.json` of a control port with these resources answers, without one: nothing is opened or asked. */
export function controlDocument(version: string, resources: ControlResources): OpenApiDocument {
  const store = closedStore('it is only described')
  const app = bareApp()
  registerRoutes(app, resources, {
    store,
    version,
    health: neverAsked('the health') as HealthSource,
    access: accessOf({ store, log: neverAsked('the log') as ShellLog }),
    throttle: new Throttle(),
    hosts: hostsOf({ host: '127.0.0.1' }),
  })
  return openApiDocument(app, version)
}

/** Stands where a service would while routes are described, which asks nothing of it. */
export function neverAsked(what: string): object {
  const refuse = () => {
    throw new Error(`describing routes asked something of ${what}`)
  }
  return new Proxy({}, { get: refuse, has: refuse })
}
