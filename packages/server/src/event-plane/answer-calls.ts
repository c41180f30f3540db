// The event plane's side of what the main thread asks: one call at a time is answered as it is done, in any order.
import type { RecordedUnit } from '../storage/event-store.ts'
import type { Collector } from '../storage/spool/collector.ts'
import type { CrossedError, EventCalls, FromEventPlane, ToEventPlane } from './messages.ts'
import type { StoreKeeper } from './store-keeper.ts'

export interface CallParts {
  readonly keeper: Pick<StoreKeeper, 'whenOpen'>
  readonly collector: Pick<Collector, 'settle'>
  readonly metrics: () => Promise<string>
  /** Takes units out of batches that the store refused. @returns how many events there were */
  readonly forgetRejected: (units: readonly RecordedUnit[]) => number
}

/** Everything that can be asked, of the parts that know it. */
export function eventCalls({ keeper, collector, metrics, forgetRejected }: CallParts): EventCalls {
  const settle = async () => {
    await keeper.whenOpen()
    await collector.settle()
  }
  return {
    requests: async query => (await keeper.whenOpen()).requests(query),
    request: async id => (await keeper.whenOpen()).request(id),
    outcomes: async about => (await keeper.whenOpen()).outcomes(about),
    groups: async query => (await keeper.whenOpen()).groups(query),
    usage: async query => (await keeper.whenOpen()).usage(query),
    spending: async filter => (await keeper.whenOpen()).spending(filter),
    splitRevisions: async (...about) => (await keeper.whenOpen()).splitRevisions(...about),
    shares: async (...about) => (await keeper.whenOpen()).shares(...about),
    capture: async id => (await keeper.whenOpen()).capture(id),
    state: async () => (await keeper.whenOpen()).state(),
    export: async query => (await keeper.whenOpen()).export(query),
    import: async file => (await keeper.whenOpen()).import(file),
    forget: async units => {
      // What still waits would come back after it.
      await settle()
      return (await (await keeper.whenOpen()).forget(units)) + forgetRejected(units)
    },
    settle,
    metrics,
  }
}

/** Answers one call; never rejects. */
export async function answerCall(
  calls: EventCalls,
  { id, method, args }: Extract<ToEventPlane, { kind: 'call' }>,
): Promise<FromEventPlane> {
  try {
    const call = calls[method] as (...args: unknown[]) => Promise<unknown>
    return { kind: 'result', id, result: await call(...args) }
  } catch (error) {
    return { kind: 'error', id, error: crossed(error) }
  }
}

function crossed(error: unknown): CrossedError {
  return error instanceof Error
    ? { name: error.name, message: error.message }
    : { name: 'Error', message: String(error) }
}
