// What kind of place an address is, so that a base URL cannot turn the gateway on the network that it stands in.
import ipaddr from 'ipaddr.js'

/**
 * `public`: anyone's. `private`: this machine or its network. `never`: where no provider is: metadata services, which
 * hand out the machine's own credentials, link-local, unspecified, multicast and reserved addresses.
 */
export type AddressKind = 'public' | 'private' | 'never'

const PRIVATE_RANGES = new Set(['loopback', 'private', 'uniqueLocal', 'carrierGradeNat'])

/**
 * Metadata services at addresses that are not link-local: AWS over IPv6 ("Use the Instance Metadata Service"), Google
 * Cloud over IPv6 ("About VM metadata"), Alibaba Cloud ("Instance metadata"), and Azure's platform address ("What is IP
 * address 168.63.129.16?").
 */
const METADATA_ADDRESSES = new Set(['fd00:ec2::254', 'fd20:ce::254', '100.100.100.200', '168.63.129.16'])

const METADATA_NAMES = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'instance-data',
  'instance-data.ec2.internal',
])
const METADATA_DOMAINS = ['.metadata.google.internal', '.metadata.goog']

/** @param address - an IP address in any notation without brackets; what is none is `never` */
export function kindOfAddress(address: string): AddressKind {
  if (!ipaddr.isValid(address)) return 'never'
  const parsed = embedded(ipaddr.process(address.replace(/%.*$/, '')))
  if (METADATA_ADDRESSES.has(parsed.toString())) return 'never'
  const range = parsed.range()
  if (range === 'unicast') return 'public'
  return PRIVATE_RANGES.has(range) ? 'private' : 'never'
}

/** Names that are known to lead to metadata services; `localhost` is this machine whatever the resolver says. */
export function kindOfName(name: string): AddressKind | 'unknown' {
  const bare = name.toLowerCase().replace(/\.$/, '')
  if (METADATA_NAMES.has(bare) || METADATA_DOMAINS.some(domain => bare.endsWith(domain))) return 'never'
  return bare === 'localhost' || bare.endsWith('.localhost') ? 'private' : 'unknown'
}

/** NAT64 carries an IPv4 address in its last 32 bits (RFC 6052): that one is called. */
function embedded(address: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv4 | ipaddr.IPv6 {
  if (address.kind() === 'ipv4' || address.range() !== 'rfc6052') return address
  return ipaddr.fromByteArray(address.toByteArray().slice(12))
}
