// Counts what came back, per variant assigned (not served: a fallback must not hide what its cause was assigned to).
import { costNanoUsd, type Usage } from '@weir/core/event'
import type { CallResult } from './call.ts'
import type { ChatRequest } from './chat-request.ts'
import type { Failure, FailureClass } from './failure.ts'
import type { ListedRoute, ListedVariant } from './splits.ts'
import { createUnitLedger, type UnitLedger, unitOf } from './units.ts'

export interface VariantTally {
  readonly route: string
  readonly variant: string
  requests: number
  answered: number
  /** Answers that came from another variant than the one assigned. */
  fallbacks: number
  readonly errors: Map<FailureClass, number>
  /** Milliseconds, of answered requests. */
  readonly latencies: number[]
  /** Milliseconds, of answered streams. */
  readonly firstTokens: number[]
  input: number
  cachedInput: number
  output: number
  /** Answers that did not say what they used; they are in no sum of tokens or cost. */
  withoutUsage: number
  /** Null as soon as an answer came from a model without a price. */
  costNanoUsd: number | null
}

interface ErrorTally {
  count: number
  /** Detail of the first such failure. */
  readonly example: string
}

export interface Tally {
  record(request: ChatRequest, result: CallResult): void
  readonly variants: ReadonlyMap<string, VariantTally>
  /** Requests whose answer named no variant: turned away, lost, or not answered by Weir. */
  readonly unassigned: VariantTally
  readonly errors: ReadonlyMap<FailureClass, ErrorTally>
  readonly units: Pick<UnitLedger, 'of'>
  readonly requestIds: readonly string[]
  finished(): number
}

/** @param routes - what the gateway lists: every listed variant has a tally, though nothing came of it */
export function createTally(routes: readonly ListedRoute[]): Tally {
  const variants = new Map<string, VariantTally>()
  const listed = new Map<string, ListedVariant>()
  const unassigned = emptyTally('', '')
  const errors = new Map<FailureClass, ErrorTally>()
  const units = createUnitLedger()
  const requestIds: string[] = []
  let finished = 0
  const tallyOf = (route: string, variant: string) => {
    const key = variantKey(route, variant)
    const tally = variants.get(key) ?? emptyTally(route, variant)
    variants.set(key, tally)
    return tally
  }
  for (const { route, variants } of routes) {
    for (const variant of variants) {
      listed.set(variantKey(route, variant.variant), variant)
      // A variant that only serves when others fail gets a row when it was assigned after all.
      if (variant.share !== null) tallyOf(route, variant.variant)
    }
  }
  const record = (request: ChatRequest, result: CallResult) => {
    const { requestId, route, variant, served, unit } = result.labels
    const assigned = route !== null && variant !== null
    finished++
    if (requestId !== null) requestIds.push(requestId)
    if (assigned) units.record(route, variant, unitOf(unit, request))
    if (result.failure !== null) countError(errors, result.failure)
    const source = assigned ? listed.get(variantKey(route, served ?? variant)) : undefined
    addResult(assigned ? tallyOf(route, variant) : unassigned, result, source)
  }
  return { record, variants, unassigned, errors, units, requestIds, finished: () => finished }
}

/** A line feed cannot stand in a header's value, so no two pairs share a key. */
function variantKey(route: string, variant: string): string {
  return `${route}\n${variant}`
}

function emptyTally(route: string, variant: string): VariantTally {
  const counts = {
    requests: 0,
    answered: 0,
    fallbacks: 0,
    input: 0,
    cachedInput: 0,
    output: 0,
    withoutUsage: 0,
  }
  return { route, variant, ...counts, errors: new Map(), latencies: [], firstTokens: [], costNanoUsd: 0 }
}

function countError(errors: Map<FailureClass, ErrorTally>, failure: Failure): void {
  const tally = errors.get(failure.class) ?? { count: 0, example: failure.detail }
  tally.count++
  errors.set(failure.class, tally)
}

function addResult(tally: VariantTally, result: CallResult, source: ListedVariant | undefined): void {
  tally.requests++
  if (result.failure !== null) {
    tally.errors.set(result.failure.class, (tally.errors.get(result.failure.class) ?? 0) + 1)
    return
  }
  tally.answered++
  if (result.labels.served !== result.labels.variant) tally.fallbacks++
  tally.latencies.push(result.latencyMs)
  if (result.firstTokenMs !== null) tally.firstTokens.push(result.firstTokenMs)
  addUsage(tally, result.usage, source)
}

function addUsage(tally: VariantTally, usage: Usage | null, source: ListedVariant | undefined): void {
  if (usage === null || usage.input === null || usage.output === null) {
    tally.withoutUsage++
    return
  }
  tally.input += usage.input
  tally.cachedInput += usage.cached_input ?? 0
  tally.output += usage.output
  const cost = costNanoUsd(usage, source?.price ?? null)
  tally.costNanoUsd = cost === null || tally.costNanoUsd === null ? null : tally.costNanoUsd + cost
}
