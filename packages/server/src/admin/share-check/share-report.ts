// Configured against observed shares of a split, phase by phase: pure, of what the event store counted and the bucket
// tables that the revisions had.
import { type BucketTable, countBuckets } from '@weir/core/assignment'
import { binomialInterval, checkShares, type ShareCheck } from '@weir/core/stats'
import type { ShareCount, SharePhase, SplitRevision } from '../../storage/event-store.ts'

/** A p value below it is a mismatch: one healthy split in a thousand is called one. */
export const ALPHA = 0.001
/** How often a healthy count lies in its expected interval. */
export const LEVEL = 0.95

/**
 * `too_few`: not enough units for a verdict. `leak`: units on a variant without any share. `unknown`: nobody knows any
 * more how the split was configured.
 */
export type Verdict = 'ok' | 'mismatch' | 'too_few' | 'leak' | 'unknown'

/** A stretch in which a split had the same shares: revisions that follow each other, as far as requests came in them. */
export interface Phase extends SharePhase {
  /** By variant, 0..1; null when no revision says. */
  readonly configured: ReadonlyMap<string, number> | null
  /** Its first and last request, ms since the epoch. */
  readonly first_at: number
  readonly last_at: number
}

export interface PhaseReport {
  readonly route: string
  readonly revisions: readonly number[]
  readonly first_at: string
  readonly last_at: string
  /** What is counted: units that stick, or requests where each is drawn anew. */
  readonly counted: 'units' | 'requests'
  readonly total: number
  readonly requests: number
  readonly verdict: Verdict
  /** The verdict in words. */
  readonly reason: string
  readonly p: number | null
  readonly chi_square: number | null
  readonly degrees_of_freedom: number | null
  readonly variants: readonly VariantReport[]
}

export interface VariantReport {
  readonly variant: string
  /** Shares are 0..1; what is expected is null where nobody knows the configured share. */
  readonly configured: number | null
  readonly observed: number | null
  readonly count: number
  readonly expected: number | null
  readonly expected_low: number | null
  readonly expected_high: number | null
  readonly requests: number
}

/**
 * Puts revisions of equal shares together that follow each other.
 *
 * @param revisions - by route, and within it oldest first
 * @param tableOf - the split's table then; undefined when nobody knows
 */
export function phasesOf(
  revisions: readonly SplitRevision[],
  tableOf: (revision: SplitRevision) => BucketTable | undefined,
): Phase[] {
  const phases: Phase[] = []
  for (const revision of revisions) {
    const table = tableOf(revision)
    const next = phaseOf(revision, table === undefined ? null : sharesOf(table))
    const last = phases.at(-1)
    if (last !== undefined && isSamePhase(last, next)) phases[phases.length - 1] = joined(last, next)
    else phases.push(next)
  }
  return phases
}

function phaseOf(
  { route, revision, first_at, last_at }: SplitRevision,
  configured: Phase['configured'],
): Phase {
  return { route, revisions: [revision], configured, first_at, last_at }
}

function sharesOf(table: BucketTable): ReadonlyMap<string, number> {
  const counts = countBuckets(table)
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0)
  return new Map(Array.from(counts, ([variant, count]) => [variant, count / all]))
}

function isSamePhase(a: Phase, b: Phase): boolean {
  if (a.route !== b.route || a.configured === null || b.configured === null) return false
  const other = b.configured
  return a.configured.size === other.size && [...a.configured].every(([id, share]) => other.get(id) === share)
}

/** Workers take up a revision one after the other: times may overlap. */
function joined(a: Phase, b: Phase): Phase {
  return {
    ...a,
    revisions: [...a.revisions, ...b.revisions],
    first_at: Math.min(a.first_at, b.first_at),
    last_at: Math.max(a.last_at, b.last_at),
  }
}

/** @param counts - of this phase */
export function reportPhase(phase: Phase, counts: readonly ShareCount[]): PhaseReport {
  const { route, revisions, configured } = phase
  const total = sum(counts.map(({ units }) => units))
  const isRandom = counts.every(({ units, single_requests }) => units === single_requests)
  const counted = isRandom ? 'requests' : 'units'
  const ids = [...new Set([...(configured?.keys() ?? []), ...counts.map(({ variant }) => variant)])]
  const variants = ids.map(variant => reportVariant(variant, phase, counts, total))
  const check =
    configured === null
      ? undefined
      : checkShares(
          variants.map(({ count }) => count),
          variants.map(({ configured: share }) => share ?? 0),
        )
  return {
    route,
    revisions,
    first_at: new Date(phase.first_at).toISOString(),
    last_at: new Date(phase.last_at).toISOString(),
    counted,
    total,
    requests: sum(counts.map(({ requests }) => requests)),
    ...judged(check, ids, counted),
    variants,
  }
}

function reportVariant(
  variant: string,
  { configured }: Phase,
  counts: readonly ShareCount[],
  total: number,
): VariantReport {
  const found = counts.find(count => count.variant === variant)
  const share = configured === null ? null : (configured.get(variant) ?? 0)
  const { units: count = 0, requests = 0 } = found ?? {}
  const spread = share === null ? null : binomialInterval(total, share, LEVEL)
  return {
    variant,
    configured: share,
    observed: total === 0 ? null : count / total,
    count,
    expected: share === null ? null : total * share,
    expected_low: spread?.lower ?? null,
    expected_high: spread?.upper ?? null,
    requests,
  }
}

type Judged = Pick<PhaseReport, 'verdict' | 'reason' | 'p' | 'chi_square' | 'degrees_of_freedom'>

const UNTESTED = { p: null, chi_square: null, degrees_of_freedom: null } as const

function judged(check: ShareCheck | undefined, ids: readonly string[], counted: string): Judged {
  if (check === undefined)
    return {
      verdict: 'unknown',
      reason: 'how the split was configured then is not in the store',
      ...UNTESTED,
    }
  switch (check.kind) {
    case 'checked':
      return tested(check, counted)
    case 'leak': {
      const names = check.variants.map(index => ids[index]).join(', ')
      const reason = `${check.leaked} ${counted} are on ${names}, which had no share`
      return { verdict: 'leak', reason, ...UNTESTED }
    }
    case 'one_variant':
      return { verdict: 'ok', reason: 'one variant has all of it', ...UNTESTED }
    case 'insufficient':
      return {
        verdict: 'too_few',
        reason: `${check.total} of the ${check.needed} ${counted} that a verdict takes`,
        ...UNTESTED,
      }
    case 'invalid':
      throw new Error(`shares cannot be checked: ${check.argument} has to be ${check.expected}`)
  }
}

function tested(check: Extract<ShareCheck, { kind: 'checked' }>, counted: string): Judged {
  const { p, chiSquare: chi_square, degreesOfFreedom: degrees_of_freedom } = check
  const isOff = p < ALPHA
  const much = `${(check.maxShareDeviation * 100).toFixed(1)} points`
  const reason = isOff
    ? `${counted} are off by up to ${much}: chance alone does that to one healthy split in ${oneIn(p)}`
    : `${counted} are off by up to ${much}, which chance explains`
  return { verdict: isOff ? 'mismatch' : 'ok', reason, p, chi_square, degrees_of_freedom }
}

function oneIn(p: number): string {
  return p < 1e-15 ? 'more than 10^15' : Math.round(1 / p).toLocaleString('en-US')
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
