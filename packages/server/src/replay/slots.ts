// A fixed number of slots for requests in flight. One taker at a time waits; it is the schedule's only loop.

interface Slots {
  /** The most slots taken at one time so far. */
  peak(): number
  taken(): number
  /** Takes a slot, waiting for one when none is free. */
  take(): Promise<'at_once' | 'waited'>
  release(): void
  /** Resolves when no slot is taken. */
  allFree(): Promise<void>
}

export function createSlots(capacity: number): Slots {
  let taken = 0
  let peak = 0
  let onRelease: (() => void) | null = null
  const nextRelease = () =>
    new Promise<void>(resolve => {
      onRelease = resolve
    })
  const waitWhile = async (condition: () => boolean) => {
    while (condition()) await nextRelease()
  }
  return {
    peak: () => peak,
    taken: () => taken,
    async take() {
      const waited = taken >= capacity
      await waitWhile(() => taken >= capacity)
      taken++
      peak = Math.max(peak, taken)
      return waited ? 'waited' : 'at_once'
    },
    release() {
      taken--
      const wake = onRelease
      onRelease = null
      wake?.()
    },
    allFree: () => waitWhile(() => taken > 0),
  }
}
