// A shadow copy beside the request that it copies.
import { z } from 'zod'
import { usageSchema } from './usage.ts'

export const shadowEventSchema = z.strictObject({
  kind: z.literal('shadow'),
  version: z.literal(1),
  /** ISO 8601, when the copy was sent. */
  at: z.iso.datetime(),
  node: z.string(),
  /** The request that was copied. */
  request_id: z.string(),
  revision: z.int(),
  tenant: z.string().nullable(),
  router: z.string(),
  route: z.string(),
  /** The variant that got the copy, and its target. */
  variant: z.string(),
  target: z.string(),
  /** HTTP status of the provider; null when there was none. */
  status: z.int().nullable(),
  outcome: z.enum(['ok', 'failed', 'cancelled']),
  error: z.string().nullable(),
  first_token_ms: z.number().min(0).nullable(),
  total_ms: z.number().min(0),
  usage: usageSchema,
  cost_nano_usd: z.int().min(0).nullable(),
  finish_reason: z.string().nullable(),
  output_length: z.int().min(0),
  refusal: z.boolean(),
})

export type ShadowEvent = z.infer<typeof shadowEventSchema>
