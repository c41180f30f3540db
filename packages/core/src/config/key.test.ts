import { describe, expect, test } from 'vitest'
import { formatTable, parseTable } from '../assignment/index.ts'
import { compile } from './compile.ts'
import type { CurrentTables } from './compile-route.ts'
import { compileContext, DIGEST } from './fixtures/demo-config.ts'
import { formatPath } from './problem.ts'
import type { KeySnapshot, Snapshot } from './snapshot.ts'
import { tablesOf } from './tables-of.ts'

const OTHER = 'c'.repeat(64)

function configOf(key: object, sections: object = {}) {
  return {
    version: 1,
    providers: { p: { type: 'openai', base_url: 'http://localhost/v1' } },
    models: { 'p/*': {}, 'p/old': { enabled: false } },
    keys: [{ id: 'k', digest: `sha256:${DIGEST}`, ...key }],
    ...sections,
  }
}

function compiled(value: unknown, tables: CurrentTables = new Map()): Snapshot {
  const result = compile(value, { ...compileContext, tables })
  if (result.kind === 'refused') throw new Error(JSON.stringify(result.problems))
  return result.snapshot
}

function compiledKey(key: object): KeySnapshot | undefined {
  return compiled(configOf(key)).keys[0]
}

function problemsOf(value: unknown): string[] {
  const result = compile(value, compileContext)
  if (result.kind === 'compiled') return []
  return result.problems.map(({ code, path, message }) => `${code} ${formatPath(path)}: ${message}`)
}

const variant = (model: string, weight?: number, more: object = {}) => ({
  model: `p/${model}`,
  ...(weight !== undefined && { weight }),
  ...more,
})

const routing = (...variants: readonly object[]) => ({ routing: { variants } })

describe('a key’s routing is compiled', () => {
  test('into a route of its own', () => {
    const key = compiledKey({
      routing: {
        variants: [
          variant('a', 7, { parameters: { seed: 1 }, drop: ['n'] }),
          variant('b/c:free', 3),
          variant('d', 5, { priority: 1 }),
        ],
        timeouts: { idle: '3s' },
        failure: { retries: 0 },
      },
    })
    expect(key?.routing).toMatchObject({
      active: true,
      units: ['request'],
      route: {
        id: 'key.k',
        condition: null,
        timeouts: { idle: 3000, connect: 5000 },
        failure: { retries: 0, max_attempts: 4 },
        variants: [
          { id: 'p.a', weight: 7, priority: 0, parameters: { seed: '1' }, drop: ['n'] },
          { id: 'p.b.c.free', weight: 3, priority: 0 },
          { id: 'p.d', weight: 5, priority: 1 },
        ],
      },
    })
    const groups = key?.routing?.route.groups.map(({ salt, table }) => [salt, formatTable(table)])
    expect(groups).toEqual([
      ['key.k', 'p.a*7000 p.b.c.free*3000'],
      ['key.k.p1', 'p.d*10000'],
    ])
  })

  test('also when it is switched off, so that its buckets are kept', () => {
    const off = compiled(
      configOf({ routing: { active: false, variants: [variant('a', 1), variant('b', 1)] } }),
    )
    expect(off.keys[0]?.routing?.active).toBe(false)
    expect(formatTable(tablesOf(off).get('key.k') ?? [])).toBe('p.a*5000 p.b*5000')
  })

  test('from the table in force, moving the fewest buckets', () => {
    const tables = new Map([['key.k', parseTable('p.b*5000 p.a*5000') ?? []]])
    const next = compiled(configOf(routing(variant('a', 6), variant('b', 4))), tables)
    expect(formatTable(tablesOf(next).get('key.k') ?? [])).toBe('p.b*4000 p.a*6000')
  })

  test('from the table it declares', () => {
    const declared = { ...routing(variant('a', 6), variant('b', 4)).routing, buckets: 'p.b*4000 p.a*6000' }
    expect(formatTable(tablesOf(compiled(configOf({ routing: declared }))).get('key.k') ?? [])).toBe(
      'p.b*4000 p.a*6000',
    )
  })
})

describe('a key is refused', () => {
  test.each<[string, object, string[]]>([
    [
      'with a routing of no variant',
      routing(),
      [
        'priority_empty keys[0].routing.variants: has no variant of priority 0; those share the traffic, the others only stand in',
      ],
    ],
    [
      'with a routing of fallbacks only',
      routing(variant('a', 1, { priority: 1 })),
      [
        'priority_empty keys[0].routing.variants: has no variant of priority 0; those share the traffic, the others only stand in',
      ],
    ],
    [
      'with a routing whose weights are all 0',
      routing(variant('a', 0), variant('b', 0), variant('c', 1, { priority: 1 })),
      ['weights_all_zero keys[0].routing.variants: all weights are 0; at least one must be positive'],
    ],
    [
      'with a negative weight',
      routing(variant('a', -1), variant('b', 1)),
      ['too_small keys[0].routing.variants[0].weight: must not be negative'],
    ],
    [
      'with half a weight',
      routing(variant('a', 0.5), variant('b', 1)),
      [
        'invalid_type keys[0].routing.variants[0].weight: must be a whole number; for finer shares use larger ones, such as 995 and 5',
      ],
    ],
    [
      'with one model twice and no ids',
      routing(variant('a', 1), variant('a', 1)),
      ['duplicate_id keys[0].routing.variants[1].id: "p.a" is already variants[0]; ids must be unique'],
    ],
    [
      'with an unknown model',
      routing({ model: 'q/a', weight: 1 }),
      [
        'unknown_model keys[0].routing.variants[0].model: there is no model "q/a" under `models`; known: p/old',
      ],
    ],
    [
      'with a disabled model',
      routing(variant('old', 1)),
      [
        'model_disabled keys[0].routing.variants[0].model: the model "p/old" is disabled; enable it under `models`, or take this variant out',
      ],
    ],
    [
      'with a routing to what it may not use',
      { allow: ['p/b'], ...routing(variant('a', 1), variant('b', 1)) },
      [
        'routing_not_allowed keys[0].routing.variants[0].model: "p/a" is not in the key\'s `allow`; add it there, or take this variant out',
      ],
    ],
    [
      'with a soft budget above the hard one',
      { limits: { budget: { day: { soft: 2, hard: 1 } } } },
      [
        'budget_order keys[0].limits.budget.day.soft: is 2, above the hard limit of 1; it must be at most that',
      ],
    ],
    [
      'with no requests a minute',
      { limits: { requests_per_minute: 0 } },
      ['too_small keys[0].limits.requests_per_minute: Too small: expected number to be >=1'],
    ],
    [
      'with its own secret as the replaced one',
      { previous: { digest: `sha256:${DIGEST}`, until: '2027-01-01T00:00:00Z' } },
      [
        'duplicate_secret keys[0].previous.digest: has the same secret as the key "k"; give every key a secret of its own',
      ],
    ],
    [
      'with a replaced secret that works until a local time',
      { previous: { digest: `sha256:${OTHER}`, until: '2027-01-01T00:00:00' } },
      ['invalid_format keys[0].previous.until: Invalid ISO datetime'],
    ],
  ])('%s', (_, key, problems) => {
    expect(problemsOf(configOf(key))).toEqual(problems)
  })

  test('with a secret that another key had before', () => {
    const keys = [
      {
        id: 'a',
        digest: `sha256:${DIGEST}`,
        previous: { digest: `sha256:${OTHER}`, until: '2027-01-01T00:00:00Z' },
      },
      { id: 'b', digest: `sha256:${OTHER}` },
    ]
    expect(problemsOf(configOf({}, { keys }))).toEqual([
      'duplicate_secret keys[1]: has the same secret as the key "a"; give every key a secret of its own',
    ])
  })

  test('with a routing whose salt is a router’s, which splits otherwise', () => {
    const routers = { key: { default_route: { id: 'k', split: { variants: [{ id: 'x', model: 'p/x' }] } } } }
    expect(problemsOf(configOf(routing(variant('a', 1)), { routers }))).toEqual([
      'salt_conflict keys[0].routing: the salt "key.k" is also that of the route "k" of the router "key", whose variants and shares differ; set another `salt`',
    ])
  })
})

test('`allow` may name each model of a routing, or all of a provider', () => {
  const variants = [variant('a', 1), variant('b', 1)]
  expect(problemsOf(configOf({ allow: ['p/a', 'p/b'], ...routing(...variants) }))).toEqual([])
  expect(problemsOf(configOf({ allow: ['p/*'], ...routing(...variants) }))).toEqual([])
})

test('a router’s variant cannot use a disabled model either', () => {
  const routers = { r: { default_route: { split: { variants: [{ id: 'x', model: 'p/old' }] } } } }
  expect(problemsOf(configOf({}, { routers }))).toEqual([
    'model_disabled routers.r.default_route.split.variants[0].model: the model "p/old" is disabled; enable it under `models`, or take this variant out',
  ])
})

describe('limits', () => {
  test.each([
    ['left out', {}],
    ['empty', { limits: {} }],
    ['empty all the way', { limits: { budget: { day: {}, month: {} }, unpriced: 'allow' } }],
  ])('%s are none', (_, key) => {
    expect(compiledKey(key)?.limits).toBeNull()
  })

  test('are what is enforced, in nano-dollars', () => {
    const limits = {
      requests_per_minute: 60,
      tokens_per_minute: 100_000,
      budget: { day: { soft: 0.01, hard: 5 }, month: { hard: 0.1 + 0.2 } },
    }
    expect(compiledKey({ limits })?.limits).toEqual({
      requestsPerMinute: 60,
      tokensPerMinute: 100_000,
      day: { softNanoUsd: 10_000_000, hardNanoUsd: 5_000_000_000 },
      month: { softNanoUsd: null, hardNanoUsd: 300_000_000 },
      unpriced: 'refuse',
    })
  })
})

test('a replaced secret is kept with the time it ends at', () => {
  const previous = { digest: `sha256:${OTHER}`, until: '2027-01-01T01:00:00+01:00' }
  expect(compiledKey({ previous })?.previous).toEqual({ digest: OTHER, until: Date.UTC(2027, 0, 1) })
})
