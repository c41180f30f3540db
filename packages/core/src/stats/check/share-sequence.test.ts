import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seededRng } from '../rng/rng.ts'
import fixture from './fixtures/share-sequence.json' with { type: 'json' }
import {
  checkSharesAnytime,
  observeUnit,
  observeUnits,
  readShareSequence,
  type ShareLearning,
  type SharePrior,
  type ShareSequence,
  startShareSequence,
} from './share-sequence.ts'

function state(result: ShareSequence | { readonly kind: 'invalid' }): ShareSequence {
  if (result.kind !== 'share_sequence') throw new Error(JSON.stringify(result))
  return result
}

function checked(result: ReturnType<typeof checkSharesAnytime>) {
  if (result.kind !== 'checked') throw new Error(JSON.stringify(result))
  return result
}

const only = (alpha: readonly number[]): readonly SharePrior[] => [{ weight: 1, alpha }]
const mixed = (alpha: readonly number[]): readonly SharePrior[] => [
  { weight: 2, alpha },
  { weight: 1, alpha: alpha.map(() => 1) },
]
const DIFFUSE = only([1, 1])

/** Draws an index with the given probabilities. */
function draw(uniform: number, probabilities: readonly number[]): number {
  let rest = uniform
  return probabilities.findIndex((p, i) => {
    rest -= p
    return rest < 0 || i === probabilities.length - 1
  })
}

const units = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 40 })
const alphas = fc.tuple(...[1, 2, 3].map(() => fc.double({ min: 0.2, max: 50, noNaN: true })))
const sharesOf3 = fc.tuple(...[1, 2, 3].map(() => fc.integer({ min: 1, max: 50 })))

describe(`the sequential check of shares (source: ${fixture.source})`, () => {
  it.each(fixture.rows)('has the log Bayes factor $log for $counts asked $shares, alpha $alpha', row => {
    const check = checked(checkSharesAnytime(row.counts, row.shares, only(row.alpha)))
    expect(Math.abs(check.logBayesFactor - row.log)).toBeLessThan(1e-8)
    const p = Math.min(1, row.inverse)
    expect(Math.abs(check.p - p)).toBeLessThanOrEqual(1e-8 * p)
  })
})

describe('published Bayes factors of shares', () => {
  it.each([
    [[9463, 7681], [1, 1], 88.12638341056117, 5.34e-39],
    [[5000, 5200], [1, 1], -2.428635953720004, 1],
    [[5000, 5200], [100, 100], -0.05346738485786773, 1],
    [[1000, 1100, 900], [1, 1, 1], 2.8876709544879304, 0.0557058],
    [[0, 10], [1, 1], 4.533576532801082, 11 / 1024],
  ])('of %o with alpha %o: %d (source: statistics.md 2.6, computed)', (counts, alpha, log, p) => {
    const check = checked(
      checkSharesAnytime(
        counts,
        counts.map(() => 1),
        only(alpha),
      ),
    )
    expect(Math.abs(check.logBayesFactor - log)).toBeLessThan(1e-9)
    expect(Math.abs(check.p / p - 1)).toBeLessThan(1e-3)
  })

  it('of 0 and 10 is exactly 1024 / 11', () => {
    expect(checked(checkSharesAnytime([0, 10], [1, 1], DIFFUSE)).p).toBeCloseTo(11 / 1024, 13)
  })
})

describe("the peers' sequential tests of shares", () => {
  const spike = (shares: readonly number[], concentration: number) =>
    only(shares.map(share => concentration * share))

  it.each([
    [[[800, 200]], [0.5, 0.5], 10_000, [8.126155715401769e-8]],
    [[[800, 200]], [0.5, 0.5], 100, [2.253273013435552e-75]],
    [[[600, 200, 200]], [0.34, 0.33, 0.33], 10_000, [1.4343631225400445e-6]],
    [
      [
        [500, 500],
        [600, 400],
        [700, 300],
        [800, 200],
      ],
      [0.5, 0.5],
      10_000,
      [1, 0.20685901461423034, 1.099173293697608e-6, 5.115536116778213e-23],
    ],
  ])(
    'give for %o asked %o, concentration %d: %o (source: growthbook packages/back-end/test/ssrm.test.ts, gbstats)',
    (days, shares, concentration, ps) => {
      let sequence = state(startShareSequence(shares, spike(shares, concentration)))
      days.forEach((day, i) => {
        sequence = state(observeUnits(sequence, day, shares))
        expect(Math.abs(sequence.minP / (ps[i] ?? NaN) - 1)).toBeLessThan(1e-8)
      })
    },
  )

  it('give 6.181726093290075e-82 for 800 and 200 with a tenth of a flat prior (source: growthbook packages/back-end/test/ssrm.test.ts)', () => {
    const check = checked(checkSharesAnytime([800, 200], [1, 1]))
    expect(Math.abs(check.p / 6.181726093290075e-82 - 1)).toBeLessThan(1e-8)
  })

  const oneHot = [
    [1, 0, 0],
    [0, 1, 0],
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ]
  const hours = [
    [20, 17, 9],
    [18, 21, 8],
    [4, 6, 4],
    [18, 19, 11],
  ]
  it.each([
    [
      oneHot,
      [-1.0986122886681096, -2.4849066497880004, -3.401197381662155, -4.499809670330265, -6.4457198193855785],
      [-0.916290731874155, -1.83258146374831, -2.748872195622465, -3.66516292749662, -5.27460083993072],
    ],
    [
      hours,
      [-7.028201432058012, -11.947847738358888, -15.471401950257842, -19.96484521090386],
      [-4.0776406466061985, -8.265946861099877, -11.610743519545139, -15.781031228536165],
    ],
  ])(
    'have for %o the log likelihoods %o and %o (source: Optimizely ssrm-test, test_sequential_posteriors)',
    (rows, other, asked) => {
      let sequence = state(startShareSequence([0.4, 0.4, 0.2], only([1, 1, 1])))
      rows.forEach((row, i) => {
        sequence = state(observeUnits(sequence, row, [0.4, 0.4, 0.2]))
        expect(sequence.logBayesFactor).toBeCloseTo((other[i] ?? NaN) - (asked[i] ?? NaN), 9)
      })
    },
  )
})

describe('a sequence of units', () => {
  it('is worth the closed form under constant shares, unit by unit and in batches of any size', () => {
    fc.assert(
      fc.property(units, sharesOf3, alphas, fc.nat(39), (variants, shares, alpha, cut) => {
        const count = (of: readonly number[]) => [0, 1, 2].map(i => of.filter(v => v === i).length)
        const start = state(startShareSequence(shares, mixed(alpha)))
        const single = variants.reduce((s, variant) => state(observeUnit(s, variant, shares)), start)
        const first = state(observeUnits(start, count(variants.slice(0, cut)), shares))
        const batches = state(observeUnits(first, count(variants.slice(cut)), shares))
        const closed = checked(checkSharesAnytime(count(variants), shares, mixed(alpha))).logBayesFactor
        expect(single.logBayesFactor).toBeCloseTo(closed, 9)
        expect(batches.logBayesFactor).toBeCloseTo(closed, 9)
        expect(single.minP).toBeLessThanOrEqual(batches.minP + 1e-12)
      }),
    )
  })

  it('is a martingale: under the propensities the expected factor of the next unit is 1, whatever came before', () => {
    const vector = fc.tuple(...[1, 2, 3].map(() => fc.integer({ min: 0, max: 9 })))
    const propensities = vector.filter(shares => shares.some(share => share > 0))
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(2), propensities)), propensities, alphas, (past, next, alpha) => {
        const start = state(startShareSequence([5, 0, 5], mixed(alpha)))
        const now = past.reduce((s, [variant, shares]) => state(observeUnit(s, variant, shares)), start)
        const total = next.reduce((sum, share) => sum + share, 0)
        const expectation = next.reduce((sum, share, variant) => {
          if (share === 0) return sum
          const after = state(observeUnit(now, variant, next)).logBayesFactor
          return sum + (share / total) * Math.exp(after - now.logBayesFactor)
        }, 0)
        expect(expectation).toBeCloseTo(1, 10)
      }),
    )
  })

  it('is a martingale for a phase: the expected factor of its next two units is 1', () => {
    const start = state(observeUnits(state(startShareSequence([3, 7])), [5, 4], [3, 7]))
    const shares = [0.6, 0.4]
    const outcomes = [
      [[2, 0], 0.36],
      [[1, 1], 0.48],
      [[0, 2], 0.16],
    ] as const
    const expectation = outcomes.reduce((sum, [counts, probability]) => {
      const after = state(observeUnits(start, counts, shares)).logBayesFactor
      return sum + probability * Math.exp(after - start.logBayesFactor)
    }, 0)
    expect(expectation).toBeCloseTo(1, 10)
  })

  it('keeps the smallest p of all looks', () => {
    const broken = state(observeUnits(state(startShareSequence([1, 1])), [300, 100], [1, 1]))
    const evened = state(observeUnits(broken, [0, 200], [1, 1]))
    expect(broken.minP).toBeLessThan(1e-6)
    expect(evened.logBayesFactor).toBeLessThan(broken.logBayesFactor)
    expect(evened.minP).toBe(broken.minP)
  })

  it('alarms at any look of 2,000 units in at most alpha of honest ramps and honest bandits', () => {
    const rng = seededRng(20)
    const alarms = { ramp: 0, bandit: 0 }
    const repetitions = 100
    for (let r = 0; r < repetitions; r++) {
      let ramp = state(startShareSequence([95, 5]))
      let bandit = state(startShareSequence([1, 1]))
      for (let i = 0; i < 2000; i++) {
        const shares = i < 1000 ? [0.95, 0.05] : [0.5, 0.5]
        ramp = state(observeUnit(ramp, draw(rng.uniform(), shares), shares))
        const p = 0.05 + 0.9 * rng.uniform()
        bandit = state(observeUnit(bandit, draw(rng.uniform(), [p, 1 - p]), [p, 1 - p]))
      }
      if (ramp.minP <= 0.1) alarms.ramp++
      if (bandit.minP <= 0.1) alarms.bandit++
    }
    // 0.99 quantile of binomial(100, 0.1).
    expect(alarms.ramp).toBeLessThanOrEqual(18)
    expect(alarms.bandit).toBeLessThanOrEqual(18)
  })

  it('finds a wholly broken split after 15 units, and 51 to 49 percent after 45,000, without being told which', () => {
    expect(checked(checkSharesAnytime([15, 0], [1, 1])).p).toBeLessThan(0.01)
    expect(checked(checkSharesAnytime([22_950, 22_050], [1, 1])).p).toBeLessThan(0.01)
  })

  it('learns the shares themselves when told to: the literal formula, with the shares of each moment', () => {
    const steps: readonly (readonly [number, readonly [number, number]])[] = [
      [0, [0.5, 0.5]],
      [1, [0.9, 0.1]],
      [1, [0.9, 0.1]],
      [0, [0.2, 0.8]],
    ]
    const literal = steps.reduce(
      (before, [variant, shares]) => state(observeUnit(before, variant, shares)),
      state(startShareSequence([1, 1], only([1, 2]), 'shares')),
    )
    // Gamma(A) / Gamma(A + n) prod Gamma(alpha_i + S_i) / Gamma(alpha_i) = 2! / 6! * (1 * 2) * (2 * 3), by 1 / theta.
    const expected = ((2 / 720) * 2 * 6) / (0.5 * 0.1 * 0.1 * 0.2)
    expect(literal.logBayesFactor).toBeCloseTo(Math.log(expected), 12)
  })

  it('learns shares as multipliers while they do not change, and unit by unit as in batches', () => {
    fc.assert(
      fc.property(units, alphas, sharesOf3, (assigned, alpha, shares) => {
        const [literal, usual] = (['shares', 'multipliers'] as const).map(learns =>
          assigned.reduce(
            (before, variant) => state(observeUnit(before, variant, shares)),
            state(startShareSequence(shares, mixed(alpha), learns)),
          ),
        )
        expect(literal?.logBayesFactor).toBeCloseTo(usual?.logBayesFactor ?? Number.NaN, 9)
        const counts = [0, 1, 2].map(i => assigned.filter(variant => variant === i).length)
        const half = counts.map(count => Math.floor(count / 2))
        const rest = counts.map((count, i) => count - (half[i] ?? 0))
        const first = state(
          observeUnits(state(startShareSequence(shares, mixed(alpha), 'shares')), half, [1, 1, 8]),
        )
        const batch = state(observeUnits(first, rest, [0, 1, 0]))
        const one = (from: ShareSequence, list: readonly number[], asked: readonly number[]) =>
          list.reduce((s, count, i) => {
            let next = s
            for (let k = 0; k < count; k++) next = state(observeUnit(next, i, asked))
            return next
          }, from)
        const single = one(
          one(state(startShareSequence(shares, mixed(alpha), 'shares')), half, [1, 1, 8]),
          rest,
          [0, 1, 0],
        )
        expect(single.logBayesFactor).toBeCloseTo(batch.logBayesFactor, 8)
      }),
      { numRuns: 40 },
    )
  })

  it('is blind after a ramp when it learns the shares, and not when it learns multipliers', () => {
    const after = (learns: ShareLearning) => {
      const ramped = state(
        observeUnits(state(startShareSequence([95, 5], undefined, learns)), [9500, 500], [95, 5]),
      )
      // 60 % on a variant that was to have half.
      return state(observeUnits(ramped, [4000, 6000], [1, 1])).minP
    }
    expect(after('multipliers')).toBeLessThan(1e-4)
    expect(after('shares')).toBe(1)
  })

  it('still finds a loss of a tenth of one variant after a ramp from 5 to 50 percent', () => {
    const before = state(observeUnits(state(startShareSequence([95, 5])), [9500, 500], [95, 5]))
    const after = state(observeUnits(before, [10_000, 9000], [50, 50]))
    expect(after.minP).toBeLessThan(1e-5)
    expect(readShareSequence(after)).toMatchObject({ kind: 'checked', total: 29_000 })
  })
})

describe('what a sequence of units says', () => {
  it('is the size of the deviation beside its p', () => {
    const check = checked(checkSharesAnytime([8100, 1900], [80, 20]))
    expect(check.maxShareDeviation).toBeCloseTo(0.01, 12)
    expect(check.seenToExpected.map(ratio => ratio?.toFixed(4))).toEqual(['1.0125', '0.9500'])
    expect(check.guarantee).toEqual({ kind: 'exact' })
  })

  it('is a leak when a unit is on a variant without share, now or before', () => {
    expect(checkSharesAnytime([800, 200, 1], [80, 20, 0])).toEqual({
      kind: 'leak',
      variants: [2],
      leaked: 1,
      total: 1001,
    })
    const leaked = state(observeUnit(state(startShareSequence([1, 0])), 1, [1, 0]))
    const ramped = state(observeUnit(leaked, 1, [1, 1]))
    expect(readShareSequence(ramped)).toEqual({ kind: 'leak', variants: [1], leaked: 1, total: 2 })
  })

  it('does not mind a variant that gets a share later', () => {
    const start = state(startShareSequence([100, 0]))
    const one = state(observeUnits(start, [500, 0], [100, 0]))
    expect(one.logBayesFactor).toBeCloseTo(0, 9)
    const both = state(observeUnits(one, [260, 240], [50, 50]))
    expect(both.minP).toBeGreaterThan(0.5)
  })

  it('needs a unit', () => {
    expect(checkSharesAnytime([0, 0], [1, 1])).toMatchObject({
      kind: 'insufficient',
      reason: 'too_few_units',
    })
  })

  it.each([
    ['shares below 0', () => startShareSequence([-1, 2]), 'shares'],
    ['no shares', () => startShareSequence([]), 'shares'],
    ['a share too small to be meant', () => startShareSequence([1, 1e-300]), 'shares'],
    ['a share without end', () => startShareSequence([1, Infinity]), 'shares'],
    ['an alpha of 0', () => startShareSequence([1, 1], only([0, 1])), 'priors'],
    [
      'an alpha of which log gamma has no digits',
      () => startShareSequence([1, 1], only([1e20, 1e20])),
      'priors',
    ],
    ['an alpha next to 0', () => startShareSequence([1, 1], only([1e-300, 1])), 'priors'],
    ['weights below 0', () => startShareSequence([1, 1], [{ weight: -1, alpha: [1, 1] }]), 'priors'],
    [
      'weights that overflow',
      () =>
        startShareSequence(
          [1, 1],
          [1, 2].map(() => ({ weight: 1e308, alpha: [1, 1] })),
        ),
      'priors',
    ],
    ['an alpha for one variant only', () => startShareSequence([1, 1], only([1])), 'priors'],
    ['a weight of 0', () => startShareSequence([1, 1], [{ weight: 0, alpha: [1, 1] }]), 'priors'],
    ['no prior', () => startShareSequence([1, 1], []), 'priors'],
    ['half a unit', () => observeUnits(state(startShareSequence([1, 1])), [0.5, 1], [1, 1]), 'counts'],
    ['counts of another split', () => observeUnits(state(startShareSequence([1, 1])), [1], [1, 1]), 'counts'],
    [
      'a variant that is not there',
      () => observeUnit(state(startShareSequence([1, 1])), 2, [1, 1]),
      'variant',
    ],
    [
      'propensities that are not',
      () => observeUnit(state(startShareSequence([1, 1])), 0, [NaN, 1]),
      'propensities',
    ],
    ['propensities of others', () => observeUnit(state(startShareSequence([1, 1])), 0, [1]), 'propensities'],
  ])('is invalid with %s', (_, run, argument) => {
    expect(run()).toMatchObject({ kind: 'invalid', argument })
  })
})
