import { anytimeScenarios } from './anytime.ts'
import { boundaryScenarios } from './boundaries.ts'
import { canaryScenarios } from './canary.ts'
import { discoveryScenarios } from './discoveries.ts'
import { driftScenarios } from './drift.ts'
import { driftingRateScenarios } from './drifting-rates.ts'
import { exactScenarios } from './exact.ts'
import { describeLaws } from './fixtures/describe-laws.ts'
import { quantileBandScenarios } from './quantile-bands.ts'
import { quantileDifferenceScenarios } from './quantile-differences.ts'
import { rateIntervalScenarios } from './rate-intervals.ts'
import { summarySequenceScenarios } from './sequences-of-summaries.ts'

describeLaws([
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
])
