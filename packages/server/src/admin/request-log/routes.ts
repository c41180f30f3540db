// `/api/v1/requests`: the requests that were recorded, as they were recorded.
import { z } from '@hono/zod-openapi'
import { requestEventSchema } from '@weir/core/event'
import { CursorError, type EventQueries } from '../../storage/event-store.ts'
import type { AdminApp } from '../http/env.ts'
import { cursorQuery, pageOf } from '../http/list.ts'
import { problem } from '../http/problem.ts'
import { adminRoute, jsonAnswer, send } from '../http/route.ts'

export interface RequestLog extends Pick<EventQueries, 'requests'> {
  /** Whatever was answered before is in the store when it resolves. */
  settle(): Promise<void>
}

const page = pageOf(requestEventSchema).meta({ id: 'RequestPage' })

const listRoute = adminRoute({
  method: 'get',
  path: '/api/v1/requests',
  role: 'viewer',
  tags: ['Requests'],
  summary: 'List requests',
  description: 'Requests show up some hundred milliseconds after they end.',
  problems: ['event_store_unavailable'],
  request: {
    query: z.strictObject({
      ...cursorQuery,
      sort: z.enum(['-at', 'at']).default('-at').meta({ description: 'By arrival; `-at`: the newest first' }),
    }),
  },
  responses: { 200: jsonAnswer(page, 'A page of them') },
})

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

export function registerRequestLog(app: AdminApp, events: RequestLog): void {
  app.openapi(listRoute, async c => {
    const { limit, after, sort } = c.req.valid('query')
    try {
      const { items, next } = await events.requests({
        filter: {},
        sort: 'at',
        order: sort === 'at' ? 'ascending' : 'descending',
        limit,
        ...(after !== undefined && { after }),
      })
      return send(c, page, { items: [...items], next })
    } catch (error) {
      if (!(error instanceof CursorError)) throw error
      return problem(c, 'invalid_request', { detail: '`after` must be `next` of the page before' })
    }
  })
  app.openapi(settleRoute, async c => {
    await events.settle()
    return c.body(null, 204)
  })
}
