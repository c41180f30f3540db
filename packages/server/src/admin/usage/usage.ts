// Usage of a window: rows by bucket and group, what all of it adds up to, and what the month will have cost.
import type {
  EventQueries,
  RequestDimension,
  RequestFilter,
  RequestTotals,
  UsageRow,
} from '../../storage/event-store.ts'
import { chooseWidth, excess, WIDTHS, type Width } from './buckets.ts'
import { monthOf, type Projection, projectMonth, RATE_DAYS } from './projection.ts'

export type UsageEvents = Pick<EventQueries, 'groups' | 'usage' | 'spending'>

export interface UsageWish {
  readonly filter: RequestFilter & { readonly since: number; readonly until: number }
  readonly by: readonly RequestDimension[]
  /** Undefined: as fits. */
  readonly width: Width | undefined
}

export type Usage =
  | {
      readonly kind: 'usage'
      readonly width: Width
      readonly rows: readonly UsageRow[]
      readonly total: RequestTotals
    }
  | { readonly kind: 'too_much'; readonly detail: string }

/** @throws EventStoreUnavailableError */
export async function usageOf(events: UsageEvents, { filter, by, width: wished }: UsageWish): Promise<Usage> {
  const counting = totalsOf(events, filter, by)
  // How many groups there are is known only when they are counted.
  const groups = by.length === 0 ? 1 : (await counting).count
  const width = wished ?? chooseWidth(filter, groups)
  const detail = excess(filter, width, groups)
  const [counted, rows] = await Promise.all([
    counting,
    detail === undefined ? events.usage({ filter, bucket: WIDTHS[width], by }) : [],
  ])
  if (detail !== undefined) return { kind: 'too_much', detail }
  return { kind: 'usage', width, rows, total: counted.total }
}

/** Of the month of `now`, whatever the window: other filters count. */
export async function projectionOf(
  events: UsageEvents,
  { since: _since, until: _until, ...filter }: RequestFilter,
  now: number,
): Promise<Projection> {
  const recently = { ...filter, since: now - RATE_DAYS * 86_400_000, until: now }
  const [month, recent] = await Promise.all([
    events.spending({ ...filter, since: monthOf(now).begin, until: now }),
    events.spending(recently),
  ])
  return projectMonth({ now, month, recent })
}

/** Only the totals, and how many groups there are. */
function totalsOf(events: UsageEvents, filter: RequestFilter, by: readonly RequestDimension[]) {
  const some = by.length === 0 ? (['router'] as const) : by
  return events.groups({ filter, by: some, sort: 'values', limit: 1 })
}
