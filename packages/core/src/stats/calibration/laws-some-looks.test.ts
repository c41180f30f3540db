import { asymmetricScenarios } from './asymmetric.ts'
import { banditScenarios } from './bandit.ts'
import { describeLaws } from './fixtures/describe-laws.ts'
import { groupScenarios } from './group.ts'
import { groupIntervalScenarios } from './group-interval.ts'
import { groupShapeScenarios } from './group-shapes.ts'
import { identificationScenarios } from './identification.ts'
import { shareScenarios } from './shares.ts'

describeLaws([
  ...groupScenarios,
  ...groupIntervalScenarios,
  ...groupShapeScenarios,
  ...asymmetricScenarios,
  ...shareScenarios,
  ...banditScenarios,
  ...identificationScenarios,
])
