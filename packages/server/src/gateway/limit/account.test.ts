import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ACCOUNT_WORDS, Account, type Reserved } from './account.ts'
import { periodIndex } from './period.ts'

const DAY = 86_400_000
const NOON = Date.UTC(2026, 10, 21, 12)
const TODAY = periodIndex('day', NOON)

const memory = () => new SharedArrayBuffer(ACCOUNT_WORDS * 8)
const open = (words = memory()) => new Account(words, 0, 'day')

function held(result: ReturnType<Account['reserve']>): Reserved {
  if (result.kind === 'exhausted') throw new Error(`nothing is left: ${result.by}`)
  return result
}

describe('reserving and settling', () => {
  const action = fc.oneof(
    fc.record({ kind: fc.constant('reserve' as const), amount: fc.nat(60), worker: fc.nat(2) }),
    fc.record({
      kind: fc.constant('settle' as const),
      index: fc.nat(20),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      worker: fc.nat(2),
    }),
    fc.record({ kind: fc.constant('release' as const), index: fc.nat(20), worker: fc.nat(2) }),
    fc.record({ kind: fc.constant('forfeit' as const), index: fc.nat(20), worker: fc.nat(2) }),
    fc.record({ kind: fc.constant('charge' as const), amount: fc.nat(30), worker: fc.nat(2) }),
  )

  test('lose and invent nothing, and overshoot by one request, in whatever order workers do them', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 120 }), fc.integer({ min: 1, max: 400 }), (actions, hard) => {
        const words = memory()
        const workers = [open(words), open(words), open(words)]
        const holding: Reserved[] = []
        let spent = 0
        let charged = 0
        let shortfall = 0
        const reserved = () => holding.reduce((sum, hold) => sum + hold.nanoUsd, 0)
        for (const act of actions) {
          const account = workers[act.worker] as Account
          if (act.kind === 'charge') {
            account.charge(TODAY, act.amount)
            spent += act.amount
            charged += act.amount
          } else if (act.kind === 'reserve') {
            const left = Math.max(0, hard - spent - reserved())
            const result = account.reserve(act.amount, hard, NOON)
            if (left === 0) expect(result).toMatchObject({ by: spent >= hard ? 'spent' : 'reserved' })
            else holding.push(held(result))
            if (left > 0) expect(holding.at(-1)?.covered).toBe(Math.min(act.amount, left))
          } else {
            const [hold] = holding.splice(act.index % Math.max(1, holding.length), 1)
            if (hold === undefined) continue
            // No request costs more than was thought possible.
            const actual =
              act.kind === 'release' ? 0 : Math.ceil(hold.nanoUsd * (act.kind === 'settle' ? act.share : 1))
            if (act.kind === 'forfeit') account.forfeit(hold)
            else account.settle(hold, actual)
            spent += actual
            shortfall = Math.max(shortfall, actual - hold.covered)
          }
          expect([account.spent(TODAY), account.committed(TODAY)]).toEqual([spent, spent + reserved()])
          expect(spent).toBeLessThanOrEqual(hard + shortfall + charged)
        }
      }),
      { numRuns: 3000 },
    )
  })

  test('count in full what a request did cost beyond what was thought possible', () => {
    const account = open()
    account.settle(held(account.reserve(10, 100, NOON)), 130)
    expect(account.reserve(1, 100, NOON)).toMatchObject({ by: 'spent' })
  })

  test('let the last request in with what is left, and none beside it', () => {
    const account = open()
    const first = held(account.reserve(70, 100, NOON))
    const last = held(account.reserve(70, 100, NOON))
    expect([last.nanoUsd, last.covered]).toEqual([70, 30])
    const none = { kind: 'exhausted', by: 'reserved', period: TODAY }
    expect(account.reserve(1, 100, NOON)).toEqual(none)
    // What the first gives back is not enough to cover the last.
    account.settle(first, 40)
    expect(account.reserve(1, 100, NOON)).toEqual(none)
    account.settle(last, 50)
    expect(held(account.reserve(70, 100, NOON)).covered).toBe(10)
  })

  test('count without a limit, so that one can be set later', () => {
    const account = open()
    account.settle(held(account.reserve(50, null, NOON)), 40)
    expect(account.reserve(1, 40, NOON)).toEqual({ kind: 'exhausted', by: 'spent', period: TODAY })
    expect(held(account.reserve(99, 41, NOON)).covered).toBe(1)
  })

  test('are exact up to the largest budget', () => {
    const account = open()
    const most = 9_000_000 * 1e9
    account.settle(held(account.reserve(most - 1, most, NOON)), most - 1)
    expect(held(account.reserve(5, most, NOON)).covered).toBe(1)
    expect(account.committed(TODAY)).toBe(most + 4)
  })
})

describe('a new day', () => {
  test('begins with nothing spent, by itself', () => {
    const account = open()
    account.settle(held(account.reserve(100, 100, NOON)), 100)
    expect(account.reserve(1, 100, NOON).kind).toBe('exhausted')
    expect(held(account.reserve(100, 100, NOON + DAY))).toMatchObject({ period: TODAY + 1, covered: 100 })
  })

  test('is not charged for what was admitted the day before', () => {
    const account = open()
    const late = held(account.reserve(60, 100, NOON))
    held(account.reserve(10, 100, NOON + DAY))
    account.settle(late, 90)
    expect([account.spent(TODAY + 1), account.committed(TODAY + 1)]).toEqual([0, 10])
  })

  test('is not begun twice by a clock that is set back', () => {
    const account = open()
    held(account.reserve(100, 100, NOON + DAY))
    expect(account.reserve(10, 100, NOON)).toEqual({ kind: 'exhausted', by: 'reserved', period: TODAY + 1 })
  })

  test('is told from any other within two and a half years', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), days => {
        const account = open()
        account.settle(held(account.reserve(100, 100, NOON)), 100)
        expect(held(account.reserve(100, 100, NOON + days * DAY)).covered).toBe(100)
      }),
    )
  })
})
