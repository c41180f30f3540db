// Published counts of units with their p values, beyond those beside the check.
import { describe, expect, it } from 'vitest'
import { checkShares } from './share-check.ts'
import { observeUnits, type SharePrior, startShareSequence } from './share-sequence.ts'

function checked(observed: readonly number[], shares: readonly number[]) {
  const check = checkShares(observed, shares)
  if (check.kind !== 'checked') throw new Error(JSON.stringify(check))
  return check
}

/** The running p value after each day. */
function pValues(
  days: readonly (readonly number[])[],
  shares: readonly number[],
  priors?: readonly SharePrior[],
) {
  let sequence = startShareSequence(shares, priors)
  return days.map(day => {
    if (sequence.kind === 'share_sequence') sequence = observeUnits(sequence, day, shares)
    if (sequence.kind !== 'share_sequence') throw new Error(JSON.stringify(sequence))
    return sequence.minP
  })
}

describe('shares published with a p value', () => {
  it('1.8e-6 of 821,588 and 815,482 (Kohavi, Tang and Xu 2020, Trustworthy Online Controlled Experiments, chapter 21)', () => {
    expect(checked([821_588, 815_482], [1, 1]).p * 1e6).toBeCloseTo(1.8, 1)
  })

  it('.0008 of 44,000 and 45,000 (the checker at srm.osc.garden)', () => {
    expect(checked([44_000, 45_000], [0.5, 0.5]).p).toBeCloseTo(0.0008, 4)
  })

  it.each([
    [[89, 37, 30, 28, 2], [40, 20, 20, 15, 5], 9.99014336917563, 0.0405940433447812],
    [[20, 15, 25], [1, 1, 1], 2.5, 0.28650479686019],
  ])('%j asked %j: chi-square %d, p %d (R chisq.test, examples)', (observed, shares, chiSquare, p) => {
    const check = checked(observed, shares)
    expect(check.chiSquare).toBeCloseTo(chiSquare, 12)
    expect(check.p).toBeCloseTo(p, 13)
  })

  it('no alarm on the first day and one on the third in spotify/confidence tests/frequentist/test_srmtest.py', () => {
    const shares = [0.3, 0.3, 0.4]
    expect(checked([100, 99, 102], shares).p).toBeGreaterThan(0.01)
    expect(checked([300, 275, 306], shares).p).toBeLessThan(0.01)
  })

  // Their default: one spike and no slab.
  const spike = (shares: readonly number[]) => [{ weight: 1, alpha: shares.map(share => 10_000 * share) }]
  const even = [0.5, 0.5]
  it.each([
    [
      [
        [500, 500],
        [0, 0],
        [600, 400],
      ],
      even,
      spike(even),
      [1, 1, 0.20685901461423034],
    ],
    [
      [
        [500, 500],
        [600, 600],
        [700, 700],
      ],
      even,
      spike(even),
      [1, 1, 1],
    ],
    [
      [
        [400, 200, 400],
        [400, 200, 400],
      ],
      [0.4, 0.2, 0.4],
      spike([0.4, 0.2, 0.4]),
      [1, 1],
    ],
  ])(
    'days %j asked %j of growthbook packages/back-end/test/ssrm.test.ts (gbstats)',
    (days, shares, priors, expected) => {
      pValues(days, shares, priors).forEach((p, i) => {
        expect(Math.abs(p / (expected[i] ?? NaN) - 1)).toBeLessThan(1e-9)
      })
    },
  )

  it('two days of 800 and 200 in growthbook packages/back-end/test/ssrm.test.ts, which pays for its mixture at each look', () => {
    const days = [
      [800, 200],
      [800, 200],
    ]
    const [first = NaN, second = NaN] = pValues(days, even)
    expect(Math.abs(first / 6.181726093290075e-82 - 1)).toBeLessThan(1e-9)
    // Theirs takes the flat prior for a tenth once more; a prior is weighed once.
    expect(Math.abs(second / (0.1 * 1.7120576428173616e-164) - 1)).toBeLessThan(1e-9)
  })
})
