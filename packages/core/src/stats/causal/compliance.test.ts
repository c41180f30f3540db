import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { drawNormal, seededRng } from '../rng/rng.ts'
import {
  type ComplianceSummary,
  complierEffect,
  intentionToTreat,
  summariseCompliance,
} from './compliance.ts'
import fixture from './fixtures/compliance.json' with { type: 'json' }

type Unit = readonly [number, number]

function summary(units: readonly (readonly number[])[]): ComplianceSummary {
  const made = summariseCompliance(units.map(([y = 0, d = 0]): Unit => [y, d]))
  if (made.kind !== 'compliance') throw new Error(made.expected)
  return made
}

function estimate(result: ReturnType<typeof complierEffect>) {
  if (result.kind !== 'estimate') throw new Error(JSON.stringify(result))
  return result
}

/** Units of one assigned variant: `served` of them by the variant under test, whose effect is `effect`. */
function units(seed: number, n: number, served: number, effect: number): readonly Unit[] {
  const rng = seededRng(seed)
  return Array.from({ length: n }, () => {
    const taken = rng.uniform() < served ? 1 : 0
    return [effect * taken + drawNormal(rng), taken]
  })
}

describe('the effect on units that assignment sways', () => {
  it.each(fixture.rows)(`is $effect with standard error $standardError (source: ${fixture.source})`, row => {
    const late = estimate(complierEffect(summary(row.control), summary(row.variant), { interval: 'delta' }))
    expect(late.effect).toBeCloseTo(row.effect, 11)
    expect(late.standardError).toBeCloseTo(row.standardError, 10)
    expect(Math.abs((late.firstStageF ?? 0) / row.f - 1)).toBeLessThan(1e-11)
  })

  it('has a one-sided bound that excludes the null effect exactly when p is below alpha, at any alpha', () => {
    const [control, variant] = [summary(units(1, 60, 0.1, 0.3)), summary(units(2, 60, 0.8, 0.3))]
    const alpha = fc.double({ min: 1e-6, max: 0.999, noNaN: true })
    const alternative = fc.constantFrom('greater', 'less')
    const interval = fc.constantFrom('anderson_rubin', 'delta')
    fc.assert(
      fc.property(
        alpha,
        alternative,
        interval,
        fc.double({ min: -1, max: 1, noNaN: true }),
        (a, side, by, d) => {
          const asked = { alpha: a, alternative: side, interval: by, nullEffect: d } as const
          const late = estimate(complierEffect(control, variant, asked))
          const { lower, upper } = late.interval
          fc.pre(Math.abs((late.p ?? 0) / a - 1) > 1e-9)
          const isOutside = side === 'greater' ? d < (lower ?? -Infinity) : d > (upper ?? Infinity)
          expect(isOutside).toBe((late.p ?? 1) < a)
        },
      ),
    )
  })

  it.each([
    ['n', { n: Infinity, means: [0, 0], d: 0.1 }],
    ['n', { n: Number.NaN, means: [0, 0], d: 0.1 }],
    ['summary', { n: 10, means: [0, 1e200], d: 0.1 }],
    ['summary', { n: 10, means: [0, 1e10], d: 1e-300 }],
  ])('is invalid by %s: %j', (argument, { n, means, d }) => {
    const moments = {
      n,
      means,
      comoments: [
        [1, 0],
        [0, d],
      ],
    }
    const control = summary([
      [0, 0],
      [1, 0],
    ])
    expect(complierEffect(control, { kind: 'compliance', moments })).toMatchObject({
      kind: 'invalid',
      argument,
    })
  })

  it('is the intention-to-treat effect by the share that complies', () => {
    const [control, variant] = [summary(units(1, 400, 0.1, 2)), summary(units(2, 400, 0.7, 2))]
    const late = estimate(complierEffect(control, variant))
    const assigned = intentionToTreat(control, variant)
    if (assigned.kind !== 'estimate') throw new Error('no estimate')
    expect(late.effect).toBeCloseTo(assigned.effect / late.compliance, 12)
    expect(late.compliance).toBeCloseTo(0.6, 1)
  })

  it('is that of assignment itself when everybody complies', () => {
    const [control, variant] = [summary(units(3, 50, 0, 1)), summary(units(4, 50, 1, 1))]
    const late = estimate(complierEffect(control, variant))
    const assigned = intentionToTreat(control, variant)
    if (assigned.kind !== 'estimate') throw new Error('no estimate')
    expect(late).toMatchObject({ compliance: 1, firstStageF: null, effect: assigned.effect })
    expect(late.standardError).toBeCloseTo(assigned.standardError ?? 0, 12)
  })

  it('holds the points of its Anderson-Rubin interval exactly at alpha', () => {
    const [control, variant] = [summary(units(5, 80, 0.2, 1)), summary(units(6, 90, 0.7, 1))]
    const { interval } = estimate(complierEffect(control, variant, { alpha: 0.1 }))
    for (const end of [interval.lower, interval.upper]) {
      const at = estimate(complierEffect(control, variant, { alpha: 0.1, nullEffect: end ?? Number.NaN }))
      expect(at.p).toBeCloseTo(0.1, 10)
    }
  })

  it.each(['delta', 'anderson_rubin'] as const)(
    'excludes 0 if and only if p < alpha, and is antisymmetric: %s',
    interval => {
      fc.assert(
        fc.property(
          fc.integer({ min: 1, max: 1e6 }),
          fc.double({ min: -1, max: 1, noNaN: true }),
          (seed, effect) => {
            const [control, variant] = [
              summary(units(seed, 60, 0.1, effect)),
              summary(units(seed + 1, 60, 0.8, effect)),
            ]
            const late = estimate(complierEffect(control, variant, { interval }))
            const { lower, upper } = late.interval
            expect((lower ?? 0) > 0 || (upper ?? 0) < 0).toBe((late.p ?? 1) < 0.05)
            const mirrored = estimate(complierEffect(variant, control, { interval }))
            expect(mirrored.effect).toBeCloseTo(late.effect, 10)
            expect(mirrored.interval.lower).toBeCloseTo(lower ?? 0, 9)
          },
        ),
        { numRuns: 40 },
      )
    },
  )

  it('covers in 95 of 100 experiments with few compliers (seeded, 2,000 runs)', () => {
    let missed = 0
    for (let run = 0; run < 2000; run++) {
      const control = summary(units(10_000 + run, 100, 0.1, 1))
      const variant = summary(units(20_000 + run, 100, 0.5, 1))
      const late = complierEffect(control, variant)
      if (late.kind === 'estimate' && ((late.interval.lower ?? 0) > 1 || (late.interval.upper ?? 0) < 1))
        missed++
    }
    // 99.9 % of counts at 5 %: 100 +- 3.3 * 9.7.
    expect(Math.abs(missed - 100)).toBeLessThan(33)
  })

  it('is not told when assignment hardly sways anybody', () => {
    const [control, variant] = [summary(units(7, 60, 0.5, 1)), summary(units(8, 60, 0.52, 1))]
    expect(complierEffect(control, variant)).toEqual({
      kind: 'insufficient',
      reason: 'weak_instrument',
      needed: null,
    })
  })

  it.each([
    ['one unit', summary([[1, 1]]), summary(units(1, 9, 1, 1)), {}, { reason: 'too_few_units' }],
    [
      'a relative scale',
      summary(units(1, 9, 0, 1)),
      summary(units(2, 9, 1, 1)),
      { scale: 'relative' } as const,
      { argument: 'scale' },
    ],
    [
      'alpha of 1',
      summary(units(1, 9, 0, 1)),
      summary(units(2, 9, 1, 1)),
      { alpha: 1 },
      { argument: 'alpha' },
    ],
    [
      'outcomes that do not vary on the variant',
      summary([
        [1, 0],
        [4, 0],
      ]),
      summary([
        [2, 1],
        [2, 1],
      ]),
      {},
      { reason: 'no_variance' },
    ],
    [
      'outcomes that do not vary',
      summary([
        [1, 0],
        [1, 0],
      ]),
      summary([
        [2, 1],
        [2, 1],
      ]),
      {},
      { reason: 'no_variance' },
    ],
  ])('is refused for %s', (_what, control, variant, options, refusal) => {
    expect(complierEffect(control, variant, options)).toMatchObject(refusal)
  })

  it('is not summarised from values that are not finite', () => {
    expect(summariseCompliance([[Number.NaN, 1]])).toMatchObject({ kind: 'invalid' })
  })
})
