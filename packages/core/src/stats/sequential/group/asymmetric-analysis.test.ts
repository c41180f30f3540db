import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { drawNormal, type Rng, seededRng } from '../../rng/rng.ts'
import { analyseGroupSequential, type LookEffect } from './analysis.ts'
import { asymmetricBoundaries } from './asymmetric.ts'
import { type AsymmetricEstimate, type AsymmetricTestPlan, analyseAsymmetric } from './asymmetric-analysis.ts'
import fixture from './fixtures/asymmetric.json' with { type: 'json' }
import type { Look } from './paths.ts'
import type { Spending } from './spending.ts'
import { stageWiseLowerTail, stageWiseTail } from './stage-wise.ts'

const N = { control: 500, variant: 500 }
const INFORMATION = 400
const OF: Spending = { family: 'obrien_fleming' }
const POCOCK: Spending = { family: 'pocock' }

const frame = { plannedInformation: INFORMATION, nullEffect: 0, scale: 'absolute' } as const

const harm: AsymmetricTestPlan = {
  ...frame,
  upper: { error: 0.025, spending: OF },
  lower: { error: 0.01, spending: POCOCK },
  crossing: 'binding',
  below: 'harm',
}

const futility: AsymmetricTestPlan = {
  ...frame,
  upper: { error: 0.025, spending: OF },
  lower: { error: 0.1, spending: POCOCK, drift: 3.3 },
  crossing: 'non_binding',
  below: 'futility',
}

/** A look at a share of the planned information, with this z statistic. */
function lookAt(time: number, z: number, n = N): LookEffect {
  const standardError = 1 / Math.sqrt(INFORMATION * time)
  return { effect: z * standardError, standardError, n }
}

function known(...args: Parameters<typeof analyseAsymmetric>): AsymmetricEstimate {
  const result = analyseAsymmetric(...args)
  if (result.kind !== 'estimate') throw new Error(JSON.stringify(result))
  return result
}

function spendingOf([family, parameter]: readonly (string | number)[]): Spending {
  if (family === 'hwang_shih_decani') return { family, gamma: Number(parameter) }
  if (family === 'power') return { family, rho: Number(parameter) }
  return family === 'pocock' ? POCOCK : OF
}

const cases = fixture.cases.map(each => {
  const lower = { error: each.lowerError, spending: spendingOf(each.lowerSpending), drift: each.drift }
  const plan: AsymmetricTestPlan = {
    ...frame,
    upper: { error: each.upperError, spending: spendingOf(each.upperSpending) },
    lower,
    crossing: each.binding ? 'binding' : 'non_binding',
    below: each.harm ? 'harm' : 'futility',
  }
  return { ...each, plan }
})
const stopped = cases.flatMap(each => each.stopped.map(stop => ({ ...each, stop, zs: stop.zs.join(', ') })))

describe(`a test with two sides (source: ${fixture.source})`, () => {
  it.each(cases)('of $name has the boundaries of its errors', ({ plan, times, boundaries }) => {
    const looks = asymmetricBoundaries(plan, times)
    if ('kind' in looks) throw new Error(JSON.stringify(looks))
    for (const [k, { lower, upper }] of boundaries.entries()) {
      expect(looks[k]?.lower).toBeCloseTo(lower, 8)
      expect(looks[k]?.upper).toBeCloseTo(upper, 8)
    }
  })

  it.each(stopped)('of $name, stopped with z $zs: p, median and interval', ({ plan, times, stop }) => {
    const looks = stop.zs.map((z, k) => lookAt(times[k] ?? 1, z))
    const found = known(plan, looks, 'interim')
    expect(found.state).not.toBe('running')
    expect(found.look).toBe(stop.look)
    expect(found.sides.above).toBeCloseTo(stop.above, 8)
    const toEffect = 1 / Math.sqrt(INFORMATION)
    expect(found.effect).toBeCloseTo(stop.median * toEffect, 8)
    expect(found.interval.lower).toBeCloseTo(stop.lower * toEffect, 8)
    if (stop.upper === null) expect(found.interval.upper).toBeNull()
    else expect(found.interval.upper).toBeCloseTo(stop.upper * toEffect, 8)
    if (stop.below === null) expect(found.sides.below).toBeNull()
    else expect(found.sides.below).toBeCloseTo(stop.below, 8)
  })
})

describe('efficacy and harm', () => {
  it('goes on for harm once its upper error is spent, and has ended once both are', () => {
    const early: Spending = { family: 'points', points: [{ time: 0.5, share: 1 }] }
    const plan: AsymmetricTestPlan = { ...harm, upper: { error: 0.025, spending: early } }
    const first = known(plan, [lookAt(0.5, 0)])
    expect(first).toMatchObject({ state: 'running', spent: { upper: 0.025 } })
    const found = known(plan, [lookAt(0.5, 0), lookAt(0.8, -3)])
    expect(found).toMatchObject({ state: 'rejected_below', boundaries: { upper: null } })
    expect(found.sides.below).toBeLessThan(0.01)
    expect(known(plan, [lookAt(0.5, 0), lookAt(1, 0)]).state).toBe('ended')
    // Below futility nothing can be rejected: there the upper error is all there is.
    const futile: AsymmetricTestPlan = { ...futility, upper: { error: 0.025, spending: early } }
    expect(known(futile, [lookAt(0.5, 1.5)]).state).toBe('ended')
  })

  it.each([
    [[lookAt(0.3, 0.5), lookAt(0.7, 2.6)], 'rejected_above', 2],
    [[lookAt(0.3, -2.7), lookAt(0.7, 2.6)], 'rejected_below', 1],
    [[lookAt(0.3, 0.5), lookAt(0.7, 0.5)], 'running', 2],
    [[lookAt(0.3, 0.5), lookAt(1.02, -1)], 'ended', 2],
  ] as const)('of looks %j is %s at look %d', (looks, state, look) => {
    expect(known(harm, looks)).toMatchObject({ state, look })
  })

  it('has, while it runs, an interval by its two boundaries and p values of each side', () => {
    const found = known(harm, [lookAt(0.3, 0.5), lookAt(0.7, 0.5)])
    const { lower, upper } = found.boundaries
    const standardError = 1 / Math.sqrt(INFORMATION * 0.7)
    expect(found.interval.kind).toBe('sequence')
    expect(found.interval.level).toBeCloseTo(0.965, 12)
    expect(found.interval.lower).toBeCloseTo((0.5 - (upper ?? 0)) * standardError, 12)
    expect(found.interval.upper).toBeCloseTo((0.5 - (lower ?? 0)) * standardError, 12)
    expect(found.p).toBe(found.repeated.p)
    expect(found.p).toBeGreaterThan(0.035)
  })

  it('with the same on both sides is the symmetric test', () => {
    const side = { error: 0.025, spending: POCOCK }
    const plan: AsymmetricTestPlan = { ...harm, upper: side, lower: side }
    const symmetric = { ...frame, alpha: 0.05, alternative: 'two_sided', spending: POCOCK } as const
    for (const zs of [
      [1, 2.5],
      [0.2, -2.6],
      [1, 0.3, 1.2],
    ]) {
      const looks = zs.map((z, k) => lookAt([0.3, 0.6, 1][k] ?? 1, z))
      const [there, here] = [known(plan, looks), analyseGroupSequential(symmetric, looks)]
      if (here.kind !== 'estimate') throw new Error(here.kind)
      expect(there.effect).toBeCloseTo(here.effect, 8)
      expect(there.p).toBeCloseTo(here.p ?? 9, 8)
      expect(there.interval.lower).toBeCloseTo(here.interval.lower ?? 9, 8)
      expect(there.interval.upper).toBeCloseTo(here.interval.upper ?? 9, 8)
      expect(there.repeated.interval.lower).toBeCloseTo(here.repeated.interval.lower ?? 9, 8)
    }
  })

  it('rejects a side exactly when its p is at most its error and the interval excludes the null effect there', () => {
    const z = fc.array(fc.double({ min: -4, max: 4, noNaN: true }), { minLength: 1, maxLength: 4 })
    const crossing = fc.constantFrom('binding', 'non_binding')
    const stage = fc.constantFrom('interim', 'final')
    fc.assert(
      fc.property(z, crossing, stage, (values, how, end) => {
        const looks = values.map((value, k) => lookAt(0.24 * (k + 1), value))
        const found = known({ ...harm, crossing: how }, looks, end)
        if (found.state === 'running') return
        const { above, below } = found.sides
        expect(found.state === 'rejected_above').toBe(above <= 0.025)
        expect(found.state === 'rejected_below').toBe((below ?? 1) <= 0.01)
        expect((found.interval.lower ?? -1) > 0).toBe(found.state === 'rejected_above')
        expect((found.interval.upper ?? 1) < 0).toBe(found.state === 'rejected_below')
        expect(found.state !== 'ended').toBe((found.p ?? 1) <= 0.035)
      }),
      { numRuns: 60 },
    )
  })
})

describe('efficacy and futility', () => {
  const low = [lookAt(0.35, -0.5), lookAt(0.6, -0.4)]

  it('that is not binding says so, and may go on to reject', () => {
    expect(known(futility, low.slice(0, 1))).toMatchObject({ state: 'futile', look: 1 })
    expect(known(futility, [...low, lookAt(1, 2.4)])).toMatchObject({ state: 'rejected_above', look: 3 })
  })

  it('that binds is over', () => {
    const found = known({ ...futility, crossing: 'binding' }, [...low, lookAt(1, 2.4)])
    expect(found).toMatchObject({ state: 'futile', look: 1 })
    expect(found.assumptions.at(-1)?.what).toBe('a test found futile stops')
  })

  it('has at the end no boundary to be futile by', () => {
    expect(known(futility, [lookAt(0.35, 1), lookAt(1, 0)]).state).toBe('ended')
    expect(known(futility, [lookAt(0.35, 1), lookAt(0.6, -1)], 'final').state).toBe('ended')
  })

  it('that is not binding has the p value of a test without it', () => {
    const plan = { ...frame, alpha: 0.025, alternative: 'greater', spending: OF } as const
    const looks = [...low, lookAt(1, 1.8)]
    const [there, here] = [known(futility, looks), analyseGroupSequential(plan, looks)]
    if (here.kind !== 'estimate') throw new Error(here.kind)
    expect(there.p).toBeCloseTo(here.p ?? 9, 10)
    expect(there.interval.lower).toBeCloseTo(here.interval.lower ?? 9, 9)
    expect(there.interval.upper).toBeNull()
    expect(there.repeated.p).toBeCloseTo(here.repeated.p, 10)
  })

  it('against a margin moves all by the margin', () => {
    const shifted = low.map(look => ({ ...look, effect: look.effect - 0.02 }))
    const there = known({ ...futility, nullEffect: -0.02 }, shifted)
    const here = known(futility, low)
    expect(there.effect).toBeCloseTo(here.effect - 0.02, 10)
    expect(there.p).toBeCloseTo(here.p ?? 9, 10)
  })
})

describe('what cannot be analysed', () => {
  const look = [lookAt(0.5, 1)]
  test.each([
    ['lower.drift', { ...harm, lower: { ...harm.lower, drift: 1 } }, look],
    ['lower.drift', { ...futility, lower: { ...futility.lower, drift: -1 } }, look],
    ['lower.error', { ...harm, crossing: 'non_binding', lower: { error: 0.98, spending: OF } }, look],
    ['upper.error', { ...harm, upper: { error: 0, spending: OF } }, look],
    ['plannedInformation', { ...harm, plannedInformation: 0 }, look],
    ['looks.effect', harm, [{ ...lookAt(0.5, 1), effect: Number.NaN }]],
  ] as const)('is invalid by its %s', (argument, plan, looks) => {
    expect(analyseAsymmetric(plan, looks)).toMatchObject({ kind: 'invalid', argument })
  })

  it('is insufficient: no looks, or none past the burn-in', () => {
    expect(analyseAsymmetric(harm, [])).toMatchObject({ reason: 'no_information' })
    const few = { control: 99, variant: 500 }
    expect(analyseAsymmetric(harm, [lookAt(0.5, 9, few)])).toMatchObject({ reason: 'too_few_units' })
    expect(known(harm, [lookAt(0.2, 9, few), lookAt(0.5, 1)]).spent.upper).toBeCloseTo(
      known(harm, [lookAt(0.5, 1)]).spent.upper,
      15,
    )
  })

  it('passes over a look without news, and ends by the one before', () => {
    expect(known(harm, [lookAt(0.5, 1), lookAt(0.45, 9)])).toMatchObject({
      state: 'running',
      boundaries: { lower: null, upper: null },
    })
    const found = known(harm, [lookAt(0.3, 1), lookAt(0.6, 1.4), lookAt(0.6, 1.4)], 'final')
    expect(found).toMatchObject({ state: 'ended', look: 3 })
    expect(found.p).toBeGreaterThan(0.035)
  })
})

describe('looked at whenever it suits (seeded)', () => {
  const RUNS = 3000

  interface Path {
    readonly looks: readonly Look[]
    readonly zs: readonly number[]
  }

  /** A test of a drift at 2 to 5 times at random, with the boundaries of these, ended by the last. */
  function draw(rng: Rng, plan: AsymmetricTestPlan, drift: number): Path {
    const count = 2 + Math.floor(rng.uniform() * 4)
    const end = 0.8 + 0.4 * rng.uniform()
    const inner = Array.from({ length: count - 1 }, () => end * (0.1 + 0.85 * rng.uniform()))
    const times = [...inner.sort((a, b) => a - b), end]
    const looks = asymmetricBoundaries(plan, times, 'final')
    if ('kind' in looks) throw new Error(JSON.stringify(looks))
    let [score, before] = [0, 0]
    const zs = times.map(time => {
      score += drift * (time - before) + Math.sqrt(time - before) * drawNormal(rng)
      before = time
      return score / Math.sqrt(time)
    })
    return { looks, zs }
  }

  /** Up to the look at which it stops, by limits of one's own or by its boundaries. */
  function stop({ looks, zs }: Path, limits?: { readonly lower: number; readonly upper: number }) {
    const k = zs.findIndex((z, i) => {
      const { lower, upper } = limits ?? looks[i] ?? {}
      return z >= (upper ?? Infinity) || z <= (lower ?? -Infinity)
    })
    const last = k < 0 ? zs.length - 1 : k
    const z = zs[last] ?? 0
    const { lower, upper } = limits ?? looks[last] ?? {}
    const side = z >= (upper ?? Infinity) ? 'above' : z <= (lower ?? -Infinity) ? 'below' : 'neither'
    return { looks: looks.slice(0, last + 1), z, side }
  }

  function rates(drift: number, counts: (path: Path) => readonly boolean[], plan = wide): readonly number[] {
    const rng = seededRng(53)
    let totals: readonly number[] = []
    for (let r = 0; r < RUNS; r++) {
      const counted = counts(draw(rng, plan, drift))
      totals = counted.map((isCounted, i) => (totals[i] ?? 0) + (isCounted ? 1 : 0))
    }
    return totals.map(total => total / RUNS)
  }

  const wide: AsymmetricTestPlan = { ...harm, lower: { error: 0.05, spending: POCOCK } }
  /** Three standard errors of a rate. */
  const near = (rate: number) => 3 * Math.sqrt((rate * (1 - rate)) / RUNS)

  it('rejects on each side as often as its error says, and too often by the limits of one look', () => {
    const found = rates(0, path => {
      const [right, wrong] = [stop(path), stop(path, { lower: -1.645, upper: 1.96 })]
      return [right.side === 'above', right.side === 'below', wrong.side === 'above', wrong.side === 'below']
    })
    const [above = 1, below = 1, tooOftenAbove = 0, tooOftenBelow = 0] = found
    expect(Math.abs(above - 0.025)).toBeLessThan(near(0.025))
    expect(Math.abs(below - 0.05)).toBeLessThan(near(0.05))
    expect(tooOftenAbove).toBeGreaterThan(0.025 + near(0.025))
    expect(tooOftenBelow).toBeGreaterThan(0.05 + near(0.05))
  })

  // An interval's end misses an effect exactly when the tail there is below the error; the ends are tested above.
  it('has ends that miss an effect as often as the errors say, and a median as often too high as too low', () => {
    const found = rates(2, path => {
      const { looks, z } = stop(path)
      const tail = stageWiseTail({ looks, z }, 2)
      return [tail < 0.025, stageWiseLowerTail({ looks, z }, 2) < 0.05, tail < 0.5]
    })
    for (const [k, rate] of [0.025, 0.05, 0.5].entries())
      expect(Math.abs((found[k] ?? 1) - rate)).toBeLessThan(near(rate))
  })

  it('with a futility that does not bind never rejects more often than alpha, obeyed or not', () => {
    const onlyAbove = (path: Path) => ({
      ...path,
      looks: path.looks.map(look => ({ ...look, lower: null })),
    })
    const [obeyed = 1, ignored = 1] = rates(
      0,
      path => [stop(path).side === 'above', stop(onlyAbove(path)).side === 'above'],
      futility,
    )
    expect(obeyed).toBeLessThan(ignored)
    expect(Math.abs(ignored - 0.025)).toBeLessThan(near(0.025))
  })

  it('estimates too low rather than too high when it stops by such a futility', () => {
    const [tooHigh = 1, missed = 1] = rates(
      2,
      path => {
        const { looks, z } = stop(path)
        const above = { looks: looks.map(look => ({ ...look, lower: null })), z }
        const tail = stageWiseTail(above, 2)
        return [tail < 0.5, tail < 0.025]
      },
      futility,
    )
    expect(tooHigh).toBeLessThan(0.5 + near(0.5))
    expect(missed).toBeLessThan(0.025 + near(0.025))
  })
})
