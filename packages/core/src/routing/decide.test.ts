import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BUCKETS } from '../assignment/index.ts'
import { activate } from './active.ts'
import { decide } from './decide.ts'
import type { Decision } from './decision.ts'
import { activeOf, FREE, type RequestExample, requestOf, withRouters } from './fixtures/example.ts'
import type { DecideOptions } from './request.ts'

type Active = ReturnType<typeof activeOf>

function decided(active: Active, example: RequestExample, options: DecideOptions = FREE): Decision {
  const result = decide(active, requestOf(example), options)
  if (result.kind !== 'decision') throw new Error(JSON.stringify(result.kind))
  return result
}

function variants(weights: readonly number[]) {
  return weights.map((weight, index) => ({ id: `v${index}`, model: `p/v${index}`, weight }))
}

const proportional = (weights: readonly number[]) => ({ mode: 'proportional', variants: variants(weights) })

const anyWeights = fc
  .array(fc.nat(1000), { minLength: 1, maxLength: 5 })
  .filter(weights => weights.some(weight => weight > 0))
  // A share below one bucket is refused, so it cannot be decided with.
  .map(weights => weights.map(weight => weight * 10))

const ids = Array.from({ length: 200 }, (_, index) => `unit-${index}`)

const demo = activeOf(
  withRouters({
    r: {
      units: ['user', 'metadata.account', 'request'],
      routes: [
        { id: 'gold', condition: 'tier == "gold"', split: { variants: variants([100]) } },
        { id: 'paying', condition: 'tier in ["gold", "silver"]', split: { variants: variants([100]) } },
        { id: 'big', condition: 'metadata.size > 10', split: { variants: variants([100]) } },
      ],
      default_route: { split: { variants: variants([80, 20]) } },
    },
    bare: { routes: [{ id: 'never', condition: 'tier == "gold"', split: { variants: variants([100]) } }] },
  }),
)

describe('the laws of deciding', () => {
  test('the same unit gets the same variant, always and after the snapshot was sent as JSON', () => {
    fc.assert(
      fc.property(anyWeights, weights => {
        const active = activeOf(withRouters({ r: { default_route: { split: proportional(weights) } } }))
        const elsewhere = activate(JSON.parse(JSON.stringify(active.snapshot)))
        for (const user of ids.slice(0, 40)) {
          const first = decided(active, { units: { user } })
          for (const again of [active, elsewhere]) {
            const other = decided(again, { units: { user } })
            expect([other.variant.id, other.bucket, other.propensity, other.unit]).toEqual([
              first.variant.id,
              first.bucket,
              first.propensity,
              first.unit,
            ])
            expect(other.plan.map(variant => variant.id)).toEqual(first.plan.map(variant => variant.id))
          }
        }
      }),
      { numRuns: 30 },
    )
  })

  test('the propensity of a variant is exactly its share of the buckets', () => {
    fc.assert(
      fc.property(anyWeights, weights => {
        const active = activeOf(withRouters({ r: { default_route: { split: proportional(weights) } } }))
        const { sharing } = active.routers.get('r')?.routes[0] ?? { sharing: undefined }
        const counts = new Map<number, number>()
        for (const owner of sharing?.owners ?? []) counts.set(owner, (counts.get(owner) ?? 0) + 1)
        expect(sharing?.owners).toHaveLength(BUCKETS)
        sharing?.shares.forEach((share, position) => {
          expect(share).toBe((counts.get(position) ?? 0) / BUCKETS)
        })
        for (const user of ids.slice(0, 20)) {
          const { variant, propensity, bucket } = decided(active, { units: { user } })
          expect(propensity).toBe((counts.get(variant.position) ?? 0) / BUCKETS)
          expect(sharing?.owners[bucket ?? -1]).toBe(variant.position)
        }
      }),
      { numRuns: 30 },
    )
  })

  test('a variant without weight is never assigned', () => {
    const active = activeOf(withRouters({ r: { default_route: { split: proportional([1, 0, 3]) } } }))
    const seen = new Set(ids.map(user => decided(active, { units: { user } }).variant.id))
    expect(seen).toEqual(new Set(['v0', 'v2']))
  })

  test('two routers split the same units independently', () => {
    const split = { split: { variants: variants([50, 50]) } }
    const active = activeOf(withRouters({ a: { default_route: split }, b: { default_route: split } }))
    const many = Array.from({ length: 4000 }, (_, index) => `unit-${index}`)
    const agree = many.filter(user => {
      const [a, b] = ['a', 'b'].map(model => decided(active, { model, units: { user } }).variant.id)
      return a === b
    })
    // Half of 4,000 with a standard deviation of 32; the ids are fixed, so this cannot flake.
    expect(Math.abs(agree.length - 2000)).toBeLessThan(4 * 32)
  })

  test('one salt in two routers gives every unit the same variant in both', () => {
    const split = { split: { salt: 'shared', variants: variants([50, 50]) } }
    const active = activeOf(withRouters({ a: { default_route: split }, b: { default_route: split } }))
    for (const user of ids) {
      const [a, b] = ['a', 'b'].map(model => decided(active, { model, units: { user } }).variant.id)
      expect(a).toBe(b)
    }
  })
})

describe('routes', () => {
  test.each<[string, RequestExample['metadata'], string, string[]]>([
    ['the first that matches, though a later one would too', { tier: 'gold' }, 'gold', []],
    ['a later one when the first does not', { tier: 'silver' }, 'paying', ['false']],
    ['a condition over metadata by its full name', { tier: 'x', size: 11 }, 'big', ['false', 'false']],
    ['the default route when none matches', { tier: 'x', size: 1 }, 'default', ['false', 'false', 'false']],
    ['a missing key matches nothing', {}, 'default', ['missing', 'missing', 'missing']],
    [
      'a value of another type matches nothing',
      { tier: 'x', size: 'huge' },
      'default',
      ['false', 'false', 'failed'],
    ],
  ])('%s', (_, metadata, route, outcomes) => {
    const decision = decided(demo, { metadata: metadata ?? {} })
    expect(decision.route?.id).toBe(route)
    expect((decision.passed ?? []).map(passed => passed.outcome.kind)).toEqual(outcomes)
  })

  test('the decision names the key that was missing', () => {
    const decision = decided(demo, {})
    expect(decision.passed?.map(passed => passed.outcome)).toMatchObject([
      { kind: 'missing', key: 'tier' },
      { kind: 'missing', key: 'tier' },
      { kind: 'missing', key: 'metadata.size' },
    ])
  })

  test('without a match and without a default route there is no decision', () => {
    const result = decide(demo, requestOf({ model: 'bare' }), FREE)
    expect(result).toMatchObject({ kind: 'no_route', router: { id: 'bare' } })
    expect(result.kind === 'no_route' && result.passed.length).toBe(1)
  })

  test('attributes are not asked for when no route has a condition', () => {
    const active = activeOf(withRouters({ r: { default_route: { split: { variants: variants([100]) } } } }))
    const request = {
      ...requestOf({}),
      attributesFor: () => {
        throw new Error('not wanted')
      },
    }
    expect(decide(active, request, FREE).kind).toBe('decision')
  })
})

describe('the unit', () => {
  test.each<[string, RequestExample['units'], object]>([
    [
      'is the first of the list that the request has',
      { user: 'u', request: 'q' },
      { source: 'user', id: 'u' },
    ],
    [
      'passes over what is absent or empty',
      { user: '', 'metadata.account': 'acme' },
      { source: 'metadata.account', id: 'acme' },
    ],
    ['is the request itself at last', {}, { source: 'request', id: 'request-1' }],
  ])('%s', (_, units, unit) => {
    expect(decided(demo, { units: units ?? {} }).unit).toEqual(unit)
  })

  test('is the request also where the list does not say so and the request has none of it', () => {
    const router = { units: ['user'], default_route: { split: { variants: variants([100]) } } }
    expect(decided(activeOf(withRouters({ r: router })), {}).unit).toEqual({
      source: 'request',
      id: 'request-1',
    })
  })
})

describe('an override', () => {
  test('forces the variant, with propensity one and no bucket', () => {
    for (const user of ids.slice(0, 20)) {
      const decision = decided(demo, { override: 'v1', units: { user } })
      expect(decision).toMatchObject({
        reason: 'override',
        variant: { id: 'v1' },
        propensity: 1,
        bucket: null,
      })
      expect(decision.plan[0]?.id).toBe('v1')
    }
  })

  test('reaches variants that have no weight, and fallbacks', () => {
    const split = {
      variants: [...variants([100, 0]), { id: 'spare', model: 'p/spare', priority: 1 }],
    }
    const active = activeOf(withRouters({ r: { default_route: { split } } }))
    expect(decided(active, { override: 'v1' }).plan.map(variant => variant.id)).toEqual(['v1', 'spare', 'v0'])
    expect(decided(active, { override: 'spare' }).plan.map(variant => variant.id)).toEqual(['spare', 'v0'])
  })

  test.each(['v9', '', '__proto__'])('of %j, which the route does not have, is refused', override => {
    expect(decide(demo, requestOf({ override }), FREE)).toMatchObject({
      kind: 'unknown_variant',
      route: { id: 'default' },
      override,
    })
  })
})

describe('the model a request names', () => {
  const bound = { key: null, boundRouter: 'r', defaultProvider: null }
  const provided = { key: null, boundRouter: null, defaultProvider: 'p' }

  test.each<[string, string, DecideOptions, string]>([
    ['a router', 'r', FREE, 'router r'],
    ['a router under routers/', 'routers/r', FREE, 'router r'],
    ['a router under the namespace', 'weir/r', FREE, 'router r'],
    ['a router under another namespace of the config', 'inworld/r', FREE, 'router r'],
    ['a declared model', 'p/priced', FREE, 'model p/priced'],
    ['any model of a provider with a wildcard', 'p/org/model:free', FREE, 'model p/org/model:free'],
    ['a plain name, with a bound router', 'gpt-5', bound, 'router r'],
    ['a plain name, with a default provider', 'gpt-5', provided, 'model p/gpt-5'],
    ['another router, with a bound router', 'bare', bound, 'router bare'],
    ['a model by its full name, with a bound router', 'p/priced', bound, 'model p/priced'],
  ])('may be %s', (_, model, options, expected) => {
    const decision = decided(demo, { model, metadata: { tier: 'gold' } }, options)
    const found =
      decision.router === null ? `model ${decision.variant.target.id}` : `router ${decision.router.id}`
    expect(found).toBe(expected)
  })

  test.each([
    ['a name nobody knows', 'gpt-5', FREE],
    ['an unknown router', 'routers/x', FREE],
    ['an unknown provider', 'q/x', FREE],
    ['the wildcard itself', 'p/*', FREE],
    ['a name without its model', 'p/', FREE],
    ['nothing', '', FREE],
    ['a name every object has', '__proto__', FREE],
    ['a name that no header could hold', 'p/日本', FREE],
    ['a name with a line break', 'p/a\r\nx-evil: 1', FREE],
    ['a plain name that no header could hold', 'é', provided],
    ['a name of 300 characters', `p/${'x'.repeat(300)}`, FREE],
  ])('may not be %s', (_, model, options) => {
    expect(decide(demo, requestOf({ model }), options)).toEqual({
      kind: 'unknown_model',
      model,
      bypassed: null,
    })
  })

  test('goes to that one target and splits nothing', () => {
    const decision = decided(demo, { model: 'p/priced' })
    expect(decision).toMatchObject({
      reason: 'named',
      router: null,
      route: null,
      unit: null,
      bucket: null,
      propensity: 1,
      variant: { id: 'p/priced', target: { model: 'priced', price: { input: 1, output: 2 } } },
    })
    expect(decision.plan).toEqual([decision.variant])
  })

  test('by a wildcard has the wildcard’s price', () => {
    expect(decided(demo, { model: 'p/other' }).variant.target).toEqual({
      id: 'p/other',
      provider: 'p',
      model: 'other',
      price: null,
      priceSource: null,
      capabilities: {},
    })
  })

  test('by a wildcard can do what is known of a model of its name', () => {
    const { target } = decided(demo, { model: 'p/openai/gpt-4o-2024-11-20' }).variant
    expect(target).toMatchObject({ model: 'openai/gpt-4o-2024-11-20', capabilities: { output: 16_384 } })
  })
})
