// How long the event store keeps what is recorded.
import { z } from 'zod'
import { sizeSchema } from './scalar.ts'

const HOUR_MS = 3_600_000
const UNIT_MS = { h: HOUR_MS, d: 24 * HOUR_MS } as const
const FOREVER = 'forever'

/** `36h`, `90d`, `forever`; milliseconds once parsed, null for ever. */
const ageSchema = z
  .string({ error: 'must be an age like "36h" or "90d", or "forever"' })
  .regex(/^([1-9]\d{0,4}[hd]|forever)$/, { error: 'must be an age like "36h" or "90d", or "forever"' })
  .transform(text => {
    if (text === FOREVER) return null
    return Number(text.slice(0, -1)) * UNIT_MS[text.slice(-1) as keyof typeof UNIT_MS]
  })

function kept(age: string, what: string) {
  return ageSchema.prefault(age).meta({ description: `How long ${what} stay` })
}

/** One field for each kind of event, then what limits them all. */
export const retentionSchema = z.strictObject({
  requests: kept('90d', 'requests, with their attempts,'),
  assignments: kept('400d', 'assignments of units to experiments'),
  outcomes: kept('400d', 'outcomes'),
  shadows: kept('30d', 'shadow copies'),
  revisions: kept(FOREVER, 'revisions of the config'),
  captures: kept('7d', 'captured prompts and answers'),
  size: sizeSchema.prefault('20GiB').meta({
    description: 'Room for all of them; beyond it the oldest requests give way, whatever their age',
  }),
})

/** Ages in ms, null for ever; size in bytes. */
export type RetentionConfig = z.infer<typeof retentionSchema>
