// Pages of routers: `page_size` and `page_token`, which continues after the last router of the page before, so that
// it stays good when routers come and go.
import type { ConfigInput } from '@weir/core/config'
import { answerRouter } from './router-view.ts'
import { invalidArgument, type Status } from './status.ts'

export interface RouterPage {
  readonly routers: readonly Readonly<Record<string, unknown>>[]
  /** Empty on the last page. */
  readonly next_page_token: string
}

const DEFAULT_SIZE = 50
/** Larger sizes are cut to it (AIP-158, Google's API improvement proposals). */
const MAX_SIZE = 500

/** One page, by id. */
export function pageOfRouters(
  routers: NonNullable<ConfigInput['routers']>,
  size: string | undefined,
  token: string | undefined,
): RouterPage | Status {
  const after = token === undefined || token === '' ? '' : readToken(token)
  if (after === undefined) {
    return invalidArgument([{ field: 'page_token', description: 'must be the next_page_token of a page' }])
  }
  const wanted = size === undefined || size === '0' ? DEFAULT_SIZE : Number(size)
  if (!Number.isInteger(wanted) || wanted < 0) {
    return invalidArgument([{ field: 'page_size', description: 'must be a whole number, not negative' }])
  }
  const left = Object.keys(routers)
    .filter(id => id > after)
    .toSorted()
  const page = left.slice(0, Math.min(wanted, MAX_SIZE))
  return {
    routers: page.flatMap(id => (routers[id] === undefined ? [] : [answerRouter(id, routers[id])])),
    next_page_token: page.length < left.length ? writeToken(page.at(-1) ?? '') : '',
  }
}

const writeToken = (id: string) => Buffer.from(`after:${id}`).toString('base64url')

function readToken(token: string): string | undefined {
  const text = Buffer.from(token, 'base64url').toString('utf8')
  return text.startsWith('after:') ? text.slice('after:'.length) : undefined
}
