// What tokens cost. Without zod, because the data plane computes it for every request.
import type { Price } from '../config/index.ts'
import type { Usage } from './usage.ts'

/**
 * Cost in whole nano-dollars (10^-9 USD), or null when the price or the token counts are unknown: never a made-up 0.
 *
 * Exact for prices of up to six decimals and costs below 8,000 USD: 0.000001 USD per million tokens is one
 * pico-dollar a token, so the sum is one of integers; it is rounded once, half up. In dollars the same sum would fall
 * on the wrong side of a half now and then, since 0.15 has no finite binary form.
 */
export function costNanoUsd(usage: Usage, price: Price | null): number | null {
  if (price === null || usage.input === null) return null
  const cached = Math.min(usage.cached_input ?? 0, usage.input)
  const picoDollars =
    (usage.input - cached) * picoPerToken(price.input) +
    cached * picoPerToken(price.cached_input ?? price.input) +
    (usage.output ?? 0) * picoPerToken(price.output)
  return Math.round(picoDollars / 1000)
}

function picoPerToken(dollarsPerMillion: number): number {
  return Math.round(dollarsPerMillion * 1e6)
}
