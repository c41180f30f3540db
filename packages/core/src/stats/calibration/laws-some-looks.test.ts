import { beforeAll, describe, expect, it } from 'vitest'
import { asymmetricScenarios } from './asymmetric.ts'
import { banditScenarios } from './bandit.ts'
import { groupScenarios } from './group.ts'
import { groupIntervalScenarios } from './group-interval.ts'
import { groupShapeScenarios } from './group-shapes.ts'
import { identificationScenarios } from './identification.ts'
import { type Outcome, simulate } from './law.ts'
import { shareScenarios } from './shares.ts'

/** Of each law; `npm run calibrate` has 25 times as many. */
const REPETITIONS = 2000

describe.each([
  ...groupScenarios,
  ...groupIntervalScenarios,
  ...groupShapeScenarios,
  ...asymmetricScenarios,
  ...shareScenarios,
  ...banditScenarios,
  ...identificationScenarios,
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
