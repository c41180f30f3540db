// How many days an experiment has to run until enough different units have come.
import { sum } from '../numeric/sum.ts'
import { type Assumption, insufficient, invalid, type Result } from '../result.ts'

export interface Traffic {
  /**
   * Units seen for the first time on each of some consecutive days, as if an experiment had begun on the first: whole
   * weeks are best. Units of the later days are fewer, because many have been seen before.
   */
  readonly newUnits: readonly number[]
  /** Share of the units that enter the experiment, in (0, 1]. */
  readonly coverage: number
}

export interface RunTime {
  readonly kind: 'run_time'
  /** Whole days. */
  readonly days: number
  /** Units in the experiment after that many days. */
  readonly units: number
  /** New units of a day by those of the day before, in (0, 1]: 1 when there are as many every day. */
  readonly retention: number
  /** Units that can ever come by that decay; null when new ones come without end. */
  readonly limit: number | null
  readonly assumptions: readonly Assumption[]
}

/** What is asked for will not come: after all days there would be `limit` units. */
export interface NeverEnough {
  readonly kind: 'never_enough'
  readonly limit: number
  readonly retention: number
}

/**
 * The days until `units` units are in the experiment.
 *
 * Formula: within the days observed the units seen; after them new units fall by a constant factor r each day, the slope
 * of a least-squares line through their logarithms, at most 1: day D + j brings a r^(D + j - 1), with a such that the
 * line's sum over the days observed is the sum seen. Days without new units are left out of the line.
 *
 * @param units - to be had in the experiment, over all variants, > 0
 * @returns `insufficient` with `no_information` when nobody came
 *
 * Assumes that the days to come are as those observed; weeks have a shape, so run whole ones. With fewer than 7 days
 * observed the decay is `doubtful`.
 * Source: none; a geometric decay is the simplest that saturates. Kohavi, Tang and Xu (2020), Trustworthy Online
 * Controlled Experiments, chapter 15, for why units do not grow in proportion to days.
 */
export function runTime(units: number, { newUnits, coverage }: Traffic): Result<RunTime | NeverEnough> {
  if (!(units > 0 && units < Infinity)) return invalid('units', '> 0 and finite')
  if (!(coverage > 0 && coverage <= 1)) return invalid('coverage', 'in (0, 1]')
  if (!newUnits.every(count => count >= 0 && count < Infinity)) return invalid('newUnits', '>= 0 and finite')
  const seen = sum(newUnits)
  if (seen === 0) return insufficient('no_information', null)
  if (seen === Infinity) return invalid('newUnits', 'of a finite sum')
  const growth: Growth = { newUnits, seen, retention: retentionOf(newUnits), coverage }
  const days = daysUntil(units / coverage, growth)
  if (days !== null && !Number.isSafeInteger(days)) return invalid('units', 'fewer than so many days bring')
  const limit = growth.retention === 1 ? null : coverage * (seen + tailAfter(Infinity, growth))
  if (days === null) return { kind: 'never_enough', limit: limit ?? 0, retention: growth.retention }
  return {
    kind: 'run_time',
    days,
    units: coverage * unitsAfter(days, growth),
    retention: growth.retention,
    limit,
    assumptions: [
      { what: 'traffic stays as observed', state: 'not_checked' },
      { what: 'at least 7 days were observed', state: newUnits.length >= 7 ? 'holds' : 'doubtful' },
    ],
  }
}

interface Growth {
  readonly newUnits: readonly number[]
  readonly seen: number
  readonly retention: number
  readonly coverage: number
}

function daysUntil(needed: number, growth: Growth): number | null {
  let total = 0
  for (const [day, count] of growth.newUnits.entries()) {
    total += count
    if (total >= needed) return day + 1
  }
  const { retention: r } = growth
  const next = dayAfter(growth)
  const rest = needed - growth.seen
  if (r === 1) return growth.newUnits.length + Math.ceil(rest / next)
  // next (1 - r^j) / (1 - r) >= rest
  const left = 1 - (rest * (1 - r)) / next
  return left > 0 ? growth.newUnits.length + Math.ceil(Math.log(left) / Math.log(r) - 1e-9) : null
}

function unitsAfter(days: number, growth: Growth): number {
  const observed = Math.min(days, growth.newUnits.length)
  const seen = sum(growth.newUnits.slice(0, observed))
  return seen + tailAfter(days - observed, growth)
}

/** New units of the first `days` days after those observed. */
function tailAfter(days: number, growth: Growth): number {
  if (days === 0) return 0
  const { retention: r } = growth
  return r === 1 ? dayAfter(growth) * days : (dayAfter(growth) * (1 - r ** days)) / (1 - r)
}

/** New units of the first day after those observed. */
function dayAfter({ newUnits, seen, retention: r }: Growth): number {
  const days = newUnits.length
  return r === 1 ? seen / days : (seen * (1 - r) * r ** days) / (1 - r ** days)
}

function retentionOf(newUnits: readonly number[]): number {
  const points = newUnits.flatMap((count, day) => (count > 0 ? [[day, Math.log(count)] as const] : []))
  if (points.length < 2) return 1
  const middle = points.reduce((sum, [day]) => sum + day, 0) / points.length
  const slope =
    points.reduce((sum, [day, log]) => sum + (day - middle) * log, 0) /
    points.reduce((sum, [day]) => sum + (day - middle) ** 2, 0)
  // A slope of rounding errors is no decay.
  return slope > -1e-12 ? 1 : Math.exp(slope)
}
