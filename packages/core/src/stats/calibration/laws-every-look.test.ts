import { beforeAll, describe, expect, it } from 'vitest'
import { anytimeScenarios } from './anytime.ts'
import { boundaryScenarios } from './boundaries.ts'
import { canaryScenarios } from './canary.ts'
import { discoveryScenarios } from './discoveries.ts'
import { driftScenarios } from './drift.ts'
import { driftingRateScenarios } from './drifting-rates.ts'
import { exactScenarios } from './exact.ts'
import { type Outcome, simulate } from './law.ts'
import { quantileBandScenarios } from './quantile-bands.ts'
import { quantileDifferenceScenarios } from './quantile-differences.ts'
import { rateIntervalScenarios } from './rate-intervals.ts'
import { summarySequenceScenarios } from './sequences-of-summaries.ts'

/** Of each law; `npm run calibrate` has 25 times as many. */
const REPETITIONS = 2000

describe.each([
  ...anytimeScenarios,
  ...summarySequenceScenarios,
  ...canaryScenarios,
  ...driftScenarios,
  ...driftingRateScenarios,
  ...exactScenarios,
  ...rateIntervalScenarios,
  ...quantileDifferenceScenarios,
  ...quantileBandScenarios,
  ...boundaryScenarios,
  ...discoveryScenarios,
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
