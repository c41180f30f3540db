// Tokens of one answer.
import { z } from 'zod'

/**
 * Tokens as one convention for all wire formats: `input` includes `cachedInput`, `output` includes `reasoning`.
 * Null means that the provider did not say.
 */
export const usageSchema = z.strictObject({
  input: z.int().min(0).nullable(),
  cached_input: z.int().min(0).nullable(),
  output: z.int().min(0).nullable(),
  reasoning: z.int().min(0).nullable(),
})

export type Usage = z.infer<typeof usageSchema>
