import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { drawNormal, type Rng, seededRng } from '../../rng/rng.ts'
import {
  analyseGroupSequential,
  type GroupSequentialEstimate,
  type GroupSequentialPlan,
  type LookEffect,
} from './analysis.ts'
import { type Stage, spendingBoundaries } from './boundary.ts'
import { spentBy } from './spending.ts'

const N = { control: 500, variant: 500 }

const plan: GroupSequentialPlan = {
  alpha: 0.05,
  alternative: 'two_sided',
  spending: { family: 'obrien_fleming' },
  plannedInformation: 400,
  nullEffect: 0,
  scale: 'absolute',
}

/** A look at a share of the planned information, with this z statistic. */
function lookAt(time: number, z: number, n = N): LookEffect {
  const standardError = 1 / Math.sqrt(400 * time)
  return { effect: z * standardError, standardError, n }
}

function known(...args: Parameters<typeof analyseGroupSequential>): GroupSequentialEstimate {
  const result = analyseGroupSequential(...args)
  if (result.kind !== 'estimate') throw new Error(JSON.stringify(result))
  return result
}

describe('the analysis of a look', () => {
  it('of a test that goes on has the plain effect, its repeated interval and the sequential p value', () => {
    const found = known(plan, [lookAt(0.25, 1), lookAt(0.5, 1.5)])
    expect(found).toMatchObject({ state: 'running', look: 2, method: 'group_sequential', e: null, n: N })
    expect(found.time).toBeCloseTo(0.5, 12)
    expect(found.z).toBeCloseTo(1.5, 12)
    expect(found.effect).toBeCloseTo(1.5 / Math.sqrt(200), 12)
    expect(found.interval.kind).toBe('sequence')
    expect(found.interval.upper).toBeCloseTo((1.5 + (found.boundary ?? 0)) / Math.sqrt(200), 12)
    expect(found.p).toBe(found.repeated.p)
    expect(found.p).toBeGreaterThan(0.05)
    expect(found.alphaSpent).toBeCloseTo(2 * 0.00152532, 7)
  })

  it('that crosses the boundary rejects, with the estimate adjusted for stopping', () => {
    const found = known(plan, [lookAt(0.25, 1), lookAt(0.5, 3.2)])
    expect(found).toMatchObject({ state: 'rejected', look: 2 })
    expect(found.interval.kind).toBe('confidence')
    expect(found.interval.lower).toBeGreaterThan(0)
    expect(found.p).toBeLessThan(0.05)
    expect(found.effect).toBeGreaterThan(0)
    expect(found.effect).toBeLessThanOrEqual(3.2 / Math.sqrt(200))
    expect(found.repeated.interval.kind).toBe('sequence')
  })

  it('stays with the look that rejected, whatever came later', () => {
    const stopped = known(plan, [lookAt(0.25, 1), lookAt(0.5, 3.2)])
    expect(known(plan, [lookAt(0.25, 1), lookAt(0.5, 3.2), lookAt(1, 0)])).toEqual(stopped)
    expect(known(plan, [lookAt(0.25, 1), lookAt(0.5, 3.2), lookAt(0.9, 0)], 'final')).toEqual(stopped)
  })

  it.each([
    [1, 'interim'],
    [1.2, 'interim'],
    [0.8, 'final'],
  ] as const)('at time %d, %s, without crossing ends the test', (time, stage) => {
    const found = known(plan, [lookAt(0.5, 1), lookAt(time, 1.2)], stage)
    expect(found.state).toBe('ended')
    expect(found.alphaSpent).toBeCloseTo(0.05, 12)
    expect(found.interval.kind).toBe('confidence')
    expect(found.interval.lower).toBeLessThan(0)
    expect(found.p).toBeGreaterThan(0.05)
  })

  it('of a final look without news answers by the look before', () => {
    const looks = [lookAt(0.3, 1), lookAt(0.6, 1.4), lookAt(0.6, 1.4)]
    const found = known(plan, looks, 'final')
    expect(found).toMatchObject({ state: 'ended', look: 3, boundary: null })
    expect(found.interval.kind).toBe('confidence')
    expect(found.p).toBeGreaterThan(0.05)
  })

  it('passes over looks whose information fell', () => {
    const found = known(plan, [lookAt(0.5, 1), lookAt(0.45, 9)])
    expect(found).toMatchObject({ state: 'running', boundary: null, look: 2 })
    expect(found.interval).toMatchObject({ lower: null, upper: null })
  })

  it('stops as if a look on the way whose information did not grow had not been', () => {
    const looks = [lookAt(0.25, 1), lookAt(0.5, 1.2), lookAt(0.499, 1.3), lookAt(0.8, 3.2)]
    const { look, ...found } = known(plan, looks)
    const { look: of3, ...without } = known(plan, looks.toSpliced(2, 1))
    expect([look, of3]).toEqual([4, 3])
    expect(found).toEqual(without)
    expect(found.state).toBe('rejected')
  })

  it('neither shows nor spends anything at looks within the burn-in', () => {
    const small = { control: 99, variant: 400 }
    const late = known(plan, [lookAt(0.2, 9, small), lookAt(0.5, 1)])
    expect(late.alphaSpent).toBeCloseTo(known(plan, [lookAt(0.5, 1)]).alphaSpent, 15)
    expect(late.look).toBe(2)
    expect(analyseGroupSequential(plan, [lookAt(0.2, 9, small)])).toEqual({
      kind: 'insufficient',
      reason: 'too_few_units',
      needed: 100,
    })
  })

  it('takes the burn-in it is told', () => {
    const few = { control: 12, variant: 12 }
    const found = known({ ...plan, burnIn: 12 }, [lookAt(0.5, 1, few)])
    expect(found.guarantee).toEqual({ kind: 'asymptotic', burnIn: 12 })
    expect(found.assumptions[0]?.what).toContain('12 units')
    expect(analyseGroupSequential({ ...plan, burnIn: 13 }, [lookAt(0.5, 1, few)])).toMatchObject({
      needed: 13,
    })
  })

  it('spends by the clock of its looks', () => {
    const looks = [
      { ...lookAt(0.3, 1), clock: 0.5 },
      { ...lookAt(0.4, 1.5), clock: 0.8 },
    ]
    const found = known(plan, looks)
    expect(found.alphaSpent).toBeCloseTo(2 * spentBy(plan.spending, 0.025, 0.8), 12)
    expect(found.time).toBeCloseTo(0.4, 12)
    expect(found.p).toBeGreaterThan(0.05)
    expect(known(plan, [looks[0] ?? lookAt(0.3, 1), { ...lookAt(0.4, 1.5), clock: 1 }]).state).toBe('ended')
  })

  it('against a margin moves all by the margin', () => {
    const margin = -0.02
    const shifted = [lookAt(0.5, 1), lookAt(1, 2.5)].map(look => ({ ...look, effect: look.effect + margin }))
    const there = known({ ...plan, alternative: 'greater', nullEffect: margin }, shifted)
    const here = known({ ...plan, alternative: 'greater' }, [lookAt(0.5, 1), lookAt(1, 2.5)])
    expect(there.p).toBeCloseTo(here.p ?? 0, 10)
    expect(there.effect).toBeCloseTo(here.effect + margin, 10)
    expect(there.interval.lower).toBeCloseTo((here.interval.lower ?? 0) + margin, 10)
    expect(there.interval.upper).toBeNull()
  })

  it('turns around with the effects', () => {
    const there = known(plan, [lookAt(0.4, 0.3), lookAt(1, 1.7)])
    const back = known(plan, [lookAt(0.4, -0.3), lookAt(1, -1.7)])
    expect(back.effect).toBeCloseTo(-there.effect, 9)
    expect(back.p).toBeCloseTo(there.p ?? 0, 10)
    expect(back.interval.lower).toBeCloseTo(-(there.interval.upper ?? 0), 9)
  })

  test.each([
    ['alpha', { alpha: 0 }, [lookAt(0.5, 1)]],
    ['plannedInformation', { plannedInformation: 0 }, [lookAt(0.5, 1)]],
    ['nullEffect', { nullEffect: Number.NaN }, [lookAt(0.5, 1)]],
    ['looks.effect', {}, [{ ...lookAt(0.5, 1), effect: Infinity }]],
    ['looks.standardError', {}, [{ ...lookAt(0.5, 1), standardError: -1 }]],
    ['looks', {}, [{ ...lookAt(0.5, 1), standardError: 1e-200 }]],
    ['looks', {}, [{ effect: 1e200, standardError: 1e-150, n: N }]],
    ['looks.clock', {}, [{ ...lookAt(0.5, 1), clock: 0 }]],
    ['burnIn', { burnIn: 1 }, [lookAt(0.5, 1)]],
  ] as const)('is invalid by its %s', (argument, change, looks) => {
    expect(analyseGroupSequential({ ...plan, ...change }, looks)).toMatchObject({ kind: 'invalid', argument })
  })

  test.each([
    ['no_information', []],
    ['no_variance', [{ ...lookAt(0.5, 1), standardError: 0 }]],
  ])('is insufficient for %s', (reason, looks) => {
    expect(analyseGroupSequential(plan, looks)).toMatchObject({ kind: 'insufficient', reason })
  })

  it('holds 0 exactly when p exceeds alpha, at any looks', () => {
    const z = fc.array(fc.double({ min: -4, max: 4, noNaN: true }), { minLength: 1, maxLength: 4 })
    const alternative = fc.constantFrom('two_sided', 'greater', 'less')
    const stage = fc.constantFrom<Stage>('interim', 'final')
    fc.assert(
      fc.property(z, alternative, stage, (values, side, end) => {
        const looks = values.map((value, k) => lookAt(0.2 * (k + 1), value))
        const found = known({ ...plan, alternative: side, spending: { family: 'pocock' } }, looks, end)
        const { lower, upper } = found.interval
        const holds = (lower === null || lower <= 0) && (upper === null || upper >= 0)
        if (found.state !== 'running') expect(holds).toBe((found.p ?? 0) > 0.05)
        expect(found.state === 'rejected').toBe(found.repeated.p <= 0.05)
      }),
      { numRuns: 40 },
    )
  })
})

describe('a test looked at whenever it suits', () => {
  /** One test under no effect, looked at 2 to 6 times at random, sometimes ended early and sometimes too late. */
  function rejects(rng: Rng, boundaryOf: (times: readonly number[]) => readonly (number | null)[]): boolean {
    const count = 2 + Math.floor(rng.uniform() * 5)
    const end = 0.7 + 0.6 * rng.uniform()
    const times = Array.from({ length: count - 1 }, () => end * (0.05 + 0.9 * rng.uniform())).sort(
      (a, b) => a - b,
    )
    const bounds = boundaryOf([...times, end])
    let score = 0
    let before = 0
    return [...times, end].some((time, k) => {
      score += Math.sqrt(time - before) * drawNormal(rng)
      before = time
      return Math.abs(score) / Math.sqrt(time) >= (bounds[k] ?? Infinity)
    })
  }

  function rate(seed: number, boundaryOf: (times: readonly number[]) => readonly (number | null)[]): number {
    const rng = seededRng(seed)
    let rejected = 0
    for (let r = 0; r < 2000; r++) rejected += rejects(rng, boundaryOf) ? 1 : 0
    return rejected / 2000
  }

  const spent = (times: readonly number[]) => {
    const result = spendingBoundaries({ ...plan, spending: { family: 'pocock' } }, times, 'final')
    if ('kind' in result) throw new Error(JSON.stringify(result))
    return result.map(boundary => boundary.z)
  }

  it('rejects without an effect as often as alpha says (seed 31, 2,000 repetitions)', () => {
    // Three standard errors of a rate of .05.
    expect(Math.abs(rate(31, spent) - 0.05)).toBeLessThan(3 * Math.sqrt((0.05 * 0.95) / 2000))
  })

  it('rejects far too often with the plain 1.96 in its place (seed 31)', () => {
    expect(rate(31, times => times.map(() => 1.96))).toBeGreaterThan(0.1)
  })
})
