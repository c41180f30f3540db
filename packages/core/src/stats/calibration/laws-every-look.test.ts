import { beforeAll, describe, expect, it } from 'vitest'
import { anytimeScenarios } from './anytime.ts'
import { driftScenarios } from './drift.ts'
import { exactScenarios } from './exact.ts'
import { type Outcome, simulate } from './law.ts'

/** Of each law; `npm run calibrate` has 25 times as many. */
const REPETITIONS = 2000

describe.each([...anytimeScenarios, ...driftScenarios, ...exactScenarios])('$name ($data)', scenario => {
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
