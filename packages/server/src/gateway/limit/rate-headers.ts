// What is left of a key's limits, in the headers by which clients of OpenAI's API know it.
import type { Take } from './minute-window.ts'

export type Rate = Take & { readonly limit: number }

/** `x-ratelimit-{limit,remaining,reset}-{requests,tokens}`. */
export function rateHeaders(headers: string[], what: 'requests' | 'tokens', rate: Rate): void {
  headers.push(`x-ratelimit-limit-${what}`, String(rate.limit))
  headers.push(`x-ratelimit-remaining-${what}`, String(rate.remaining))
  headers.push(`x-ratelimit-reset-${what}`, `${Math.ceil(rate.reset) / 1000}s`)
}
