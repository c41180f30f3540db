// Entry point of config: schemas, parsing, compiling, snapshots.
export type { CaptureConfig } from './capture.ts'
export { type Compiled, compile } from './compile.ts'
export type { CompileContext } from './compile-context.ts'
export type { CurrentTables } from './compile-route.ts'
export { type Config, type ConfigInput, configJsonSchema } from './config.ts'
export { type DescribedConfig, describeChanges } from './diff.ts'
export {
  type FailureKind,
  type FailurePolicy,
  failureKindSchema,
  type Timeouts,
} from './failure-policy.ts'
export { formerTables } from './former-tables.ts'
export type { GatewayConfig, Limits } from './gateway.ts'
export type { BudgetLimits, KeyLimits } from './key-limits.ts'
export type { Price } from './model.ts'
export { type Capabilities, KNOWN_MODELS } from './model-facts.ts'
export { type PriceSource, priceOf, type SourcedPrice } from './model-price.ts'
export { nearestName, suggestName } from './nearest.ts'
export {
  ENDPOINTS,
  type EndpointName,
  PRESETS,
  type Preset,
  type PresetName,
  TRANSLATED_ENDPOINTS,
  TRANSLATION_ENDPOINT,
  type WireFormat,
} from './preset.ts'
export { PRICE_LIST, PRICE_LIST_DATE } from './price-list.ts'
export { formatPath, type Problem, type ProblemPath, parsePath } from './problem.ts'
export {
  LIBRARY_PACKAGES,
  type LibraryPackage,
  type ProviderConfig,
  wireFormatSchema,
} from './provider.ts'
export type { ProviderType } from './provider-form.ts'
export type { RetentionConfig } from './retention.ts'
export { DEFAULT_UNITS, type UnitSource } from './router.ts'
export type {
  GroupSnapshot,
  KeyRoutingSnapshot,
  KeySnapshot,
  ModelSnapshot,
  RouterSnapshot,
  RouteSnapshot,
  Snapshot,
  TargetSnapshot,
  VariantSnapshot,
} from './snapshot.ts'
export type { SystemPrompt } from './split.ts'
export { ownerId, type SplitMove, type SplitOwner, splitMoves, type VariantShare } from './split-moves.ts'
export { tablesOf } from './tables-of.ts'
export type { TelemetryConfig } from './telemetry.ts'
