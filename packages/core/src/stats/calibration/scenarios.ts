// Everything that is simulated, in the order of the report.
import { anytimeScenarios, rawAnytimeScenario } from './anytime.ts'
import { arrivalScenarios } from './arrivals.ts'
import { asymmetricScenarios } from './asymmetric.ts'
import { banditScenarios } from './bandit.ts'
import { bestRates } from './best-rates.ts'
import { boundaryScenarios } from './boundaries.ts'
import { canaryScenarios } from './canary.ts'
import { causalScenarios } from './causal.ts'
import { contextualRegret } from './contextual.ts'
import { coverageScenarios, rawCoverageScenario } from './coverage.ts'
import { discoveryScenarios, falseDiscoveries } from './discoveries.ts'
import { driftScenarios } from './drift.ts'
import { driftingRateScenarios } from './drifting-rates.ts'
import { exactScenarios } from './exact.ts'
import { fixedScenarios, rawFixedScenario } from './fixed.ts'
import { groupScenarios, rawGroupScenario } from './group.ts'
import { groupIntervalScenarios } from './group-interval.ts'
import { conditional, groupShapeScenarios } from './group-shapes.ts'
import { identification, identificationScenarios } from './identification.ts'
import type { Scenario } from './law.ts'
import type { Measurement } from './measurement.ts'
import { bias, offPolicyScenarios } from './off-policy.ts'
import { rareOffPolicyScenarios } from './off-policy-rare.ts'
import { best, better, posteriorScenarios } from './posterior.ts'
import { powerScenarios } from './power.ts'
import { quantileBandScenarios } from './quantile-bands.ts'
import { quantileDifferenceScenarios } from './quantile-differences.ts'
import { rateIntervalScenarios } from './rate-intervals.ts'
import { regret } from './regret.ts'
import { scoreRatioScenarios } from './score-ratio.ts'
import { summarySequenceScenarios } from './sequences-of-summaries.ts'
import { shareScenarios } from './shares.ts'
import { shrinkage, subgroupScenarios } from './subgroups.ts'

export interface ScenarioGroup {
  readonly title: string
  /** Name of its picture: lower case letters and dashes. */
  readonly id: string
  readonly scenarios: readonly Scenario[]
}

export const scenarioGroups: readonly ScenarioGroup[] = [
  { title: 'One look', id: 'one-look', scenarios: [...fixedScenarios, rawFixedScenario] },
  {
    title: 'Intervals',
    id: 'intervals',
    scenarios: [...coverageScenarios, rawCoverageScenario, ...scoreRatioScenarios],
  },
  { title: 'Power', id: 'power', scenarios: [...powerScenarios, ...arrivalScenarios] },
  {
    title: 'Group-sequential',
    id: 'group-sequential',
    scenarios: [
      ...groupScenarios,
      rawGroupScenario,
      ...groupIntervalScenarios,
      ...groupShapeScenarios,
      ...asymmetricScenarios,
    ],
  },
  {
    title: 'Every unit',
    id: 'every-unit',
    scenarios: [...anytimeScenarios, rawAnytimeScenario, ...summarySequenceScenarios],
  },
  { title: 'Canaries with rare failures', id: 'canary', scenarios: canaryScenarios },
  { title: 'Drift and a re-weight', id: 'drift', scenarios: [...driftScenarios, ...driftingRateScenarios] },
  {
    title: 'Exact sequences',
    id: 'exact',
    scenarios: [
      ...exactScenarios,
      ...rateIntervalScenarios,
      ...quantileDifferenceScenarios,
      ...quantileBandScenarios,
      ...boundaryScenarios,
      ...discoveryScenarios,
    ],
  },
  { title: 'Sample ratio', id: 'sample-ratio', scenarios: shareScenarios },
  {
    title: 'Bandits and off-policy',
    id: 'bandits',
    scenarios: [
      ...banditScenarios,
      ...identificationScenarios,
      ...offPolicyScenarios,
      ...rareOffPolicyScenarios,
    ],
  },
  {
    title: 'Margins, counts, causes and checks',
    id: 'causes',
    scenarios: [...causalScenarios, ...subgroupScenarios],
  },
  { title: 'Bayesian', id: 'bayesian', scenarios: posteriorScenarios },
]

export const allScenarios: readonly Scenario[] = scenarioGroups.flatMap(({ scenarios }) => scenarios)

export const allMeasurements: readonly Measurement[] = [
  regret,
  contextualRegret,
  identification,
  bias,
  conditional,
  falseDiscoveries,
  shrinkage,
  best,
  bestRates,
  better,
]
