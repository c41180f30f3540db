// Entry point of the statistics: numbers in, results out. Knows nothing of experiments, configs or events.

// Bandits: shares that follow the rewards, and what can be learned under them.
export {
  type AdaptiveOptions,
  type AdaptiveState,
  adaptiveEffect,
  addAdaptiveUnit,
  type EvaluationWeights,
  noUnits,
} from './bandit/adaptive-effect.ts'
export { inverseGapShares } from './bandit/falcon.ts'
export {
  addContext,
  fitLinear,
  type LinearArm,
  type LinearFit,
  linearBelief,
  linearBound,
  noContexts,
} from './bandit/linear.ts'
export {
  doublyRobustRow,
  doublyRobustValue,
  importanceRow,
  ipsValue,
  type LoggedDecision,
  type PolicyOptions,
  type PolicyValue,
  type RewardModel,
  snipsValue,
} from './bandit/off-policy.ts'
export { type BanditShares, type Shares, withFloor } from './bandit/shares.ts'
export {
  checkStop,
  type StopCheck,
  type StopOptions,
  type StopRule,
  type StopThreshold,
  stopRule,
} from './bandit/stopping.ts'
export {
  drawThompson,
  type RewardArm,
  type RewardPrior,
  type ReweightOptions,
  rewardBelief,
  reweight,
  type ThompsonSpread,
  thompsonShares,
} from './bandit/thompson.ts'
export { leaderOf, type TrackOptions, trackingShares } from './bandit/track-and-stop.ts'
export { type ArmIndices, bernoulliDivergence, klUcb, ucb1 } from './bandit/ucb.ts'
// Beliefs: chance to be better, loss, credible intervals.
export type { BetaBelief, NormalBelief } from './bayes/belief.ts'
export { type BestOfMany, type Better, bestOfBetas, bestOfNormals } from './bayes/best.ts'
export { type BetaPrior, betaPosterior, compareBetaBinomial } from './bayes/beta-binomial.ts'
export {
  compareNormal,
  type EffectData,
  type EffectOptions,
  type EffectPrior,
  effectPosterior,
} from './bayes/normal-effect.ts'
export type { PosteriorEffect, PosteriorOptions } from './bayes/posterior.ts'
// Effects on those served, on subgroups, and of two experiments on each other.
export {
  type ComplianceSummary,
  type ComplierEstimate,
  type ComplierOptions,
  complierEffect,
  intentionToTreat,
  summariseCompliance,
} from './causal/compliance.ts'
export { type InteractionEstimate, type TwoByTwo, testInteraction } from './causal/interaction.ts'
export {
  jamesStein,
  type ShrunkenEffect,
  type SubgroupEffect,
  type SubgroupEffects,
  shrinkSubgroups,
} from './causal/subgroups.ts'
// Checks that an experiment is sound.
export {
  checkMultipleExposures,
  type ExposureCheck,
  type ExposureOptions,
  type VariantExposures,
} from './check/exposure-check.ts'
export { checkShares, type ShareCheck } from './check/share-check.ts'
export {
  checkSharesAnytime,
  observeUnit,
  observeUnits,
  readShareSequence,
  type SequentialShareCheck,
  type ShareComponent,
  type ShareLearning,
  type SharePrior,
  type ShareSequence,
  startShareSequence,
} from './check/share-sequence.ts'
export { checkTrend, type PeriodEffect, type TrendCheck } from './check/trend-check.ts'
export {
  checkUniformity,
  type Rejections,
  type UniformityCheck,
  type UniformityOptions,
} from './check/uniformity-check.ts'
// Designs: units, effects and days that a test needs.
export { clusterDesignEffect, type DesignEffect } from './design/cluster.ts'
export { type DetectableEffect, detectableEffect } from './design/detectable.ts'
export {
  cohenH,
  type DesignMetric,
  type MeanMetric,
  type ProportionMetric,
  type QuantileMetric,
  type RatioMetric,
} from './design/metric.ts'
export type { DesignOptions, Sequential } from './design/options.ts'
export {
  cupedPilot,
  cupedRatioPilot,
  meanPilot,
  proportionPilot,
  type QuantilePilot,
  quantilePilot,
  ratioPilot,
} from './design/pilot.ts'
export { type Power, powerOf } from './design/power.ts'
export { type NeverEnough, type RunTime, runTime, type Traffic } from './design/run-time.ts'
export { type RequiredUnits, requiredUnits } from './design/units.ts'
// Distributions: NaN outside their domain.
export { betaCdf, betaQuantile, betaUpperTail, logBeta, logGamma } from './distribution/beta.ts'
export { binomialCdf, binomialUpperTail, clopperPearson } from './distribution/binomial.ts'
export { binomialInterval } from './distribution/binomial-interval.ts'
export { chiSquareUpperTail } from './distribution/chi-square.ts'
export { gammaLower, gammaUpper } from './distribution/incomplete-gamma.ts'
export { kolmogorovUpperTail, smirnovUpperTail } from './distribution/kolmogorov.ts'
export { logNormalCdf } from './distribution/log-normal-cdf.ts'
export { normalCdf, normalDensity, normalQuantile, normalUpperTail } from './distribution/normal.ts'
export { quantile } from './distribution/quantile.ts'
export { studentCdf, studentQuantile, studentUpperTail } from './distribution/student.ts'
export { adjustByBenjaminiHochberg } from './multiplicity/benjamini-hochberg.ts'
export { adjustByBenjaminiYekutieli } from './multiplicity/benjamini-yekutieli.ts'
export { adjustByBonferroni } from './multiplicity/bonferroni.ts'
export type { AdjustedFamily, AdjustedTest, ErrorRate, Family, FamilyTest } from './multiplicity/family.ts'
export { adjustByHochberg } from './multiplicity/hochberg.ts'
export { adjustByHolm } from './multiplicity/holm.ts'
export {
  type Alternative,
  type Assumption,
  type Estimate,
  type Guarantee,
  type Insufficient,
  type Interval,
  type IntervalKind,
  type Invalid,
  isRefusal,
  type Result,
  type Scale,
} from './result.ts'
export { drawBeta, drawGamma, drawNormal, type Rng, seededRng } from './rng/rng.ts'
// Tests at any look, of means, in the limit of many units.
export { type CompareOptions, compareSequentially } from './sequential/always-valid/asymptotic/compare.ts'
export { lyapunovLogE, lyapunovRadius } from './sequential/always-valid/asymptotic/lyapunov.ts'
export {
  type MixtureSprtOptions,
  mixtureSprt,
  type PairedLook,
} from './sequential/always-valid/asymptotic/mixture-sprt.ts'
export { sequenceLogE, sequenceRadius, sequenceRho } from './sequential/always-valid/asymptotic/radius.ts'
export { asymptoticSequence, type EffectAtLook } from './sequential/always-valid/asymptotic/sequence.ts'
export {
  meanSpread,
  proportionSpread,
  refuseSparse,
  type Spread,
  spreadFactor,
} from './sequential/always-valid/asymptotic/sparse.ts'
// What sequences are made of: boundaries of sums that hold at any time.
export { betaBinomialMixture } from './sequential/always-valid/boundary/beta-binomial.ts'
export { gammaExponentialMixture } from './sequential/always-valid/boundary/gamma-exponential.ts'
export { gammaPoissonMixture } from './sequential/always-valid/boundary/gamma-poisson.ts'
export type { Mixture, Sides, Tuning } from './sequential/always-valid/boundary/mixture.ts'
export { mixturePrecision, normalMixture } from './sequential/always-valid/boundary/normal-mixture.ts'
export { type StitchingShape, stitchedBoundary } from './sequential/always-valid/boundary/stitching.ts'
// Tests at any look, exact: rates and means of bounded values.
export {
  addBoundedValue,
  type BernsteinOptions,
  type BoundedSums,
  bernsteinLogE,
  bernsteinMixture,
  bernsteinSequence,
  noBoundedSums,
} from './sequential/always-valid/bounded/empirical-bernstein.ts'
export { HedgedCapital } from './sequential/always-valid/bounded/hedged-capital.ts'
export type { OneSampleEstimate, OneSampleOptions } from './sequential/always-valid/bounded/one-sample.ts'
export {
  addPlugInValue,
  noPlugInSums,
  type PlugInSums,
  plugInBernsteinSequence,
} from './sequential/always-valid/bounded/plug-in-bernstein.ts'
export {
  type RateAtLook,
  rateConcentration,
  rateExcessLogE,
  rateLogE,
  rateSequence,
} from './sequential/always-valid/bounded/rate.ts'
export {
  compareRatesSequentially,
  type RateOptions,
  type RatePrior,
} from './sequential/always-valid/bounded/rate-difference.ts'
export {
  addRateUnit,
  nearestNull,
  noRateUnits,
  type RateEvidence,
  type RateEvidenceState,
  type RateUnit,
  rateEvidence,
} from './sequential/always-valid/bounded/rate-evidence.ts'
// E values: combined, read as p, and of many tests.
export {
  type EDiscoveries,
  type EFamily,
  eBenjaminiHochberg,
} from './sequential/always-valid/evidence/e-benjamini-hochberg.ts'
export {
  alwaysValidP,
  combineDependent,
  combineIndependent,
  eValue,
  type Looks,
  NO_LOOKS,
  takeLook,
} from './sequential/always-valid/evidence/evidence.ts'
// Guardrails, at any look, and what all tests at any look are asked.
export {
  checkGuardrail,
  type GuardrailCheck,
  type GuardrailLook,
  type GuardrailOptions,
  type SequentialComparison,
} from './sequential/always-valid/guardrail.ts'
export type { SequenceOptions } from './sequential/always-valid/options.ts'
// Tests at any look, of units whose shares changed on the way.
export {
  type AipwState,
  addLoggedUnit,
  aipwSequence,
  noLoggedUnits,
} from './sequential/always-valid/propensity/aipw-sequence.ts'
export {
  addBoundedUnit,
  type BoundedAipwState,
  boundedAipwSequence,
  noBoundedUnits,
} from './sequential/always-valid/propensity/bounded-aipw.ts'
export {
  aipwTerms,
  type ByVariant,
  type LoggedUnit,
} from './sequential/always-valid/propensity/logged-unit.ts'
// Tests at any look, exact: quantiles.
export {
  compareQuantilesSequentially,
  type QuantileComparison,
} from './sequential/always-valid/quantile/compare-quantiles.ts'
export {
  doubleStitchedBoundary,
  mixtureRadii,
  type Radii,
  stitchedRadii,
  uniformConstant,
  uniformRadius,
} from './sequential/always-valid/quantile/quantile-radii.ts'
export {
  type QuantileOptions,
  quantileRadii,
  quantileSequence,
  type RadiiOptions,
} from './sequential/always-valid/quantile/quantile-sequence.ts'
// Tests at a few looks: group sequential designs.
export {
  analyseGroupSequential,
  type GroupSequentialEstimate,
  type GroupSequentialPlan,
  type LookEffect,
} from './sequential/group/analysis.ts'
export {
  type AsymmetricPlan,
  asymmetricBoundaries,
  type LowerSpending,
  type SideSpending,
} from './sequential/group/asymmetric.ts'
export {
  type AsymmetricEstimate,
  type AsymmetricTestPlan,
  analyseAsymmetric,
} from './sequential/group/asymmetric-analysis.ts'
export {
  type Boundary,
  nextLook,
  noLooksYet,
  type Progress,
  type SpendingPlan,
  type Stage,
  spendingBoundaries,
} from './sequential/group/boundary.ts'
export { type ClassicalPlan, type ClassicalShape, classicalBoundaries } from './sequential/group/classical.ts'
export { type ConditionalPower, conditionalPower } from './sequential/group/conditional-power.ts'
export { type ExitProbabilities, exitProbabilities, expectedTime, looksOf } from './sequential/group/exit.ts'
export {
  type FutilityDesign,
  type FutilityLook,
  type FutilityPlan,
  futilityDesign,
} from './sequential/group/futility.ts'
export type { Look } from './sequential/group/paths.ts'
export {
  type Characteristics,
  characteristics,
  type SequentialSize,
  sizeOf,
} from './sequential/group/power.ts'
export { repeatedInterval, sequentialP } from './sequential/group/repeated.ts'
export { type Spending, type SpendingPoint, spentBy } from './sequential/group/spending.ts'
export { type StageWise, type Stopped, stageWise } from './sequential/group/stage-wise.ts'
// Summaries: what is kept of the units of a variant, and merges.
export { meanFromSums, momentsFromSums } from './summary/from-sums.ts'
export { columnMean, lineariseRatio, proportionAsMean, ratioOf } from './summary/linearise.ts'
export { mergeSummaries } from './summary/merge.ts'
export { covariance, type Moments, mergeMoments } from './summary/moments.ts'
export { MomentsBuilder } from './summary/moments-builder.ts'
export {
  clusterRow,
  countClusters,
  type QuantileClusters,
  summariseQuantile,
  summariseSketchQuantile,
  withClusters,
} from './summary/quantile-summary.ts'
export {
  type Bins,
  interpolateSketch,
  mergeSketches,
  type Sketch,
  SketchBuilder,
  type SketchValue,
  sketchQuantile,
} from './summary/sketch.ts'
export {
  countOf,
  meanSummary,
  proportionOf,
  summariseCuped,
  summariseCupedRatio,
  summariseMean,
  summariseProportion,
  summariseRatio,
} from './summary/summarise.ts'
export type {
  Cap,
  CountSummary,
  CupedRatioSummary,
  CupedSummary,
  MeanSummary,
  ProportionSummary,
  QuantileSummary,
  RatioSummary,
  Summary,
} from './summary/summary.ts'
export { type CapProbabilities, winsorCap } from './summary/winsor.ts'
// Tests at one look, planned beforehand.
export { type ChiSquareTest, testProportions } from './test/chi-square.ts'
export { compare } from './test/compare.ts'
export { compareCounts } from './test/count.ts'
export { type CupedEstimate, compareCuped, compareCupedRatios } from './test/cuped.ts'
export type { RelativeMethod } from './test/difference.ts'
export type { TestEstimate } from './test/estimate.ts'
export { compareRanks, type MannWhitney, type MannWhitneyOptions } from './test/mann-whitney.ts'
export {
  type Comparison,
  type EquivalenceOptions,
  type NonInferiorityOptions,
  testEquivalence,
  testNonInferiority,
} from './test/margins.ts'
export type { TestOptions } from './test/options.ts'
export { compareProportions, type ProportionOptions } from './test/proportion.ts'
export { compareQuantiles } from './test/quantile-effect.ts'
export { compareRatios } from './test/ratio.ts'
export { combineStrata, type Heterogeneity, type StratifiedEstimate } from './test/stratified.ts'
export { compareMeans, type MeanOptions } from './test/welch.ts'
