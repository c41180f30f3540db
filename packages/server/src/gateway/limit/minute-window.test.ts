import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MinuteWindow, WINDOW_WORDS } from './minute-window.ts'

const open = (memory = new SharedArrayBuffer(WINDOW_WORDS * 8)) => new MinuteWindow(memory, 0)

/** Takes at moments that rise, each by as much as said. */
const steps = fc.array(
  fc.record({
    wait: fc.oneof(
      fc.nat(700),
      fc.nat(30_000),
      fc.constantFrom(0, 499, 500, 59_999, 60_000, 60_500, 200_000),
    ),
    amount: fc.integer({ min: 1, max: 12 }),
  }),
  { maxLength: 80 },
)

describe('a limit a minute', () => {
  test('is never exceeded in any sixty seconds, and refuses nothing that has room', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 12, max: 30 }), fc.nat(5_000_000), (asked, limit, start) => {
        const window = open()
        const taken: { at: number; amount: number }[] = []
        let now = start
        for (const { wait, amount } of asked) {
          now += wait
          const within = (ms: number) =>
            taken.filter(({ at }) => at > now - ms).reduce((sum, each) => sum + each.amount, 0)
          const take = window.take(amount, limit, now)
          if (take.kind === 'taken') {
            taken.push({ at: now, amount })
            expect(within(60_000)).toBeLessThanOrEqual(limit)
            expect(take.remaining).toBeLessThanOrEqual(limit - within(60_000))
          } else expect(within(60_501) + amount).toBeGreaterThan(limit)
        }
      }),
      { numRuns: 2000 },
    )
  })

  test('lets the same be taken once the time it named is over, and not before', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 12, max: 30 }), (asked, limit) => {
        const window = open()
        let now = 1_000_000
        for (const { wait, amount } of asked) {
          now += wait
          const take = window.take(amount, limit, now)
          if (take.kind === 'taken') continue
          expect(take.retry).toBeGreaterThan(0)
          expect(take.retry).toBeLessThanOrEqual(60_500)
          expect(window.take(amount, limit, now + take.retry - 1).kind).toBe('full')
          now += take.retry
          expect(window.take(amount, limit, now).kind).toBe('taken')
        }
      }),
    )
  })

  test('starts whole again when the time to its reset is over', () => {
    const window = open()
    window.take(3, 5, 10_250)
    const { reset, remaining } = window.take(1, 5, 20_000)
    expect([reset, remaining]).toEqual([60_500, 1])
    expect(window.take(5, 5, 20_000 + reset)).toMatchObject({ kind: 'taken', remaining: 0 })
  })

  test('is the same for everybody who looks at the same memory', () => {
    const memory = new SharedArrayBuffer(WINDOW_WORDS * 8)
    const [one, other] = [open(memory), open(memory)]
    const kinds = [one, other, one, other].map(window => window.take(1, 3, 5000).kind)
    expect(kinds).toEqual(['taken', 'taken', 'taken', 'full'])
  })

  test('counts on over the lengths of its numbers', () => {
    const window = open()
    const far = (2 ** 31 - WINDOW_WORDS) * 500 - 250
    expect(window.take(4, 5, far).kind).toBe('taken')
    expect(window.take(2, 5, far + 500).kind).toBe('full')
    expect(window.take(1, 5, far + 500).kind).toBe('taken')
  })
})

describe('settling', () => {
  test('gives back what was not used', () => {
    const window = open()
    const take = window.take(8, 10, 1000)
    if (take.kind !== 'taken') throw new Error('there was room')
    window.settle(take.tick, 8, 3, 9000)
    expect(window.take(7, 10, 9000)).toMatchObject({ kind: 'taken', remaining: 0 })
  })

  test('counts what was used beyond from the moment it is known', () => {
    const window = open()
    const take = window.take(2, 10, 1000)
    if (take.kind !== 'taken') throw new Error('there was room')
    window.settle(take.tick, 2, 12, 30_000)
    expect(window.take(1, 10, 70_000)).toMatchObject({ kind: 'full', retry: 90_500 - 70_000 })
    expect(window.take(10, 10, 90_500).kind).toBe('taken')
  })

  test('gives nothing back of what has left the window', () => {
    const window = open()
    const take = window.take(8, 10, 1000)
    if (take.kind !== 'taken') throw new Error('there was room')
    // Sixty and a half seconds on, the same word counts another tick.
    window.take(5, 10, 61_500)
    window.settle(take.tick, 8, 0, 61_500)
    expect(window.take(6, 10, 61_500).kind).toBe('full')
    expect(window.take(5, 10, 61_500).kind).toBe('taken')
  })
})
