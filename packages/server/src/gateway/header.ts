// Reading headers.
import type { IncomingHttpHeaders } from 'node:http'

/** The value of a header that came once; undefined when it came not at all or several times. */
export function singleHeader(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' ? value : undefined
}

/** Headers that `connection` names as hop-by-hop; undefined when it names none, as it almost always does. */
export function connectionHeaders(value: string | string[] | undefined): string[] | undefined {
  if (value === undefined || value === 'keep-alive' || value === 'close') return undefined
  return String(value)
    .toLowerCase()
    .split(/\s*,\s*/)
}
