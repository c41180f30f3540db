// Bucket tables of splits that are not in the config any more: one that comes back begins where it ended.
import { z } from 'zod'
import { type BucketTable, parseTable } from '../assignment/index.ts'
import { TABLE_RULE } from './split.ts'

const saltSchema = z
  .string()
  .max(300)
  .regex(/^[A-Za-z0-9._-]+$/, { error: 'must be the salt of a split' })

const tableSchema = z
  .string()
  .superRefine((text, context) => {
    if (parseTable(text) !== undefined) return
    context.addIssue({ code: 'custom', message: TABLE_RULE, params: { code: 'bucket_table' } })
  })
  .meta({ examples: ['large*8000 small*2000'] })

export const formerBucketsSchema = z.record(saltSchema, tableSchema).optional().meta({
  description:
    'Bucket tables by salt, of splits that are gone: one that comes back starts from its own. What an export has of them; tables that are known already stay',
})

/** The declared ones. What is no table is left out: parsing has said so. */
export function formerTables(config: {
  readonly former_buckets?: Readonly<Record<string, string>> | undefined
}): ReadonlyMap<string, BucketTable> {
  return new Map(
    Object.entries(config.former_buckets ?? {}).flatMap(([salt, text]) => {
      const table = parseTable(text)
      return table === undefined ? [] : [[salt, table] as const]
    }),
  )
}
