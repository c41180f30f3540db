// The first time that a unit meets a split: what experiments are analysed by.
import { z } from 'zod'

/** Written once per unit, experiment and phase. */
export const assignmentEventSchema = z.strictObject({
  kind: z.literal('assignment'),
  version: z.literal(1),
  /** ISO 8601. */
  at: z.iso.datetime(),
  node: z.string(),
  /** The request that brought the unit. */
  request_id: z.string(),
  revision: z.int(),
  tenant: z.string().nullable(),
  router: z.string(),
  route: z.string(),
  experiment: z.string(),
  phase: z.int().min(0),
  unit_kind: z.string(),
  /** As in request events: a pseudonym, unless configured raw. */
  unit: z.string(),
  hash_version: z.int(),
  salt: z.string(),
  bucket: z.int().min(0).max(9999),
  propensity: z.number().min(0).max(1),
  variant: z.string(),
})

export type AssignmentEvent = z.infer<typeof assignmentEventSchema>
