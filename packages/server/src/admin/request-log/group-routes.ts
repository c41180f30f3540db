// `GET /api/v1/requests/groups`: requests added up by any of their dimensions.
import { z } from '@hono/zod-openapi'
import type { GroupQuery, GroupResult, RequestDimension } from '../../storage/event-store.ts'
import { answerCsv, type CsvTable, formatParameter, tableAnswer, wantsCsv } from '../http/csv.ts'
import type { AdminApp } from '../http/env.ts'
import { cursorQuery } from '../http/list.ts'
import { adminRoute, send } from '../http/route.ts'
import { FILTER_NOTE, filterOf, filterQuery } from './filter-query.ts'
import type { RequestLog } from './request-log.ts'
import {
  dimension,
  dimensions,
  TOTAL_FIELDS,
  totalsSchema,
  valuesSchema,
  writeTotals,
  writeValues,
} from './totals.ts'

const SORTS = {
  '-requests': 'requests',
  '-cost': 'cost_nano_usd',
  '-errors': 'errors',
  '-latency_p95_ms': 'latency_p95_ms',
  values: 'values',
} as const satisfies Readonly<Record<string, GroupQuery['sort']>>

const resultSchema = z
  .object({
    by: z.array(dimension),
    groups: z.array(totalsSchema.extend({ values: valuesSchema }).meta({ id: 'RequestGroup' })),
    total: totalsSchema,
    count: z
      .int()
      .min(0)
      .meta({ description: 'How many groups there are; more than `groups` when `limit` cut them' }),
  })
  .meta({ id: 'RequestGroups' })

const route = adminRoute({
  method: 'get',
  path: '/api/v1/requests/groups',
  role: 'viewer',
  tags: ['Requests'],
  summary: 'Add requests up by what they have in common',
  description: `Of everything that the filters let through: counts, shares, tokens, cost, error rate and quantiles. ${FILTER_NOTE}`,
  problems: ['event_store_unavailable'],
  request: {
    query: filterQuery({
      by: dimensions(3).default(['target']),
      limit: cursorQuery.limit,
      sort: z
        .enum(Object.keys(SORTS) as (keyof typeof SORTS)[])
        .default('-requests')
        .meta({ description: 'The largest first; `values`: by the values of the dimensions' }),
      format: formatParameter,
    }),
  },
  responses: { 200: tableAnswer(resultSchema, 'The groups, and what all requests add up to') },
})

export function registerGroups(app: AdminApp, { events, pseudonym }: RequestLog): void {
  app.openapi(route, async c => {
    const { by, limit, sort, format, ...query } = c.req.valid('query')
    const filter = filterOf(query, pseudonym)
    const result = await events.groups({ filter, by, sort: SORTS[sort], limit })
    if (wantsCsv(c, format)) return answerCsv(c, groupTable(result, by), 'request-groups')
    return send(c, resultSchema, {
      by,
      groups: result.groups.map(group => ({
        values: writeValues(by, group.values),
        ...writeTotals(group),
      })),
      total: writeTotals(result.total),
      count: result.count,
    })
  })
}

function groupTable({ groups }: GroupResult, by: readonly RequestDimension[]): CsvTable {
  return {
    columns: [...by, ...TOTAL_FIELDS],
    rows: groups.map(group => {
      const totals = writeTotals(group)
      return [
        ...by.map((_, index) => group.values[index] ?? null),
        ...TOTAL_FIELDS.map(field => totals[field]),
      ]
    }),
  }
}
