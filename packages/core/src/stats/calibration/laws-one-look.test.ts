import { arrivalScenarios } from './arrivals.ts'
import { causalScenarios } from './causal.ts'
import { coverageScenarios } from './coverage.ts'
import { fixedScenarios } from './fixed.ts'
import { describeLaws } from './fixtures/describe-laws.ts'
import { offPolicyScenarios } from './off-policy.ts'
import { rareOffPolicyScenarios } from './off-policy-rare.ts'
import { posteriorScenarios } from './posterior.ts'
import { powerScenarios } from './power.ts'
import { scoreRatioScenarios } from './score-ratio.ts'
import { subgroupScenarios } from './subgroups.ts'

describeLaws([
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
])
