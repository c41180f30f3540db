// What requests add up to, as the API writes it: for groups of requests, and for usage.
import { z } from '@hono/zod-openapi'
import { REQUEST_DIMENSIONS, type RequestDimension, type RequestTotals } from '../../storage/event-store.ts'

const count = z.int().min(0)
const ms = z.number().min(0).nullable()
/** Of a quantile between two times, which are known to the microsecond. */
const MS_STEPS = 1000

export const totalsSchema = z
  .object({
    requests: count,
    share: z.number().min(0).meta({
      description: 'Of all requests that the filters let through; by `tag` shares may add up to more than 1',
    }),
    errors: count.meta({ description: 'Outcome `failed` or `stream_broken`' }),
    error_rate: z.number().min(0).max(1).meta({ description: 'Errors by requests' }),
    input_tokens: count,
    cached_input_tokens: count.meta({ description: 'Among the input tokens' }),
    output_tokens: count,
    reasoning_tokens: count.meta({ description: 'Among the output tokens' }),
    cost_nano_usd: z.number().min(0).nullable().meta({
      description: '10^-9 US dollars, of the requests whose cost is known; null when it is of none',
    }),
    unpriced: count.meta({ description: 'Answered requests without a known cost' }),
    latency_p50_ms: ms.meta({
      description: 'Quantiles are of requests that went well, to the microsecond; null when there are none',
    }),
    latency_p95_ms: ms,
    latency_p99_ms: ms,
    first_token_p50_ms: ms,
    first_token_p95_ms: ms,
    first_token_p99_ms: ms,
  })
  .meta({ id: 'RequestTotals' })

export type WrittenTotals = z.output<typeof totalsSchema>

/** In the order in which they are written. */
export const TOTAL_FIELDS = Object.keys(totalsSchema.shape) as (keyof WrittenTotals)[]

export function writeTotals(totals: RequestTotals): WrittenTotals {
  const error_rate = totals.requests === 0 ? 0 : totals.errors / totals.requests
  const all: WrittenTotals = { ...totals, error_rate }
  const written = TOTAL_FIELDS.map(field => [field, field.endsWith('_ms') ? inSteps(all[field]) : all[field]])
  return Object.fromEntries(written) as WrittenTotals
}

function inSteps(time: number | null): number | null {
  return time === null ? null : Math.round(time * MS_STEPS) / MS_STEPS
}

export const dimension = z.enum(REQUEST_DIMENSIONS)

/** What requests are grouped by: one to `most`, separated by commas or by naming the parameter again. */
export function dimensions(most: number) {
  return z
    .preprocess(
      value => (typeof value === 'string' || Array.isArray(value) ? [value].flat().flatMap(split) : value),
      z
        .array(dimension)
        .min(1)
        .max(most)
        .refine(named => new Set(named).size === named.length, 'names a dimension twice'),
    )
    .meta({ description: `Up to ${most}, separated by commas` })
}

const split = (text: unknown) => (typeof text === 'string' ? text.split(',') : [text])

export type DimensionValue = string | number | null

/** Values by what they are of. */
export function writeValues(
  by: readonly RequestDimension[],
  values: readonly DimensionValue[],
): Record<string, DimensionValue> {
  return Object.fromEntries(by.map((name, index) => [name, values[index] ?? null]))
}

export const valuesSchema = z
  .partialRecord(dimension, z.union([z.string(), z.number()]).nullable())
  .meta({ description: 'By dimension; null where requests have none' })
