import { describe, expect, it } from 'vitest'
import { clopperPearson } from '../distribution/binomial.ts'
import { normalUpperTail } from '../distribution/normal.ts'
import { seededRng } from '../rng/rng.ts'
import { countErrors, judge, rejects, type Scenario } from './law.ts'
import { meanOf, measure } from './measurement.ts'
import { normalDraws } from './normal-draws.ts'
import {
  cappedParetoMean,
  evenSplit,
  failureDraws,
  failureVariance,
  logNormal,
  normal,
  type Population,
  pareto,
  REQUESTS,
} from './population.ts'
import { armOf } from './running-arm.ts'
import { allMeasurements, allScenarios } from './scenarios.ts'

describe('a law', () => {
  const law = rejects('a method', 'holds')

  it.each([
    // One-sided 99 % bounds of 2,000 repetitions: 124 errors are the first that show more than 5 %.
    [123, true],
    [124, false],
    [0, true],
  ])('that errs %d times in 2,000 holds at .05: %s', (errors, isMet) => {
    expect(judge(law, errors, 2000)).toMatchObject({ isMet, rate: errors / 2000 })
  })

  it('is broken only when it errs too often beyond doubt', () => {
    expect(judge({ ...law, expectation: 'broken' }, 123, 2000).isMet).toBe(false)
    expect(judge({ ...law, expectation: 'broken' }, 124, 2000).isMet).toBe(true)
  })

  it('of a power is not met by too much or too little of it', () => {
    const power = { ...law, alpha: 0.2, expectation: 'near' } as const
    const isMet = [250, 350, 400, 450, 550].map(errors => judge(power, errors, 2000).isMet)
    expect(isMet).toEqual([false, true, true, true, false])
  })

  it('is judged by one-sided bounds of 99 %', () => {
    const { lower, upper } = judge(law, 100, 2000)
    expect({ lower, upper }).toEqual(clopperPearson(100, 2000, 0.98))
  })
})

describe('repetitions', () => {
  const coin: Scenario = {
    name: 'coin',
    data: 'a coin',
    seed: 999,
    laws: [rejects('heads', 'broken'), rejects('never', 'holds')],
    prepare: () => rng => [rng.uniform() < 0.5, false],
  }

  it('are the same whether counted at once or in parts', () => {
    const parts = [countErrors(coin, 0, 70), countErrors(coin, 70, 30)]
    expect(countErrors(coin, 0, 100)).toEqual([(parts[0]?.[0] ?? 0) + (parts[1]?.[0] ?? 0), 0])
  })

  it('differ from scenario to scenario', () => {
    const seeds = [...allScenarios, ...allMeasurements].map(({ seed }) => seed)
    expect(new Set(seeds).size).toBe(seeds.length)
  })

  it('each have an answer for every law', () => {
    for (const scenario of allScenarios) {
      const answers = scenario.prepare()(seededRng(1))
      expect([scenario.name, answers.length]).toEqual([scenario.name, scenario.laws.length])
    }
  }, 60_000)

  it('have one wrong way at least in every scenario, so that the scenario is known to notice', () => {
    const without = allScenarios.filter(({ laws }) => !laws.some(law => law.expectation === 'broken'))
    expect(without.map(({ name }) => name)).toEqual([])
  })
})

describe('a mean over repetitions', () => {
  const unbiased = { what: 'bias', expected: { kind: 'within', low: 0, high: 0 } } as const

  it('is met when chance may explain the rest', () => {
    // Values of deviation 1: the standard error is 0.1.
    expect(meanOf(unbiased, 39, 100 + 39 ** 2 / 100, 100).isMet).toBe(true)
    expect(meanOf(unbiased, 45, 100 + 45 ** 2 / 100, 100).isMet).toBe(false)
    const biased = { what: 'bias', expected: { ...unbiased.expected, kind: 'outside' } } as const
    expect(meanOf(biased, 45, 100 + 45 ** 2 / 100, 100)).toMatchObject({ isMet: true, mean: 0.45 })
  })

  it.each(allMeasurements)('$name', measurement => {
    expect(measure(measurement, 2000).filter(({ isMet }) => !isMet)).toEqual([])
  })
})

describe('populations are what they are called', () => {
  it.each<Population>([normal, logNormal])('$name', population => {
    const arm = armOf(200_000, population.draws(seededRng(5)))
    const error = Math.sqrt(population.variance / arm.n)
    expect(Math.abs(arm.mean - population.mean)).toBeLessThan(4 * error)
    expect(arm.variance / population.variance).toBeCloseTo(1, population === normal ? 1 : 0)
  })

  it('normal: as many values in the tails, and of either sign, as the distribution has it', () => {
    const draw = normalDraws(seededRng(8))
    const bounds = [-4, -3.4426, -2, -0.5, 0, 1, 3.4426]
    const above = bounds.map(() => 0)
    const n = 2_000_000
    for (let i = 0; i < n; i++) {
      const value = draw()
      bounds.forEach((bound, k) => {
        if (value > bound) above[k] = (above[k] ?? 0) + 1
      })
    }
    bounds.forEach((bound, k) => {
      const p = normalUpperTail(bound)
      expect(Math.abs((above[k] ?? 0) - n * p)).toBeLessThan(4 * Math.sqrt(n * p * (1 - p)))
    })
  })

  it('an even split: as many units on either variant, whatever the one before', () => {
    const assign = evenSplit(seededRng(9))
    const pairs = [0, 0, 0, 0]
    let before = assign()
    for (let i = 0; i < 100_000; i++) {
      const next = assign()
      pairs[2 * before + next] = (pairs[2 * before + next] ?? 0) + 1
      before = next
    }
    for (const count of pairs) expect(Math.abs(count - 25_000)).toBeLessThan(4 * Math.sqrt(25_000 * 0.75))
  })

  it('Pareto 2.5: as many values above 10 as P(X > x) = x^-2.5 has it, and their mean when cut', () => {
    const draw = pareto.draws(seededRng(6))
    let above = 0
    const arm = armOf(200_000, () => {
      const value = draw()
      if (value > 10) above++
      return Math.min(value, 3)
    })
    expect(above / arm.n).toBeCloseTo(10 ** -2.5, 3)
    expect(Math.abs(arm.mean - cappedParetoMean(3))).toBeLessThan(4 * Math.sqrt(arm.variance / arm.n))
    expect(cappedParetoMean(1e12)).toBeCloseTo(pareto.mean, 12)
  })

  it('clustered: failures of units vary as an intra-class correlation of 0.3 has it', () => {
    const failures = failureDraws(seededRng(7), 0.1)
    const arm = armOf(200_000, () => failures() / REQUESTS)
    expect(arm.mean).toBeCloseTo(0.1, 2)
    expect(arm.variance / failureVariance(0.1)).toBeCloseTo(1, 1)
    expect(failureVariance(0.1) / (0.09 / REQUESTS)).toBeCloseTo(6.7, 12)
  })
})
