// `GET /api/v1/usage`: what requests took and cost, over time.
import { z } from '@hono/zod-openapi'
import type { RequestDimension, RequestFilter, RequestTotals, UsageRow } from '../../storage/event-store.ts'
import { answerCsv, type CsvTable, formatParameter, tableAnswer, wantsCsv } from '../http/csv.ts'
import type { AdminApp } from '../http/env.ts'
import { problem } from '../http/problem.ts'
import { adminRoute, send } from '../http/route.ts'
import { FILTER_NOTE, filterOf, filterQuery } from '../request-log/filter-query.ts'
import {
  dimension,
  dimensions,
  TOTAL_FIELDS,
  totalsSchema,
  valuesSchema,
  writeTotals,
  writeValues,
} from '../request-log/totals.ts'
import type { Pseudonym } from '../request-log/unit-reference.ts'
import { WIDTH_NAMES } from './buckets.ts'
import { projectionOf, type UsageEvents, usageOf } from './usage.ts'

export interface UsageServices {
  readonly events: UsageEvents
  readonly pseudonym: Pseudonym
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** Of a window whose beginning nobody named. */
const WINDOW_MS = 86_400_000

const perThousand = z.number().min(0).nullable().meta({
  description: 'Cost of a thousand requests, 10^-9 US dollars; null when no cost is known',
})

const totalSchema = totalsSchema
  .extend({ cost_nano_usd_per_1000_requests: perThousand })
  .meta({ id: 'UsageTotals' })

const rowSchema = totalSchema
  .extend({
    at: z.iso.datetime().meta({ description: 'When the bucket begins' }),
    values: valuesSchema,
  })
  .meta({ id: 'UsageRow' })

const nano = z.number().min(0).nullable()

const projectionSchema = z
  .object({
    month: z.string().meta({ description: 'Of now, UTC, such as `2026-11`, whatever the window' }),
    cost_nano_usd: nano.meta({ description: 'What it will have cost; null when too little is known' }),
    reason: z.string().nullable().meta({ description: 'Why it is null, or what makes it doubtful' }),
    method: z.string(),
    basis: z.object({
      since: z.iso.datetime(),
      until: z.iso.datetime(),
      days: z.number().min(0),
      cost_nano_usd: nano.meta({ description: 'Between `since` and `until`' }),
      month_to_date_nano_usd: nano,
    }),
  })
  .meta({ id: 'CostProjection' })

const usageSchema = z
  .object({
    since: z.iso.datetime(),
    until: z.iso.datetime(),
    bucket: z.enum(WIDTH_NAMES),
    by: z.array(dimension),
    rows: z.array(rowSchema).meta({
      description: 'By time, then by values; a bucket without requests has none. `share` is of the window',
    }),
    total: totalSchema,
    projection: projectionSchema,
  })
  .meta({ id: 'Usage' })

const route = adminRoute({
  method: 'get',
  path: '/api/v1/usage',
  role: 'viewer',
  tags: ['Usage'],
  summary: 'Requests, tokens, cost, errors and latency over time',
  description: `Of the last 24 hours when nothing else is said. ${FILTER_NOTE}`,
  problems: ['event_store_unavailable'],
  request: {
    query: filterQuery({
      by: dimensions(3).optional(),
      bucket: z.enum(WIDTH_NAMES).optional().meta({
        description: 'How wide buckets are; default: as fits the window. They begin at multiples, in UTC',
      }),
      format: formatParameter,
    }),
  },
  responses: { 200: tableAnswer(usageSchema, 'The rows; as CSV, nothing but these') },
})

export function registerUsage(app: AdminApp, { events, pseudonym, now }: UsageServices): void {
  app.openapi(route, async c => {
    const { by = [], bucket, format, ...query } = c.req.valid('query')
    const at = now()
    const filter = withWindow(filterOf(query, pseudonym), at)
    const usage = await usageOf(events, { filter, by, width: bucket })
    if (usage.kind === 'too_much') return problem(c, 'invalid_request', { detail: usage.detail })
    if (wantsCsv(c, format)) return answerCsv(c, usageTable(usage.rows, by), 'usage')
    return send(c, usageSchema, {
      since: new Date(filter.since).toISOString(),
      until: new Date(filter.until).toISOString(),
      bucket: usage.width,
      by: [...by],
      rows: usage.rows.map(row => writeRow(row, by)),
      total: writeTotal(usage.total),
      projection: await projectionOf(events, filter, at),
    })
  })
}

function withWindow<Filter extends RequestFilter>(filter: Filter, now: number) {
  const until = filter.until ?? now
  return { ...filter, until, since: filter.since ?? until - WINDOW_MS }
}

function writeRow(row: UsageRow, by: readonly RequestDimension[]): z.output<typeof rowSchema> {
  return { at: new Date(row.at).toISOString(), values: writeValues(by, row.values), ...writeTotal(row) }
}

function writeTotal(totals: RequestTotals): z.output<typeof totalSchema> {
  const { cost_nano_usd: cost, requests } = totals
  const each = cost === null || requests === 0 ? null : Math.round((cost / requests) * 1000)
  return { ...writeTotals(totals), cost_nano_usd_per_1000_requests: each }
}

function usageTable(rows: readonly UsageRow[], by: readonly RequestDimension[]): CsvTable {
  const fields = [...TOTAL_FIELDS, 'cost_nano_usd_per_1000_requests' as const]
  return {
    columns: ['at', ...by, ...fields],
    rows: rows.map(row => {
      const totals = writeTotal(row)
      return [
        new Date(row.at).toISOString(),
        ...by.map((_, index) => row.values[index] ?? null),
        ...fields.map(field => totals[field]),
      ]
    }),
  }
}
