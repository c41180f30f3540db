import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { describeChanges } from './diff.ts'
import { described, variants, type Written, wordyConfig } from './fixtures/wordy-config.ts'

/** A value at one place of a config, as one may change it. */
type Mutation = (written: Written) => void

const anyWeight = fc.integer({ min: 1, max: 1000 })

const anyMutation: fc.Arbitrary<Mutation> = fc.oneof(
  anyWeight.map(
    (weight): Mutation =>
      written => {
        Object.assign(written.keys[1]?.routing?.variants[0] ?? {}, { weight })
      },
  ),
  fc.integer({ min: 0, max: 100 }).map(
    (weight): Mutation =>
      ({ routers }) => {
        routers.chat.default_route.split.variants = variants(
          { id: 'large', weight },
          { id: 'small', weight: 100 - weight },
        )
      },
  ),
  fc.record({ input: fc.nat(9), output: fc.nat(9) }).map(
    (price): Mutation =>
      written => {
        written.models['p/priced'] = { price }
      },
  ),
  fc.dictionary(fc.stringMatching(/^[a-z_]{1,9}$/), fc.jsonValue(), { maxKeys: 3 }).map(
    (parameters): Mutation =>
      ({ routers }) => {
        const reserved = [
          'model',
          'messages',
          'input',
          'prompt',
          'stream',
          'stream_options',
          'metadata',
          'user',
        ]
        const allowed = Object.entries(parameters).filter(([name]) => !reserved.includes(name))
        Object.assign(routers.chat.routes[0]?.split.variants[0] ?? {}, {
          parameters: Object.fromEntries(allowed),
        })
      },
  ),
  fc.constantFrom<Mutation>(
    written => written.keys.reverse(),
    written => written.keys.pop(),
    written => written.routers.chat.routes.reverse(),
    written => written.routers.chat.routes.pop(),
    written => Object.assign(written.keys[0] ?? {}, { disabled: true }),
    written => Object.assign(written.keys[0] ?? {}, { disabled: false }),
    written => Object.assign(written.keys[1]?.routing ?? {}, { active: false }),
    written => Object.assign(written.keys[1]?.routing ?? {}, { active: true }),
    written => Object.assign(written.routers.chat.default_route, { id: 'default' }),
    written => Object.assign(written.routers.chat.default_route, { id: 'last' }),
    written => Object.assign(written.routers.chat, { description: 'x', time_zone: 'UTC' }),
    written => Object.assign(written.models['p/priced'], { enabled: true, capabilities: {} }),
    written => Object.assign(written, { gateway: {} }),
  ),
)

function mutated(mutations: readonly Mutation[]): Written {
  const written = wordyConfig()
  for (const mutate of mutations) mutate(written)
  return written
}

/** The same config with the fields of every object in the opposite order. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([name, inner]) => [name, turned(inner)]),
  )
}

/** As text with all fields in one order, which tells two configs apart by other means than the code under test. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}

describe('the laws of telling', () => {
  const anyConfig = fc.array(anyMutation, { maxLength: 3 }).map(mutated)

  test('there is a line for every change, and none without', () => {
    fc.assert(
      fc.property(anyConfig, anyConfig, (one, other) => {
        const before = described(one)
        const lines = describeChanges(before, described(other, before))
        expect(lines.length > 0).toBe(canonical(one) !== canonical(other))
      }),
      { numRuns: 150 },
    )
  })

  test('the order of an object’s fields is no change', () => {
    fc.assert(
      fc.property(anyConfig, written => {
        expect(describeChanges(described(written), described(turned(written)))).toEqual([])
      }),
      { numRuns: 50 },
    )
  })

  test('nothing that can be secret is told', () => {
    const canary = 'canary-5f1e'
    const secret = (n: number) => ({
      version: 1,
      providers: {
        p: {
          type: 'ai-sdk',
          package: '@ai-sdk/google',
          headers: { 'x-secret': `${canary}-${n}` },
          options: { deep: { er: `${canary}-${n}` }, list: [`${canary}-${n}`] },
        },
      },
      models: { 'p/*': {} },
      routers: {
        r: {
          default_route: {
            split: {
              variants: [
                {
                  id: 'a',
                  model: 'p/a',
                  parameters: { x: `${canary}-${n}`, y: { z: `${canary}-${n}` } },
                  headers: { 'x-secret': `${canary}-${n}` },
                  system_prompt: { replace: `${canary}-${n}` },
                },
              ],
            },
          },
        },
      },
      keys: [{ id: 'k', digest: `sha256:${String(n).repeat(64)}` }],
    })
    const [one, two] = [described(secret(1)), described(secret(2))]
    const lines = [
      ...describeChanges(null, one),
      ...describeChanges(one, two),
      ...describeChanges(one, described({ version: 1 })),
    ]
    expect(lines.length).toBeGreaterThan(9)
    expect(
      lines.filter(line => line.includes(canary) || line.includes('1111') || line.includes('2222')),
    ).toEqual([])
  })
})
