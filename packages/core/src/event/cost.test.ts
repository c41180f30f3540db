import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { costNanoUsd } from './cost.ts'
import type { Usage } from './usage.ts'

function usage(input: number | null, output: number | null, cached: number | null = null): Usage {
  return { input, output, cached_input: cached, reasoning: null }
}

describe('the cost of an answer', () => {
  const price = { input: 2.5, cached_input: 0.25, output: 10 }

  test.each<[string, Usage, Parameters<typeof costNanoUsd>[1], number | null]>([
    ['is tokens times price', usage(1000, 500), price, 2_500_000 + 5_000_000],
    ['takes cached tokens at their own price', usage(1000, 0, 400), price, 600 * 2500 + 400 * 250],
    [
      'takes cached tokens as input when they have no price',
      usage(10, 0, 4),
      { input: 1, output: 2 },
      10_000,
    ],
    ['never counts more cached tokens than input', usage(10, 0, 99), price, 2500],
    ['is nothing for a free model', usage(10, 10), { input: 0, output: 0 }, 0],
    ['of an answer without output tokens, such as an embedding', usage(10, null), price, 25_000],
    ['rounds once, at the end', usage(3, 3), { input: 0.0001, output: 0.0001 }, 1],
    ['rounds half a nano-dollar up', usage(1, 0), { input: 0.0375, output: 0 }, 38],
    ['is unknown without a price', usage(10, 10), null, null],
    ['is unknown without input tokens', usage(null, 10), price, null],
  ])('%s', (_, tokens, prices, cost) => {
    expect(costNanoUsd(tokens, prices)).toBe(cost)
  })

  // Prices as lists have them: up to six decimals of a dollar per million tokens.
  const microDollars = fc.oneof(
    fc.nat(2000),
    fc.nat(100_000_000),
    fc.constantFrom(150_000, 75_000, 12_500, 37_500),
  )
  const tokens = fc.oneof(fc.nat(10), fc.nat(10_000), fc.nat(10_000_000))

  test('is exact to the nano-dollar, as integer arithmetic has it', () => {
    fc.assert(
      fc.property(
        tokens,
        tokens,
        fc.nat(100),
        microDollars,
        microDollars,
        microDollars,
        (input, output, share, a, b, c) => {
          const cached = Math.floor((input * share) / 100)
          const prices = { input: a / 1e6, cached_input: b / 1e6, output: c / 1e6 }
          const picoDollars =
            BigInt(input - cached) * BigInt(a) + BigInt(cached) * BigInt(b) + BigInt(output) * BigInt(c)
          expect(costNanoUsd(usage(input, output, cached), prices)).toBe(Number((picoDollars + 500n) / 1000n))
        },
      ),
      { numRuns: 5000 },
    )
  })
})
