// A measured value of a request or a unit: thumbs, a rating, a conversion, a judge's score.
import { z } from 'zod'

/**
 * Idempotent by `tenant` and `id`: the same id again is the same outcome, and with another value it replaces the one
 * before, which is kept as an older version.
 */
export const outcomeEventSchema = z.strictObject({
  kind: z.literal('outcome'),
  version: z.literal(1),
  /** Of the outcome: the client's, or made from what it is about and its name. */
  id: z.string(),
  /** ISO 8601, when the gateway took it; of two with the same id the later one counts. */
  at: z.iso.datetime(),
  /** ISO 8601, when what it says was seen, as the client has it. */
  observed_at: z.iso.datetime(),
  node: z.string(),
  key: z.string(),
  tenant: z.string(),
  /** What it is about: a request, or a unit. One of the two is not null. */
  request_id: z.string().nullable(),
  unit_kind: z.string().nullable(),
  unit: z.string().nullable(),
  /** `thumbs`, `rating`, `conversion`, `correction`, `score:<name>`, or a name of the client's own. */
  name: z.string(),
  /** `thumbs`: 1 up, 0 down. `correction`: 1, and its text is not kept. */
  value: z.number(),
  source: z.enum(['feedback', 'import']),
})

export type OutcomeEvent = z.infer<typeof outcomeEventSchema>
