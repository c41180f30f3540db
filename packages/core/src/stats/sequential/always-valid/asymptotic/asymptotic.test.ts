import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Estimate, Result } from '../../../result.ts'
import { meanFromSums, momentsFromSums } from '../../../summary/from-sums.ts'
import type {
  CupedRatioSummary,
  CupedSummary,
  MeanSummary,
  ProportionSummary,
} from '../../../summary/summary.ts'
import { normalMixture } from '../boundary/normal-mixture.ts'
import type { SequenceOptions } from '../options.ts'
import { compareSequentially } from './compare.ts'
import { lyapunovLogE, lyapunovRadius } from './lyapunov.ts'
import { mixtureSprt } from './mixture-sprt.ts'
import { sequenceLogE, sequenceRadius, sequenceRho } from './radius.ts'
import { asymptoticSequence } from './sequence.ts'

function estimated(result: Result): Estimate {
  if (result.kind !== 'estimate') throw new Error(`no estimate but ${JSON.stringify(result)}`)
  return result
}

function meanOf(n: number, sum: number, squares: number): MeanSummary {
  const summary = meanFromSums(n, sum, squares)
  if (summary.kind !== 'mean') throw new Error(JSON.stringify(summary))
  return summary
}

const A = meanOf(3000, 1396.87, 52377.9767)
const B = meanOf(3461, 2422.7, 134698.29)
const RELATIVE: SequenceOptions = { scale: 'relative' }

function cuped(
  n: number,
  [y, yy, x, xx, xy]: readonly [number, number, number, number, number],
): CupedSummary {
  const moments = momentsFromSums(
    n,
    [y, x],
    [
      [yy, xy],
      [xy, xx],
    ],
  )
  if ('kind' in moments) throw new Error(JSON.stringify(moments))
  return { kind: 'cuped', moments }
}

/** Sums of gbstats' ratio: m post, d post, m pre, d pre, then squares, then products in gbstats' order. */
function cupedRatio(
  sums: readonly number[],
  squares: readonly number[],
  products: readonly number[],
): CupedRatioSummary {
  const [mm = 0, dd = 0, mpre_dpre = 0, mpost_dpost = 0, mpost_dpre = 0, mpre_dpost = 0] = products
  const [m = 0, d = 0, mPre = 0, dPre = 0] = squares
  const moments = momentsFromSums(100, sums, [
    [m, mpost_dpost, mm, mpost_dpre],
    [mpost_dpost, d, mpre_dpost, dd],
    [mm, mpre_dpost, mPre, mpre_dpre],
    [mpost_dpre, dd, mpre_dpre, dPre],
  ])
  if ('kind' in moments) throw new Error(JSON.stringify(moments))
  return { kind: 'cuped_ratio', moments }
}

describe('the asymptotic sequence of gbstats (source: packages/stats/tests/frequentist/test_tests.py, 5 decimals)', () => {
  it('means, tuning 1000', () => {
    const { effect, standardError, interval, p } = estimated(
      compareSequentially(A, B, { ...RELATIVE, tunedFor: 1000 }),
    )
    expect(effect).toBeCloseTo(0.50336, 5)
    expect(standardError).toBeCloseTo(0.33341, 5)
    expect(interval.lower).toBeCloseTo(-0.55844, 5)
    expect(interval.upper).toBeCloseTo(1.56516, 5)
    expect(p).toBe(1)
  })

  it('proportions', () => {
    const a: ProportionSummary = { kind: 'proportion', n: 3000, successes: 1396 }
    const b: ProportionSummary = { kind: 'proportion', n: 3461, successes: 2422 }
    const { effect, standardError, interval, p } = estimated(compareSequentially(a, b, RELATIVE))
    expect(effect).toBeCloseTo(0.50386, 5)
    expect(standardError).toBeCloseTo(0.03386, 5)
    expect(interval.lower).toBeCloseTo(0.40098, 5)
    expect(interval.upper).toBeCloseTo(0.60675, 5)
    expect(p).toBeLessThan(1e-30)
  })

  it('CUPED', () => {
    const a = cuped(3000, [1396.87, 52377.9767, 16.87, 527.9767, 1])
    const b = cuped(3461, [2422.7, 134698.29, 22.7, 1348.29, 1])
    const { effect, standardError, interval, p } = estimated(compareSequentially(a, b, RELATIVE))
    expect(effect).toBeCloseTo(0.50338, 5)
    expect(standardError).toBeCloseTo(0.33341, 5)
    expect(interval.lower).toBeCloseTo(-0.50969, 5)
    expect(interval.upper).toBeCloseTo(1.51646, 5)
    expect(p).toBe(1)
  })

  it('CUPED of a ratio', () => {
    const a = cupedRatio(
      [485.112236689623, 679.9093275844917, 192.59138069991536, 290.1398399750233],
      [2715.484666118136, 4939.424001640236, 460.076026390857, 920.9461385038898],
      [
        1113.6215759318352, 2130.9404074446747, 634.239482353647, 3602.146836776702, 1559.2878434944676,
        1460.3181079276983,
      ],
    )
    const b = cupedRatio(
      [514.7757826608777, 705.4090874383759, 206.94157227402536, 302.54389139107326],
      [2994.897482705013, 5291.36604146392, 514.2903702246757, 994.4506208125663],
      [
        1237.0953021125997, 2292.081739775257, 698.4173425817908, 3918.1561431600717, 1701.0287270040265,
        1604.0759503266522,
      ],
    )
    const { effect, standardError, interval, p } = estimated(compareSequentially(a, b, RELATIVE))
    expect(effect).toBeCloseTo(-0.0007, 5)
    expect(standardError).toBeCloseTo(0.00391, 5)
    expect(interval.lower).toBeCloseTo(-0.02063, 5)
    expect(interval.upper).toBeCloseTo(0.01923, 5)
    expect(p).toBe(1)
  })

  it.each<[SequenceOptions, number | null, number | null]>([
    [{ scale: 'relative', alternative: 'greater' }, -0.42356454602790883, null],
    [{ scale: 'absolute', alternative: 'greater' }, -0.12656844172804982, null],
    [{ scale: 'relative', alternative: 'less' }, null, 1.4302867177403806],
    [{ scale: 'absolute', alternative: 'less' }, null, 0.5953217750613832],
  ])('one-sided bounds %j', (options, lower, upper) => {
    const { interval } = estimated(compareSequentially(A, B, options))
    expect(interval.lower === null ? null : interval.lower.toFixed(10)).toBe(
      lower === null ? null : lower.toFixed(10),
    )
    expect(interval.upper === null ? null : interval.upper.toFixed(10)).toBe(
      upper === null ? null : upper.toFixed(10),
    )
  })

  // gbstats bisects alpha in [1e-5, 0.4999] and answers with the trial after the last, 2^-12 of that range off: to the
  // trial itself it is 5e-6.
  it('one-sided p', () => {
    const { p } = estimated(compareSequentially(A, B, { alternative: 'greater' }))
    const halfStep = 0.49989 / 2 ** 12
    expect(Math.abs((p ?? 0) - (0.46316491943359384 - halfStep))).toBeLessThan(5e-6)
  })

  it('is tightest when tuned for the units there are', () => {
    const width = (tunedFor: number) => {
      const { interval } = estimated(compareSequentially(A, B, { ...RELATIVE, tunedFor }))
      return (interval.upper ?? 0) - (interval.lower ?? 0)
    }
    expect(width(10)).toBeGreaterThan(width(10_000))
    expect(width(10_000)).toBeGreaterThan(width(6461))
  })
})

describe('summaries of other kinds', () => {
  it('counts: rates by their Poisson variance, n being events', () => {
    const control = { kind: 'count', events: 400, exposure: 2000 } as const
    const variant = { kind: 'count', events: 480, exposure: 2000 } as const
    const absolute = estimated(compareSequentially(control, variant))
    expect(absolute.effect).toBeCloseTo(0.04, 12)
    expect(absolute.standardError).toBeCloseTo(Math.sqrt(880) / 2000, 12)
    expect(absolute.n).toEqual({ control: 400, variant: 480 })
    const relative = estimated(compareSequentially(control, variant, RELATIVE))
    expect(relative.standardError).toBeCloseTo(1.2 * Math.sqrt(1 / 400 + 1 / 480), 12)
  })

  it('quantiles with clusters, and ratios', () => {
    const moments = momentsFromSums(
      500,
      [2000, 5000],
      [
        [9000, 21_000],
        [21_000, 52_000],
      ],
    )
    if ('kind' in moments) throw new Error(JSON.stringify(moments))
    const ratio = estimated(compareSequentially({ kind: 'ratio', moments }, { kind: 'ratio', moments }))
    expect(ratio.effect).toBe(0)
    expect(ratio.p).toBe(1)
    const quantile = {
      kind: 'quantile',
      probability: 0.9,
      n: 900,
      nStar: 900,
      value: 5,
      lower: 4.8,
      upper: 5.3,
      clusters: null,
    } as const
    const effect = estimated(compareSequentially(quantile, { ...quantile, value: 9, lower: 8.8, upper: 9.2 }))
    expect(effect.effect).toBe(4)
    expect(effect.p).toBeLessThan(1e-10)
    expect(effect.method).toBe('asymptotic_sequence_absolute_quantile')
  })

  it('that differ are refused', () => {
    expect(compareSequentially(A, { kind: 'proportion', n: 500, successes: 5 })).toMatchObject({
      argument: 'variant',
    })
  })
})

describe('closed forms (source: reference numbers of the formulae, by SciPy)', () => {
  it.each([
    [1000, 0.08908509752892212],
    [5000, 0.03984006677137368],
    [10_000, 0.02817118137696317],
  ])('rho tuned for %d is %d', (tunedFor, rho) => {
    expect(Math.abs(sequenceRho(tunedFor, 0.05, 'two_sided') / rho - 1)).toBeLessThan(1e-14)
  })

  it.each([
    [5000, 100, 0.6694388617],
    [5000, 1000, 0.1063754701],
    [5000, 5000, 0.0429243372],
    [5000, 10_000, 0.0306147722],
    [5000, 1e5, 0.01055207],
    [1000, 1000, 0.0959817358],
  ])('the half-width tuned for %d after %d units is %d', (tunedFor, n, halfWidth) => {
    const rho = sequenceRho(tunedFor, 0.05, 'two_sided')
    expect(sequenceRadius(n, rho, 0.05, 'two_sided') / Math.sqrt(n)).toBeCloseTo(halfWidth, 10)
  })

  it('the mixture SPRT', () => {
    const options = { effectVariance: 0.01 }
    const { e, p, interval } = estimated(mixtureSprt({ effect: 0.1, variance: 2, n: 1000 }, options))
    expect(Math.abs((e ?? 0) / 3.278721627526389 - 1)).toBeLessThan(1e-13)
    expect(Math.abs((p ?? 0) / 0.3049969206304482 - 1)).toBeLessThan(1e-13)
    expect(interval.upper).toBeCloseTo(0.1 + 0.1366738367, 10)
    const none = estimated(mixtureSprt({ effect: 0, variance: 2, n: 1000 }, options))
    expect(none.e).toBeCloseTo(0.408248290463863, 14)
    expect(none.p).toBe(1)
  })

  // TensorZero's rho, 0.29634, is tuned for 100 by another formula.
  it.each([
    [100, 0.25, 0.16133336613507268],
    [1000, 0.25, 0.048838022903425246],
    [100, 0, 0.0825989858881006],
  ])('the Lyapunov form of TensorZero after %d terms of variance %d is %d', (n, variance, margin) => {
    const twice = -2 * Math.log(0.05)
    const rho = Math.sqrt(twice + Math.log(twice) + 1) / 10
    expect(Math.abs(lyapunovRadius(n, variance, rho, 0.05, 'two_sided') / margin - 1)).toBeLessThan(1e-13)
  })
})

const look = fc.record({
  effect: fc.double({ min: -5, max: 5, noNaN: true }),
  standardError: fc.double({ min: 0.01, max: 3, noNaN: true }),
  n: fc.record({ control: fc.integer({ min: 100, max: 1e6 }), variant: fc.integer({ min: 100, max: 1e6 }) }),
})
const alpha = fc.double({ min: 1e-4, max: 0.4, noNaN: true })
const alternative = fc.constantFrom('two_sided' as const, 'greater' as const, 'less' as const)

describe('the asymptotic sequence', () => {
  it('excludes the null effect exactly when p < alpha, and e is 1 / p', () => {
    const options = fc.record({ alpha, alternative, nullEffect: fc.double({ min: -2, max: 2, noNaN: true }) })
    fc.assert(
      fc.property(look, options, (data, asked) => {
        const { interval, p, e } = estimated(asymptoticSequence(data, asked))
        const isOutside =
          (interval.lower ?? -Infinity) > asked.nullEffect || (interval.upper ?? Infinity) < asked.nullEffect
        expect(isOutside).toBe((p ?? 1) < asked.alpha)
        expect(p).toBeGreaterThanOrEqual(0)
        expect(p).toBeLessThanOrEqual(1)
        expect(Math.min(1, 1 / (e ?? 1))).toBeCloseTo(p ?? 2, 10)
      }),
    )
  })

  it('is antisymmetric in the variants', () => {
    fc.assert(
      fc.property(look, alpha, ({ effect, standardError, n }, level) => {
        const forward = estimated(
          asymptoticSequence({ effect, standardError, n }, { alpha: level, alternative: 'greater' }),
        )
        const back = { effect: -effect, standardError, n: { control: n.variant, variant: n.control } }
        const backward = estimated(asymptoticSequence(back, { alpha: level, alternative: 'less' }))
        expect(backward.interval.upper).toBe(-(forward.interval.lower ?? Number.NaN))
        expect(backward.p).toBe(forward.p)
      }),
    )
  })

  it('widens with the level, and narrows with units', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        alpha,
        fc.constantFrom('two_sided' as const, 'one_sided' as const),
        (n, level, sides) => {
          const rho = sequenceRho(5000, 0.05, sides)
          const width = (units: number, a: number) => sequenceRadius(units, rho, a, sides) / Math.sqrt(units)
          expect(width(n, level / 2)).toBeGreaterThan(width(n, level))
          expect(width(n + 1, level)).toBeLessThan(width(n, level))
        },
      ),
    )
  })

  it('is the normal mixture boundary of confseq with rho = 1 / rho^2', () => {
    const mixture = normalMixture({ intrinsicTime: 400, alpha: 0.05 }, 'two_sided')
    const rho = sequenceRho(400, 0.05, 'two_sided')
    expect(sequenceRadius(900, rho, 0.01, 'two_sided') * Math.sqrt(900)).toBeCloseTo(
      mixture.boundary(900, 0.01),
      9,
    )
  })

  it('one-sided never claims more than the exact half-normal mixture', () => {
    const mixture = normalMixture({ intrinsicTime: 400, alpha: 0.05 }, 'one_sided')
    const rho = sequenceRho(400, 0.05, 'one_sided')
    fc.assert(
      fc.property(fc.double({ min: -3, max: 12, noNaN: true }), fc.integer({ min: 1, max: 1e5 }), (z, n) => {
        const exact = mixture.logMartingale(z * Math.sqrt(n), n)
        expect(sequenceLogE(z, n, rho, 'one_sided')).toBeLessThanOrEqual(exact + 1e-9)
      }),
    )
  })

  it('in intrinsic time is the same where the variance is constant', () => {
    fc.assert(
      fc.property(
        look,
        alpha,
        fc.constantFrom('two_sided' as const, 'one_sided' as const),
        ({ effect, n }, level, sides) => {
          const rho = sequenceRho(3000, 0.05, sides)
          const [units, deviation] = [n.control, 1.7]
          const radius = (sequenceRadius(units, rho, level, sides) * deviation) / Math.sqrt(units)
          expect(lyapunovRadius(units, deviation ** 2, rho / deviation, level, sides) / radius).toBeCloseTo(
            1,
            10,
          )
          const z = (effect / deviation) * Math.sqrt(units)
          const logE = lyapunovLogE(effect, units, deviation ** 2, rho / deviation, sides)
          if (logE < 500) expect(logE).toBeCloseTo(sequenceLogE(z, units, rho, sides), 6)
        },
      ),
    )
  })

  const data = { effect: 1, standardError: 0.1, n: { control: 500, variant: 400 } }
  it.each<[string, Result, object]>([
    ['the burn-in', asymptoticSequence(data, { burnIn: 401 }), { reason: 'too_few_units', needed: 401 }],
    ['no variance', asymptoticSequence({ ...data, standardError: 0 }), { reason: 'no_variance' }],
    [
      'a control near zero',
      compareSequentially(meanOf(500, 3, 400), meanOf(500, 60, 450), RELATIVE),
      { reason: 'control_not_distinct_from_zero' },
    ],
    [
      'a pair too few',
      mixtureSprt({ effect: 1, variance: 1, n: 99 }, { effectVariance: 1 }),
      { needed: 100 },
    ],
  ])('is insufficient for %s', (_what, result, rest) => {
    expect(result).toMatchObject({ kind: 'insufficient', ...rest })
  })

  it.each<[string, Result]>([
    ['alpha', asymptoticSequence(data, { alpha: 95 })],
    ['alpha', asymptoticSequence(data, { alpha: 0.5, alternative: 'less' })],
    ['tunedFor', asymptoticSequence(data, { tunedFor: 0 })],
    ['burnIn', asymptoticSequence(data, { burnIn: 1 })],
    ['nullEffect', asymptoticSequence(data, { nullEffect: Number.NaN })],
    ['effect', asymptoticSequence({ ...data, effect: Number.NaN })],
    ['standardError', asymptoticSequence({ ...data, standardError: -1 })],
    ['n', asymptoticSequence({ ...data, n: { control: -1, variant: 500 } })],
    ['effectVariance', mixtureSprt({ effect: 1, variance: 1, n: 500 }, { effectVariance: 0 })],
  ])('names %s when it is out of range', (argument, result) => {
    expect(result).toMatchObject({ kind: 'invalid', argument })
  })
})
