// Tables as CSV (RFC 4180), for spreadsheets: what begins like a formula is marked as text.
import { z } from '@hono/zod-openapi'
import { stringify } from 'csv-stringify/sync'
import type { Context } from 'hono'
import { accepts } from 'hono/accepts'
import type { AdminEnv } from './env.ts'

export type CsvValue = string | number | boolean | null

export interface CsvTable {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly CsvValue[])[]
}

/** A query parameter. */
export const formatParameter = z
  .enum(['json', 'csv'])
  .optional()
  .meta({ description: 'Default: what the header `accept` asks for, `application/json` or `text/csv`' })

/** What a route that can answer with CSV answers. */
export function tableAnswer<Schema extends z.ZodType>(schema: Schema, description: string) {
  return {
    description,
    content: { 'application/json': { schema }, 'text/csv': { schema: z.string() } },
  } as const
}

export function wantsCsv(c: Context<AdminEnv>, format: 'json' | 'csv' | undefined): boolean {
  if (format !== undefined) return format === 'csv'
  const supports = ['application/json', 'text/csv']
  return accepts(c, { header: 'Accept', supports, default: 'application/json' }) === 'text/csv'
}

/** @param name - of the file that a browser saves it as, without its ending */
export function answerCsv(
  c: Context<AdminEnv>,
  table: CsvTable,
  name: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return c.body(writeCsv(table), 200, {
    'content-type': 'text/csv; charset=utf-8; header=present',
    'content-disposition': `attachment; filename="${name}.csv"`,
    ...headers,
  })
}

export function writeCsv({ columns, rows }: CsvTable): string {
  return stringify([columns, ...rows], {
    record_delimiter: 'windows',
    escape_formulas: true,
    cast: { boolean: value => String(value) },
  })
}
