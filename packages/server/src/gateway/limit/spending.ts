// One request of a key with limits: what it takes of them when it is admitted, and what it did take in the end.
import type { BudgetLimits, KeyLimits, Price } from '@weir/core/config'
import type { RequestEvent } from '@weir/core/event'
import { costNanoUsd } from '@weir/core/event/cost'
import type { ActiveVariant } from '@weir/core/routing'
import type { AnswerFacts } from '../../provider/wire-format.ts'
import type { Refusal } from '../refusal.ts'
import type { Account, Exhausted, Hold, Reserved } from './account.ts'
import type { Reservation } from './budget-journal.ts'
import { budgetExceeded, rateLimited, unpricedModel, unpricedPath } from './limit-refusal.ts'
import type { KeyCounters } from './memory.ts'
import { type Asking, longestOutput, neededNanoUsd, neededTokens } from './need.ts'
import type { LimitParts } from './parts.ts'
import { type Rate, rateHeaders } from './rate-headers.ts'

/** What an attempt learned of an answer, and what its tokens cost. */
export interface Produced {
  readonly facts: AnswerFacts
  readonly price: Price | null
}

export class Spending {
  /** One entry for each attempt. */
  readonly produced: Produced[] = []
  /** The longest answer, in tokens, that the request allows. */
  longestOutput = Number.POSITIVE_INFINITY
  readonly #limiter: LimitParts
  readonly #key: string
  readonly #limits: KeyLimits
  readonly #counters: KeyCounters
  #requests: Rate | undefined
  #tokens: Rate | undefined
  #taken: { readonly tick: number; readonly tokens: number } | undefined
  #reservation: Reservation | undefined
  #budget: RequestEvent['budget'] = null

  constructor(limiter: LimitParts, key: string, limits: KeyLimits) {
    this.#limiter = limiter
    this.#key = key
    this.#limits = limits
    this.#counters = limiter.memory.countersOf(key)
  }

  /** What the event says of the budget; null when the key has none or nothing was reserved. */
  get budget(): RequestEvent['budget'] {
    return this.#budget
  }

  /** Counts the request. */
  takeRequest(): Refusal | undefined {
    const limit = this.#limits.requestsPerMinute
    if (limit === null) return undefined
    const take = this.#counters.requests.take(1, limit, this.#limiter.clock.steady())
    this.#requests = { ...take, limit }
    return take.kind === 'full' ? rateLimited(this.#key, 'requests', limit, take) : undefined
  }

  /** Takes the tokens and holds the money that the request may use up; the targets that it may be sent to. */
  reserve(asking: Asking, plan: readonly ActiveVariant[]): readonly ActiveVariant[] | Refusal {
    const priced = this.#needsPrices() ? withPrices(this.#key, plan) : plan
    if ('kind' in priced) return priced
    this.longestOutput = longestOutput(asking, priced)
    return this.#takeTokens(asking, priced) ?? this.#reserveMoney(asking, priced) ?? priced
  }

  /** What is passed on unread cannot be counted. */
  checkUncounted(path: string): Refusal | undefined {
    return this.#needsPrices() ? unpricedPath(this.#key, path) : undefined
  }

  /** Puts what the attempts really used in place of what was taken for them; once. */
  settle(): void {
    if (this.#taken !== undefined) {
      const { tick, tokens } = this.#taken
      this.#counters.tokens.settle(tick, tokens, this.#usedTokens(), this.#limiter.clock.steady())
      this.#taken = undefined
    }
    if (this.#reservation === undefined || this.#budget === null) return
    const nanoUsd = this.#usedNanoUsd()
    this.#counters.day.settle(this.#reservation.day, nanoUsd)
    this.#counters.month.settle(this.#reservation.month, nanoUsd)
    this.#limiter.journal.settle(this.#reservation, nanoUsd)
    this.#budget = { ...this.#budget, charged_nano_usd: nanoUsd }
    this.#reservation = undefined
  }

  addHeaders(headers: string[]): void {
    if (this.#requests !== undefined) rateHeaders(headers, 'requests', this.#requests)
    if (this.#tokens !== undefined) rateHeaders(headers, 'tokens', this.#tokens)
    if (this.#budget?.state === 'soft') headers.push('x-weir-budget', 'soft')
  }

  #needsPrices(): boolean {
    const { day, month, unpriced } = this.#limits
    return (
      unpriced === 'refuse' && ((day?.hardNanoUsd ?? null) !== null || (month?.hardNanoUsd ?? null) !== null)
    )
  }

  #takeTokens(asking: Asking, plan: readonly ActiveVariant[]): Refusal | undefined {
    const limit = this.#limits.tokensPerMinute
    if (limit === null) return undefined
    // More than the limit would never be let through: it waits until it is alone.
    const tokens = Math.min(neededTokens(asking, plan), limit)
    const take = this.#counters.tokens.take(tokens, limit, this.#limiter.clock.steady())
    this.#tokens = { ...take, limit }
    if (take.kind === 'full') return rateLimited(this.#key, 'tokens', limit, take)
    this.#taken = { tick: take.tick, tokens }
    return undefined
  }

  #reserveMoney(asking: Asking, plan: readonly ActiveVariant[]): Refusal | undefined {
    const { day, month } = this.#limits
    if (day === null && month === null) return undefined
    const need = neededNanoUsd(asking, plan)
    const now = this.#limiter.clock.wall()
    // Both are counted whichever is limited, so that a limit that is set later knows of the period so far.
    const today = this.#counters.day.reserve(need, day?.hardNanoUsd ?? null, now)
    if (today.kind === 'exhausted') return this.#exceeded(this.#counters.day, today, now)
    const thisMonth = this.#counters.month.reserve(need, month?.hardNanoUsd ?? null, now)
    if (thisMonth.kind === 'exhausted') {
      this.#counters.day.settle(today, 0)
      return this.#exceeded(this.#counters.month, thisMonth, now)
    }
    this.#open(today, thisMonth)
    return undefined
  }

  #open(day: Reserved, month: Reserved): void {
    this.#reservation = { id: this.#limiter.nextReservation(), key: this.#key, day, month }
    this.#limiter.journal.open(this.#reservation)
    const { day: ofDay, month: ofMonth } = this.#limits
    const isSoft = isPast(ofDay, this.#counters.day, day) || isPast(ofMonth, this.#counters.month, month)
    this.#budget = {
      state: isSoft ? 'soft' : 'within',
      reserved_nano_usd: Math.min(day.covered, month.covered),
      charged_nano_usd: 0,
    }
  }

  #exceeded(account: Account, exhausted: Exhausted, now: number): Refusal {
    const limits = this.#limits[account.kind]
    return budgetExceeded(this.#key, account.kind, exhausted, limits?.hardNanoUsd ?? 0, now)
  }

  #usedTokens(): number {
    let tokens = 0
    for (const { facts } of this.produced) tokens += (facts.usage.input ?? 0) + (facts.usage.output ?? 0)
    return tokens
  }

  #usedNanoUsd(): number {
    let nanoUsd = 0
    for (const { facts, price } of this.produced) nanoUsd += costNanoUsd(facts.usage, price) ?? 0
    return Math.min(nanoUsd, Number.MAX_SAFE_INTEGER)
  }
}

function isPast(limits: BudgetLimits | null, account: Account, hold: Hold): boolean {
  return limits !== null && limits.softNanoUsd !== null && account.spent(hold.period) >= limits.softNanoUsd
}

/** The plan without fallbacks of unknown cost; a refusal when the model that was decided for is one. */
function withPrices(key: string, plan: readonly ActiveVariant[]): readonly ActiveVariant[] | Refusal {
  const [first] = plan
  if (first !== undefined && first.target.price === null) return unpricedModel(key, first.target.id)
  return plan.every(hasPrice) ? plan : plan.filter(hasPrice)
}

function hasPrice(variant: ActiveVariant): boolean {
  return variant.target.price !== null
}
