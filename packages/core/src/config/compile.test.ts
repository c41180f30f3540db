import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { countBuckets, formatTable, movedShare, parseTable } from '../assignment/index.ts'
import { compile } from './compile.ts'
import type { CurrentTables } from './compile-route.ts'
import { compileContext, DIGEST, demoConfig } from './fixtures/demo-config.ts'
import type { Snapshot } from './snapshot.ts'

function compiled(value: unknown, tables: CurrentTables = new Map()): Snapshot {
  const result = compile(value, { ...compileContext, tables })
  if (result.kind === 'refused') throw new Error(JSON.stringify(result.problems))
  return result.snapshot
}

/** Codes of the problems of a config. */
function problemsOf(value: unknown): string[] {
  const result = compile(value, compileContext)
  return result.kind === 'refused' ? result.problems.map(({ code, path }) => `${code} ${path.join('.')}`) : []
}

interface SplitInput {
  readonly mode?: string
  readonly salt?: string
  readonly buckets?: string
  readonly variants: readonly object[]
}

function withSplit(split: SplitInput, others: Record<string, SplitInput> = {}) {
  const routes = Object.entries({ r: split, ...others }).map(
    ([id, each]) => [id, { default_route: { split: each } }] as const,
  )
  return {
    version: 1,
    providers: { p: { type: 'openai', base_url: 'http://localhost/v1' } },
    models: { 'p/*': {} },
    routers: Object.fromEntries(routes),
  }
}

function weighted(weights: Record<string, number>, mode = 'proportional'): SplitInput {
  return { mode, variants: Object.entries(weights).map(([id, weight]) => ({ id, model: `p/${id}`, weight })) }
}

/** The bucket tables of a router's only route, by salt. */
function tablesOf(snapshot: Snapshot, router = 'r'): Map<string, ReturnType<typeof parseTable> & object> {
  const groups = snapshot.routers[router]?.routes[0]?.groups ?? []
  return new Map(groups.map(group => [group.salt, group.table]))
}

function tableOf(split: SplitInput, tables?: CurrentTables): string {
  const [table] = tablesOf(compiled(withSplit(split), tables)).values()
  return formatTable(table ?? [])
}

describe('a snapshot', () => {
  const snapshot = compiled(demoConfig())

  test('is plain data: it survives being cloned and being written as JSON', () => {
    expect(structuredClone(snapshot)).toEqual(snapshot)
    expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot)
  })

  test('is the same whenever the same config is compiled', () => {
    expect(compiled(demoConfig())).toEqual(snapshot)
  })

  test('has every reference resolved', () => {
    expect(snapshot.routers.demo?.routes.map(route => [route.id, route.condition])).toEqual([
      ['premium', 'tier == "premium"'],
      ['default', null],
    ])
    expect(snapshot.routers.demo?.routes[1]?.variants).toMatchObject([
      {
        id: 'large',
        weight: 80,
        target: { id: 'sim/large', provider: 'sim', model: 'large', price: { input: 2.5, output: 10 } },
      },
      { id: 'small', weight: 20, target: { id: 'sim/small', model: 'small-2026-05' } },
      { id: 'spare', weight: 1, priority: 1, target: { id: 'sim/spare', price: null } },
    ])
    expect(snapshot.routers.demo?.routes[0]?.variants[0]?.parameters).toEqual({ temperature: '0.2' })
    expect(snapshot.keys).toMatchObject([
      {
        id: 'demo',
        digest: 'b'.repeat(64),
        override: 'allowed',
        router: null,
        allow: null,
        tenant: 'default',
      },
      {
        id: 'bound',
        digest: DIGEST,
        override: 'denied',
        router: 'demo',
        allow: ['demo', 'sim/*', 'claude/opus'],
      },
    ])
  })

  test('gives each priority a salt of its own, and the sharing one the name of router and route', () => {
    expect([...tablesOf(snapshot, 'demo').keys()]).toEqual(['demo.premium'])
    const groups = snapshot.routers.demo?.routes[1]?.groups
    expect(groups?.map(group => [group.priority, group.salt, formatTable(group.table)])).toEqual([
      [0, 'demo.default', 'large*8000 small*2000'],
      [1, 'demo.default.p1', 'spare*10000'],
    ])
  })

  test('a route takes the router’s timeouts and failure policy unless it has its own', () => {
    const config: Record<string, unknown> = demoConfig()
    const own = compiled({
      ...config,
      routers: {
        demo: {
          ...demoConfig().routers.demo,
          timeouts: { idle: '7s' },
          default_route: { ...demoConfig().routers.demo.default_route, timeouts: { idle: '3s' } },
        },
      },
    })
    expect(own.routers.demo?.routes.map(route => route.timeouts.idle)).toEqual([7000, 3000])
    expect(own.routers.demo?.routes.map(route => route.timeouts.connect)).toEqual([5000, 5000])
  })
})

describe('a bucket table', () => {
  test.each([
    ['70 / 30', weighted({ a: 70, b: 30 })],
    ['7 / 3', weighted({ a: 7, b: 3 })],
    ['700 / 300', weighted({ a: 700, b: 300 })],
    ['70 % / 30 %', weighted({ a: 70, b: 30 }, 'percent')],
  ])('of %s is the same', (_, split) => {
    expect(tableOf(split)).toBe('a*7000 b*3000')
  })

  test('of a lone variant without weight is all its own', () => {
    expect(tableOf({ variants: [{ id: 'a', model: 'p/a' }] })).toBe('a*10000')
    expect(tableOf({ mode: 'proportional', variants: [{ id: 'a', model: 'p/a' }] })).toBe('a*10000')
  })

  test('leaves out what has no weight', () => {
    expect(tableOf(weighted({ a: 0, b: 100 }, 'percent'))).toBe('b*10000')
  })

  test('in force under the same salt is kept when nothing changed, whatever its history', () => {
    const kept = 'b*1000 a*6000 b*2000 a*1000'
    const tables = new Map([['r.default', parseTable(kept) ?? []]])
    expect(tableOf(weighted({ a: 70, b: 30 }), tables)).toBe(kept)
  })

  test('in force under another salt is not taken', () => {
    const tables = new Map([['r.default', parseTable('b*3000 a*7000') ?? []]])
    expect(tableOf({ ...weighted({ a: 70, b: 30 }), salt: 'fresh' }, tables)).toBe('a*7000 b*3000')
  })

  test('that the config declares wins over the one in force, and is where re-weighting starts', () => {
    const tables = new Map([['r.default', parseTable('b*3000 a*7000') ?? []]])
    const declared = 'a*1000 b*3000 a*6000'
    expect(tableOf({ ...weighted({ a: 70, b: 30 }), buckets: declared }, tables)).toBe(declared)
    expect(tableOf({ ...weighted({ a: 60, b: 40 }), buckets: declared }, tables)).toBe(
      'a*1000 b*3000 a*5000 b*1000',
    )
  })

  const pair = fc.tuple(fc.nat(1000), fc.nat(1000), fc.nat(1000)).filter(weights => weights.some(w => w > 0))

  test('moves exactly the difference of the weights from publish to publish', () => {
    fc.assert(
      fc.property(pair, pair, ([a, b, c], [d, e, f]) => {
        const before = compiled(withSplit(weighted({ a, b, c })))
        const tables = tablesOf(before)
        const after = compiled(withSplit(weighted({ a: d, b: e, c: f })), tables)
        const [old, next] = [[...tables.values()][0] ?? [], [...tablesOf(after).values()][0] ?? []]
        const counts = countBuckets(next)
        const gained = [...countBuckets(old)].reduce(
          (sum, [id, count]) => sum + Math.max(0, count - (counts.get(id) ?? 0)),
          0,
        )
        expect(movedShare(old, next)).toBeCloseTo(gained / 10_000, 10)
      }),
      { numRuns: 50 },
    )
  })

  test('of a variant that was renamed goes to the new name, and the others stay', () => {
    const tables = tablesOf(compiled(withSplit(weighted({ a: 50, b: 30, c: 20 }))))
    expect(tableOf(weighted({ a: 50, x: 30, c: 20 }), tables)).toBe('a*5000 x*3000 c*2000')
  })
})

describe('what is right by itself and wrong together', () => {
  test('two keys with one secret', () => {
    const keys = [
      { id: 'a', digest: `sha256:${DIGEST}` },
      { id: 'b', digest: `sha256:${DIGEST}` },
    ]
    expect(problemsOf({ ...withSplit(weighted({ a: 1 })), keys })).toEqual(['duplicate_secret keys.1'])
  })

  test('two splits with one salt and different shares', () => {
    const first = { ...weighted({ a: 80, b: 20 }), salt: 's' }
    const same = { ...weighted({ a: 8, b: 2 }), salt: 's' }
    const other = { ...weighted({ a: 50, b: 50 }), salt: 's' }
    expect(problemsOf(withSplit(first, { q: same }))).toEqual([])
    expect(problemsOf(withSplit(first, { q: other }))).toEqual([
      'salt_conflict routers.q.default_route.split',
    ])
  })

  test('names whose salts happen to be the same', () => {
    const config = withSplit(weighted({ a: 80, b: 20 }))
    const route = (id: string, split: SplitInput) => ({ routes: [{ id, condition: 'true', split }] })
    const routers = {
      'x.y': route('z', weighted({ a: 80, b: 20 })),
      x: route('y.z', weighted({ a: 50, b: 50 })),
    }
    expect(problemsOf({ ...config, routers })).toEqual(['salt_conflict routers.x.routes.0.split'])
  })

  test('a name for all models of a provider', () => {
    expect(
      problemsOf({ ...withSplit(weighted({ a: 1 })), models: { 'p/a': {}, 'p/*': { name: 'x' } } }),
    ).toEqual(['wildcard_name models.p/*.name'])
  })

  test('a provider that is only a name every object has', () => {
    const config = { ...withSplit(weighted({ a: 1 })), models: { 'p/*': {}, 'constructor/x': {} } }
    expect(problemsOf(config)).toEqual(['unknown_provider models.constructor/x'])
  })
})

test('a split over all models of a provider needs one of them named', () => {
  expect(problemsOf(withSplit({ variants: [{ id: 'a', model: 'p/*' }] }))).toEqual([
    'unknown_model routers.r.default_route.split.variants.0.model',
  ])
})

test('a key may be allowed every model of a provider whose models are declared one by one', () => {
  const config = { ...withSplit(weighted({ a: 1 })), models: { 'p/a': {} } }
  const key = { id: 'k', digest: `sha256:${DIGEST}` }
  expect(problemsOf({ ...config, keys: [{ ...key, allow: ['p/*', 'p/a', 'r'] }] })).toEqual([])
  expect(problemsOf({ ...config, keys: [{ ...key, allow: ['q/*'] }] })).toEqual([
    'unknown_model keys.0.allow.0',
  ])
})

describe('a variant', () => {
  const compiledVariant = (variant: object, models: object = { 'p/a': {} }) => {
    const split = { variants: [{ id: 'a', model: 'p/a', ...variant }] }
    const snapshot = compiled({ ...withSplit(split), models })
    return snapshot.routers.r?.routes[0]?.variants[0]
  }

  test('drops nothing unless it says so', () => {
    expect(compiledVariant({})?.drop).toEqual([])
    expect(compiledVariant({ drop: ['n', 'input_audio'] })?.drop).toEqual(['n', 'input_audio'])
  })

  test('has a target that can do what the config says, and what is known of its name', () => {
    const models = { 'p/a': { name: 'gpt-4o', capabilities: { images: false } } }
    expect(compiledVariant({}, models)?.target.capabilities).toMatchObject({ images: false, output: 16_384 })
  })

  test('of a wildcard knows its target by the name it is called by, and the wildcard itself nothing', () => {
    const config = { ...withSplit({ variants: [{ id: 'a', model: 'p/gpt-4o' }] }) }
    const snapshot = compiled({ ...config, models: { 'p/*': { capabilities: { tools: false } } } })
    const target = snapshot.routers.r?.routes[0]?.variants[0]?.target
    expect(target?.capabilities).toMatchObject({ tools: false, output: 16_384 })
    expect(snapshot.models['p/*']?.capabilities).toEqual({ tools: false })
  })
})

test('a credential that is not set is a warning, since other providers can serve meanwhile', () => {
  const result = compile(demoConfig(), { ...compileContext, isEnvSet: () => false })
  expect(result).toMatchObject({
    kind: 'compiled',
    warnings: [{ code: 'no_credential', path: ['providers', 'sim', 'credential', 'env'] }],
  })
})
