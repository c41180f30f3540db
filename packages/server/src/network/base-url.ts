// Whether requests may go where a base URL leads. Names are resolved, and every address they have must be allowed.
import ipaddr from 'ipaddr.js'
import { type AddressKind, kindOfAddress, kindOfName } from './address.ts'

/** All addresses of a name; rejects when it has none or cannot be resolved now. */
export type Resolve = (name: string) => Promise<readonly string[]>

/** `gateway.private_networks`. */
export type PrivateNetworks = 'refuse' | 'allow'

/**
 * What is wrong with a URL as a destination, in words; undefined when nothing is. A name that does not resolve now passes:
 * it leads nowhere, and providers are configured on machines that cannot reach them yet.
 */
export async function checkDestination(
  url: string,
  networks: PrivateNetworks,
  resolve: Resolve,
): Promise<string | undefined> {
  if (!URL.canParse(url)) return undefined
  const { hostname, protocol } = new URL(url)
  if (protocol !== 'http:' && protocol !== 'https:') return 'must be an http or https URL'
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  for (const { kind, shown } of await kindsOf(host, resolve)) {
    const refusal = explainRefusal(kind, shown, networks)
    if (refusal !== undefined) return refusal
  }
  return undefined
}

/** Whether an address may be connected to. */
export function isAllowed(address: string, networks: PrivateNetworks): boolean {
  return explainRefusal(kindOfAddress(address), address, networks) === undefined
}

interface Place {
  readonly kind: AddressKind
  readonly shown: string
}

async function kindsOf(host: string, resolve: Resolve): Promise<Place[]> {
  if (ipaddr.isValid(host)) return [{ kind: kindOfAddress(host), shown: host }]
  const kind = kindOfName(host)
  if (kind !== 'unknown') return [{ kind, shown: host }]
  const addresses = await resolve(host).catch(() => [])
  return addresses.map(address => ({ kind: kindOfAddress(address), shown: `${host} (${address})` }))
}

function explainRefusal(kind: AddressKind, shown: string, networks: PrivateNetworks): string | undefined {
  if (kind === 'never') {
    return `leads to ${shown}, a link-local, metadata, multicast or reserved address; no provider is there`
  }
  if (kind === 'public' || networks === 'allow') return undefined
  return `leads to ${shown}, on this machine or a private network; an admin can set \`gateway.private_networks: allow\``
}
