// A config came into force: so that facts can be read beside the change that made them.
import { z } from 'zod'

export const revisionEventSchema = z.strictObject({
  kind: z.literal('revision'),
  version: z.literal(1),
  /** ISO 8601. */
  at: z.iso.datetime(),
  revision: z.int().min(0),
  actor: z.string(),
  reason: z.string().nullable(),
  /** The difference in words, a line for each change. */
  changes: z.array(z.string()),
})

export type RevisionEvent = z.infer<typeof revisionEventSchema>
