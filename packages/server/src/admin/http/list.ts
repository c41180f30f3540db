// Lists, in one way for all: `?limit=&after=&sort=` and fields to filter by -> `{ items, next }`.
import { z } from '@hono/zod-openapi'

interface PageOptions<Filter extends z.ZodRawShape> {
  /** Fields that `sort` may name, `-field` for descending; the first is the default. Their values must be unique together with `id`. */
  readonly sort: readonly [string, ...string[]]
  /** More query parameters: an item whose field differs from the given one is left out. */
  readonly filter: Filter
}

export const DEFAULT_LIMIT = 50
export const MAX_LIMIT = 500

/** The query of a list. */
export function pageQuery<Filter extends z.ZodRawShape>(options: PageOptions<Filter>) {
  const orders = options.sort.flatMap(field => [field, `-${field}`])
  return z.strictObject({
    ...cursorQuery,
    after: cursorQuery.after.refine(text => text === undefined || readCursor(text) !== undefined, {
      error: 'must be `next` of the page before',
    }),
    sort: z
      .enum(orders as [string, ...string[]])
      .default(options.sort[0])
      .meta({ description: 'The field to sort by; with "-" in front, descending' }),
    ...options.filter,
  })
}

/** The query of a list that its store sorts. */
export const cursorQuery = {
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(MAX_LIMIT)
    .default(DEFAULT_LIMIT)
    .meta({ description: 'How many items at most' }),
  after: z.string().min(1).max(2000).optional().meta({ description: '`next` of the page before' }),
}

export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    next: z.string().nullable().meta({ description: 'Continues the list, as `after`; null at its end' }),
  })
}

type ListItem = Readonly<Record<string, unknown>> & { readonly id: string }

interface ListQuery extends Readonly<Record<string, unknown>> {
  readonly limit: number
  readonly after?: string | undefined
  readonly sort: string
}

/**
 * One page of items that are all in memory: those whose fields equal the query's, in its order, from after the item
 * that the cursor names. The cursor holds that item's place in the order, so it stays good when the item is gone.
 */
export function paged<Item extends ListItem>(
  items: readonly Item[],
  query: ListQuery,
): { items: Item[]; next: string | null } {
  const { limit, after, sort, ...filter } = query
  const order = ordering(sort)
  const start = after === undefined ? undefined : readCursor(after)
  const rest = items
    .filter(item => Object.entries(filter).every(([field, value]) => holds(item[field], value)))
    .toSorted(order)
    .filter(item => start === undefined || order(item, start) > 0)
  const page = rest.slice(0, limit)
  const last = page.at(-1)
  return { items: page, next: last === undefined || rest.length <= limit ? null : writeCursor(last, sort) }
}

/** Lists hold when they contain the value. */
function holds(field: unknown, wanted: unknown): boolean {
  if (wanted === undefined) return true
  return Array.isArray(field) ? field.includes(wanted) : field === wanted
}

function ordering(sort: string): (a: ListItem, b: ListItem) => number {
  const field = fieldOf(sort)
  const sign = sort.startsWith('-') ? -1 : 1
  return (a, b) => sign * (compare(a[field], b[field]) || compare(a.id, b.id))
}

const fieldOf = (sort: string) => (sort.startsWith('-') ? sort.slice(1) : sort)

/** What is absent comes first; numbers by size, all else by its text. */
function compare(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  const [left, right] = [textOf(a), textOf(b)]
  return left < right ? -1 : Number(left > right)
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function writeCursor(item: ListItem, sort: string): string {
  const field = fieldOf(sort)
  const place = { id: item.id, [field]: item[field] }
  return Buffer.from(JSON.stringify(place)).toString('base64url')
}

function readCursor(text: string): ListItem | undefined {
  try {
    const place: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
    const isPlace =
      typeof place === 'object' && place !== null && 'id' in place && typeof place.id === 'string'
    return isPlace ? (place as ListItem) : undefined
  } catch {
    return undefined
  }
}
