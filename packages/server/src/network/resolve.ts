// Names to addresses, by the machine's own resolver: the one that connections use.
import { lookup } from 'node:dns/promises'
import { setTimeout } from 'node:timers/promises'

/** A save waits no longer than this for a name. */
const TIMEOUT_MS = 2_000

/** All addresses of a name. @throws Error when it has none, or none in time */
export async function resolveName(name: string): Promise<string[]> {
  const timer = new AbortController()
  const late = setTimeout(TIMEOUT_MS, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`${name} was not resolved in ${TIMEOUT_MS} ms`)
  })
  try {
    const found = await Promise.race([lookup(name, { all: true }), late])
    return found.map(({ address }) => address)
  } finally {
    timer.abort()
    late.catch(() => {})
  }
}
