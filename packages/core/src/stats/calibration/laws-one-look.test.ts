import { beforeAll, describe, expect, it } from 'vitest'
import { arrivalScenarios } from './arrivals.ts'
import { causalScenarios } from './causal.ts'
import { coverageScenarios } from './coverage.ts'
import { fixedScenarios } from './fixed.ts'
import { type Outcome, simulate } from './law.ts'
import { offPolicyScenarios } from './off-policy.ts'
import { rareOffPolicyScenarios } from './off-policy-rare.ts'
import { posteriorScenarios } from './posterior.ts'
import { powerScenarios } from './power.ts'
import { scoreRatioScenarios } from './score-ratio.ts'
import { subgroupScenarios } from './subgroups.ts'

/** Of each law; `npm run calibrate` has 25 times as many. */
const REPETITIONS = 2000

describe.each([
  ...fixedScenarios,
  ...coverageScenarios,
  ...scoreRatioScenarios,
  ...powerScenarios,
  ...arrivalScenarios,
  ...offPolicyScenarios,
  ...rareOffPolicyScenarios,
  ...causalScenarios,
  ...subgroupScenarios,
  ...posteriorScenarios,
])('$name ($data)', scenario => {
  let outcomes: readonly Outcome[] = []
  beforeAll(() => {
    outcomes = simulate(scenario, REPETITIONS)
  }, 180_000)

  it.each(scenario.laws.map((law, index) => ({ ...law, index })))(
    '$method, expected: $expectation',
    ({ index }) => {
      expect(outcomes[index]).toMatchObject({ isMet: true })
    },
  )
})
