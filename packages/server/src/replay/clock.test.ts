import { expect, it } from 'vitest'
import { systemClock } from './clock.ts'

it('the system clock wakes a sleeper at once when it is interrupted', async () => {
  const interrupt = new AbortController()
  const asleep = systemClock.sleep(3_600_000, interrupt.signal)
  interrupt.abort()
  await expect(asleep).resolves.toBeUndefined()
})

it('the system clock goes on while it sleeps', async () => {
  const before = systemClock.now()
  await systemClock.sleep(20, new AbortController().signal)
  expect(systemClock.now() - before).toBeGreaterThan(15)
})
