// Puts a decision into words: the trace people read in `weir explain`, in request details and in the console.
import type { ActiveRoute } from './active.ts'
import type { Decision, HeldState, PassedRoute, RoutingBypass, Undecided } from './decision.ts'

/** One step to the decision. `stage` is stable for machines, `text` is for people. */
export interface TraceStep {
  readonly stage:
    | 'routing'
    | 'model'
    | 'condition'
    | 'unit'
    | 'bucket'
    | 'override'
    | 'state'
    | 'variant'
    | 'plan'
  readonly text: string
}

/** The steps of a decision in the order they were taken. */
export function explainDecision(decision: Decision | Undecided): TraceStep[] {
  switch (decision.kind) {
    case 'unknown_model':
      return [
        ...explainBypass(decision.bypassed),
        { stage: 'model', text: `"${decision.model}" is neither a router nor a model of this gateway` },
      ]
    case 'model_disabled':
      return [{ stage: 'model', text: `the model "${decision.model}" is disabled` }]
    case 'no_route':
      return [
        ...explainBypass(decision.bypassed),
        { stage: 'model', text: `router ${decision.router.id}` },
        ...decision.passed.map(explainPassed),
        { stage: 'condition', text: 'no route matched and there is no default route' },
      ]
    case 'unknown_variant':
      return [{ stage: 'override', text: `route ${decision.route.id} has no variant "${decision.override}"` }]
    case 'decision':
      return explainDecided(decision)
  }
}

function explainDecided(decision: Decision): TraceStep[] {
  const { route, variant, bypassed } = decision
  if (route === null) {
    return [
      ...explainBypass(bypassed),
      { stage: 'model', text: `the request names the model ${variant.target.id}; nothing is split` },
      ...explainState(decision),
      planStep(decision),
    ]
  }
  return [
    ...explainBypass(bypassed),
    ...explainRoute(decision, route),
    ...explainAssignment(decision, route.sharing.salt),
    ...explainState(decision),
    {
      stage: 'variant',
      text: `variant ${variant.id} (${variant.target.id}), propensity ${formatShare(decision.propensity)}`,
    },
    planStep(decision),
  ]
}

/** How the split was come to: by a router's routes, or by the key. */
function explainRoute({ router, revision, passed }: Decision, route: ActiveRoute): TraceStep[] {
  if (router === null) {
    const text = `the routing ${route.id} replaces the plain model name, revision ${revision}`
    return [{ stage: 'routing', text }]
  }
  const taken = route.condition === null ? 'is the default route' : `matches: ${route.settings.condition}`
  return [
    { stage: 'model', text: `router ${router.id}, revision ${revision}` },
    ...(passed ?? []).map(explainPassed),
    { stage: 'condition', text: `route ${route.id} ${taken}` },
  ]
}

function explainBypass(bypassed: RoutingBypass | null): TraceStep[] {
  if (bypassed === null) return []
  const { cause, routing } = bypassed
  const endpoints = routing.endpoints.join(', ')
  const text =
    cause === 'inactive'
      ? `the routing ${routing.route.id} is switched off`
      : `the routing ${routing.route.id} does not apply: its models all serve ${endpoints || 'no endpoint'}, and not this one`
  return [{ stage: 'routing', text }]
}

function explainAssignment(decision: Decision, salt: string): TraceStep[] {
  const { unit, bucket, reason } = decision
  if (unit === null) return []
  const unitStep: TraceStep = { stage: 'unit', text: `unit ${unit.source} = ${JSON.stringify(unit.id)}` }
  if (reason === 'override')
    return [unitStep, { stage: 'override', text: 'the variant was forced by x-weir-variant' }]
  if (bucket === null) return [unitStep]
  return [
    unitStep,
    { stage: 'bucket', text: `murmur3("${salt}:${unit.id}") falls into bucket ${bucket} of 0..9999` },
  ]
}

function explainState(decision: Decision): TraceStep[] {
  const { state, variant } = decision
  if (state === null) return []
  const { provider } = variant.target
  const texts: Record<HeldState, string> = {
    held: `the request builds on state that ${provider} holds; nobody else is called`,
    unknown: `the request builds on an id that nobody here is known to have issued; ${provider} has to know it`,
    elsewhere: `the request builds on state of another provider than ${provider}, which could not be chosen`,
  }
  return [{ stage: 'state', text: texts[state] }]
}

function explainPassed(passed: PassedRoute): TraceStep {
  const { route, outcome } = passed
  return {
    stage: 'condition',
    text: `route ${route.id} not taken: ${route.settings.condition} ${describeOutcome(outcome)}`,
  }
}

function describeOutcome(outcome: PassedRoute['outcome']): string {
  switch (outcome.kind) {
    case 'missing':
      return `is false because "${outcome.key}" is missing`
    case 'failed':
      return `is false because it failed: ${outcome.message}`
    case 'true':
    case 'false':
      return `is ${outcome.kind}`
  }
}

function planStep(decision: Decision): TraceStep {
  const targets = decision.plan.map(variant => variant.target.id)
  return {
    stage: 'plan',
    text: targets.length === 1 ? `call ${targets[0]}` : `call ${targets.join(', on failure ')}`,
  }
}

function formatShare(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`
}
