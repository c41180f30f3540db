// Designs: with the units asked for, an effect is overlooked as often as the power said.
import type { DesignMetric } from '../design/metric.ts'
import type { DesignOptions } from '../design/options.ts'
import { requiredUnits } from '../design/units.ts'
import { normalDensity } from '../distribution/normal.ts'
import type { Rng } from '../rng/rng.ts'
import { sequenceRadius, sequenceRho } from '../sequential/always-valid/asymptotic/radius.ts'
import { spendingBoundaries } from '../sequential/group/boundary.ts'
import { sizeOf } from '../sequential/group/power.ts'
import { summariseQuantile } from '../summary/quantile-summary.ts'
import { compareProportions } from '../test/proportion.ts'
import { compareQuantiles } from '../test/quantile-effect.ts'
import { compareMeans } from '../test/welch.ts'
import { obrienFleming } from './group.ts'
import { isRejected, overlooks, type Scenario } from './law.ts'
import { normalDraws } from './normal-draws.ts'
import { CORRELATION, failureDraws, logNormal, REQUESTS } from './population.ts'
import { armOf, RunningArm, zOf } from './running-arm.ts'

const POWER = 0.8
const MISSED = 0.2
const EFFECT = 0.25
const NORMAL: DesignMetric = { kind: 'mean', mean: 0, variance: 1 }

/** Whole units of control and variant. */
function unitsFor(metric: DesignMetric, effect: number, options: DesignOptions): readonly [number, number] {
  const design = requiredUnits(metric, effect, { power: POWER, ...options })
  const [control, variant] = design.kind === 'required_units' ? design.variants : []
  if (control === undefined || variant === undefined) throw new Error(JSON.stringify(design))
  return [control, variant]
}

function normalArms(rng: Rng, [control, variant]: readonly [number, number], effect: number) {
  const draw = normalDraws(rng)
  return [armOf(control, draw).summary(), armOf(variant, () => effect + draw()).summary()] as const
}

const means: Scenario = {
  name: 'power, means',
  data: `normal, an effect of ${EFFECT} deviations, designed for a power of ${POWER}`,
  seed: 71,
  laws: [
    overlooks('welch_t, even split', 'near', MISSED),
    overlooks('welch_t, 80 / 20', 'near', MISSED),
    overlooks('welch_t, not worse by the margin', 'near', MISSED),
    overlooks('welch_t, with the total taken for both variants together', 'broken', MISSED),
  ],
  prepare: () => {
    const even = unitsFor(NORMAL, EFFECT, { reference: 'student' })
    const uneven = unitsFor(NORMAL, EFFECT, { reference: 'student', shares: [4, 1] })
    const margin = unitsFor(NORMAL, 0, { alternative: 'one_sided', nullEffect: -EFFECT })
    const half = [Math.round(even[0] / 2), Math.round(even[1] / 2)] as const
    return rng => {
      const finds = (units: readonly [number, number]) => {
        const [control, variant] = normalArms(rng, units, EFFECT)
        return isRejected(compareMeans(control, variant))
      }
      const [control, variant] = normalArms(rng, margin, 0)
      const isSafe = compareMeans(control, variant, { alternative: 'greater', nullEffect: -EFFECT })
      return [!finds(even), !finds(uneven), !isRejected(isSafe), !finds(half)]
    }
  },
}

const RATES = [0.1, 0.14] as const

const others: Scenario = {
  name: 'power, other metrics',
  data: `proportions of ${RATES.join(' and ')}; the same of ${REQUESTS} requests a unit, ICC 0.3; log-normal values an eighth larger`,
  seed: 72,
  laws: [
    overlooks('two_proportion_z', 'near', MISSED),
    overlooks('ratio_delta, cluster inflation', 'near', MISSED),
    overlooks('ratio_delta, without it', 'broken', MISSED),
    overlooks('welch_t_delta', 'near', MISSED),
    overlooks('quantile_t', 'near', MISSED),
  ],
  prepare: () => {
    const proportion: DesignMetric = { kind: 'proportion', proportion: RATES[0], variance: 'pooled_null' }
    const plain = unitsFor(proportion, RATES[1] - RATES[0], {})
    const designEffect = 1 + (REQUESTS - 1) * CORRELATION
    const requests = unitsFor({ kind: 'proportion', proportion: RATES[0] }, RATES[1] - RATES[0], {
      designEffect,
    })
    const units = Math.round(requests[0] / REQUESTS)
    const relative = unitsFor(logNormalMetric, LIFT, { scale: 'relative' })
    const median = unitsFor(medianMetric, LIFT, {})
    return rng => [
      !findsProportions(rng, plain[0]),
      !findsRates(rng, units),
      !findsRates(rng, Math.round(units / designEffect)),
      !findsLift(rng, relative[0]),
      !findsMedian(rng, median[0]),
    ]
  },
}

const LIFT = 0.125
/** Half as wide as `logNormal`, or the variance estimate would still be skewed with the units that the design has. */
const SPREAD = 0.5
const VARIANCE = Math.expm1(SPREAD ** 2) * Math.exp(SPREAD ** 2)
const logNormalMetric: DesignMetric = {
  kind: 'mean',
  mean: Math.exp(SPREAD ** 2 / 2),
  variance: VARIANCE,
  variantVariance: VARIANCE * (1 + LIFT) ** 2,
}
const medianMetric: DesignMetric = { kind: 'quantile', probability: 0.5, value: 1, density: normalDensity(0) }

function findsProportions(rng: Rng, n: number): boolean {
  const of = (rate: number) => {
    let successes = 0
    for (let i = 0; i < n; i++) if (rng.uniform() < rate) successes++
    return { kind: 'proportion', n, successes } as const
  }
  return isRejected(compareProportions(of(RATES[0]), of(RATES[1])))
}

function findsRates(rng: Rng, units: number): boolean {
  const arm = (rate: number) => {
    const failures = failureDraws(rng, rate)
    return armOf(units, () => failures() / REQUESTS).summary()
  }
  return isRejected(compareMeans(arm(RATES[0]), arm(RATES[1])))
}

function findsLift(rng: Rng, units: number): boolean {
  const normal = normalDraws(rng)
  const draw = () => Math.exp(SPREAD * normal())
  const [control, variant] = [armOf(units, draw), armOf(units, () => (1 + LIFT) * draw())]
  return isRejected(compareMeans(control.summary(), variant.summary(), { scale: 'relative' }))
}

/** Shifted, so that the density at the median stays the same. */
function findsMedian(rng: Rng, units: number): boolean {
  const draw = logNormal.draws(rng)
  const summary = (shift: number) =>
    summariseQuantile(Float64Array.from({ length: units }, () => shift + draw()).sort(), 0.5)
  const [control, variant] = [summary(0), summary(LIFT)]
  if (control.kind !== 'quantile' || variant.kind !== 'quantile') throw new Error('no quantile')
  return isRejected(compareQuantiles(control, variant))
}

const TIMES = [0.2, 0.4, 0.6, 0.8, 1]
const TUNED_FOR = 2000

const sequential: Scenario = {
  name: 'power, sequential',
  data: `normal, an effect of ${EFFECT / 2} deviations, designed for a power of ${POWER}`,
  seed: 73,
  laws: [
    overlooks("group_sequential, O'Brien-Fleming, 5 looks", 'near', MISSED),
    overlooks('asymptotic_sequence, every unit', 'holds', MISSED),
    overlooks('asymptotic_sequence, units of a test with one look', 'broken', MISSED),
  ],
  prepare: () => {
    const metric: DesignMetric = NORMAL
    const boundaries = spendingBoundaries(obrienFleming, TIMES)
    if ('kind' in boundaries) throw new Error('no boundaries')
    const size = sizeOf(obrienFleming, boundaries, POWER)
    if (size.kind !== 'size') throw new Error(size.argument)
    const looks = unitsFor(metric, EFFECT / 2, { sequential: { kind: 'factor', factor: size.inflation } })[0]
    const [every] = unitsFor(metric, EFFECT / 2, {
      sequential: { kind: 'confidence_sequence', tuning: TUNED_FOR, formula: 'last_look' },
    })
    const [one] = unitsFor(metric, EFFECT / 2, {})
    const limits = boundaries.map(({ z }) => z ?? Infinity)
    const radii = radiiUpTo(every)
    return rng => {
      const atLooks = firstCrossing(
        rng,
        looks,
        n => limits[TIMES.findIndex(t => Math.round(t * looks) === n)],
      )
      const atEvery = firstCrossing(rng, every, n => (n < 100 ? undefined : radii[n]))
      return [atLooks > looks, atEvery > every, atEvery > one]
    }
  },
}

/** By units of one variant. */
function radiiUpTo(units: number): Float64Array {
  const rho = sequenceRho(TUNED_FOR, 0.05, 'two_sided')
  return Float64Array.from({ length: units + 1 }, (_, n) =>
    n === 0 ? Infinity : sequenceRadius(2 * n, rho, 0.05, 'two_sided'),
  )
}

/** Units of each variant at which z first reaches its limit, or infinity; an undefined limit is no look. */
function firstCrossing(rng: Rng, units: number, limit: (n: number) => number | undefined): number {
  const draw = normalDraws(rng)
  const [control, variant] = [new RunningArm(), new RunningArm()]
  for (let n = 1; n <= units; n++) {
    control.add(draw())
    variant.add(EFFECT / 2 + draw())
    const most = limit(n)
    if (most !== undefined && zOf(control, variant) >= most) return n
  }
  return Infinity
}

export const powerScenarios: readonly Scenario[] = [means, others, sequential]
