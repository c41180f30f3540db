import { expect, test } from 'vitest'
import type { EventPlaneProcess } from './event-plane-process.ts'
import { RemoteEventStore } from './remote-event-store.ts'

/** A store whose process answers 3 to everything, and what was done in which order. */
function remoteStore() {
  const order: unknown[] = []
  const call = (...question: unknown[]) => {
    order.push(question)
    return Promise.resolve(3)
  }
  const store = new RemoteEventStore({
    process: () => ({ call: call as EventPlaneProcess['call'] }),
    seal: () => Promise.resolve(void order.push('sealed')),
    forgetUnits: () => order.push('let go of'),
  })
  return { store, order }
}

test('units are forgotten in what was recorded until now, then in memory', async () => {
  const { store, order } = remoteStore()
  const units = [{ kind: 'user', unit: 'ada' }]
  expect(await store.forget(units)).toBe(3)
  expect(order).toEqual(['sealed', ['forget', units], 'let go of'])
})

test('what was recorded until now is a batch before it is settled', async () => {
  const { store, order } = remoteStore()
  await store.settle()
  expect(order).toEqual(['sealed', ['settle']])
})
