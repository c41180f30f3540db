// How the control plane fares: for load balancers without a token, for operators with one.
import { z } from '@hono/zod-openapi'
import type { AdminApp } from '../http/env.ts'
import { adminRoute, jsonAnswer, send } from '../http/route.ts'

/** How events fare on their way to the store. */
export interface EventHealth {
  /** `none`: they stay in the spool. `starting`: it is being opened. */
  readonly store: 'none' | 'starting' | 'ok' | 'unavailable'
  /** What is amiss, in words. */
  readonly reasons: readonly string[]
  /** What waits to be taken into the store; without one, all there is. */
  readonly spool: {
    readonly files: number
    readonly bytes: number
    readonly oldest_age_seconds: number | null
  }
  /** Events lost since the start. */
  readonly lost: number
  /** Lines that were no events, and batches that the store refused. */
  readonly skipped: number
  readonly rejected: number
}

/** What health is asked of; everything is known without waiting. */
export interface HealthSource {
  /** Of the store and of publishing. `read_only`: changes are not possible. */
  health(): { readonly state: 'ok' | 'degraded' | 'read_only'; readonly reasons: readonly string[] }
  /** What is in force; `at`: milliseconds since the epoch. */
  current(): { readonly number: number; readonly at: number }
  readonly managedBy: 'store' | 'file'
  /** How many workers are to serve, and how many do. */
  workers(): { readonly wanted: number; readonly serving: number }
  events(): EventHealth
}

const stateSchema = z
  .enum(['ok', 'degraded', 'read_only'])
  .meta({ description: 'degraded: something is amiss, changes are possible; read_only: they are not' })
const reasonsSchema = z.array(z.string()).meta({ description: 'What is amiss' })

const eventsSchema = z
  .object({
    store: z.enum(['none', 'starting', 'ok', 'unavailable']).meta({
      description: 'none: events stay in the spool; unavailable: they wait there, and nothing is lost',
    }),
    spool: z
      .object({
        files: z.int().min(0),
        bytes: z.int().min(0),
        oldest_age_seconds: z.number().min(0).nullable(),
      })
      .meta({ description: 'What waits to be taken into the store; without one, all there is' }),
    lost: z.int().min(0).meta({
      description: 'Events lost since the start: they could not be written, or the spool was full',
    }),
    skipped: z
      .int()
      .min(0)
      .meta({ description: 'Lines of the spool that were no events, as a crash leaves' }),
    rejected: z.int().min(0).meta({ description: 'Batches that the store refused, kept beside the spool' }),
  })
  .meta({ id: 'EventHealth' })

const liveSchema = z.object({ status: stateSchema, reasons: reasonsSchema }).meta({ id: 'Liveness' })

const healthSchema = z
  .object({
    status: stateSchema,
    reasons: reasonsSchema,
    managed_by: z.enum(['store', 'file']).meta({ description: 'Where the config is changed' }),
    revision: z.int().min(0).meta({ description: 'What is in force' }),
    published_at: z.iso.datetime(),
    revision_age_seconds: z.number().min(0),
    uptime_seconds: z.number().min(0),
    workers: z.object({ wanted: z.int().min(0), serving: z.int().min(0) }),
    events: eventsSchema,
  })
  .meta({ id: 'Health' })

const liveRoute = adminRoute({
  method: 'get',
  path: '/healthz',
  role: 'anyone',
  tags: ['Health'],
  summary: 'Is it alive',
  description: '200 as long as the control plane answers, degraded or not: restarting it would not help.',
  responses: { 200: jsonAnswer(liveSchema, 'It is') },
})

const readyRoute = adminRoute({
  method: 'get',
  path: '/readyz',
  role: 'anyone',
  tags: ['Health'],
  summary: 'Is it ready for traffic',
  responses: {
    200: jsonAnswer(liveSchema, 'At least one worker serves'),
    503: jsonAnswer(liveSchema, 'No worker serves'),
  },
})

const healthRoute = adminRoute({
  method: 'get',
  path: '/api/v1/health',
  role: 'viewer',
  tags: ['Health'],
  summary: 'How it fares',
  responses: { 200: jsonAnswer(healthSchema, 'State of the store, of what is in force, and of the workers') },
})

export function registerHealth(app: AdminApp, source: HealthSource): void {
  app.openapi(liveRoute, c => {
    return send(c, liveSchema, overallState(source))
  })
  app.openapi(readyRoute, c => {
    const { status, reasons } = overallState(source)
    const isServing = source.workers().serving > 0
    const all = isServing ? reasons : [...reasons, 'no worker serves']
    return send(c, liveSchema, { status, reasons: all }, { status: isServing ? 200 : 503 })
  })
  app.openapi(healthRoute, c => send(c, healthSchema, describeHealth(source)))
}

/** Events that wait or are lost keep nobody from changing the config. */
function overallState(source: HealthSource): z.input<typeof liveSchema> {
  const { state, reasons } = source.health()
  const amiss = source.events().reasons
  return {
    status: state === 'ok' && amiss.length > 0 ? 'degraded' : state,
    reasons: [...reasons, ...amiss],
  }
}

function describeHealth(source: HealthSource): z.input<typeof healthSchema> {
  const { store, spool, lost, skipped, rejected } = source.events()
  const { number, at } = source.current()
  return {
    ...overallState(source),
    managed_by: source.managedBy,
    revision: number,
    published_at: new Date(at).toISOString(),
    revision_age_seconds: Math.max(0, (Date.now() - at) / 1000),
    uptime_seconds: Math.round(process.uptime() * 1000) / 1000,
    workers: source.workers(),
    events: { store, spool: { ...spool }, lost, skipped, rejected },
  }
}
