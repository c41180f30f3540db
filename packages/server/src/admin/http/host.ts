// Which host names a request may come by. A page on the internet can make its own name resolve to 127.0.0.1 and so
// reach a server on loopback as if it were the page's (DNS rebinding); it cannot do that by address or by our names.
import ipaddr from 'ipaddr.js'

export interface HostPolicy {
  /** The address the server is bound to. */
  readonly boundTo: string
  /** URLs it is known by, such as behind a proxy. */
  readonly publicUrls: readonly string[]
}

/** Only checked on loopback: elsewhere a name that leads here is a name somebody gave it. */
export function isKnownHost(header: string | undefined, policy: HostPolicy): boolean {
  if (!isLoopback(policy.boundTo)) return true
  const name = nameOf(header)
  if (name === undefined) return false
  if (ipaddr.isValid(name) || name === 'localhost' || name.endsWith('.localhost')) return true
  return name === policy.boundTo || policy.publicUrls.some(url => new URL(url).hostname === name)
}

/** The scheme the client speaks: https when it came by a public URL that has it, or a proxy says so. */
export function schemeOf(
  host: string | undefined,
  forwarded: string | undefined,
  policy: HostPolicy,
): 'http' | 'https' {
  const name = nameOf(host)
  const isPublic = policy.publicUrls
    .map(url => new URL(url))
    .some(url => url.protocol === 'https:' && url.hostname === name)
  return isPublic || forwarded?.trim().toLowerCase() === 'https' ? 'https' : 'http'
}

/** Without port and brackets. */
function nameOf(header: string | undefined): string | undefined {
  if (header === undefined || !URL.canParse(`http://${header}`)) return undefined
  const { hostname } = new URL(`http://${header}`)
  return hostname.replace(/^\[(.*)\]$/, '$1')
}

function isLoopback(host: string): boolean {
  if (!ipaddr.isValid(host)) return host === 'localhost'
  return ipaddr.process(host).range() === 'loopback'
}
