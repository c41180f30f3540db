// Group-sequential tests of other shapes: two boundaries that differ, boundaries of fixed shape, and futility.
import { normalQuantile } from '../distribution/normal.ts'
import type { Rng } from '../rng/rng.ts'
import { type AsymmetricPlan, asymmetricBoundaries } from '../sequential/group/asymmetric.ts'
import { spendingBoundaries } from '../sequential/group/boundary.ts'
import { type ClassicalShape, classicalBoundaries } from '../sequential/group/classical.ts'
import { conditionalPower } from '../sequential/group/conditional-power.ts'
import { type FutilityPlan, futilityDesign } from '../sequential/group/futility.ts'
import { obrienFleming } from './group.ts'
import { overlooks, rejects, type Scenario } from './law.ts'
import type { Measurement } from './measurement.ts'
import { normalDraws } from './normal-draws.ts'

const TIMES = [0.2, 0.4, 0.6, 0.8, 1]

/** z at each look, of normal values with a known variance; `drift` is its mean at the end. */
function pathOf(rng: Rng, drift: number): readonly number[] {
  const draw = normalDraws(rng)
  let [score, before] = [0, 0]
  return TIMES.map(time => {
    score += drift * (time - before) + Math.sqrt(time - before) * draw()
    before = time
    return score / Math.sqrt(time)
  })
}

/** Bounds of a look; null where there is none. */
interface Bounds {
  readonly lower: number | null
  readonly upper: number | null
}

/** Which bound is crossed first, or none. */
function firstCrossed(path: readonly number[], bounds: readonly Bounds[]): 'above' | 'below' | 'none' {
  for (const [k, z] of path.entries()) {
    if (z >= (bounds[k]?.upper ?? Infinity)) return 'above'
    if (z <= (bounds[k]?.lower ?? -Infinity)) return 'below'
  }
  return 'none'
}

/** The same for someone who takes no notice of lower bounds. */
function isEverAbove(path: readonly number[], bounds: readonly Bounds[]): boolean {
  return path.some((z, k) => z >= (bounds[k]?.upper ?? Infinity))
}

function asymmetric(crossing: AsymmetricPlan['crossing']): readonly Bounds[] {
  const bounds = asymmetricBoundaries(
    {
      upper: { error: 0.025, spending: { family: 'obrien_fleming' } },
      lower: { error: 0.1, spending: { family: 'pocock' } },
      crossing,
    },
    TIMES,
  )
  if ('kind' in bounds) throw new Error(bounds.kind)
  return bounds
}

function classical(shape: ClassicalShape): readonly Bounds[] {
  const boundaries = classicalBoundaries({ ...shape, alpha: 0.05, alternative: 'two_sided' }, TIMES)
  if ('kind' in boundaries) throw new Error(boundaries.kind)
  return boundaries.map(({ z }) => ({ lower: z === null ? null : -z, upper: z }))
}

const shapes: Scenario = {
  name: 'looks, other shapes',
  data: `normal, known variance, ${TIMES.length} looks as planned; harm by Pocock's spending of 10 %, efficacy by O'Brien and Fleming's of 2.5 %; classical boundaries`,
  seed: 17,
  laws: [
    rejects('asymmetric, binding: above', 'holds', 0.025),
    rejects('asymmetric, binding: below', 'holds', 0.1),
    rejects('asymmetric, not binding: above, going on below', 'holds', 0.025),
    rejects('classical Pocock', 'holds'),
    rejects("classical O'Brien-Fleming", 'holds'),
    rejects('classical Wang-Tsiatis 0.25', 'holds'),
    rejects('1.96 above, at 5 looks', 'broken', 0.025),
  ],
  prepare: () => {
    const [binding, loose] = [asymmetric('binding'), asymmetric('non_binding')]
    const fixed = [
      classical({ shape: 'pocock' }),
      classical({ shape: 'obrien_fleming' }),
      classical({ shape: 'wang_tsiatis', delta: 0.25 }),
    ]
    return rng => {
      const path = pathOf(rng, 0)
      const crossed = firstCrossed(path, binding)
      return [
        crossed === 'above',
        crossed === 'below',
        isEverAbove(path, loose),
        ...fixed.map(bounds => firstCrossed(path, bounds) !== 'none'),
        path.some(z => z > 1.96),
      ]
    }
  },
}

const FUTILITY: FutilityPlan = {
  alpha: 0.025,
  spending: { family: 'obrien_fleming' },
  beta: 0.2,
  betaSpending: { family: 'pocock' },
  futility: 'non_binding',
}

function futilityOf(futility: FutilityPlan['futility']) {
  const design = futilityDesign({ ...FUTILITY, futility }, TIMES)
  if (design.kind !== 'futility_design') throw new Error(design.kind)
  return design
}

const futility: Scenario = {
  name: 'looks, futility',
  data: `normal, known variance, ${TIMES.length} looks; O'Brien and Fleming's spending of 2.5 % above, Pocock's of a type II error of 20 % below`,
  seed: 18,
  laws: [
    rejects('futility, not binding: above, going on below', 'holds', FUTILITY.alpha),
    rejects('futility, binding: above', 'holds', FUTILITY.alpha),
    overlooks('futility, not binding, at the effect planned for', 'near', FUTILITY.beta),
    overlooks('futility, binding, at the effect planned for', 'near', FUTILITY.beta),
    overlooks('futility, with the information of a test with one look', 'broken', FUTILITY.beta),
  ],
  prepare: () => {
    const [loose, binding] = [futilityOf('non_binding'), futilityOf('binding')]
    const oneLook = -normalQuantile(FUTILITY.alpha) - normalQuantile(FUTILITY.beta)
    return rng => {
      const none = pathOf(rng, 0)
      const overlooked = (design: typeof loose, drift: number) =>
        firstCrossed(pathOf(rng, drift), design.looks) !== 'above'
      return [
        isEverAbove(none, loose.looks),
        firstCrossed(none, binding.looks) === 'above',
        overlooked(loose, loose.drift),
        overlooked(binding, binding.drift),
        overlooked(loose, oneLook),
      ]
    }
  },
}

export const groupShapeScenarios: readonly Scenario[] = [shapes, futility]

/** Of half the tests the effect is found. */
const DRIFT = 2
const SEEN = 2

export const conditional: Measurement = {
  name: 'conditional power',
  data: `normal, known variance, ${TIMES.length} looks by O'Brien and Fleming's spending; asked at the second look`,
  seed: 19,
  quantities: [
    { what: 'share rejected less conditional power', expected: { kind: 'within', low: 0, high: 0 } },
    {
      what: 'share rejected less conditional power without the effect',
      expected: { kind: 'outside', low: 0, high: 0 },
    },
  ],
  prepare: () => {
    const boundaries = spendingBoundaries(obrienFleming, TIMES)
    if ('kind' in boundaries) throw new Error(boundaries.kind)
    const bounds = boundaries.map(({ z }) => ({ lower: z === null ? null : -z, upper: z }))
    return rng => {
      const path = pathOf(rng, DRIFT)
      // What is rejected before is not asked for.
      if (firstCrossed(path.slice(0, SEEN), bounds) !== 'none') return [0, 0]
      const isRejected = firstCrossed(path, bounds) === 'none' ? 0 : 1
      const seen = { time: TIMES[SEEN - 1] ?? 0, z: path[SEEN - 1] ?? 0 }
      return [DRIFT, 0].map(drift => {
        const power = conditionalPower('two_sided', seen, boundaries.slice(SEEN), drift)
        if (power.kind === 'invalid') throw new Error(power.argument)
        return isRejected - power.above - power.below
      })
    }
  },
}
