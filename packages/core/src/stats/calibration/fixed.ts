// Tests for a single, planned look, without an effect.
import { normalUpperTail } from '../distribution/normal.ts'
import { adjustByBenjaminiHochberg } from '../multiplicity/benjamini-hochberg.ts'
import { adjustByBenjaminiYekutieli } from '../multiplicity/benjamini-yekutieli.ts'
import { adjustByBonferroni } from '../multiplicity/bonferroni.ts'
import { adjustByHochberg } from '../multiplicity/hochberg.ts'
import { adjustByHolm } from '../multiplicity/holm.ts'
import type { Rng } from '../rng/rng.ts'
import { summariseCuped, summariseRatio } from '../summary/summarise.ts'
import type { CupedSummary, RatioSummary } from '../summary/summary.ts'
import { testProportions } from '../test/chi-square.ts'
import { compareCuped } from '../test/cuped.ts'
import { compareRanks } from '../test/mann-whitney.ts'
import { compareProportions } from '../test/proportion.ts'
import { compareRatios } from '../test/ratio.ts'
import { compareMeans } from '../test/welch.ts'
import { type Expectation, isRejected, rejects, type Scenario } from './law.ts'
import { normalDraws } from './normal-draws.ts'
import {
  failureDraws,
  logNormal,
  normal,
  type Population,
  pareto,
  REQUESTS,
  upperCap,
  valuesOf,
} from './population.ts'
import { armOf, RunningArm, zOf, zPerRequest } from './running-arm.ts'

const LOOKS = 5

/** Means and ranks of one population on both variants. */
function ofMeans(population: Population, seed: number, units: number, expectation: Expectation): Scenario {
  return {
    name: `one look, ${population.name}`,
    data: `${population.name}, ${units} units on each variant`,
    seed,
    laws: [
      rejects('welch_t', expectation),
      rejects('mann_whitney', 'holds'),
      rejects(`welch_t at ${LOOKS} looks`, 'broken'),
    ],
    prepare: () => rng => {
      const draw = population.draws(rng)
      const values = [valuesOf(units, draw), valuesOf(units, draw)] as const
      return [welchRejects(values), ranksReject(values), looksReject(values)]
    },
  }
}

type Pair<T> = readonly [T, T]

function welchRejects([control, variant]: Pair<readonly number[]>): boolean {
  return isRejected(compareMeans(armOfValues(control).summary(), armOfValues(variant).summary()))
}

function ranksReject([control, variant]: Pair<readonly number[]>): boolean {
  const sorted = (values: readonly number[]) => Float64Array.from(values).sort()
  return isRejected(compareRanks(sorted(control), sorted(variant)))
}

function looksReject([control, variant]: Pair<readonly number[]>): boolean {
  const upTo = (values: readonly number[], look: number) => values.slice(0, (look * values.length) / LOOKS)
  return Array.from({ length: LOOKS }, (_, k) => k + 1).some(look =>
    welchRejects([upTo(control, look), upTo(variant, look)]),
  )
}

function armOfValues(values: readonly number[], cap = Infinity): RunningArm {
  const arm = new RunningArm()
  for (const value of values) arm.add(Math.min(value, cap))
  return arm
}

/** A tenth of the units on the variant: a skewed population then skews the difference too. Skewness costs 0.7 % here. */
const uneven: Scenario = {
  name: 'one look, log-normal, 90 / 10',
  data: 'log-normal, 4500 units on the control, 500 on the variant',
  seed: 33,
  laws: [
    rejects('welch_t, normal', 'holds'),
    rejects('welch_t', 'reported'),
    rejects('welch_t_delta', 'reported'),
    rejects('welch_t_log', 'reported'),
    rejects('welch_t of 90 and 10 units', 'broken'),
  ],
  prepare: () => rng => {
    const [draw, drawNormal] = [logNormal.draws(rng), normalDraws(rng)]
    const [control, variant] = [armOf(4500, draw).summary(), armOf(500, draw).summary()]
    return [
      isRejected(compareMeans(armOf(450, drawNormal).summary(), armOf(50, drawNormal).summary())),
      isRejected(compareMeans(control, variant)),
      isRejected(compareMeans(control, variant, { scale: 'relative' })),
      isRejected(compareMeans(control, variant, { scale: 'relative', relative: 'log' })),
      isRejected(compareMeans(armOf(90, draw).summary(), armOf(10, draw).summary())),
    ]
  },
}

const winsorised: Scenario = {
  name: 'one look, winsorised',
  data: 'Pareto 2.5, 1000 units on each variant, cut at the 99 % quantile',
  seed: 34,
  laws: [rejects('welch_t', 'holds'), rejects('welch_t, a cap for each variant', 'broken')],
  prepare: () => rng => {
    const draw = pareto.draws(rng)
    const [control, variant] = [valuesOf(1000, draw), valuesOf(1000, draw)]
    const cap = upperCap([control, variant])
    const own = zOf(armOfValues(control, upperCap([control])), armOfValues(variant, upperCap([variant])))
    const common = compareMeans(armOfValues(control, cap).summary(), armOfValues(variant, cap).summary())
    return [isRejected(common), zRejects(own)]
  },
}

function zRejects(z: number): boolean {
  return 2 * normalUpperTail(Math.abs(z)) < 0.05
}

/** Units of 10 or 30 requests each. */
const clustered: Scenario = {
  name: 'one look, clustered',
  data: `300 units on each variant, a tenth of requests fail, ICC 0.3: ${REQUESTS} requests each, or 10 and 30`,
  seed: 35,
  laws: [
    rejects('ratio_delta, 20 requests', 'holds'),
    rejects('ratio_delta, 10 or 30 requests', 'holds'),
    rejects('two_proportion_z, variance per request', 'broken'),
  ],
  prepare: () => rng => {
    const failures = failureDraws(rng, 0.1)
    const arm = () => armOf(300, () => failures() / REQUESTS)
    const [control, variant] = [arm(), arm()]
    return [
      isRejected(compareMeans(control.summary(), variant.summary())),
      isRejected(compareRatios(ratioOf(rng), ratioOf(rng))),
      zRejects(zPerRequest(control, variant)),
    ]
  },
}

function ratioOf(rng: Rng): RatioSummary {
  const [few, many] = [failureDraws(rng, 0.1, 10), failureDraws(rng, 0.1, 30)]
  const rows = Array.from({ length: 300 }, (): readonly [number, number] =>
    rng.uniform() < 0.5 ? [few(), 10] : [many(), 30],
  )
  const summary = summariseRatio(rows)
  if (summary.kind === 'ratio') return summary
  throw new Error(summary.kind)
}

const proportions: Scenario = {
  name: 'one look, proportions',
  data: '500 units on each variant, a tenth succeed',
  seed: 36,
  laws: [
    rejects('two_proportion_z', 'holds'),
    rejects('proportion_log', 'holds'),
    rejects('chi_square of 3 variants', 'holds'),
    rejects('two_proportion_z of the extremes of 3', 'broken'),
  ],
  prepare: () => rng => {
    const summary = () => {
      let successes = 0
      for (let i = 0; i < 500; i++) if (rng.uniform() < 0.1) successes++
      return { kind: 'proportion', n: 500, successes } as const
    }
    const [a, b, c] = [summary(), summary(), summary()]
    const ordered = [a, b, c].toSorted((x, y) => x.successes - y.successes)
    const all = testProportions([a, b, c])
    return [
      isRejected(compareProportions(a, b)),
      isRejected(compareProportions(a, b, { scale: 'relative' })),
      'p' in all && all.p < 0.05,
      isRejected(compareProportions(ordered[0] ?? a, ordered[2] ?? c)),
    ]
  },
}

/** A value that correlates by 0.8 with the same unit's of before. */
const cuped: Scenario = {
  name: 'one look, CUPED',
  data: 'normal and log-normal, 300 units on each variant, correlation with the covariate 0.8',
  seed: 37,
  laws: [
    rejects('cuped_t, normal', 'holds'),
    rejects('cuped_t, log-normal', 'holds'),
    rejects('cuped_t, standard error times 1 - r^2', 'broken'),
  ],
  prepare: () => rng => {
    const draw = normalDraws(rng)
    const pair = (): readonly [number, number] => {
      const before = draw()
      return [0.8 * before + 0.6 * draw(), before]
    }
    const rows = () => Array.from({ length: 300 }, pair)
    const raised = (values: readonly (readonly [number, number])[]) =>
      values.map(([y, x]): readonly [number, number] => [Math.exp(y / 2), Math.exp(x / 2)])
    const [a, b] = [rows(), rows()]
    const plain = compareCuped(cupedOf(a), cupedOf(b))
    const isNarrow =
      plain.kind === 'estimate' &&
      zRejects(plain.effect / ((plain.standardError ?? 1) * Math.sqrt(plain.varianceRatio ?? 1)))
    return [isRejected(plain), isRejected(compareCuped(cupedOf(raised(a)), cupedOf(raised(b)))), isNarrow]
  },
}

export function cupedOf(rows: readonly (readonly [number, number])[]): CupedSummary {
  const summary = summariseCuped(rows)
  if (summary.kind === 'cuped') return summary
  throw new Error(summary.kind)
}

const FAMILY = 10

/** Where nothing has an effect, every discovery is a false one: those of a false discovery rate hold too. */
const ADJUSTMENTS = {
  Bonferroni: adjustByBonferroni,
  Holm: adjustByHolm,
  Hochberg: adjustByHochberg,
  'Benjamini and Hochberg': adjustByBenjaminiHochberg,
  'Benjamini and Yekutieli': adjustByBenjaminiYekutieli,
}

/** Ten metrics of the same units, correlated by a half. */
const families: Scenario = {
  name: 'one look, many metrics',
  data: `${FAMILY} metrics of 100 units on each variant, normal, correlation 0.5`,
  seed: 38,
  laws: [
    ...Object.keys(ADJUSTMENTS).map(name => rejects(`any of welch_t with ${name}`, 'holds')),
    rejects('any of welch_t', 'broken'),
  ],
  prepare: () => rng => {
    const draw = normalDraws(rng)
    const arms = () => {
      const columns = Array.from({ length: FAMILY }, () => new RunningArm())
      for (let i = 0; i < 100; i++) {
        const common = draw()
        for (const column of columns) column.add(Math.SQRT1_2 * (common + draw()))
      }
      return columns
    }
    const [control, variant] = [arms(), arms()]
    const p = control.map((arm, i) => pOf(arm, variant[i] ?? arm))
    const tests = p.map((value, i) => ({ id: `metric ${i}`, p: value }))
    const finds = (adjust: typeof adjustByHolm) => {
      const family = adjust({ name: 'metrics', tests })
      return 'tests' in family && family.tests.some(({ adjusted }) => (adjusted ?? 1) <= 0.05)
    }
    return [...Object.values(ADJUSTMENTS).map(finds), p.some(value => value <= 0.05)]
  },
}

function pOf(control: RunningArm, variant: RunningArm): number {
  const result = compareMeans(control.summary(), variant.summary())
  return result.kind === 'estimate' ? (result.p ?? 1) : 1
}

/** Heavier tails than the method is made for. */
export const rawFixedScenario: Scenario = ofMeans(pareto, 39, 300, 'reported')

export const fixedScenarios: readonly Scenario[] = [
  ofMeans(normal, 31, 100, 'holds'),
  ofMeans(logNormal, 32, 300, 'holds'),
  uneven,
  winsorised,
  clustered,
  proportions,
  cuped,
  families,
]
