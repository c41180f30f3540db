// Bandits: what they lose, and whether inference after them still holds.
import { adaptiveEffect, addAdaptiveUnit, noUnits } from '../bandit/adaptive-effect.ts'
import { checkStop, stopRule } from '../bandit/stopping.ts'
import { drawThompson, type ReweightOptions } from '../bandit/thompson.ts'
import { type ArmIndices, bernoulliDivergence, klUcb, ucb1 } from '../bandit/ucb.ts'
import { normalCdf } from '../distribution/normal.ts'
import type { Result } from '../result.ts'
import type { Rng } from '../rng/rng.ts'
import {
  addLoggedUnit,
  aipwSequence,
  noLoggedUnits,
} from '../sequential/always-valid/propensity/aipw-sequence.ts'
import { compareMeans } from '../test/welch.ts'
import { isMissed, isRejected, misses, rejects, type Scenario } from './law.ts'
import type { Expected, Measurement, Quantity } from './measurement.ts'
import { normalDraws } from './population.ts'
import { RunningArm, zOf } from './running-arm.ts'

const UNITS = 1500
/** Units between two changes of the shares. */
const BATCH = 50

export const thompson: ReweightOptions = {
  better: 'higher',
  prior: { kind: 'flat' },
  spread: { kind: 'best' },
  floor: 0.05,
  minimumUnits: 20,
}

/** Two arms without a difference, the shares following the rewards. */
const adaptive: Scenario = {
  name: 'bandit, effect',
  data: `two arms alike, normal; Thompson's shares anew every ${BATCH} of ${UNITS} units, floor 0.05`,
  seed: 81,
  laws: [
    misses('adaptively_weighted_aipw', 'holds'),
    misses('aipw', 'holds'),
    rejects('aipw_sequence at every re-weight', 'holds'),
    rejects('welch_t of plain means', 'broken'),
  ],
  prepare: () => rng => {
    const draw = normalDraws(rng)
    const arms = [new RunningArm(), new RunningArm()] as const
    let weighted = noUnits(2, 'constant_allocation')
    let plain = noUnits(2, 'uniform')
    let logged = noLoggedUnits()
    let shares: readonly number[] = [0.5, 0.5]
    let hasRejected = false
    for (let n = 1; n <= UNITS; n++) {
      const taken = rng.uniform() < (shares[0] ?? 0) ? 0 : 1
      const reward = draw()
      arms[taken].add(reward)
      weighted = addAdaptiveUnit(weighted, taken, reward, shares)
      plain = addAdaptiveUnit(plain, taken, reward, shares)
      const propensity = { control: shares[0] ?? 0, variant: shares[1] ?? 0 }
      logged = addLoggedUnit(logged, {
        assigned: taken === 0 ? 'control' : 'variant',
        outcome: reward,
        propensity,
      })
      if (n % BATCH !== 0) continue
      hasRejected ||= isRejected(aipwSequence(logged))
      shares = nextShares(arms, shares)
    }
    return [
      isMissed(adaptiveEffect(weighted, 0, 1, 0.95), 0),
      isMissed(adaptiveEffect(plain, 0, 1, 0.95), 0),
      hasRejected,
      isRejected(compareMeans(arms[0].summary(), arms[1].summary())),
    ]
  },
}

/** Those of `reweight`, which for two arms are closed: the probability to be best is that of a difference above 0. */
export function nextShares(
  [first, second]: readonly [RunningArm, RunningArm],
  shares: readonly number[],
): readonly number[] {
  if (Math.min(first.n, second.n) < thompson.minimumUnits) return shares
  const share = thompson.floor + (1 - 2 * thompson.floor) * normalCdf(zOf(second, first))
  return [share, 1 - share]
}

/** Three arms alike, of which any that is named the best is named wrongly. */
const stopping: Scenario = {
  name: 'bandit, stopping',
  data: `three arms alike, normal, even shares; checked at every tenth of ${UNITS} units, delta 0.05`,
  seed: 82,
  laws: [
    rejects('kaufmann_koolen', 'holds'),
    rejects('ln_ln', 'reported'),
    rejects('evidence of one look: 1.96^2 / 2', 'broken'),
  ],
  prepare: () => {
    const options = { epsilon: 0, delta: 0.05, minimumUnits: 30, varianceFloor: 1e-12 }
    const proved = stopRule({ ...options, threshold: 'kaufmann_koolen' }, 3)
    const shorter = stopRule({ ...options, threshold: 'ln_ln' }, 3)
    if (proved.kind === 'invalid' || shorter.kind === 'invalid') throw new Error('no rule')
    return rng => {
      const draw = normalDraws(rng)
      const arms = [new RunningArm(), new RunningArm(), new RunningArm()]
      const errors = [false, false, false]
      for (let n = 0; n < UNITS; n += 10) {
        for (let i = 0; i < 10; i++) arms[(n + i) % 3]?.add(draw())
        if (n < 100) continue
        const rewards = arms.map(({ n: units, mean, variance }) => ({ n: units, mean, variance }))
        const checks = [checkStop(rewards, proved, null), checkStop(rewards, shorter, null)]
        checks.forEach((check, i) => {
          if (check.kind !== 'stop_check') return
          errors[i] ||= check.winner !== null
          errors[2] ||= check.evidence > 1.96 ** 2 / 2
        })
      }
      return errors
    }
  },
}

export const banditScenarios: readonly Scenario[] = [adaptive, stopping]

const MEANS = [0.5, 0.4, 0.3]
const BEST = 0.5
/** Units at which regret is read. */
export const HORIZONS = [200, 632, 2000]

interface Arm {
  n: number
  successes: number
}

type Choose = (arms: readonly Arm[], rng: Rng) => number

const POLICIES: readonly (readonly [string, Choose])[] = [
  ['uniform', (_arms, rng) => Math.floor(rng.uniform() * MEANS.length)],
  ['thompson', (arms, rng) => drawThompson(rng, arms.map(beliefOf), 'higher')],
  ['kl_ucb', arms => highest(klUcb(arms, 0))],
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
const LAST_REGRET: Expected = { kind: 'within', low: 0, high: 160 }

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
  thinning: 50,
  quantities: POLICIES.flatMap(([policy]) => quantitiesOf(policy)),
  prepare: () => rng =>
    POLICIES.flatMap(([, choose]) => {
      const regrets = regretOf(choose, rng)
      return [...regrets, slopeOf(regrets)]
    }),
}
