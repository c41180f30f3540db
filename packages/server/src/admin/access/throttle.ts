// Slows down whoever guesses: after a few failures an address has to wait, twice as long after each further one.
import ipaddr from 'ipaddr.js'

/** Failures that cost nothing: a mistyped token is no attack. */
const FREE_FAILURES = 5
const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 15 * 60_000
/** Failures are forgotten after this long without one. */
const FORGET_MS = 60 * 60_000
/** Addresses kept; beyond it the one that failed longest ago goes, so that a flood cannot fill the memory. */
const MAX_ADDRESSES = 10_000

interface Failures {
  readonly count: number
  readonly last: number
}

export class Throttle {
  /** By address, the latest failure last. */
  readonly #failures = new Map<string, Failures>()

  /** How long this address still has to wait: ms, 0 when it may try. */
  wait(address: string, now: number): number {
    const known = this.#known(groupOf(address), now)
    if (known === undefined || known.count < FREE_FAILURES) return 0
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (known.count - FREE_FAILURES))
    return Math.max(0, known.last + wait - now)
  }

  fail(address: string, now: number): void {
    const group = groupOf(address)
    const count = (this.#known(group, now)?.count ?? 0) + 1
    this.#failures.delete(group)
    this.#failures.set(group, { count, last: now })
    const [oldest] = this.#failures.keys()
    if (this.#failures.size > MAX_ADDRESSES && oldest !== undefined) this.#failures.delete(oldest)
  }

  succeed(address: string): void {
    this.#failures.delete(groupOf(address))
  }

  #known(group: string, now: number): Failures | undefined {
    const known = this.#failures.get(group)
    return known === undefined || known.last + FORGET_MS < now ? undefined : known
  }
}

/** An IPv6 client has a whole /64 to itself; IPv4 in IPv6 clothes is IPv4. */
function groupOf(address: string): string {
  if (!ipaddr.isValid(address)) return address
  const parsed = ipaddr.process(address)
  return parsed instanceof ipaddr.IPv6 ? `${parsed.parts.slice(0, 4).join(':')}::/64` : parsed.toString()
}
