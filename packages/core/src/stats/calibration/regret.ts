// What bandits lose against always taking the best arm.
import { drawThompson } from '../bandit/thompson.ts'
import { type ArmIndices, bernoulliDivergence, ucb1 } from '../bandit/ucb.ts'
import type { Result } from '../result.ts'
import type { Rng } from '../rng/rng.ts'
import type { Expected, Measurement, Quantity } from './measurement.ts'

const MEANS = [0.5, 0.4, 0.3]
const BEST = 0.5
/** Units at which regret is read. */
export const HORIZONS = [100, 316, 1000]

export interface Arm {
  n: number
  successes: number
}

type Choose = (arms: readonly Arm[], rng: Rng) => number

const POLICIES: readonly (readonly [string, Choose])[] = [
  ['uniform', (_arms, rng) => Math.floor(rng.uniform() * MEANS.length)],
  ['thompson', (arms, rng) => drawThompson(rng, arms.map(beliefOf), 'higher')],
  ['kl_ucb', greatestKlBound],
  [
    'ucb1',
    arms =>
      highest(
        ucb1(
          arms.map(({ n, successes }) => ({ n, mean: successes / n })),
          1,
        ),
      ),
  ],
]

function beliefOf({ n, successes }: Arm) {
  return { kind: 'beta', a: 1 + successes, b: 1 + n - successes } as const
}

/**
 * The arm of which `klUcb` has the greatest index: another arm's bound is worked out only if it lies above the greatest so
 * far, which one divergence tells.
 */
export function greatestKlBound(arms: readonly Arm[]): number {
  const budget = Math.log(arms.reduce((sum, { n }) => sum + n, 0))
  let [greatest, bound] = [0, -1]
  arms.forEach(({ n, successes }, i) => {
    const mean = successes / n
    if (mean < bound && n * bernoulliDivergence(mean, bound) > budget) return
    greatest = i
    bound = klBound(mean, budget / n)
  })
  return greatest
}

/** By Newton's method from Pinsker's bound, above the root of a convex function. */
function klBound(mean: number, most: number): number {
  if (mean === 1) return 1
  let p = Math.min(1 - 1e-9, mean + Math.sqrt(most / 2))
  for (let step = 0; step < 50; step++) {
    const move = ((bernoulliDivergence(mean, p) - most) * p * (1 - p)) / (p - mean)
    p -= move
    if (move < 1e-12) break
  }
  return p
}

function highest(result: Result<ArmIndices>): number {
  return result.kind === 'indices' ? result.indices.indexOf(Math.max(...result.indices)) : 0
}

/** Lai and Robbins (1985): what regret over ln t cannot stay below. */
export const LAI_ROBBINS = MEANS.slice(1).reduce(
  (sum, mean) => sum + (BEST - mean) / bernoulliDivergence(mean, BEST),
  0,
)

/** Regret of one run at each horizon. */
function regretOf(choose: Choose, rng: Rng): readonly number[] {
  const arms: readonly Arm[] = MEANS.map(() => ({ n: 0, successes: 0 }))
  const at: number[] = []
  let lost = 0
  for (let t = 0; at.length < HORIZONS.length; t++) {
    const taken = t < MEANS.length ? t : choose(arms, rng)
    const [arm, mean = 0] = [arms[taken], MEANS[taken]]
    if (arm === undefined) throw new Error(`no arm ${taken}`)
    arm.n++
    if (rng.uniform() < mean) arm.successes++
    lost += BEST - mean
    if (t + 1 === HORIZONS[at.length]) at.push(lost)
  }
  return at
}

/** Of regret over ln t, from the first horizon to the last, in Lai and Robbins' constant. */
function slopeOf(regrets: readonly number[]): number {
  const rise = (regrets.at(-1) ?? 0) - (regrets[0] ?? 0)
  return rise / Math.log((HORIZONS.at(-1) ?? 1) / (HORIZONS[0] ?? 1)) / LAI_ROBBINS
}

/** What the slope of each policy may be: that of uniform choices is far above, UCB1's bound is loose. */
const SLOPES: Readonly<Record<string, Expected>> = {
  uniform: { kind: 'outside', low: 0, high: 4 },
  thompson: { kind: 'within', low: 0.4, high: 2 },
  kl_ucb: { kind: 'within', low: 0.4, high: 2 },
  ucb1: { kind: 'within', low: 0.4, high: 8 },
}

/** At the last horizon: uniform choices lose 0.1 a unit, all others less. */
const LAST_REGRET: Expected = { kind: 'within', low: 0, high: 80 }

function quantitiesOf(policy: string): readonly Quantity[] {
  const regrets = HORIZONS.map((horizon, i): Quantity => {
    const isJudged = i === HORIZONS.length - 1 && policy !== 'uniform'
    return {
      what: `${policy}: regret at ${horizon}`,
      expected: isJudged ? LAST_REGRET : { kind: 'reported' },
    }
  })
  return [...regrets, { what: `${policy}: slope`, expected: SLOPES[policy] ?? { kind: 'reported' } }]
}

export const regret: Measurement = {
  name: 'bandit, regret',
  data: `success rates ${MEANS.join(', ')}; successes lost by so many units; slope of them over ln t in units of Lai and Robbins' ${LAI_ROBBINS.toFixed(2)}`,
  seed: 83,
  quantities: POLICIES.flatMap(([policy]) => quantitiesOf(policy)),
  prepare: () => rng =>
    POLICIES.flatMap(([, choose]) => {
      const regrets = regretOf(choose, rng)
      return [...regrets, slopeOf(regrets)]
    }),
}
