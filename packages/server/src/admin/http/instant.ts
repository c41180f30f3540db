// A time in a query.
import { z } from '@hono/zod-openapi'

/** ISO 8601. In a URL the `+` of an offset that nobody has escaped reads as a space. */
export const instant = z.preprocess(
  value => (typeof value === 'string' ? value.replace(' ', '+') : value),
  z.iso.datetime({
    offset: true,
    error: 'must be one time in ISO 8601 with `Z` or an offset, such as 2026-11-21T10:00:00Z',
  }),
)
