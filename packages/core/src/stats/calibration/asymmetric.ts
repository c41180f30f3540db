// Group-sequential tests with errors of their own on each side, at looks that nobody planned: verdicts and intervals.
import { normalQuantile } from '../distribution/normal.ts'
import { findRoot } from '../numeric/root.ts'
import type { Rng } from '../rng/rng.ts'
import { asymmetricBoundaries } from '../sequential/group/asymmetric.ts'
import {
  type AsymmetricEstimate,
  type AsymmetricTestPlan,
  analyseAsymmetric,
} from '../sequential/group/asymmetric-analysis.ts'
import { futilityDesign } from '../sequential/group/futility.ts'
import type { Look } from '../sequential/group/paths.ts'
import { misses, overlooks, rejects, type Scenario } from './law.ts'
import { normalDraws } from './normal-draws.ts'

/** Looks as they came, of which one set is drawn for each test: few, an overrun, and two close together. */
const SCHEDULES = [
  [0.25, 0.7, 1.1],
  [0.35, 0.5, 0.55, 1],
] as const

const FRAME = { plannedInformation: 400, nullEffect: 0, scale: 'absolute' } as const
/** Type II error of the plan for efficacy and futility. */
const BETA = 0.2
/** For intervals: an effect that is found in two tests of three, mostly early, when it looks larger than it is. */
const TRUE_DRIFT = 2.5

export const harmPlan: AsymmetricTestPlan = {
  ...FRAME,
  upper: { error: 0.025, spending: { family: 'obrien_fleming' } },
  lower: { error: 0.05, spending: { family: 'pocock' } },
  crossing: 'binding',
  below: 'harm',
}

/** What is left out by intervals of that plan: the errors of both sides. */
const LEFT_OUT = 0.075

/** @param drift - the effect at which the type II error is spent, as the expected z at the end */
export function futilityPlan(crossing: AsymmetricTestPlan['crossing'], drift: number): AsymmetricTestPlan {
  const lower = { error: BETA, spending: { family: 'pocock' }, drift } as const
  return { ...harmPlan, lower, crossing, below: 'futility' }
}

/** z at each look, of normal values with a known variance. */
function pathAt(rng: Rng, times: readonly number[], drift: number): readonly number[] {
  const draw = normalDraws(rng)
  let [score, before] = [0, 0]
  return times.map(time => {
    score += drift * (time - before) + Math.sqrt(time - before) * draw()
    before = time
    return score / Math.sqrt(time)
  })
}

/** What the method says of a path, all looks given at once. */
export function analysePath(
  plan: AsymmetricTestPlan,
  times: readonly number[],
  path: readonly number[],
): AsymmetricEstimate {
  const looks = path.map((z, k) => {
    const information = (times[k] ?? 0) * plan.plannedInformation
    const n = { control: 2 * information, variant: 2 * information }
    return { effect: z / Math.sqrt(information), standardError: 1 / Math.sqrt(information), n }
  })
  const estimate = analyseAsymmetric(plan, looks, path.length === times.length ? 'final' : 'interim')
  if (estimate.kind !== 'estimate') throw new Error(estimate.kind)
  return estimate
}

/** Where a test stopped: its look, from 0, and the side, or the end. */
interface Stop {
  readonly look: number
  readonly side: 'above' | 'below' | 'end'
}

/** A plan at looks of which the boundaries, and what is outside the intervals there, are worked out once. */
export class PlannedTest {
  readonly #plan: AsymmetricTestPlan
  readonly #times: readonly number[]
  readonly #bounds: readonly Look[]
  readonly #isObeyed: boolean
  readonly #covered = new Map<string, Covered>()

  constructor(plan: AsymmetricTestPlan, times: readonly number[]) {
    const bounds = asymmetricBoundaries(plan, times, 'final')
    if ('kind' in bounds) throw new Error(bounds.kind)
    this.#plan = plan
    this.#times = times
    this.#bounds = bounds
    this.#isObeyed = plan.crossing === 'binding'
  }

  /** What is not binding is not obeyed. */
  stopOf(path: readonly number[]): Stop {
    for (const [look, z] of path.entries()) {
      const { lower, upper } = this.#bounds[look] ?? {}
      if (z >= (upper ?? Infinity)) return { look, side: 'above' }
      if (this.#isObeyed && z <= (lower ?? -Infinity)) return { look, side: 'below' }
    }
    return { look: path.length - 1, side: 'end' }
  }

  /** z at each of its looks; `drift` is its mean at the end. */
  path(rng: Rng, drift: number): readonly number[] {
    return pathAt(rng, this.#times, drift)
  }

  rejects(path: readonly number[], side: 'above' | 'below'): boolean {
    return this.stopOf(path).side === side
  }

  /** Whether the interval at the look it stopped at leaves out an effect, given as the expected z at the end. */
  misses(path: readonly number[], drift: number): boolean {
    const stop = this.stopOf(path)
    const key = `${stop.look} ${stop.side} ${drift}`
    const covered = this.#covered.get(key) ?? this.#coveredAt(stop, drift)
    this.#covered.set(key, covered)
    const z = path[stop.look] ?? 0
    return z < covered.from || z > covered.to
  }

  /** The z with which the method's own interval has the effect inside, of tests that stop there and so. */
  #coveredAt(stop: Stop, drift: number): Covered {
    const [from, to] = this.#rangeOf(stop)
    const effect = drift / Math.sqrt(this.#plan.plannedInformation)
    const at = (z: number) => this.#intervalAt(stop.look, z)
    return {
      from: crossing(z => (at(z).upper ?? Infinity) - effect, from, to),
      to: crossing(z => (at(z).lower ?? -Infinity) - effect, from, to),
    }
  }

  /** The z with which a test stops there and so. */
  #rangeOf({ look, side }: Stop): readonly [number, number] {
    const { lower, upper } = this.#bounds[look] ?? {}
    const [low, high] = [this.#isObeyed ? (lower ?? -FAR) : -FAR, upper ?? FAR]
    if (side === 'end') return [low, high]
    return side === 'above' ? [high, FAR] : [-FAR, low]
  }

  /** By way of looks halfway between the boundaries, which the interval takes no notice of. */
  #intervalAt(look: number, z: number) {
    const before = this.#bounds.slice(0, look).map(({ lower, upper }) => ((lower ?? 0) + (upper ?? 2)) / 2)
    return analysePath(this.#plan, this.#times, [...before, z]).interval
  }
}

interface Covered {
  readonly from: number
  readonly to: number
}

/** No path comes so far. */
const FAR = 9

/** Where a rising function is 0, or the end beyond which it would be. */
function crossing(rising: (z: number) => number, from: number, to: number): number {
  const inside = 1e-9 * (to - from)
  const [first, last] = [from + inside, to - inside]
  if (rising(first) >= 0) return -Infinity
  if (rising(last) <= 0) return Infinity
  return findRoot(rising, first, last, { x: 1e-7, y: 1e-12 }) ?? Number.NaN
}

function testsOf(plan: AsymmetricTestPlan): readonly PlannedTest[] {
  return SCHEDULES.map(times => new PlannedTest(plan, times))
}

/** Of both errors together, as if the look it stopped at were the only one. */
const QUANTILES = {
  above: -normalQuantile(harmPlan.upper.error),
  below: normalQuantile(harmPlan.lower.error),
}

/** One of the schedules' tests, by a uniform value. */
function pick(tests: readonly PlannedTest[], at: number): PlannedTest {
  const test = tests[Math.floor(at * tests.length)]
  if (test === undefined) throw new Error('no test')
  return test
}

const harm: Scenario = {
  name: 'looks, efficacy and harm',
  data: `normal, known variance, 3 or 4 looks whenever; efficacy by O'Brien and Fleming's spending of 2.5 %, harm by Pocock's of 5 %; intervals of no effect and of ${TRUE_DRIFT} standard errors by the end`,
  seed: 301,
  laws: [
    rejects('asymmetric, harm: above', 'holds', harmPlan.upper.error),
    rejects('asymmetric, harm: below', 'holds', harmPlan.lower.error),
    misses('asymmetric, harm: stage-wise interval, no effect', 'holds', LEFT_OUT),
    misses('asymmetric, harm: stage-wise interval', 'holds', LEFT_OUT),
    rejects('1.96 above, at every look', 'broken', harmPlan.upper.error),
    rejects('1.645 below, at every look', 'broken', harmPlan.lower.error),
    misses("one look's interval, at the look it stopped at", 'broken', LEFT_OUT),
  ],
  prepare: () => {
    const tests = testsOf(harmPlan)
    return rng => {
      const test = pick(tests, rng.uniform())
      const [none, some] = [test.path(rng, 0), test.path(rng, TRUE_DRIFT)]
      return [
        test.rejects(none, 'above'),
        test.rejects(none, 'below'),
        test.misses(none, 0),
        test.misses(some, TRUE_DRIFT),
        none.some(z => z > QUANTILES.above),
        none.some(z => z < QUANTILES.below),
        isOffAtOneLook(test, none),
      ]
    }
  },
}

/** Without an effect, where it is the boundaries alone that stop a test early. */
function isOffAtOneLook(test: PlannedTest, path: readonly number[]): boolean {
  const z = path[test.stopOf(path).look] ?? 0
  return z > QUANTILES.above || z < QUANTILES.below
}

/** The effect at which a test at planned looks has the power, and the information it then needs. */
function plannedDrift(): number {
  const { upper, lower } = futilityPlan('binding', 0)
  const errors = {
    alpha: upper.error,
    spending: upper.spending,
    beta: lower.error,
    betaSpending: lower.spending,
  }
  const design = futilityDesign({ ...errors, futility: 'binding' }, [0.25, 0.5, 0.75, 1])
  if (design.kind !== 'futility_design') throw new Error(design.kind)
  return design.drift
}

const futility: Scenario = {
  name: 'looks, efficacy and futility',
  data: `normal, known variance, 3 or 4 looks whenever; efficacy by O'Brien and Fleming's spending of 2.5 %, futility by Pocock's of a type II error of 20 %`,
  seed: 302,
  laws: [
    rejects('asymmetric, futility not binding: above, going on below', 'holds', harmPlan.upper.error),
    misses(
      'asymmetric, futility not binding: stage-wise bound, no effect, going on below',
      'holds',
      harmPlan.upper.error,
    ),
    misses(
      'asymmetric, futility not binding: stage-wise bound, going on below',
      'holds',
      harmPlan.upper.error,
    ),
    rejects('asymmetric, futility binding: above', 'holds', harmPlan.upper.error),
    overlooks('asymmetric, futility binding: at the effect planned for', 'holds', BETA),
    overlooks('asymmetric, futility binding: with the information of a test with one look', 'broken', BETA),
    rejects('1.96 above, at every look', 'broken', harmPlan.upper.error),
  ],
  prepare: () => {
    const drift = plannedDrift()
    const [loose, binding] = [
      testsOf(futilityPlan('non_binding', drift)),
      testsOf(futilityPlan('binding', drift)),
    ]
    const oneLook = -normalQuantile(harmPlan.upper.error) - normalQuantile(BETA)
    return rng => {
      const which = rng.uniform()
      const [goesOn, stops] = [pick(loose, which), pick(binding, which)]
      const [none, planned] = [goesOn.path(rng, 0), goesOn.path(rng, drift)]
      return [
        goesOn.rejects(none, 'above'),
        goesOn.misses(none, 0),
        goesOn.misses(goesOn.path(rng, TRUE_DRIFT), TRUE_DRIFT),
        stops.rejects(none, 'above'),
        !stops.rejects(planned, 'above'),
        !stops.rejects(stops.path(rng, oneLook), 'above'),
        none.some(z => z > QUANTILES.above),
      ]
    }
  },
}

export const asymmetricScenarios: readonly Scenario[] = [harm, futility]
