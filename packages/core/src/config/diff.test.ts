import { describe, expect, test } from 'vitest'
import { describeChanges } from './diff.ts'
import { DIGEST } from './fixtures/demo-config.ts'
import { described, routed, SHARED, variants, type Written, wordyConfig } from './fixtures/wordy-config.ts'

/** The lines between the config above and what is made of it. */
function changed(change: (written: Written) => unknown): readonly string[] {
  const before = described(wordyConfig())
  return describeChanges(before, described(change(wordyConfig()), before))
}

function withSplit(written: Written, split: object): unknown {
  const { chat } = written.routers
  return { ...written, routers: { chat: { ...chat, default_route: { split } } } }
}

function withKey(written: Written, fields: object): unknown {
  return { ...written, keys: [{ ...written.keys[0], ...fields }, written.keys[1]] }
}

function withRouting(written: Written, fields: object): unknown {
  const [app, split] = written.keys
  return { ...written, keys: [app, { ...split, routing: { ...split?.routing, ...fields } }] }
}

function withModel(written: Written, model: object): unknown {
  return { ...written, models: { ...written.models, 'p/priced': model } }
}

const withoutNight = (written: Written) => {
  const { chat } = written.routers
  return { ...written, routers: { chat: { ...chat, routes: chat.routes.slice(0, 1) } } }
}

describe('a change is told', () => {
  test.each<[string, (written: Written) => unknown, string[]]>([
    [
      'of weights, with the share of units that moves',
      written =>
        withSplit(written, { variants: variants({ id: 'large', weight: 60 }, { id: 'small', weight: 40 }) }),
      ['router chat, route default: large 80 -> 60, small 20 -> 40; moves 20.00 % of units'],
    ],
    [
      'of a variant that comes, one that goes, and a fallback',
      written =>
        withSplit(written, {
          variants: variants(
            { id: 'large', weight: 80 },
            { id: 'nano', weight: 20 },
            { id: 'spare', priority: 1 },
          ),
        }),
      [
        'router chat, route default: nano added at 20, spare added at 1 with priority 1, small removed; moves 20.00 % of units',
      ],
    ],
    [
      'of weights that mean the same, as moving nobody',
      written =>
        withSplit(written, {
          mode: 'proportional',
          variants: variants({ id: 'large', weight: 4 }, { id: 'small', weight: 1 }),
        }),
      [
        'router chat, route default: large 80 -> 4, small 20 -> 1',
        'router chat, route default: mode set to "proportional"',
      ],
    ],
    [
      'of a salt, which draws everybody anew',
      written => withSplit(written, { salt: 'fresh', variants: SHARED }),
      [
        'router chat, route default: all units are drawn anew, which moves about 32.00 % of units',
        'router chat, route default: salt set to "fresh"',
      ],
    ],
    [
      'of a bucket table',
      written => withSplit(written, { buckets: 'small*2000 large*8000', variants: SHARED }),
      [
        'router chat, route default: buckets changed; moves 40.00 % of units',
        'router chat, route default: buckets added',
      ],
    ],
    [
      'of a variant’s model and parameters, by name and not by value',
      written =>
        withSplit(written, {
          variants: [
            {
              id: 'large',
              model: 'p/huge',
              weight: 80,
              parameters: { temperature: 0.123, nested: { a: [1] } },
            },
            SHARED[1],
          ],
        }),
      [
        'router chat, route default: variant large: model "p/large" -> "p/huge"',
        'router chat, route default: variant large: parameters.temperature added',
        'router chat, route default: variant large: parameters.nested added',
      ],
    ],
    [
      'of the order of variants',
      written => withSplit(written, { variants: SHARED.toReversed() }),
      ['router chat, route default: variants listed in another order'],
    ],
    [
      'of a condition',
      written => {
        const { chat } = written.routers
        const [gold, night] = chat.routes
        const routes = [{ ...gold, condition: 'tier == "platinum"' }, night]
        return { ...written, routers: { chat: { ...chat, routes } } }
      },
      ['router chat, route gold: condition "tier == \\"gold\\"" -> "tier == \\"platinum\\""'],
    ],
    [
      'of the order of routes',
      written => {
        const { chat } = written.routers
        return { ...written, routers: { chat: { ...chat, routes: chat.routes.toReversed() } } }
      },
      ['router chat: routes are tried in the order night, gold, default'],
    ],
    ['of a route that goes', withoutNight, ['router chat, route night: removed']],
    [
      'of units, which draws everybody anew',
      written => ({ ...written, routers: { chat: { ...written.routers.chat, units: ['user'] } } }),
      [
        'router chat: units set to ["user"]',
        'router chat, route default: all units are drawn anew, which moves about 32.00 % of units',
      ],
    ],
    [
      'of a router that comes',
      written => ({
        ...written,
        routers: { ...written.routers, next: { default_route: { split: { variants: SHARED } } } },
      }),
      [
        'router next: added',
        'router next, route default: added',
        'router next, route default: large 80, small 20',
      ],
    ],
    ['of a router that goes', written => ({ ...written, routers: {} }), ['router chat: removed']],
    [
      'of a provider',
      written => ({
        ...written,
        providers: { p: { type: 'openai', base_url: 'http://other/v1', headers: { 'x-team': 'blue' } } },
      }),
      [
        'provider p: base_url "http://localhost/v1" -> "http://other/v1"',
        'provider p: headers.x-team changed',
      ],
    ],
    [
      'of a provider that comes',
      written => ({ ...written, providers: { ...written.providers, q: { preset: 'groq' } } }),
      ['provider q: added, preset groq'],
    ],
    [
      'of prices',
      written => withModel(written, { price: { input: 1.5, cached_input: 0.1, output: 2 } }),
      ['model p/priced: price input 1 -> 1.5, cached_input set to 0.1'],
    ],
    [
      'of a model that is switched off',
      written => withModel(written, { enabled: false, price: { input: 1, output: 2 } }),
      ['model p/priced: disabled'],
    ],
    ['of a key that is disabled', written => withKey(written, { disabled: true }), ['key app: disabled']],
    [
      'of a secret that is replaced, without it',
      written =>
        withKey(written, {
          digest: `sha256:${'d'.repeat(64)}`,
          previous: { digest: `sha256:${DIGEST}`, until: '2027-01-01T00:00:00Z' },
        }),
      ['key app: secret replaced', 'key app: the replaced secret works until "2027-01-01T00:00:00Z"'],
    ],
    [
      'of limits',
      written => withKey(written, { limits: { requests_per_minute: 60, budget: { day: { hard: 5 } } } }),
      ['key app: limits.requests_per_minute set to 60', 'key app: limits.budget.day.hard set to 5'],
    ],
    [
      'of a key’s routing',
      written => withRouting(written, { variants: [routed('large', 1), routed('small', 1)] }),
      ['key split, routing: large 80 -> 1, small 20 -> 1; moves 30.00 % of units'],
    ],
    [
      'of a routing that is switched off, moving nobody between its variants',
      written => withRouting(written, { active: false, variants: [routed('large', 1), routed('small', 1)] }),
      ['key split, routing: switched off', 'key split, routing: large 80 -> 1, small 20 -> 1'],
    ],
    [
      'of a routing that comes',
      written => withKey(written, { routing: { variants: [routed('large', 1)] } }),
      ['key app, routing: added', 'key app, routing: large 1'],
    ],
    [
      'of a key that goes',
      written => ({ ...written, keys: written.keys.slice(0, 1) }),
      ['key split: removed'],
    ],
    [
      'of the order of keys',
      written => ({ ...written, keys: written.keys.toReversed() }),
      ['keys: listed in another order'],
    ],
    ['of the gateway', written => ({ ...written, gateway: {} }), ['gateway: region removed, was "eu"']],
    [
      'of nothing but its writing',
      written => ({ ...written, gateway: { region: 'eu', limits: {} } }),
      ['gateway: limits added'],
    ],
  ])('%s', (_, change, lines) => {
    expect(changed(change)).toEqual(lines)
  })

  test('of the first config, as everything being added', () => {
    expect(describeChanges(null, described({ version: 1, providers: { p: { preset: 'vllm' } } }))).toEqual([
      'provider p: added, preset vllm',
    ])
    expect(describeChanges(null, described({ version: 1 }))).toEqual(['the first config, without content'])
  })

  test('of an empty section that is left out', () => {
    expect(describeChanges(described({ version: 1, keys: [] }), described({ version: 1 }))).toEqual([
      'the same config, written differently',
    ])
  })
})
