import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { normalCdf, normalQuantile } from '../../distribution/normal.ts'
import { type Boundary, spendingBoundaries } from './boundary.ts'
import { classicalBoundaries } from './classical.ts'
import { looksOf } from './exit.ts'
import { type StageWise, stageWise, stageWiseDrift, stageWiseLowerTail, stageWiseTail } from './stage-wise.ts'

function pocock(alternative: 'two_sided' | 'greater', times: readonly number[]): readonly Boundary[] {
  const result = spendingBoundaries({ alpha: 0.05, alternative, spending: { family: 'pocock' } }, times)
  if ('kind' in result) throw new Error(JSON.stringify(result))
  return result
}

function adjusted(...args: Parameters<typeof stageWise>): StageWise {
  const result = stageWise(...args)
  if (result.kind !== 'stage_wise') throw new Error(JSON.stringify(result))
  return result
}

describe('stage-wise inference', () => {
  // rpact (2019), tests/testthat/test-f_analysis_base_survival.R, x1: Wang-Tsiatis .45, one-sided .025, planned at .2, .4, .6
  // and 1; 8, 15 and 29 events with log-rank statistics 1.52, 1.38 and 2.9; hazard ratios.
  it('gives the p value, median-unbiased hazard ratio and interval of rpact (2019)', () => {
    const plan = { shape: 'wang_tsiatis', delta: 0.45, alpha: 0.025, alternative: 'greater' } as const
    const boundaries = classicalBoundaries(plan, [0.2, 0.4, 0.6, 1])
    if ('kind' in boundaries) throw new Error(JSON.stringify(boundaries))
    const stopped = { looks: looksOf('greater', boundaries.slice(0, 3)), z: 2.9 }
    // The log hazard ratio has information events / 4, which was 29 / 4 at time .6.
    const toRatio = (drift: number | null) => Math.exp((drift ?? 0) / Math.sqrt(29 / 4 / 0.6))
    expect(Math.abs(stageWiseTail(stopped, 0) - 0.013371274)).toBeLessThan(1e-9)
    expect(Math.abs(toRatio(stageWiseDrift(stopped, 0.5)) - 2.632639)).toBeLessThan(5e-7)
    expect(Math.abs(toRatio(stageWiseDrift(stopped, 0.025)) - 1.1294538)).toBeLessThan(5e-7)
    expect(Math.abs(toRatio(stageWiseDrift(stopped, 0.975)) - 5.6956827)).toBeLessThan(5e-7)
  })

  it('is plain inference at the first look', () => {
    const found = adjusted(
      { looks: looksOf('two_sided', pocock('two_sided', [0.5])), z: 2.5 },
      'two_sided',
      0.95,
    )
    expect(found.p).toBeCloseTo(2 * normalCdf(-2.5), 13)
    expect(found.drift).toBeCloseTo(2.5 / Math.sqrt(0.5), 8)
    const reach = normalQuantile(0.975)
    expect(found.interval.lower).toBeCloseTo((2.5 - reach) / Math.sqrt(0.5), 8)
    expect(found.interval.upper).toBeCloseTo((2.5 + reach) / Math.sqrt(0.5), 8)
  })

  it('keeps its digits for a tiny p value at the first look', () => {
    const looks = looksOf('greater', pocock('greater', [0.5]))
    expect(Math.abs(stageWiseTail({ looks, z: 20 }, 0) / normalCdf(-20) - 1)).toBeLessThan(1e-10)
  })

  it('moves the estimate towards no effect after crossing at a later look', () => {
    const looks = looksOf('two_sided', pocock('two_sided', [0.25, 0.5]))
    const found = adjusted({ looks, z: 2.6 }, 'two_sided', 0.95)
    expect(found.drift).toBeLessThan(2.6 / Math.sqrt(0.5))
    expect(found.drift).toBeGreaterThan(1)
  })

  it('has tails that sum to one, the upper of which rises with the drift', () => {
    const z = fc.double({ min: -4, max: 4, noNaN: true })
    const drift = fc.double({ min: -5, max: 5, noNaN: true })
    const looks = looksOf('two_sided', pocock('two_sided', [0.3, 0.6, 1]))
    fc.assert(
      fc.property(z, drift, (at, theta) => {
        const stopped = { looks, z: at }
        expect(stageWiseTail(stopped, theta) + stageWiseLowerTail(stopped, theta)).toBeCloseTo(1, 10)
        expect(stageWiseTail(stopped, theta + 0.1)).toBeGreaterThan(stageWiseTail(stopped, theta))
      }),
      { numRuns: 50 },
    )
  })

  it('turns around with the data', () => {
    const looks = looksOf('two_sided', pocock('two_sided', [0.4, 1]))
    const there = adjusted({ looks, z: 1.3 }, 'two_sided', 0.9)
    const back = adjusted({ looks, z: -1.3 }, 'two_sided', 0.9)
    expect(back.p).toBeCloseTo(there.p, 12)
    expect(back.drift).toBeCloseTo(-there.drift, 8)
    expect(back.interval.lower).toBeCloseTo(-(there.interval.upper ?? 0), 8)
  })

  it('excludes no effect exactly when p is below alpha, and exactly when the boundary was crossed', () => {
    const z = fc.double({ min: -5, max: 5, noNaN: true })
    const boundaries = pocock('two_sided', [0.3, 0.6, 1])
    const looks = looksOf('two_sided', boundaries)
    fc.assert(
      fc.property(z, at => {
        fc.pre(Math.abs(Math.abs(at) - (boundaries[2]?.z ?? 0)) > 1e-6)
        const found = adjusted({ looks, z: at }, 'two_sided', 0.95)
        const excludes = (found.interval.lower ?? 0) > 0 || (found.interval.upper ?? 0) < 0
        expect(found.p <= 0.05).toBe(excludes)
        expect(excludes).toBe(Math.abs(at) >= (boundaries[2]?.z ?? 0))
        expect(found.p).toBeGreaterThanOrEqual(0)
        expect(found.p).toBeLessThanOrEqual(1)
      }),
      { numRuns: 40 },
    )
  })

  it('has intervals that widen with the level', () => {
    const looks = looksOf('two_sided', pocock('two_sided', [0.5, 1]))
    const narrow = adjusted({ looks, z: 1 }, 'two_sided', 0.8).interval
    const wide = adjusted({ looks, z: 1 }, 'two_sided', 0.99).interval
    expect(wide.lower).toBeLessThan(narrow.lower ?? 0)
    expect(wide.upper).toBeGreaterThan(narrow.upper ?? 0)
  })

  it.each([
    ['greater', false, true],
    ['less', true, false],
  ] as const)('of a test of %s is open on the other side', (alternative, isLowerOpen, isUpperOpen) => {
    const looks = looksOf(alternative, pocock('greater', [0.5, 1]))
    const { interval } = adjusted({ looks, z: 1 }, alternative, 0.95)
    expect(interval.lower === null).toBe(isLowerOpen)
    expect(interval.upper === null).toBe(isUpperOpen)
  })

  test.each([
    ['level', { looks: [{ information: 1, lower: null, upper: 2 }], z: 1 }, 1],
    ['z', { looks: [{ information: 1, lower: null, upper: 2 }], z: Number.NaN }, 0.9],
    ['looks', { looks: [], z: 1 }, 0.9],
    [
      'looks',
      {
        looks: [
          { information: 1, lower: null, upper: 2 },
          { information: 1, lower: null, upper: 2 },
        ],
        z: 1,
      },
      0.9,
    ],
  ])('is invalid by its %s', (argument, stopped, level) => {
    expect(stageWise(stopped, 'two_sided', level)).toMatchObject({ kind: 'invalid', argument })
  })

  test.each([
    [0.5, Number.NaN, 1],
    [0.5, 2, 0.5000000001],
  ])('is invalid for a look at %d with bound %d before one at %d', (information, upper, next) => {
    const looks = [
      { information, lower: null, upper },
      { information: next, lower: null, upper: 2 },
    ]
    expect(stageWise({ looks, z: 1 }, 'greater', 0.95)).toMatchObject({ kind: 'invalid', argument: 'looks' })
  })
})
