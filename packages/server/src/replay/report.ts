// The result of a replay as data: what `--json` prints and the table shows.
import { checkShares, quantile, type ShareCheck } from '@weir/core/stats'
import type { FailureClass } from './failure.ts'
import type { Pace } from './pace.ts'
import type { ListedRoute, ListedVariant } from './splits.ts'
import type { Tally, VariantTally } from './tally.ts'
import type { TraceFormat } from './trace/format.ts'

/** Milliseconds; each null when there was nothing to measure. */
export interface Percentiles {
  readonly p50: number | null
  readonly p95: number | null
  readonly p99: number | null
}

export interface Traffic {
  readonly requests: number
  readonly answered: number
  readonly fallbacks: number
  readonly errors: Readonly<Partial<Record<FailureClass, number>>>
  readonly latency_ms: Percentiles
  readonly first_token_ms: Percentiles
  readonly tokens: { readonly input: number; readonly cached_input: number; readonly output: number }
  readonly answers_without_usage: number
  /** Whole nano-dollars; null when a model that answered has no price. */
  readonly cost_nano_usd: number | null
}

export interface VariantReport extends Traffic {
  readonly variant: string
  readonly model: string | null
  /** In [0, 1]; null when the split gives the variant no share. */
  readonly share_asked: number | null
  /** Share of the route's units; null without units. */
  readonly share_seen: number | null
  readonly units: number
}

/** Chi-square goodness of fit of units to the split, or why there is none. */
export type ShareCheckReport =
  | {
      readonly kind: 'checked'
      readonly chi_square: number
      readonly degrees_of_freedom: number
      readonly p: number
      /** The largest |share seen - share asked|, in [0, 1]. */
      readonly max_share_deviation: number
    }
  /** Units were assigned to variants that have no share. */
  | { readonly kind: 'leak'; readonly variants: readonly string[]; readonly leaked: number }
  | { readonly kind: 'too_few_units'; readonly needed: number }
  | { readonly kind: 'one_variant' }
  | { readonly kind: 'split_changed' }
  | { readonly kind: 'split_unknown' }

export interface RouteReport {
  readonly route: string
  readonly units: {
    readonly total: number
    readonly by_kind: Readonly<Record<string, number>>
    /** Units that saw more than one variant. */
    readonly crossed: number
  }
  readonly share_check: ShareCheckReport
  readonly variants: readonly VariantReport[]
}

export interface ReplayReport {
  readonly trace: { readonly file: string; readonly format: TraceFormat; readonly requests: number }
  readonly model: string
  readonly speed: number
  readonly units: number | null
  readonly seed: number
  readonly interrupted: boolean
  readonly pace: Pace
  readonly requests: { readonly sent: number; readonly answered: number; readonly failed: number }
  readonly routes: readonly RouteReport[]
  /** Requests whose answer named no variant; null when there were none. */
  readonly unassigned: Traffic | null
  readonly errors: readonly {
    readonly class: FailureClass
    readonly count: number
    readonly example: string
  }[]
  /** Absent when they were written to a file. */
  readonly request_ids?: readonly string[]
}

/**
 * @param before - the routes as listed before the first request
 * @param after - as listed after the last
 */
export function reportRoutes(
  tally: Tally,
  before: readonly ListedRoute[],
  after: readonly ListedRoute[],
): readonly RouteReport[] {
  const names = new Set([
    ...before.map(({ route }) => route),
    ...[...tally.variants.values()].map(t => t.route),
  ])
  return [...names].map(route => {
    const listed = before.find(entry => entry.route === route)
    const now = after.find(entry => entry.route === route)
    return reportRoute(
      tally,
      route,
      listed?.variants ?? [],
      sharesChanged(listed, now) ? 'changed' : 'constant',
    )
  })
}

function reportRoute(
  tally: Tally,
  route: string,
  listed: readonly ListedVariant[],
  split: 'constant' | 'changed',
): RouteReport {
  const { byVariant, byKind, crossed } = tally.units.of(route)
  const total = sum([...byVariant.values()])
  const variants = [...tally.variants.values()].filter(entry => entry.route === route)
  const reports = variants.map((entry): VariantReport => {
    const source = listed.find(({ variant }) => variant === entry.variant)
    const units = byVariant.get(entry.variant) ?? 0
    return {
      variant: entry.variant,
      model: source?.model ?? null,
      share_asked: source?.share ?? null,
      share_seen: total === 0 ? null : units / total,
      units,
      ...reportTraffic(entry),
    }
  })
  const share_check = checkRoute(reports, split)
  return {
    route,
    units: { total, by_kind: Object.fromEntries(byKind), crossed },
    share_check,
    variants: reports,
  }
}

function checkRoute(variants: readonly VariantReport[], split: 'constant' | 'changed'): ShareCheckReport {
  if (split === 'changed') return { kind: 'split_changed' }
  const shares = variants.map(variant => variant.share_asked ?? 0)
  const check = checkShares(
    variants.map(variant => variant.units),
    shares,
  )
  return shareCheckReport(check, variants)
}

function shareCheckReport(check: ShareCheck, variants: readonly VariantReport[]): ShareCheckReport {
  switch (check.kind) {
    case 'checked':
      return {
        kind: 'checked',
        chi_square: check.chiSquare,
        degrees_of_freedom: check.degreesOfFreedom,
        p: check.p,
        max_share_deviation: check.maxShareDeviation,
      }
    case 'leak':
      return {
        kind: 'leak',
        variants: check.variants.map(i => variants[i]?.variant ?? ''),
        leaked: check.leaked,
      }
    case 'one_variant':
      return { kind: 'one_variant' }
    case 'insufficient':
      return { kind: 'too_few_units', needed: check.needed }
    // No variant has a share: the gateway did not list this route.
    default:
      return { kind: 'split_unknown' }
  }
}

function sharesChanged(before: ListedRoute | undefined, after: ListedRoute | undefined): boolean {
  const shares = (route: ListedRoute | undefined) =>
    JSON.stringify(route?.variants.map(({ variant, share }) => [variant, share]) ?? [])
  return shares(before) !== shares(after)
}

export function reportTraffic(tally: VariantTally): Traffic {
  return {
    requests: tally.requests,
    answered: tally.answered,
    fallbacks: tally.fallbacks,
    errors: Object.fromEntries(tally.errors),
    latency_ms: percentilesOf(tally.latencies),
    first_token_ms: percentilesOf(tally.firstTokens),
    tokens: { input: tally.input, cached_input: tally.cachedInput, output: tally.output },
    answers_without_usage: tally.withoutUsage,
    cost_nano_usd: tally.costNanoUsd,
  }
}

function percentilesOf(values: readonly number[]): Percentiles {
  if (values.length === 0) return { p50: null, p95: null, p99: null }
  const sorted = Float64Array.from(values).sort()
  return { p50: quantile(sorted, 0.5), p95: quantile(sorted, 0.95), p99: quantile(sorted, 0.99) }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
