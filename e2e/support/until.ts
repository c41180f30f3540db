// Waiting for what another process or socket will do, without guessing how long it takes.
import { setTimeout as delay } from 'node:timers/promises'

const PATIENCE_MS = 20_000
const STEP_MS = 5

/**
 * The first value that is neither undefined nor false. It looks again every few milliseconds and gives up only after
 * a time that no healthy run comes near.
 */
export async function until<Value>(
  what: string,
  look: () => Value | undefined | false,
  patience = PATIENCE_MS,
): Promise<Value> {
  const deadline = performance.now() + patience
  for (;;) {
    const value = look()
    if (value !== undefined && value !== false) return value
    if (performance.now() > deadline) throw new Error(`${what} did not happen within ${patience} ms`)
    await delay(STEP_MS)
  }
}
