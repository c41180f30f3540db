// Conditions over the attributes of a request. Nothing else of the CEL library leaves this folder.
export {
  type Attributes,
  BUILT_IN_ATTRIBUTES,
  type BuiltInName,
  WEEKDAYS,
  type Weekday,
} from './attributes.ts'
export {
  type CompiledCondition,
  type ConditionCheck,
  type ConditionOutcome,
  checkCondition,
  compileCondition,
} from './condition.ts'
export type { LocatedProblem } from './problem.ts'
