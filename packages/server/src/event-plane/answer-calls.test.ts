import { expect, test } from 'vitest'
import {
  CursorError,
  type EventStore,
  EventStoreUnavailableError,
  type RecordedUnit,
} from '../storage/event-store.ts'
import { answerCall, eventCalls } from './answer-calls.ts'
import { errorOf } from './crossed-error.ts'
import type { EventCalls, FromEventPlane } from './messages.ts'

function callsOn(store: Partial<EventStore>, order: string[] = []): EventCalls {
  return eventCalls({
    keeper: { whenOpen: () => Promise.resolve(store as EventStore) },
    collector: { settle: () => Promise.resolve(void order.push('settled')) },
    metrics: () => Promise.resolve('# none'),
    forgetRejected: () => order.push('forgot in rejected'),
  })
}

const ask = (calls: EventCalls, method: keyof EventCalls, ...args: unknown[]): Promise<FromEventPlane> =>
  answerCall(calls, { kind: 'call', id: 7, method, args })

test('a call gets what the store answers', async () => {
  const store = { requests: () => Promise.resolve({ items: [], next: 'n' }) }
  const query = { filter: {}, sort: 'at', order: 'ascending', limit: 1 }
  expect(await ask(callsOn(store), 'requests', query)).toEqual({
    kind: 'result',
    id: 7,
    result: { items: [], next: 'n' },
  })
  expect(await ask(callsOn(store), 'metrics')).toMatchObject({ result: '# none' })
})

test('units are forgotten after what waits was taken in, or they would come back', async () => {
  const order: string[] = []
  const units = ['u1', 'u2'].map(unit => ({ kind: null, unit }))
  const forget = (units: readonly RecordedUnit[]) =>
    Promise.resolve(order.push(`forgot ${units.map(({ unit }) => unit).join()}`))
  expect(await ask(callsOn({ forget }, order), 'forget', units)).toMatchObject({ result: 5 })
  expect(order).toEqual(['settled', 'forgot u1,u2', 'forgot in rejected'])
})

test.each([new EventStoreUnavailableError('locked'), new CursorError()])(
  'an error keeps its class on the way: %s',
  async error => {
    const answer = await ask(callsOn({ state: () => Promise.reject(error) }), 'state')
    expect(answer).toMatchObject({ kind: 'error', id: 7 })
    const crossed = errorOf(
      structuredClone(answer.kind === 'error' ? answer.error : { name: '', message: '' }),
    )
    expect(crossed).toBeInstanceOf(error.constructor)
    expect(crossed.message).toBe(error.message)
  },
)

test('any other error is a bug, and keeps its words', async () => {
  const answer = await ask(callsOn({ state: () => Promise.reject(new TypeError('oops')) }), 'state')
  expect(answer).toEqual({ kind: 'error', id: 7, error: { name: 'TypeError', message: 'oops' } })
  expect(errorOf({ name: 'TypeError', message: 'oops' })).toEqual(new Error('oops'))
})
