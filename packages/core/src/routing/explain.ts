// Puts a decision into words: the trace people read in `weir explain`, in request details and in the console.
import type { Decision, HeldState, PassedRoute, Undecided } from './decision.ts'

/** One step to the decision. `stage` is stable for machines, `text` is for people. */
export interface TraceStep {
  readonly stage: 'model' | 'condition' | 'unit' | 'bucket' | 'override' | 'state' | 'variant' | 'plan'
  readonly text: string
}

/** The steps of a decision in the order they were taken. */
export function explainDecision(decision: Decision | Undecided): TraceStep[] {
  switch (decision.kind) {
    case 'unknown_model':
      return [{ stage: 'model', text: `"${decision.model}" is neither a router nor a model of this gateway` }]
    case 'no_route':
      return [
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
  const { router, route, variant } = decision
  if (router === null || route === null) {
    return [
      { stage: 'model', text: `the request names the model ${variant.target.id}; nothing is split` },
      ...explainState(decision),
      planStep(decision),
    ]
  }
  const taken = route.condition === null ? 'is the default route' : `matches: ${route.settings.condition}`
  return [
    { stage: 'model', text: `router ${router.id}, revision ${decision.revision}` },
    ...(decision.passed ?? []).map(explainPassed),
    { stage: 'condition', text: `route ${route.id} ${taken}` },
    ...explainAssignment(decision, route.sharing.salt),
    ...explainState(decision),
    {
      stage: 'variant',
      text: `variant ${variant.id} (${variant.target.id}), propensity ${formatShare(decision.propensity)}`,
    },
    planStep(decision),
  ]
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
