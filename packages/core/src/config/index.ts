// Entry point of config: schemas, parsing, compiling, snapshots.
export type { CompileContext, Compiled } from './compile.ts'
export { compile } from './compile.ts'
export type { CurrentTables } from './compile-route.ts'
export { type Config, type ConfigInput, configJsonSchema } from './config.ts'
export {
  type FailureKind,
  type FailurePolicy,
  failureKindSchema,
  type Timeouts,
} from './failure-policy.ts'
export type { GatewayConfig, Limits } from './gateway.ts'
export type { Price } from './model.ts'
export { type Capabilities, KNOWN_MODELS } from './model-facts.ts'
export { nearestName, suggestName } from './nearest.ts'
export { type EndpointName, PRESETS, type Preset, type PresetName, type WireFormat } from './preset.ts'
export { formatPath, type Problem, type ProblemPath } from './problem.ts'
export {
  LIBRARY_PACKAGES,
  type LibraryPackage,
  type ProviderConfig,
  type ProviderType,
  wireFormatSchema,
} from './provider.ts'
export { DEFAULT_UNITS, type UnitSource } from './router.ts'
export type {
  GroupSnapshot,
  KeySnapshot,
  RouterSnapshot,
  RouteSnapshot,
  Snapshot,
  TargetSnapshot,
  VariantSnapshot,
} from './snapshot.ts'
export type { SystemPrompt } from './split.ts'
