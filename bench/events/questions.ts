// What is asked of the store: what the console's pages ask, over a day, a week and the month.
import type {
  EventQueries,
  RequestDimension,
  RequestFilter,
  RequestPageQuery,
} from '../../packages/server/src/storage/event-store.ts'
import { BEGIN, END } from './traffic.ts'

export interface Question {
  readonly name: string
  /** @returns how many rows the answer has */
  ask(store: EventQueries): Promise<number>
}

const DAY_MS = 86_400_000
const DAY = { since: END - 7 * DAY_MS, until: END - 6 * DAY_MS }
const WEEK = { since: END - 10 * DAY_MS, until: END - 3 * DAY_MS }
const MONTH = { since: BEGIN, until: END }

export const QUESTIONS: readonly Question[] = [
  groups('groups of a day by served variant', DAY, ['served']),
  groups('groups of a day by router, variant and key', DAY, ['router', 'assigned', 'key']),
  groups('groups of a day by tag', DAY, ['tag']),
  groups('groups of a day by outcome, of errors by text', { ...DAY, text: 'overload' }, ['outcome']),
  groups('groups of a week by router', WEEK, ['router']),
  groups('groups of 30 days by router', MONTH, ['router']),
  usage('usage of a day by minute', DAY, 60_000, []),
  usage('usage of 30 days by hour', MONTH, 3_600_000, []),
  usage('usage of 30 days by day and variant', MONTH, DAY_MS, ['served']),
  { name: 'cost of 30 days', ask: async store => Number((await store.spending(MONTH)).first_at !== null) },
  page('log: newest 50', {}, 'at'),
  page('log: newest 50 of a key, failed', { key: ['key-150'], outcome: ['failed'] }, 'at'),
  page('log: slowest 50 of a day', DAY, 'total_ms'),
  page('log: slowest 50 of 30 days', MONTH, 'total_ms'),
  page('log: newest 50 of a unit that is not there', { unit: ['none'] }, 'at'),
  page('log: newest 50 by text over errors', { text: 'OVERLOAD' }, 'at'),
  page('log: newest 50 by metadata', { metadata: { tier: 'gold' } }, 'at'),
  { name: 'log: page 20 of a day by time', ask: lastOfTwentyPages },
  { name: 'one request by id', ask: oneById },
  { name: 'shares of a router over a week', ask: sharesOfWeek },
]

function groups(name: string, filter: RequestFilter, by: readonly RequestDimension[]): Question {
  return {
    name,
    ask: async store => (await store.groups({ filter, by, sort: 'requests', limit: 100 })).groups.length,
  }
}

function usage(
  name: string,
  filter: { readonly since: number; readonly until: number },
  bucket: number,
  by: readonly RequestDimension[],
): Question {
  return { name, ask: async store => (await store.usage({ filter, bucket, by })).length }
}

function page(name: string, filter: RequestFilter, sort: RequestPageQuery['sort']): Question {
  return {
    name,
    ask: async store => (await store.requests({ filter, sort, order: 'descending', limit: 50 })).items.length,
  }
}

/** As one phase: every unit is counted once. */
async function sharesOfWeek(store: EventQueries): Promise<number> {
  const revisions = (await store.splitRevisions('router-3', WEEK)).map(({ revision }) => revision)
  return (await store.shares('router-3', WEEK, [{ route: 'default', revisions }])).length
}

/** The time is that of all twenty. */
async function lastOfTwentyPages(store: EventQueries): Promise<number> {
  const query = { filter: DAY, sort: 'at', order: 'descending', limit: 50 } as const
  let shown = 0
  let after: string | undefined
  for (let number = 0; number < 20; number++) {
    const found = await store.requests(after === undefined ? query : { ...query, after })
    shown += found.items.length
    after = found.next ?? undefined
  }
  return shown
}

/** Preceded by the page that has the id, a small part of the time. */
async function oneById(store: EventQueries): Promise<number> {
  const query = { filter: DAY, sort: 'at', order: 'ascending', limit: 1 } as const
  const { items } = await store.requests(query)
  const event = await store.request(items[0]?.request_id ?? '')
  return event === undefined ? 0 : 1
}
