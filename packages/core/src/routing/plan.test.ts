import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chiSquareUpperTail } from '../stats/distribution/chi-square.ts'
import { decide } from './decide.ts'
import { activeOf, FREE, requestOf, withRouters } from './fixtures/example.ts'

interface VariantInput {
  readonly id: string
  readonly weight?: number
  readonly priority?: number
}

function activePlan(variants: readonly VariantInput[], siblings: 'last' | 'never' = 'last') {
  const split = { mode: 'proportional', variants: variants.map(each => ({ ...each, model: `p/${each.id}` })) }
  return activeOf(withRouters({ r: { default_route: { split, failure: { siblings } } } }))
}

function planOf(active: ReturnType<typeof activePlan>, user: string): string[] {
  const decision = decide(active, requestOf({ units: { user } }), FREE)
  return decision.kind === 'decision' ? decision.plan.map(variant => variant.id) : []
}

const ids = Array.from({ length: 4000 }, (_, index) => `unit-${index}`)

describe('the plan', () => {
  test('starts with the assigned variant, walks up the priorities and ends with the siblings by share', () => {
    const active = activePlan([
      { id: 'second', priority: 7 },
      { id: 'small', weight: 10 },
      { id: 'large', weight: 60 },
      { id: 'off', weight: 0 },
      { id: 'mid', weight: 30 },
      { id: 'first', priority: 2 },
    ])
    const plans = new Set(ids.slice(0, 300).map(user => planOf(active, user).join(' ')))
    expect(plans).toEqual(
      new Set([
        'large first second mid small',
        'mid first second large small',
        'small first second large mid',
      ]),
    )
  })

  test('leaves siblings out when the policy says never', () => {
    const active = activePlan(
      [
        { id: 'a', weight: 1 },
        { id: 'b', weight: 1 },
        { id: 'spare', priority: 1 },
      ],
      'never',
    )
    const plans = new Set(ids.slice(0, 100).map(user => planOf(active, user).join(' ')))
    expect(plans).toEqual(new Set(['a spare', 'b spare']))
  })

  const anyVariants = fc
    .array(fc.record({ weight: fc.constantFrom(0, 1, 2, 5, 50), priority: fc.nat(3) }), {
      minLength: 1,
      maxLength: 7,
    })
    .map(list => list.map((each, index) => ({ ...each, id: `v${index}` })))
    .filter(list => {
      const lowest = Math.min(...list.map(each => each.priority))
      return list.some(each => each.priority === lowest && each.weight > 0)
    })

  test('calls every variant with a weight once and no other, priorities in order', () => {
    fc.assert(
      fc.property(anyVariants, fc.nat(3999), (list, unit) => {
        const plan = planOf(activePlan(list), ids[unit] as string)
        const lowest = Math.min(...list.map(each => each.priority))
        const byId = new Map(list.map(each => [each.id, each]))
        const weighted = list.filter(each => each.weight > 0).map(each => each.id)
        expect(plan.toSorted()).toEqual(weighted.toSorted())
        expect(byId.get(plan[0] as string)?.priority).toBe(lowest)
        const walked = plan.slice(1).map(id => byId.get(id)?.priority ?? -1)
        const order = walked.map(priority => (priority === lowest ? Number.POSITIVE_INFINITY : priority))
        expect(order).toEqual(order.toSorted((a, b) => a - b))
      }),
    )
  })
})

describe('a fallback group of several', () => {
  const active = activePlan([
    { id: 'a', weight: 1 },
    { id: 'b', weight: 1 },
    { id: 'x', priority: 1, weight: 3 },
    { id: 'y', priority: 1, weight: 1 },
  ])
  const draws = ids.map(user => planOf(active, user).slice(0, 2))
  const count = (assigned: string, standIn: string) =>
    draws.filter(([first, second]) => first === assigned && second === standIn).length

  test('is drawn by weight, independently of the split', () => {
    const expected = [
      ['a', 'x', 1500],
      ['a', 'y', 500],
      ['b', 'x', 1500],
      ['b', 'y', 500],
    ] as const
    const statistic = expected.reduce(
      (sum, [assigned, standIn, wanted]) => sum + (count(assigned, standIn) - wanted) ** 2 / wanted,
      0,
    )
    // Fixed ids: the p value is the same in every run.
    expect(chiSquareUpperTail(statistic, 3)).toBeGreaterThan(0.01)
  })

  test('is drawn alike for the same unit at every time', () => {
    expect(ids.map(user => planOf(active, user).slice(0, 2))).toEqual(draws)
  })

  test('keeps the one that was not drawn in reserve', () => {
    const plans = new Set(ids.slice(0, 300).map(user => planOf(active, user).join(' ')))
    expect(plans).toEqual(new Set(['a x y b', 'a y x b', 'b x y a', 'b y x a']))
  })
})
