// How the control plane fares: for load balancers without a token, for operators with one.
import { z } from '@hono/zod-openapi'
import type { AdminApp } from '../http/env.ts'
import { adminRoute, jsonAnswer, send } from '../http/route.ts'

/** What health is asked of; everything is known without I/O. */
export interface HealthSource {
  /** Of the store and of publishing. `read_only`: changes are not possible. */
  health(): { readonly state: 'ok' | 'degraded' | 'read_only'; readonly reasons: readonly string[] }
  /** What is in force; `at`: milliseconds since the epoch. */
  current(): { readonly number: number; readonly at: number }
  readonly managedBy: 'store' | 'file'
  /** How many workers are to serve, and how many do. */
  workers(): { readonly wanted: number; readonly serving: number }
}

const stateSchema = z
  .enum(['ok', 'degraded', 'read_only'])
  .meta({ description: 'degraded: something is amiss, changes are possible; read_only: they are not' })
const reasonsSchema = z.array(z.string()).meta({ description: 'What is amiss' })

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
    const { state, reasons } = source.health()
    return send(c, liveSchema, { status: state, reasons: [...reasons] })
  })
  app.openapi(readyRoute, c => {
    const { state, reasons } = source.health()
    const isServing = source.workers().serving > 0
    const all = isServing ? [...reasons] : [...reasons, 'no worker serves']
    return send(c, liveSchema, { status: state, reasons: all }, { status: isServing ? 200 : 503 })
  })
  app.openapi(healthRoute, c => send(c, healthSchema, describeHealth(source)))
}

function describeHealth(source: HealthSource): z.input<typeof healthSchema> {
  const { state, reasons } = source.health()
  const { number, at } = source.current()
  return {
    status: state,
    reasons: [...reasons],
    managed_by: source.managedBy,
    revision: number,
    published_at: new Date(at).toISOString(),
    revision_age_seconds: Math.max(0, (Date.now() - at) / 1000),
    uptime_seconds: process.uptime(),
    workers: source.workers(),
  }
}
