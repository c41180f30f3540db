import type { KeyLimits, Price } from '@weir/core/config'
import type { ActiveVariant } from '@weir/core/routing'
import { beforeEach, describe, expect, test } from 'vitest'
import { type AnswerFacts, emptyFacts } from '../../provider/wire-format.ts'
import type { BudgetJournal, Reservation } from './budget-journal.ts'
import { Limiter } from './limiter.ts'
import { createLimitMemory, LimitMemory } from './memory.ts'
import type { Spending } from './spending.ts'

const NOON = Date.UTC(2026, 10, 21, 12)

const NONE: KeyLimits = {
  requestsPerMinute: null,
  tokensPerMinute: null,
  day: null,
  month: null,
  unpriced: 'refuse',
}
const dollars = (soft: number | null, hard: number | null) => ({ softNanoUsd: soft, hardNanoUsd: hard })

/** One nano-dollar a token. */
const PRICE: Price = { input: 0.001, output: 0.001 }

class Notes implements BudgetJournal {
  readonly lines: string[] = []
  open({ id, day, month }: Reservation): void {
    this.lines.push(`+${id} ${day.nanoUsd} ${month.nanoUsd}`)
  }
  settle({ id }: Reservation, nanoUsd: number): void {
    this.lines.push(`-${id} ${nanoUsd}`)
  }
  close(): void {}
}

let notes: Notes
let limiter: Limiter
let clock: { steady: number; wall: number }

beforeEach(() => {
  notes = new Notes()
  clock = { steady: 0, wall: NOON }
  const memory = new LimitMemory(createLimitMemory(4))
  limiter = new Limiter(memory, notes, { steady: () => clock.steady, wall: () => clock.wall })
})

function variant(id: string, price: Price | null): ActiveVariant {
  const target = { id, provider: 'sim', model: id, price, priceSource: null, capabilities: {} }
  return { id, target, settings: null, position: 0 }
}

const open = (limits: Partial<KeyLimits>) => limiter.open('app', { ...NONE, ...limits })

/** Asks for a prompt of 10 tokens and an answer of at most 90. */
function reserve(spending: Spending, ...plan: ActiveVariant[]) {
  const targets = plan.length === 0 ? [variant('m', PRICE)] : plan
  return spending.reserve({ json: { max_tokens: 90 }, input: 10, output: 'text' }, targets)
}

/** An attempt that used so many tokens, or did not say. */
function attempt(spending: Spending, tokens: number | null, price: Price | null = PRICE): AnswerFacts {
  const facts = emptyFacts()
  if (tokens !== null) facts.usage = { input: tokens, output: 0, cached_input: null, reasoning: null }
  spending.produced.push({ facts, price })
  return facts
}

function headersOf(spending: Spending): Record<string, string> {
  const list: string[] = []
  spending.addHeaders(list)
  return Object.fromEntries(Array.from({ length: list.length / 2 }, (_, i) => list.slice(2 * i, 2 * i + 2)))
}

describe('requests a minute', () => {
  test('are counted over all requests of the key, which learn what is left', () => {
    const limits = { requestsPerMinute: 2 }
    const first = open(limits)
    expect(first.takeRequest()).toBeUndefined()
    expect(headersOf(first)).toEqual({
      'x-ratelimit-limit-requests': '2',
      'x-ratelimit-remaining-requests': '1',
      'x-ratelimit-reset-requests': '60.5s',
    })
    expect(open(limits).takeRequest()).toBeUndefined()
    expect(open(limits).takeRequest()).toMatchObject({ retryAfter: 60 })
    clock.steady = 20_000
    const third = open(limits)
    expect(third.takeRequest()).toMatchObject({
      code: 'key_rate_limited',
      param: 'requests_per_minute',
      retryAfter: 41,
    })
    expect(headersOf(third)).toMatchObject({ 'x-ratelimit-remaining-requests': '0' })
  })
})

describe('tokens a minute', () => {
  const limits = { tokensPerMinute: 150 }

  test('are taken for the longest answer, and given back when it was shorter', () => {
    const first = open(limits)
    expect(reserve(first)).toHaveLength(1)
    expect(reserve(open(limits))).toMatchObject({ code: 'key_rate_limited', param: 'tokens_per_minute' })
    attempt(first, 30)
    first.settle()
    const second = open(limits)
    expect(reserve(second)).toHaveLength(1)
    expect(headersOf(second)).toMatchObject({ 'x-ratelimit-remaining-tokens': '20' })
  })

  test('are all given back when nobody answered', () => {
    const first = open({ tokensPerMinute: 100 })
    reserve(first)
    attempt(first, null)
    first.settle()
    expect(reserve(open({ tokensPerMinute: 100 }))).toHaveLength(1)
  })

  test('let a request through that needs more than all, when it is alone', () => {
    const small = { tokensPerMinute: 50 }
    expect(reserve(open(small))).toHaveLength(1)
    expect(reserve(open(small))).toMatchObject({ code: 'key_rate_limited' })
  })
})

describe('a budget', () => {
  const limits = { day: dollars(60, 150) }

  test('is reserved for the dearest target and charged what the answer did cost', () => {
    const spending = open(limits)
    reserve(spending, variant('cheap', PRICE), variant('dear', { input: 0.001, output: 0.0015 }))
    attempt(spending, 70)
    spending.settle()
    expect(spending.budget).toEqual({ state: 'within', reserved_nano_usd: 145, charged_nano_usd: 70 })
    expect(notes.lines).toEqual(['+1 145 145', '-1 70'])
  })

  test('says when the soft limit has been reached, and refuses nothing for it', () => {
    const first = open(limits)
    reserve(first)
    attempt(first, 60)
    first.settle()
    const second = open(limits)
    expect(reserve(second)).toHaveLength(1)
    expect([second.budget?.state, headersOf(second)]).toEqual(['soft', { 'x-weir-budget': 'soft' }])
  })

  test('is charged all attempts that say what they used, and settled once', () => {
    const spending = open(limits)
    reserve(spending)
    attempt(spending, 20)
    attempt(spending, null)
    attempt(spending, 30)
    spending.settle()
    spending.settle()
    expect(notes.lines).toEqual(['+1 100 100', '-1 50'])
  })

  test('lets the last request in with what is left, refuses the next one for a second, then until the day ends', () => {
    const first = open(limits)
    const second = open(limits)
    reserve(first)
    reserve(second)
    expect(second.budget?.reserved_nano_usd).toBe(50)
    expect(reserve(open(limits))).toMatchObject({
      code: 'budget_exceeded',
      param: 'budget.day',
      retryAfter: 1,
    })
    for (const spending of [first, second]) {
      attempt(spending, 90)
      spending.settle()
    }
    const refused = reserve(open(limits))
    expect(refused).toMatchObject({ code: 'budget_exceeded', retryAfter: 12 * 3600 })
    clock.wall = NOON + 12 * 3_600_000
    expect(reserve(open(limits))).toHaveLength(1)
  })

  test('of a month holds when the day has one too, and gives the day back what it held', () => {
    const both = { day: dollars(null, 1000), month: dollars(null, 100) }
    const first = open(both)
    reserve(first)
    attempt(first, 100)
    first.settle()
    const refused = reserve(open(both))
    expect(refused).toMatchObject({ param: 'budget.month', retryAfter: 9.5 * 24 * 3600 })
    const { day } = limiter.memory.countersOf('app')
    expect(day.committed(Math.floor(NOON / 86_400_000))).toBe(100)
  })
})

describe('a model without a price', () => {
  const free = variant('sim/free', null)
  const priced = variant('sim/priced', PRICE)

  test('is refused on a key with a hard budget, by name', () => {
    const refused = reserve(open({ month: dollars(null, 100) }), free, priced)
    expect(refused).toMatchObject({ code: 'unpriced_model', message: expect.stringContaining('sim/free') })
    expect(notes.lines).toEqual([])
  })

  test('is left out of a plan as a fallback', () => {
    expect(reserve(open({ day: dollars(null, 100) }), priced, free, priced)).toEqual([priced, priced])
  })

  test.each<[string, Partial<KeyLimits>]>([
    ['without a hard budget', { day: dollars(10, null), month: dollars(10, null) }],
    ['that allows it', { day: dollars(null, 100), unpriced: 'allow' }],
    ['without a budget', { tokensPerMinute: 1000 }],
  ])('is used on a key %s', (_, limits) => {
    expect(reserve(open(limits), free)).toEqual([free])
  })

  test('goes for paths that are passed on unread as well', () => {
    expect(open({ day: dollars(null, 1) }).checkUncounted('/v1/images/generations')).toMatchObject({
      code: 'unpriced_model',
    })
    expect(open({ day: dollars(1, null) }).checkUncounted('/v1/images/generations')).toBeUndefined()
  })
})
