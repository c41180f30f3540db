import { describe, expect, test } from 'vitest'
import { decide } from './decide.ts'
import type { Decision } from './decision.ts'
import { activeOf, FREE, type RequestExample, requestOf } from './fixtures/example.ts'
import type { Issuer } from './request.ts'

const provider = { type: 'openai', base_url: 'http://localhost/v1' }

/** Two accounts share the traffic, a third one stands in; `a` has two models. */
function activeWith(failure: object = {}) {
  return activeOf({
    version: 1,
    providers: { a: provider, b: provider, c: provider, d: provider },
    models: { 'a/*': {}, 'b/*': {}, 'c/*': {}, 'd/*': {} },
    routers: {
      r: {
        units: ['user', 'request'],
        routes: [
          {
            id: 'gold',
            condition: 'tier == "gold"',
            split: { variants: [{ id: 'gold', model: 'd/best' }] },
          },
        ],
        default_route: {
          failure,
          split: {
            mode: 'proportional',
            variants: [
              { id: 'a-old', model: 'a/old', weight: 0 },
              { id: 'a-small', model: 'a/small', weight: 20 },
              { id: 'a-large', model: 'a/large', weight: 30 },
              { id: 'b', model: 'b/large', weight: 50 },
              { id: 'c-old', model: 'c/old', weight: 0 },
              { id: 'c', model: 'c/spare', priority: 1 },
              { id: 'a-spare', model: 'a/spare', priority: 2 },
            ],
          },
        },
      },
    },
  })
}

const active = activeWith()
const heldBy = (name: string): Issuer => ({ kind: 'known', provider: name })
const UNKNOWN: Issuer = { kind: 'unknown' }
const ids = Array.from({ length: 300 }, (_, index) => `unit-${index}`)

function decided(example: RequestExample, snapshot = active): Decision {
  const result = decide(snapshot, requestOf(example), FREE)
  if (result.kind !== 'decision') throw new Error(result.kind)
  return result
}

const planOf = (example: RequestExample, snapshot = active) =>
  decided(example, snapshot).plan.map(variant => variant.id)

describe('a request that builds on state', () => {
  test.each(['a', 'b', 'c'])('goes to the provider that holds it, %s, and to no other', name => {
    for (const user of ids) {
      const decision = decided({ units: { user }, issuer: heldBy(name) })
      expect(decision).toMatchObject({ reason: 'state', state: 'held', propensity: 1, bucket: null })
      expect(decision.plan[0]).toBe(decision.variant)
      expect(new Set(decision.plan.map(variant => variant.target.provider))).toEqual(new Set([name]))
    }
  })

  test('stays with its assigned variant when that is of the provider', () => {
    for (const user of ids) {
      const split = decided({ units: { user } })
      const held = decided({ units: { user }, issuer: heldBy(split.variant.target.provider) })
      expect(held.variant).toBe(split.variant)
      expect(held.unit).toEqual(split.unit)
    }
  })

  test('else gets the first of the plan that is', () => {
    const user = ids.find(id => decided({ units: { user: id } }).variant.id === 'b')
    const units = { user: user ?? '' }
    expect(planOf({ units })).toEqual(['b', 'c', 'a-spare', 'a-large', 'a-small'])
    expect(planOf({ units, issuer: heldBy('a') })).toEqual(['a-spare', 'a-large', 'a-small'])
    expect(planOf({ units, issuer: heldBy('c') })).toEqual(['c'])
  })

  test('gets one that no plan walks to when only that is left', () => {
    const never = activeOf({
      version: 1,
      providers: { a: provider, b: provider, c: provider },
      models: { 'a/*': {}, 'b/*': {}, 'c/*': {} },
      routers: {
        r: {
          units: ['user'],
          default_route: {
            failure: { siblings: 'never' },
            split: {
              mode: 'proportional',
              variants: [
                { id: 'a-off', model: 'a/off', weight: 0 },
                { id: 'a', model: 'a/on', weight: 1 },
                { id: 'b', model: 'b/on', weight: 1 },
                { id: 'c-off', model: 'c/off', weight: 0 },
              ],
            },
          },
        },
      },
    })
    for (const user of ids.slice(0, 20)) {
      expect(planOf({ units: { user }, issuer: heldBy('a') }, never)).toEqual(['a'])
      expect(planOf({ units: { user }, issuer: heldBy('c') }, never)).toEqual(['c-off'])
    }
  })

  test('still takes its route by condition, and a route that has nobody there decides as ever', () => {
    const example = { metadata: { tier: 'gold' }, issuer: heldBy('a') }
    expect(decided(example)).toMatchObject({
      route: { id: 'gold' },
      variant: { id: 'gold' },
      reason: 'split',
      state: 'elsewhere',
    })
    expect(decided({ ...example, issuer: heldBy('d') })).toMatchObject({ reason: 'state', state: 'held' })
  })
})

test.each<[string, Issuer]>([
  ['that nobody here issued', UNKNOWN],
  ['of a provider that is gone from the config', heldBy('gone')],
])('an id %s changes nothing but what the decision says', (_, issuer) => {
  for (const user of ids.slice(0, 50)) {
    const plain = decided({ units: { user } })
    const { state, ...rest } = decided({ units: { user }, issuer })
    expect({ ...rest, state: null }).toEqual(plain)
    expect(state).toBe(issuer.kind === 'unknown' ? 'unknown' : 'elsewhere')
  }
})

describe('a forced variant', () => {
  test.each<[string, string, Issuer, string, string[]]>([
    [
      'stays forced away from the state',
      'b',
      heldBy('c'),
      'elsewhere',
      ['b', 'c', 'a-spare', 'a-large', 'a-small'],
    ],
    ['keeps to the provider that holds the state', 'b', heldBy('b'), 'held', ['b']],
    [
      'of the same provider is called first',
      'a-old',
      heldBy('a'),
      'held',
      ['a-old', 'a-spare', 'a-large', 'a-small'],
    ],
    ['says when the id is unknown', 'b', UNKNOWN, 'unknown', ['b', 'c', 'a-spare', 'a-large', 'a-small']],
  ])('%s', (_, override, issuer, state, plan) => {
    expect(decided({ override, issuer })).toMatchObject({
      reason: 'override',
      variant: { id: override },
      state,
    })
    expect(planOf({ override, issuer })).toEqual(plan)
  })
})

test.each<[Issuer | undefined, Decision['state']]>([
  [undefined, null],
  [UNKNOWN, 'unknown'],
  [heldBy('a'), 'held'],
  [heldBy('b'), 'elsewhere'],
])('a request that names a model is served by it, whoever holds the state: %j', (issuer, state) => {
  const example = { model: 'a/large', ...(issuer === undefined ? {} : { issuer }) }
  expect(decided(example)).toMatchObject({ reason: 'named', variant: { id: 'a/large' }, state })
  expect(planOf(example)).toEqual(['a/large'])
})
