// Name resolution for connections that refuses addresses they must not go to: whatever a name meant when it was
// configured, what it means now is checked, so that it cannot be turned round in between (DNS rebinding).
import { type LookupAddress, type LookupOptions, lookup } from 'node:dns'
import { isIP } from 'node:net'
import { buildConnector } from 'undici'
import { isAllowed, type PrivateNetworks } from './base-url.ts'

/** A connection was not made because of where it leads. */
export class AddressRefusedError extends Error {
  readonly code = 'ERR_ADDRESS_REFUSED'
}

type Connector = ReturnType<typeof buildConnector>
type Done = (error: Error | null, found: string | LookupAddress[], family?: number) => void

/** A connector for undici that goes only to addresses that are allowed at the time. */
export function checkedConnector(
  options: buildConnector.BuildOptions,
  networks: () => PrivateNetworks,
): Connector {
  const connect = buildConnector({
    ...options,
    lookup: (name: string, how: LookupOptions, done: Done) => lookupChecked(name, how, networks(), done),
  })
  return (target, done) => {
    const host = target.hostname.replace(/^\[(.*)\]$/, '$1')
    // Addresses are not looked up.
    if (isIP(host) !== 0 && !isAllowed(host, networks())) return done(refused(host), null)
    return connect(target, done)
  }
}

function lookupChecked(name: string, how: LookupOptions, networks: PrivateNetworks, done: Done): void {
  lookup(name, { ...how, all: true }, (error, found) => {
    if (error !== null) return done(error, [])
    const bad = found.find(({ address }) => !isAllowed(address, networks))
    if (bad !== undefined) return done(refused(bad.address), [])
    const [first] = found
    return how.all === true || first === undefined
      ? done(null, found)
      : done(null, first.address, first.family)
  })
}

function refused(address: string): AddressRefusedError {
  return new AddressRefusedError(`no connection to ${address}: the address is not allowed`)
}
