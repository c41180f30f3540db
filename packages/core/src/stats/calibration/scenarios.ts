// Everything that is simulated, in the order of the report.
import { anytimeScenarios, rawAnytimeScenario } from './anytime.ts'
import { banditScenarios, regret } from './bandit.ts'
import { causalScenarios, slowCausalScenarios } from './causal.ts'
import { coverageScenarios, rawCoverageScenario } from './coverage.ts'
import { driftScenarios } from './drift.ts'
import { exactScenarios } from './exact.ts'
import { fixedScenarios, rawFixedScenario } from './fixed.ts'
import { groupScenarios, rawGroupScenario } from './group.ts'
import { groupIntervalScenarios } from './group-interval.ts'
import type { Scenario } from './law.ts'
import type { Measurement } from './measurement.ts'
import { bias, offPolicyScenarios } from './off-policy.ts'
import { best, posteriorScenarios, slowPosteriorScenarios } from './posterior.ts'
import { powerScenarios } from './power.ts'
import { shareScenarios } from './shares.ts'

export interface ScenarioGroup {
  readonly title: string
  /** Name of its picture: lower case letters and dashes. */
  readonly id: string
  readonly scenarios: readonly Scenario[]
}

export const scenarioGroups: readonly ScenarioGroup[] = [
  { title: 'One look', id: 'one-look', scenarios: [...fixedScenarios, rawFixedScenario] },
  { title: 'Intervals', id: 'intervals', scenarios: [...coverageScenarios, rawCoverageScenario] },
  { title: 'Power', id: 'power', scenarios: powerScenarios },
  {
    title: 'Group-sequential',
    id: 'group-sequential',
    scenarios: [...groupScenarios, rawGroupScenario, ...groupIntervalScenarios],
  },
  { title: 'Every unit', id: 'every-unit', scenarios: [...anytimeScenarios, rawAnytimeScenario] },
  { title: 'Drift and a re-weight', id: 'drift', scenarios: driftScenarios },
  { title: 'Exact sequences', id: 'exact', scenarios: exactScenarios },
  { title: 'Sample ratio', id: 'sample-ratio', scenarios: shareScenarios },
  {
    title: 'Bandits and off-policy',
    id: 'bandits',
    scenarios: [...banditScenarios, ...offPolicyScenarios],
  },
  {
    title: 'Margins, counts, causes and checks',
    id: 'causes',
    scenarios: [...causalScenarios, ...slowCausalScenarios],
  },
  { title: 'Bayesian', id: 'bayesian', scenarios: [...posteriorScenarios, ...slowPosteriorScenarios] },
]

export const allScenarios: readonly Scenario[] = scenarioGroups.flatMap(({ scenarios }) => scenarios)

export const allMeasurements: readonly Measurement[] = [regret, bias, best]
