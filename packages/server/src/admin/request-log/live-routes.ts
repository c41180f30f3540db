// `GET /api/v1/requests/live`: requests as they come in, by server-sent events.
import { z } from '@hono/zod-openapi'
import type { AdminApp } from '../http/env.ts'
import { problem } from '../http/problem.ts'
import { adminRoute } from '../http/route.ts'
import { FILTER_NOTE, filterOf, filterQuery } from './filter-query.ts'
import { BUFFERED, liveStream } from './live-stream.ts'
import { passes } from './passes.ts'
import type { RequestLog } from './request-log.ts'

/** Each is a connection, and up to `BUFFERED` requests in memory. */
export const MAX_LIVE = 20

const route = adminRoute({
  method: 'get',
  path: '/api/v1/requests/live',
  role: 'viewer',
  tags: ['Requests'],
  summary: 'Follow requests as they come in',
  description: `Server-sent events: \`request\`, with a request as lists have it; \`missed\`, with how many \`requests\` came too fast for whoever reads, of which at most ${BUFFERED} wait; \`end\`, with a \`reason\`: \`stopping\`, or \`unauthenticated\` when the token or session has ended. At most ${MAX_LIVE} follow at once. ${FILTER_NOTE}`,
  problems: ['event_store_unavailable', 'too_many_live'],
  request: { query: filterQuery({}) },
  responses: {
    200: {
      description: 'Requests, without end',
      content: { 'text/event-stream': { schema: z.string() } },
    },
  },
})

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  // Proxies would wait for more.
  'x-accel-buffering': 'no',
  // Nothing comes after it: a program that stops would wait for the connection.
  connection: 'close',
}

export function registerLive(app: AdminApp, { follow, pseudonym }: RequestLog): void {
  let open = 0
  app.openapi(route, c => {
    const filter = filterOf(c.req.valid('query'), pseudonym)
    // Nobody would read the stream, nor end it.
    if (c.req.method === 'HEAD') return c.body(null, 200, HEADERS)
    if (open >= MAX_LIVE)
      return problem(c, 'too_many_live', { detail: `${MAX_LIVE} follow already; end one, or list requests` })
    const stream = liveStream({
      follow,
      passes: event => passes(event, filter),
      stopping: c.get('stopping'),
      isStillKnown: c.get('isStillKnown'),
      onEnd: () => {
        open--
      },
    })
    open++
    return c.body(stream, 200, HEADERS)
  })
}
