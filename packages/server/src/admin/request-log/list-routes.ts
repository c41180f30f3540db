// `GET /api/v1/requests`: pages of requests, filtered and sorted.
import { z } from '@hono/zod-openapi'
import { requestEventSchema } from '@weir/core/event'
import type { Context } from 'hono'
import { CursorError, type RequestPageQuery, type RequestSort } from '../../storage/event-store.ts'
import { answerCsv, formatParameter, tableAnswer, wantsCsv } from '../http/csv.ts'
import type { AdminApp, AdminEnv } from '../http/env.ts'
import { cursorQuery, pageOf } from '../http/list.ts'
import { problem } from '../http/problem.ts'
import { adminRoute, send } from '../http/route.ts'
import { FILTER_NOTE, filterOf, filterQuery } from './filter-query.ts'
import type { RequestLog } from './request-log.ts'
import { requestTable } from './request-table.ts'

const SORTS = {
  at: 'at',
  total_ms: 'total_ms',
  first_token_ms: 'first_token_ms',
  cost: 'cost_nano_usd',
  output_tokens: 'output_tokens',
} as const satisfies Readonly<Record<string, RequestSort>>

const names = Object.keys(SORTS) as (keyof typeof SORTS)[]
const orders = names.flatMap(name => [name, `-${name}`] as const)
type Order = (typeof orders)[number]

const page = pageOf(requestEventSchema).meta({ id: 'RequestPage' })

const listRoute = adminRoute({
  method: 'get',
  path: '/api/v1/requests',
  role: 'viewer',
  tags: ['Requests'],
  summary: 'List requests',
  description: `Requests show up some hundred milliseconds after they end. Those that come in during a walk over the pages do not change it. ${FILTER_NOTE} In CSV the next page is told by the header \`link\`.`,
  problems: ['event_store_unavailable'],
  request: {
    query: filterQuery({
      ...cursorQuery,
      sort: z.enum(orders).default('-at').meta({
        description:
          'With `-` in front the largest or newest first; `at` is the arrival. What has no value comes last',
      }),
      format: formatParameter,
    }),
  },
  responses: { 200: tableAnswer(page, 'A page of them') },
})

export function registerList(app: AdminApp, { events, pseudonym }: RequestLog): void {
  app.openapi(listRoute, async c => {
    const { limit, after, sort, format, ...filter } = c.req.valid('query')
    const query = {
      filter: filterOf(filter, pseudonym),
      ...sortOf(sort),
      limit,
      ...(after !== undefined && { after }),
    }
    try {
      const { items, next } = await events.requests(query)
      if (!wantsCsv(c, format)) return send(c, page, { items: [...items], next })
      return answerCsv(c, requestTable(items), 'requests', linkTo(c, next))
    } catch (error) {
      if (!(error instanceof CursorError)) throw error
      return problem(c, 'invalid_request', { detail: '`after` must be `next` of the page before' })
    }
  })
}

function sortOf(order: Order): Pick<RequestPageQuery, 'sort' | 'order'> {
  const isDescending = order.startsWith('-')
  const name = (isDescending ? order.slice(1) : order) as keyof typeof SORTS
  return { sort: SORTS[name], order: isDescending ? 'descending' : 'ascending' }
}

/** RFC 8288. */
function linkTo(c: Context<AdminEnv>, next: string | null): Readonly<Record<string, string>> {
  if (next === null) return {}
  const { pathname, searchParams } = new URL(c.req.url)
  searchParams.set('after', next)
  return { link: `<${pathname}?${searchParams.toString()}>; rel="next"` }
}
