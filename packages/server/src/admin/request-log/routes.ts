// `/api/v1/requests`: the requests that were recorded, as they were recorded.
import type { AdminApp } from '../http/env.ts'
import { adminRoute } from '../http/route.ts'
import { registerGroups } from './group-routes.ts'
import { registerList } from './list-routes.ts'
import { registerLive } from './live-routes.ts'
import type { RequestLog } from './request-log.ts'
import { registerRequest } from './request-routes.ts'

export type { RequestLog } from './request-log.ts'

const settleRoute = adminRoute({
  method: 'post',
  path: '/api/v1/events/settle',
  intent: 'read',
  role: 'viewer',
  tags: ['Requests'],
  summary: 'Wait until everything answered so far is in the event store',
  problems: ['event_store_unavailable'],
  responses: { 204: { description: 'It is' } },
})

export function registerRequestLog(app: AdminApp, log: RequestLog): void {
  registerList(app, log)
  registerGroups(app, log)
  registerLive(app, log)
  // After these: it takes any last part of the path.
  registerRequest(app, log)
  app.openapi(settleRoute, async c => {
    await log.events.settle()
    return c.body(null, 204)
  })
}
