// Entry point of routing: activate a snapshot, decide requests with it, explain decisions.
export type {
  ActiveCapture,
  ActiveGroup,
  ActiveKeyRouting,
  ActiveRoute,
  ActiveRouter,
  ActiveSnapshot,
  ActiveVariant,
} from './active.ts'
export { activate } from './active.ts'

export { decide } from './decide.ts'
export type { DecidedUnit, Decision, HeldState, PassedRoute, RoutingBypass, Undecided } from './decision.ts'
export { explainDecision, type TraceStep } from './explain.ts'
export type { DecideOptions, DecisionRequest, Issuer } from './request.ts'
