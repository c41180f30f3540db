// `/metrics` in Prometheus' text format: what the program knows of itself, then what is counted of events.
import { z } from '@hono/zod-openapi'
import type { Context, MiddlewareHandler } from 'hono'
import ipaddr from 'ipaddr.js'
import type { AdminApp, AdminEnv } from '../http/env.ts'
import { requires } from '../http/role.ts'
import { adminRoute } from '../http/route.ts'

export interface MetricsSource {
  /** Of the program itself. */
  program(): Promise<string>
  /** Counted of events; rejects while they cannot be had. */
  events(): Promise<string>
}

const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8'
/** Scrapers give up after some ten seconds, and would then get nothing. */
const PATIENCE_MS = 2_000

const route = adminRoute({
  method: 'get',
  path: '/metrics',
  role: 'anyone',
  tags: ['Health'],
  summary: 'Metrics for Prometheus',
  description:
    'Open to this machine; from elsewhere, and by way of a proxy, it takes the role viewer. While the event plane does not answer, what is counted of events is missing, and `weir_event_metrics_up` is 0.',
  problems: ['unauthenticated', 'throttled', 'store_unavailable'],
  responses: {
    200: {
      description: "Prometheus' text format, version 0.0.4",
      content: { 'text/plain': { schema: z.string() } },
    } as { description: string },
  },
})

export function registerMetrics(app: AdminApp, source: MetricsSource): void {
  app.use('/metrics', unlessLocal(requires('viewer')))
  app.openapi(route, async c => {
    const [program, events] = await Promise.all([source.program(), eventsOrNothing(source)])
    return c.body(`${program}\n${upOf(events)}\n${events ?? ''}`, 200, { 'content-type': CONTENT_TYPE })
  })
}

function unlessLocal(guard: MiddlewareHandler<AdminEnv>): MiddlewareHandler<AdminEnv> {
  return (c, next) => (isLocal(c) ? next() : guard(c, next))
}

/** A proxy on this machine is local, but who asks it is not. */
function isLocal(c: Context<AdminEnv>): boolean {
  if (['forwarded', 'via', 'x-forwarded-for', 'x-real-ip'].some(name => c.req.header(name) !== undefined))
    return false
  const address = c.get('address')
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'loopback'
}

async function eventsOrNothing(source: MetricsSource): Promise<string | undefined> {
  const timeout = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => timeout.resolve(undefined), PATIENCE_MS)
  try {
    return await Promise.race([source.events(), timeout.promise])
  } catch {
    return undefined
  } finally {
    clearTimeout(timer)
  }
}

function upOf(events: string | undefined): string {
  const name = 'weir_event_metrics_up'
  const help = 'Whether what is counted of events is part of this answer.'
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${name} ${events === undefined ? 0 : 1}`
}
