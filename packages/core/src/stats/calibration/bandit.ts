// Whether inference after a bandit still holds.
import { adaptiveEffect, addAdaptiveUnit, noUnits } from '../bandit/adaptive-effect.ts'
import { checkStop, stopRule } from '../bandit/stopping.ts'
import type { ReweightOptions } from '../bandit/thompson.ts'
import { normalCdf } from '../distribution/normal.ts'
import { compareMeans } from '../test/welch.ts'
import { isMissed, isRejected, misses, rejects, type Scenario } from './law.ts'
import { normalDraws } from './normal-draws.ts'

import { RunningAipw } from './running-aipw.ts'
import { RunningArm, zOf } from './running-arm.ts'

const UNITS = 1500
/** Units between two changes of the shares. */
const BATCH = 50
/** What `aipwSequence` waits for unless told. */
const AIPW_BURN_IN = 200

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
    const logged = new RunningAipw(AIPW_BURN_IN)
    let shares: readonly number[] = [0.5, 0.5]
    let hasRejected = false
    for (let n = 1; n <= UNITS; n++) {
      const taken = rng.uniform() < (shares[0] ?? 0) ? 0 : 1
      const reward = draw()
      arms[taken].add(reward)
      weighted = addAdaptiveUnit(weighted, taken, reward, shares)
      plain = addAdaptiveUnit(plain, taken, reward, shares)
      logged.add(taken, reward, shares[1] ?? 0)
      if (n % BATCH !== 0) continue
      hasRejected ||= logged.rejects('two_sided')
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
