// Request headers as single values.
import type { IncomingHttpHeaders } from 'node:http'

/** The value of a header that came once; undefined when it came not at all or several times. */
export function singleHeader(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' ? value : undefined
}
