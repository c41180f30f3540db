// Why a request went where it went, in words: from what was recorded of it, and from the config of then. Attributes are
// not recorded, so conditions are not evaluated again: which route was taken says how they came out.
import type { RequestEvent } from '@weir/core/event'
import type { ActiveRoute, ActiveSnapshot, ActiveVariant } from '@weir/core/routing'
import { attemptSteps, outcomeStep } from './attempt-trace.ts'
import type { DecidedRevision } from './decided-revision.ts'
import type { RecordedStep } from './recorded-step.ts'

/** The steps in the order in which they were taken. */
export function traceOf(event: RequestEvent, revision: DecidedRevision): RecordedStep[] {
  const route = revision.kind === 'known' ? routeOf(event, revision.active) : undefined
  const assigned = route?.variants.find(({ id }) => id === event.assigned)
  return [
    ...destinationSteps(event, revision),
    ...assignmentSteps(event, route),
    ...stateSteps(event, assigned),
    ...variantSteps(event, assigned),
    ...planSteps(event, route, assigned),
    ...attemptSteps(event),
    outcomeStep(event),
  ]
}

function routeOf(event: RequestEvent, active: ActiveSnapshot): ActiveRoute | undefined {
  if (event.router !== null)
    return active.routers.get(event.router)?.routes.find(route => route.id === event.route)
  return event.reason === 'key_routing' && event.key !== null
    ? active.routings.get(event.key)?.route
    : undefined
}

/** What decides: a router's routes, the routing of the key, or nothing. */
function destinationSteps(event: RequestEvent, revision: DecidedRevision): RecordedStep[] {
  const { reason, router, route, key, endpoint } = event
  const model = event.model === null ? 'no model' : JSON.stringify(event.model)
  if (reason === null) return [{ stage: 'model', text: `the request names ${model}; it was not decided` }]
  if (reason === 'pass_through')
    return [{ stage: 'model', text: `${endpoint} is passed through; nothing is split` }]
  if (router !== null)
    return [
      { stage: 'model', text: `router ${router}, revision ${event.revision}` },
      ...conditionSteps(event, router, revision),
    ]
  if (route === null)
    return [{ stage: 'model', text: `the request names the model ${model}; nothing is split` }]
  const text = `the routing of the key ${key} replaces the model name ${model}, revision ${event.revision}`
  return [{ stage: 'routing', text }]
}

function conditionSteps(event: RequestEvent, router: string, revision: DecidedRevision): RecordedStep[] {
  const taken = `route ${event.route}`
  if (revision.kind === 'unknown')
    return [{ stage: 'condition', text: `${taken} was taken; its condition cannot be told: ${revision.why}` }]
  const routes = revision.active.routers.get(router)?.routes ?? []
  const position = routes.findIndex(route => route.id === event.route)
  return routes.slice(0, position + 1).map((route, index) => {
    const { condition } = route.settings
    if (index < position)
      return { stage: 'condition', text: `route ${route.id} not taken: ${condition} did not hold` }
    return {
      stage: 'condition',
      text: condition === null ? `${taken} is the default route` : `${taken} matches: ${condition}`,
    }
  })
}

function assignmentSteps(event: RequestEvent, route: ActiveRoute | undefined): RecordedStep[] {
  const { unit_kind, unit, reason, bucket, salt } = event
  if (unit_kind === null) return []
  const steps: RecordedStep[] = [{ stage: 'unit', text: `unit ${unit_kind}, recorded as ${unit}` }]
  if (reason === 'override')
    steps.push({ stage: 'override', text: 'the variant was forced by x-weir-variant' })
  if (bucket === null) return steps
  const owner = route === undefined ? '' : `, which is ${ownerOf(route, bucket)}`
  const hashed = `murmur3("${salt}:<${unit_kind}>")`
  return [...steps, { stage: 'bucket', text: `${hashed} falls into bucket ${bucket} of 0..9999${owner}` }]
}

/** `small's: large 80 %, small 20 %`. */
function ownerOf({ sharing, variants }: ActiveRoute, bucket: number): string {
  const owner = variants[sharing.owners[bucket] ?? -1]
  const shares = sharing.members.map(
    position => `${variants[position]?.id} ${formatShare(sharing.shares[position] ?? 0)}`,
  )
  return `${owner?.id}'s: ${shares.join(', ')}`
}

function stateSteps({ state }: RequestEvent, variant: ActiveVariant | undefined): RecordedStep[] {
  if (state === null) return []
  const provider = variant?.target.provider ?? 'its provider'
  const texts = {
    held: `the request builds on state that ${provider} holds; nobody else is called`,
    unknown: `the request builds on an id that nobody here is known to have issued; ${provider} has to know it`,
    elsewhere: `the request builds on state of another provider than ${provider}, which could not be chosen`,
  }
  return [{ stage: 'state', text: texts[state] }]
}

function variantSteps(
  { assigned, propensity }: RequestEvent,
  variant: ActiveVariant | undefined,
): RecordedStep[] {
  if (assigned === null) return []
  const target = variant === undefined ? '' : ` (${variant.target.id})`
  const share = propensity === null ? '' : `, propensity ${formatShare(propensity)}`
  return [{ stage: 'variant', text: `variant ${assigned}${target}${share}` }]
}

/** Where stand-ins are drawn, it depends on the unit, of which only the pseudonym is known. */
function planSteps(
  { state }: RequestEvent,
  route: ActiveRoute | undefined,
  assigned: ActiveVariant | undefined,
): RecordedStep[] {
  if (route === undefined || assigned === undefined) return []
  const isCalled = (variant: ActiveVariant) =>
    state !== 'held' || variant.target.provider === assigned.target.provider
  const calls = callsOf(route, assigned)
    .map(variants => variants.filter(isCalled).map(({ target }) => target.id))
    .filter(targets => targets.length > 0)
  const drawn = calls.some(targets => targets.length > 1) ? ', drawn by weight where there are several' : ''
  const text = calls.map(targets => targets.join(' or ')).join(', on failure ')
  return [{ stage: 'plan', text: `call ${text}${drawn}` }]
}

/** Whom to call, in order; several where one of them is drawn first. */
function callsOf(route: ActiveRoute, assigned: ActiveVariant): (readonly ActiveVariant[])[] {
  const plan = route.plans?.[assigned.position]
  if (plan !== undefined) return plan.map(variant => [variant])
  const { fallbacks, sharing, variants, settings } = route
  const others = settings.failure.siblings === 'last' ? sharing.members : []
  return [
    [assigned],
    ...fallbacks.map(({ members }) => members.map(member => variants[member] as ActiveVariant)),
    ...others
      .filter(member => member !== assigned.position)
      .map(member => [variants[member] as ActiveVariant]),
  ]
}

function formatShare(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`
}
