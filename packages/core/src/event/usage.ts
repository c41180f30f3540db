// Tokens of one answer and what they cost.
import { z } from 'zod'
import type { Price } from '../config/index.ts'

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

/**
 * Cost in whole nano-dollars (10^-9 USD), or null when the price or the token counts are unknown: never a made-up 0.
 *
 * A price of 1 USD per million tokens is 1,000 nano-dollars a token, so list prices stay exact; the sum is rounded once.
 */
export function costNanoUsd(usage: Usage, price: Price | null): number | null {
  if (price === null || usage.input === null) return null
  const cached = Math.min(usage.cached_input ?? 0, usage.input)
  const dollarsPerMillion =
    (usage.input - cached) * price.input +
    cached * (price.cached_input ?? price.input) +
    (usage.output ?? 0) * price.output
  return Math.round(dollarsPerMillion * 1000)
}
