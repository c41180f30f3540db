// Prompt and answer of one request, of routers that capture; redacted before it is written anywhere.
import { z } from 'zod'

export const captureEventSchema = z.strictObject({
  kind: z.literal('capture'),
  version: z.literal(1),
  request_id: z.string(),
  /** ISO 8601, when the request arrived. */
  at: z.iso.datetime(),
  tenant: z.string().nullable(),
  router: z.string(),
  unit: z.string().nullable(),
  /** The request's body and the answer's text, each cut to the configured size. */
  prompt: z.string(),
  answer: z.string(),
  /** Which of the two was cut. */
  truncated: z.array(z.enum(['prompt', 'answer'])),
  /** How many places were redacted. */
  redactions: z.int().min(0),
})

export type CaptureEvent = z.infer<typeof captureEventSchema>
