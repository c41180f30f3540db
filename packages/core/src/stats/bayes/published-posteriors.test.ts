// Posteriors that the tests of GrowthBook's gbstats and Spotify's confidence assert, beyond those beside each method.
import { describe, expect, it } from 'vitest'
import { betaQuantile } from '../distribution/beta.ts'
import type { Scale } from '../result.ts'
import { meanFromSums } from '../summary/from-sums.ts'
import type { MeanSummary, ProportionSummary } from '../summary/summary.ts'
import { bestOfBetas } from './best.ts'
import { betaPosterior, compareBetaBinomial } from './beta-binomial.ts'
import { compareNormal } from './normal-effect.ts'

const proportion = (successes: number, n: number): ProportionSummary => ({ kind: 'proportion', successes, n })

function mean(n: number, sum: number, squares: number): MeanSummary {
  const summary = meanFromSums(n, sum, squares)
  if (summary.kind !== 'mean') throw new Error(JSON.stringify(summary))
  return summary
}

describe('gbstats tests/test_gbstats.py, Bayesian', () => {
  const [control, variant] = [mean(100, 270, 848.79), mean(120, 300, 869)]
  it.each([
    ['higher', 0.071834168, 0.075691131],
    ['lower', 1 - 0.071834168, 0.001617057],
  ] as const)('means of 100 and 120 units, better %s: chance to win %d, risk %d', (better, chance, risk) => {
    const prior = { kind: 'flat' } as const
    const effect = compareNormal(control, variant, { scale: 'relative', better, level: 0.95, prior })
    if (effect.kind !== 'posterior') throw new Error(JSON.stringify(effect))
    expect(effect.effect).toBeCloseTo(-0.074074074, 9)
    expect(effect.chanceToBeatControl).toBeCloseTo(chance, 9)
    expect(effect.expectedLoss.variant).toBeCloseTo(risk, 9)
  })
})

// Intervals are exact; differences are theirs by random draws, so that chances are to about .001, losses to 1e-4.
describe('spotify/confidence tests/bayesian/test_betabinomial.py, prior Beta(1/2, 1/2)', () => {
  const prior = { a: 0.5, b: 0.5 }
  it.each([
    [500, 1009, 0.46473987, 0.52636595],
    [42, 104, 0.3132419, 0.49971958],
    [1005, 1502, 0.64500415, 0.69256054],
    [50, 100, 0.40317395, 0.59682605],
    [4, 10, 0.1530671, 0.69632051],
    [100, 150, 0.58861002, 0.73836135],
    [500, 1010, 0.46426613, 0.52586121],
    [8, 22, 0.18932289, 0.57128953],
    [100, 153, 0.57588269, 0.72555745],
    [7, 20, 0.17227621, 0.56776609],
    [103, 155, 0.5876837, 0.73526909],
  ])('%d of %d lie in [%d, %d]', (successes, n, lower, upper) => {
    const { a, b } = betaPosterior(proportion(successes, n), prior)
    expect(betaQuantile(0.025, a, b)).toBeCloseTo(lower, 7)
    expect(betaQuantile(0.975, a, b)).toBeCloseTo(upper, 7)
  })

  const compare = (control: ProportionSummary, variant: ProportionSummary, scale: Scale, level: number) => {
    const effect = compareBetaBinomial(control, variant, { scale, better: 'higher', level, prior })
    if (effect.kind !== 'posterior') throw new Error(JSON.stringify(effect))
    return effect
  }

  it.each([
    [0.95, -0.0092189024, 0.18712235],
    [0.99, -0.04076, 0.21614],
    [0.999, -0.076983, 0.2479583],
  ])('test_difference: 500 of 1009 less 42 of 104 is in [%d, %d] at level %d', (level, lower, upper) => {
    const effect = compare(proportion(42, 104), proportion(500, 1009), 'absolute', level)
    expect(Math.abs(effect.effect - 0.090737)).toBeLessThan(1e-4)
    expect(Math.abs((effect.interval.lower ?? 9) - lower)).toBeLessThan(5e-4)
    expect(Math.abs((effect.interval.upper ?? 9) - upper)).toBeLessThan(5e-4)
    expect(Math.abs(effect.chanceToBeatControl - 0.962782)).toBeLessThan(5e-4)
    expect(Math.abs(effect.expectedLoss.control - 0.091504838)).toBeLessThan(1e-4)
    expect(Math.abs(effect.expectedLoss.variant - 0.000767784)).toBeLessThan(1e-5)
  })

  it.each([
    [proportion(42, 104), proportion(500, 1009), 0.241799, 0.963228, 0.001464],
    [proportion(4, 10), proportion(50, 100), 0.428745, 0.725982, 0.042689],
  ])(
    'test_difference, relative: %j against %j has effect %d, chance %d, loss %d',
    (a, b, effect, chance, loss) => {
      const found = compare(a, b, 'relative', 0.95)
      expect(Math.abs(found.effect - effect)).toBeLessThan(5e-4)
      expect(Math.abs(found.chanceToBeatControl - chance)).toBeLessThan(1e-3)
      expect(Math.abs(found.expectedLoss.variant - loss)).toBeLessThan(3e-4)
    },
  )

  it('test_multiple_difference_joint: chance .508644 to be the best of six, loss .032459 where it is not', () => {
    const all = [
      [1005, 1502],
      [500, 1009],
      [42, 104],
      [50, 100],
      [4, 10],
      [100, 150],
    ].map(([successes = 0, n = 0]) => betaPosterior(proportion(successes, n), prior))
    const ranks = bestOfBetas(all, 'higher')
    if (ranks.kind !== 'best_of_many') throw new Error(ranks.expected)
    const [best = 0] = ranks.best
    const [loss = 0] = ranks.expectedLoss
    expect(Math.abs(best - 0.508644)).toBeLessThan(2e-3)
    expect(Math.abs(loss / (1 - best) - 0.032459)).toBeLessThan(1e-4)
  })
})
