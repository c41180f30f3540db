import type { AttemptRecord } from '@weir/core/event'
import type { ActiveVariant } from '@weir/core/routing'
import { describe, expect, test } from 'vitest'
import { type AnswerFacts, emptyFacts } from '../../provider/wire-format.ts'
import { estimateUsage } from './estimate-usage.ts'
import { Limiter } from './limiter.ts'
import { createLimitMemory, LimitMemory } from './memory.ts'
import type { Spending } from './spending.ts'

const TARGET = {
  id: 'sim/m',
  provider: 'sim',
  model: 'm',
  price: null,
  priceSource: null,
  capabilities: {},
}
const SERVED: ActiveVariant = { id: 'v', target: TARGET, settings: null, position: 0 }

function facts(changes: Partial<AnswerFacts>): AnswerFacts {
  return { ...emptyFacts(), ...changes }
}

const usage = (input: number | null, output: number | null) => ({
  input,
  output,
  cached_input: null,
  reasoning: null,
})

function ended(outcome: 'ok' | 'cancelled' | 'stream_broken' | 'failed', answer: AnswerFacts) {
  return {
    answer,
    outcome,
    served: SERVED as ActiveVariant | null,
    spending: null as Spending | null,
    attempts: [] as AttemptRecord[],
    promptTokens: 30,
    usageEstimated: false,
  }
}

/** Of a key that is limited, whose request allows an answer of 50 tokens. */
function limited(): Spending {
  const journal = { open: () => {}, settle: () => {}, close: () => {} }
  const limiter = new Limiter(new LimitMemory(createLimitMemory(2)), journal)
  const spending = limiter.open('app', {
    requestsPerMinute: null,
    tokensPerMinute: 1000,
    day: null,
    month: null,
    unpriced: 'allow',
  })
  spending.reserve({ json: { max_tokens: 50 }, input: 30, output: 'text' }, [SERVED])
  return spending
}

describe('an answer that was cut short', () => {
  test.each<[string, Partial<AnswerFacts>, [number, number]]>([
    ['is estimated by its length when nothing is known', { outputLength: 41 }, [30, 11]],
    ['counts reasoning and inputs of tools', { outputLength: 40, hiddenLength: 40 }, [30, 20]],
    ['takes the provider’s word for the prompt', { usage: usage(7, 1), outputLength: 40 }, [7, 10]],
    ['takes the provider’s word for what is more', { usage: usage(7, 25), outputLength: 40 }, [7, 25]],
  ])('%s', (_, known, [input, output]) => {
    for (const outcome of ['cancelled', 'stream_broken'] as const) {
      const exchange = ended(outcome, facts(known))
      estimateUsage(exchange)
      expect([exchange.answer.usage, exchange.usageEstimated]).toEqual([usage(input, output), true])
    }
  })

  test('is not estimated when it had come to its end before', () => {
    const answer = facts({ usage: usage(7, 9), finishReason: 'stop', outputLength: 400 })
    const exchange = ended('cancelled', answer)
    estimateUsage(exchange)
    expect([exchange.answer.usage, exchange.usageEstimated]).toEqual([usage(7, 9), false])
  })

  test('is never longer than the request allowed', () => {
    const exchange = { ...ended('cancelled', facts({ outputLength: 4000 })), spending: limited() }
    estimateUsage(exchange)
    expect(exchange.answer.usage.output).toBe(50)
  })
})

describe('an answer that came whole', () => {
  const silent = () => facts({ finishReason: 'stop', outputLength: 40 })

  test('is the provider’s to count, or nobody’s', () => {
    const exchange = ended('ok', silent())
    estimateUsage(exchange)
    expect([exchange.answer.usage, exchange.usageEstimated]).toEqual([usage(null, null), false])
  })

  test('is estimated for a key with limits when the provider says nothing', () => {
    const exchange = { ...ended('ok', silent()), spending: limited() }
    estimateUsage(exchange)
    expect([exchange.answer.usage, exchange.usageEstimated]).toEqual([usage(30, 10), true])
  })
})

describe('an attempt that the client did not wait for', () => {
  const attempt = (failure: AttemptRecord['failure']) => ({
    variant: 'v',
    target: 'sim/m',
    status: null,
    failure,
    code: null,
    began_ms: 0,
    ms: 1,
    span_id: null,
  })

  test.each<[AttemptRecord['failure'], number | null]>([
    ['cancelled', 30],
    ['timeout', null],
  ])('is charged its prompt if it was under way (%s)', (failure, input) => {
    const spending = limited()
    const produced = emptyFacts()
    spending.produced.push({ facts: produced, price: null })
    const over = ended('cancelled', emptyFacts())
    estimateUsage({ ...over, served: null, spending, attempts: [attempt(failure)] })
    expect(produced.usage.input).toBe(input)
  })
})
