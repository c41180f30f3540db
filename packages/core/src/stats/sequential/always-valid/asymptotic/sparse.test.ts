import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Rng, seededRng } from '../../../rng/rng.ts'
import type { MeanSummary, ProportionSummary, RatioSummary, Summary } from '../../../summary/summary.ts'
import { checkGuardrail } from '../guardrail.ts'
import { compareSequentially } from './compare.ts'
import { LEAST_EVENTS, proportionSpread, refuseSparse } from './sparse.ts'

const of = (successes: number, n: number): ProportionSummary => ({ kind: 'proportion', successes, n })

/** So many values of 1, the rest 0. */
const ones = (count: number, n: number): MeanSummary => ({
  kind: 'mean',
  n,
  mean: count / n,
  m2: (count * (n - count)) / n,
})

/** The same by a request each. */
const ratioOfOnes = (count: number, n: number): RatioSummary => ({
  kind: 'ratio',
  moments: {
    n,
    means: [count / n, 1],
    comoments: [
      [(count * (n - count)) / n, 0],
      [0, 0],
    ],
  },
})

describe('values that are rare', () => {
  const around = (n: number): MeanSummary => ({ kind: 'mean', n, mean: 0.001, m2: n })

  /** By what the standard error exceeds that of each variant's own spread. */
  const factorOf = (control: Summary, variant: Summary, leastEvents?: number) => {
    const results = [leastEvents, 0].map(least =>
      compareSequentially(control, variant, least === undefined ? {} : { leastEvents: least }),
    )
    const [asked, own] = results.map(result =>
      result.kind === 'estimate' ? (result.standardError ?? Number.NaN) : Number.NaN,
    )
    return (asked ?? Number.NaN) / (own ?? Number.NaN)
  }

  it.each<[string, Summary, Summary, 'common' | 'own']>([
    ['a canary with fewer than its part', of(380, 19_000), of(10, 1000), 'common'],
    ['a canary with more than its part', of(38, 1900), of(9, 100), 'own'],
    ['an even split', of(3, 1000), of(40, 1000), 'own'],
    ['a third of the units', of(40, 2000), of(3, 1000), 'own'],
    ['less than a third', of(40, 2001), of(3, 1000), 'common'],
    ['300 on each', of(7600, 380_000), of(300, 20_000), 'own'],
    ['299 on the canary', of(7600, 380_000), of(299, 20_000), 'common'],
    ['failures among successes', of(18_620, 19_000), of(990, 1000), 'common'],
    ['means', ones(380, 19_000), ones(10, 1000), 'common'],
    ['ratios', ratioOfOnes(380, 19_000), ratioOfOnes(10, 1000), 'common'],
    ['means of both signs, alike', around(19_000), around(1000), 'own'],
  ])('vary on a small canary no less than on the control: %s', (_what, control, variant, spread) => {
    const factor = factorOf(control, variant)
    if (spread === 'own') expect(factor).toBeCloseTo(1, 3)
    else expect(factor).toBeGreaterThan(1.01)
  })

  it('have the standard error of a spread common to both variants', () => {
    const [control, variant] = [of(380, 19_000), of(10, 1000)]
    const common = (380 * (1 - 0.02) + 10 * (1 - 0.01)) / (20_000 - 2)
    const result = compareSequentially(control, variant)
    if (result.kind !== 'estimate') throw new Error(result.kind)
    const own = Math.sqrt((0.01 * 0.99) / 999 + (0.02 * 0.98) / 18_999)
    expect(factorOf(control, variant)).toBeCloseTo(Math.sqrt(common * (1 / 19_000 + 1 / 1000)) / own, 10)
    expect(result.standardError).toBeGreaterThan(own)
  })

  it.each<[string, Summary, Summary]>([
    ['a canary without any', of(38, 1900), of(0, 100)],
    ['a control without any', of(0, 1900), of(30, 100)],
    ['ratios of none', ratioOfOnes(380, 19_000), ratioOfOnes(0, 1000)],
  ])('have no answer before both variants vary: %s', (_what, control, variant) => {
    for (const leastEvents of [0, 15, 300])
      expect(compareSequentially(control, variant, { leastEvents })).toMatchObject({
        kind: 'insufficient',
        reason: 'no_variance',
      })
  })

  it('are asked for as often as the caller says', () => {
    const [control, variant] = [of(380, 19_000), of(10, 1000)]
    expect(factorOf(control, variant, 10)).toBe(1)
    expect(factorOf(control, variant, 11)).toBeGreaterThan(1)
    expect(compareSequentially(control, variant, { leastEvents: -1 })).toMatchObject({
      argument: 'leastEvents',
    })
  })

  it('never make an interval narrower', () => {
    const summary = (most: number) =>
      fc
        .record({ n: fc.integer({ min: 100, max: most }), share: fc.double({ min: 0, max: 1, noNaN: true }) })
        .map(({ n, share }) => of(Math.round(share * n), n))
    fc.assert(
      fc.property(summary(100_000), summary(2000), (control, variant) => {
        const factor = factorOf(control, variant)
        if (!Number.isNaN(factor)) expect(factor).toBeGreaterThanOrEqual(1)
      }),
    )
  })
})

describe('what has no spread to borrow', () => {
  it.each([
    ['a canary with fewer than its part', of(380, 19_000), of(10, 1000), 'too_few_events'],
    ['a canary with more than its part', of(38, 1900), of(9, 100), null],
    ['15 on each', of(380, 19_000), of(15, 1000), null],
    ['none', of(38, 1900), of(0, 100), 'no_variance'],
  ])('is refused: %s', (_what, control, variant, reason) => {
    const refusal = refuseSparse(proportionSpread(control), proportionSpread(variant), LEAST_EVENTS)
    if (reason === null) expect(refusal).toBeNull()
    else expect(refusal).toMatchObject({ kind: 'insufficient', reason })
  })
})

/** Looks after every 50 units, both variants with the same rate, until one says so. */
function isAlarmed(
  rng: Rng,
  [share, rate, units]: readonly [number, number, number],
  alarm: (control: ProportionSummary, variant: ProportionSummary) => boolean,
): boolean {
  const [control, variant] = [
    { n: 0, successes: 0 },
    { n: 0, successes: 0 },
  ]
  for (let i = 1; i <= units; i++) {
    const arm = rng.uniform() < share ? variant : control
    arm.n++
    if (rng.uniform() < rate) arm.successes++
    const isLook = i % 50 === 0
    if (isLook && alarm(of(control.successes, control.n), of(variant.successes, variant.n))) return true
  }
  return false
}

// At 5 % of the units and looks after every unit: `calibration/canary.ts`.
describe('a canary with rare events', () => {
  const runs = 2000
  // 99.9 % of counts at 5 % lie below 132 of 2,000.
  const most = 132
  it.each([
    [0.1, 0.02, 4000, 'less'],
    [0.3, 0.005, 4000, 'two_sided'],
  ] as const)(
    'of share %d and rate %d, looked at to %d units, gives false alarms no more often than alpha (%s, seeded)',
    (share, rate, units, alternative) => {
      let alarms = 0
      for (let run = 0; run < runs; run++) {
        const isFalse = isAlarmed(seededRng(run), [share, rate, units], (control, variant) => {
          const result = compareSequentially(control, variant, { alternative })
          return result.kind === 'estimate' && (result.p ?? 1) < 0.05
        })
        if (isFalse) alarms++
      }
      expect(alarms).toBeLessThan(most)
    },
  )

  /** Of runs at the margin in truth, how many are ever called safe; looks at 5 % of 4,000 units, every 50. */
  function calledSafe([rate, higher]: readonly [number, number], leastEvents?: number): number {
    let count = 0
    for (let run = 0; run < runs; run++)
      if (isCalledSafe(seededRng(run), [rate, higher], leastEvents)) count++
    return count
  }

  function isCalledSafe(rng: Rng, [rate, higher]: readonly [number, number], leastEvents?: number): boolean {
    const [control, variant] = [
      { n: 0, successes: 0 },
      { n: 0, successes: 0 },
    ]
    const least = leastEvents === undefined ? {} : { leastEvents }
    for (let i = 1; i <= 4000; i++) {
      const isVariant = rng.uniform() < 0.05
      const arm = isVariant ? variant : control
      arm.n++
      if (rng.uniform() < (isVariant ? higher : rate)) arm.successes++
      if (i % 50 > 0) continue
      const [a, b] = [of(control.successes, control.n), of(variant.successes, variant.n)]
      const check = checkGuardrail(asked => compareSequentially(a, b, { ...asked, ...least }), {
        margin: higher - rate,
        better: 'lower',
      })
      if (check.kind === 'guardrail' && check.verdict === 'safe') return true
    }
    return false
  }

  it.each([
    [0.01, 0.03],
    [0.005, 0.025],
  ] as const)(
    'of rate %d is not called safe with %d, at the margin, more often than alpha (seeded)',
    (rate, higher) => {
      expect(calledSafe([rate, higher])).toBeLessThan(most)
    },
  )

  it("is called safe too often by each variant's own spread (seeded)", () => {
    expect(calledSafe([0.01, 0.03], 0)).toBeGreaterThan(most)
  })
})

describe('the upper end of a small canary', () => {
  const [control, variant] = [of(20, 2000), of(1, 150)]

  it('is where the standard error of that very effect reaches the estimate', () => {
    const found = compareSequentially(control, variant)
    const [own] = [compareSequentially(control, variant, { leastEvents: 0 })]
    if (found.kind !== 'estimate' || own.kind !== 'estimate') throw new Error('no estimate')
    const radius = (found.effect - (found.interval.lower ?? 0)) / (found.standardError ?? 0)
    const end = found.interval.upper ?? 0
    const error = Math.sqrt(((0.01 + end) * (0.99 - end)) / 150 + (0.01 * 0.99) / 2000)
    expect(end - found.effect).toBeCloseTo(radius * error, 10)
    expect(end).toBeGreaterThan(own.interval.upper ?? 0)
  })

  it('leaves out a null effect exactly when p < alpha, and is never lower, on either scale', () => {
    const small = fc
      .record({
        n: fc.integer({ min: 100, max: 900 }),
        share: fc.double({ min: 0.001, max: 0.3, noNaN: true }),
      })
      .map(({ n, share }) => of(Math.max(1, Math.round(share * n)), n))
    const large = fc
      .record({
        n: fc.integer({ min: 2000, max: 9000 }),
        share: fc.double({ min: 0.01, max: 0.3, noNaN: true }),
      })
      .map(({ n, share }) => of(Math.round(share * n), n))
    const options = fc.record({
      scale: fc.constantFrom('absolute' as const, 'relative' as const),
      alternative: fc.constantFrom('two_sided' as const, 'less' as const, 'greater' as const),
      nullEffect: fc.double({ min: -0.2, max: 0.4, noNaN: true }),
    })
    const kind = fc.constantFrom('proportion', 'mean')
    const as = ({ successes, n }: ProportionSummary, what: string) =>
      what === 'mean' ? ones(successes, n) : of(successes, n)
    fc.assert(
      fc.property(large, small, options, kind, (a, b, asked, what) => {
        const found = compareSequentially(as(a, what), as(b, what), asked)
        const own = compareSequentially(as(a, what), as(b, what), { ...asked, leastEvents: 0 })
        if (found.kind !== 'estimate' || own.kind !== 'estimate') return
        const { lower, upper } = found.interval
        if (Math.abs((found.p ?? 0) / 0.05 - 1) > 1e-6) {
          const isOut = (lower ?? -Infinity) > asked.nullEffect || (upper ?? Infinity) < asked.nullEffect
          expect(isOut).toBe((found.p ?? 1) < 0.05)
        }
        expect(upper ?? Infinity).toBeGreaterThanOrEqual((own.interval.upper ?? Infinity) - 1e-12)
      }),
      { numRuns: 400 },
    )
  })

  it('is open where no effect could be told from the estimate', () => {
    const [a, b] = [ones(400, 20_000), ones(1, 100)]
    const found = compareSequentially(a, b)
    if (found.kind !== 'estimate') throw new Error(found.kind)
    expect(found.interval.upper).toBeNull()
    expect(found.interval.lower).toBeLessThan(0)
  })
})

describe('a canary with skewed values', () => {
  const runs = 2000
  const most = 132

  /** Share of runs whose sequence, of 5 % of 6,000 units, ever says that the canary has less; looks every 50 units. */
  function alarms(draw: (rng: Rng) => number, leastEvents?: number): number {
    let count = 0
    for (let run = 0; run < runs; run++) if (isAlarmedBy(seededRng(run), draw, leastEvents)) count++
    return count
  }

  function isAlarmedBy(rng: Rng, draw: (rng: Rng) => number, leastEvents?: number): boolean {
    const [control, variant] = [
      { n: 0, sum: 0, squares: 0 },
      { n: 0, sum: 0, squares: 0 },
    ]
    for (let i = 1; i <= 6000; i++) {
      const arm = rng.uniform() < 0.05 ? variant : control
      const value = draw(rng)
      arm.n++
      arm.sum += value
      arm.squares += value * value
      // What has not even a lower mean cannot be found to be less.
      if (i % 50 > 0 || variant.n < 100 || variant.sum * control.n >= control.sum * variant.n) continue
      const [a, b] = [control, variant].map(({ n, sum, squares }): MeanSummary => {
        return { kind: 'mean', n, mean: sum / n, m2: squares - (sum * sum) / n }
      })
      if (a === undefined || b === undefined) throw new Error('two arms')
      const result = compareSequentially(a, b, {
        alternative: 'less',
        ...(leastEvents === undefined ? {} : { leastEvents }),
      })
      if (result.kind === 'estimate' && (result.p ?? 1) < 0.05) return true
    }
    return false
  }

  // Pareto 2.5, cut at its 99 % quantile.
  const winsorised = (rng: Rng) => Math.min(100 ** 0.4, (1 - rng.uniform()) ** -0.4)

  it('gives false alarms no more often than alpha, and far fewer than by its own spread: winsorised Pareto (seeded)', () => {
    const seen = alarms(winsorised)
    expect(seen).toBeLessThan(most)
    expect(seen).toBeLessThan(0.75 * alarms(winsorised, 0))
  })
})
