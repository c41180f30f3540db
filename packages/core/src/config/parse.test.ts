import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compile } from './compile.ts'
import { compileContext, demoConfig } from './fixtures/demo-config.ts'
import { parseConfig } from './parse.ts'
import { formatPath } from './problem.ts'

function listProblems(value: unknown): string[] {
  const compiled = compile(value, compileContext)
  if (compiled.kind === 'compiled') return []
  return compiled.problems.map(problem => `${problem.code} ${formatPath(problem.path)}`)
}

/** The demo config with the values at these paths replaced; undefined takes one out. */
function changed(changes: Record<string, unknown>): unknown {
  const config: unknown = structuredClone(demoConfig())
  for (const [path, value] of Object.entries(changes)) setAt(config, path.split(' > '), value)
  return config
}

function setAt(target: unknown, path: readonly string[], value: unknown): void {
  let node = target as Record<string, unknown>
  for (const part of path.slice(0, -1)) node = node[part] as Record<string, unknown>
  const last = path.at(-1) as string
  if (value === undefined) delete node[last]
  else node[last] = value
}

test('a valid config has no problems', () => {
  expect(listProblems(demoConfig())).toEqual([])
})

test('the defaults of an almost empty config', () => {
  expect(
    parseConfig({
      version: 1,
      routers: { r: { default_route: { split: { variants: [{ id: 'a', model: 'p/a' }] } } } },
    }),
  ).toMatchObject({
    kind: 'valid',
    config: {
      gateway: {
        namespace: 'weir',
        namespaces: [],
        attribute_headers: [],
        limits: {
          body: 32 * 2 ** 20,
          headers: 32 * 2 ** 10,
          answer: 64 * 2 ** 20,
          concurrent: 4096,
          queue: 1024,
        },
        record: { metadata: [], units: 'hashed', refusals: 'text' },
      },
      providers: {},
      models: {},
      keys: [],
      routers: {
        r: {
          units: ['user', 'conversation_id', 'conversation', 'request'],
          time_zone: 'UTC',
          routes: [],
          default_route: {
            id: 'default',
            split: { mode: 'percent', variants: [{ priority: 0, parameters: {}, headers: {} }] },
          },
          timeouts: { connect: 5000, first_token: 120_000, idle: 60_000, total: 600_000, hold: 10_000 },
          failure: {
            retries: 1,
            max_attempts: 4,
            deadline: 600_000,
            backoff: { base: 200, max: 5000 },
            retry_after_max: 10_000,
            siblings: 'last',
            ejection: {
              consecutive_failures: 5,
              failure_ratio: 0.5,
              cooldown: 10_000,
              max_cooldown: 300_000,
            },
          },
        },
      },
    },
  })
})

test('an empty answer, a too long prompt and a refusal are no failures unless the config says so', () => {
  const parsed = parseConfig(demoConfig())
  const kinds = parsed.kind === 'valid' ? parsed.config.routers.demo?.failure.on : undefined
  expect(kinds).toContain('server_error')
  expect(kinds).not.toEqual(expect.arrayContaining(['empty']))
  expect(kinds).not.toEqual(expect.arrayContaining(['context_length']))
  expect(kinds).not.toEqual(expect.arrayContaining(['refusal']))
})

describe('all problems come at once', () => {
  test('also those of what a router with a broken part refers to', () => {
    const value = changed({
      'routers > demo > time_zone': 'Mars/Base',
      'routers > demo > units': ['usr'],
      'routers > demo > default_route > split > variants > 0 > model': 'sim/nope',
    })
    const listed = listProblems(value)
    expect(listed).toContain('unknown_time_zone routers.demo.time_zone')
    expect(listed).toContain('unknown_model routers.demo.default_route.split.variants[0].model')
    expect(listed.some(problem => problem.endsWith('routers.demo.units[0]'))).toBe(true)
    expect(listed).toHaveLength(3)
  })

  test.each<[string, Record<string, unknown>, string[]]>([
    [
      'a broken router does not hide that another refers to nothing',
      {
        'routers > broken': { default_route: { split: { variants: [] } } },
        'routers > demo > default_route > split > variants > 0 > model': 'sim/lagre',
      },
      [
        'too_small routers.broken.default_route.split.variants',
        'unknown_model routers.demo.default_route.split.variants[0].model',
      ],
    ],
    [
      'a broken provider does not make its models refer to nothing',
      { 'providers > sim > type': 'openia', 'keys > 1 > router': 'dmeo' },
      ['invalid_value providers.sim.type', 'unknown_router keys[1].router'],
    ],
    [
      'a broken model does not make its variants refer to nothing',
      { 'models > sim/large > price > input': -1, 'models > smi/x': {} },
      ['too_small models["sim/large"].price.input', 'unknown_provider models["smi/x"]'],
    ],
    [
      'a broken key keeps the places of those behind it',
      { 'keys > 0 > id': 'a b', 'keys > 2': { id: 'third', secret: { env: 'MISSING' } } },
      ['invalid_format keys[0].id', 'secret_missing keys[2].secret.env'],
    ],
    [
      'an unknown section is told together with an unknown provider',
      { extra: 1, 'models > smi/x': {} },
      ['unknown_field extra', 'unknown_provider models["smi/x"]'],
    ],
    [
      'a broken gateway section is told together with an unknown time zone',
      { 'gateway > region': 'e u', 'routers > demo > time_zone': 'Mars/Olympus' },
      ['invalid_format gateway.region', 'unknown_time_zone routers.demo.time_zone'],
    ],
    [
      'a broken router does not make a key refer to nothing',
      { 'routers > demo > units': [], 'keys > 1 > default_provider': 'smi' },
      ['too_small routers.demo.units', 'unknown_provider keys[1].default_provider'],
    ],
    [
      'nor does a router with a bad name deep inside it',
      {
        'routers > demo > default_route > split > variants > 0 > headers': { 'x y': 'z' },
        'keys > 1 > default_provider': 'smi',
      },
      [
        'invalid_name routers.demo.default_route.split.variants[0].headers["x y"]',
        'unknown_provider keys[1].default_provider',
      ],
    ],
    [
      'names that cannot be are told together with an unknown provider',
      { 'providers > p/q': {}, 'routers > a b': {}, 'models > smi/x': {} },
      ['invalid_name providers["p/q"]', 'invalid_name routers["a b"]', 'unknown_provider models["smi/x"]'],
    ],
    [
      'several wrong fields of one split',
      {
        'routers > demo > default_route > split': {
          mode: 'percent',
          variants: [{ id: 'a b', model: 'x' }],
          wieght: 1,
        },
      },
      [
        'invalid_format routers.demo.default_route.split.variants[0].id',
        'invalid_format routers.demo.default_route.split.variants[0].model',
        'unknown_field routers.demo.default_route.split.wieght',
      ],
    ],
  ])('%s', (_, changes, expected) => {
    expect(listProblems(changed(changes)).toSorted()).toEqual(expected.toSorted())
  })
})

describe('conditions', () => {
  function conditionProblem(condition: string) {
    const parsed = parseConfig(changed({ 'routers > demo > routes > 0 > condition': condition }))
    return parsed.kind === 'invalid' ? parsed.problems : []
  }

  test.each([
    ['tier ==', 7],
    ['true &&\n  stream + 1', 10],
    ['"gold"', 0],
    ['now.hour == "nine"', 0],
  ])('%j is refused with the place inside the text', (condition, offset) => {
    const [problem, ...others] = conditionProblem(condition)
    expect(others).toEqual([])
    expect(problem).toMatchObject({
      code: 'condition',
      path: ['routers', 'demo', 'routes', 0, 'condition'],
      message: expect.stringMatching(/\w/),
    })
    expect(problem?.offset).toBe(offset)
  })
})

describe('did you mean', () => {
  test.each<[string, Record<string, unknown>, string]>([
    [
      'a model',
      { 'routers > demo > default_route > split > variants > 0 > model': 'sim/lagre' },
      'there is no model "sim/lagre" under `models`; did you mean "sim/large"?',
    ],
    ['a provider', { 'models > smi/x': {} }, 'there is no provider "smi"; did you mean "sim"?'],
    ['a router', { 'keys > 1 > router': 'dmeo' }, 'there is no router "dmeo"; did you mean "demo"?'],
    [
      'a name of an allow-list',
      { 'keys > 1 > allow': ['sim/smal'] },
      'there is no router or model "sim/smal"; did you mean "sim/small"?',
    ],
    [
      'something else altogether',
      { 'keys > 1 > default_provider': 'mistral-large' },
      'there is no provider "mistral-large"; known: sim, claude',
    ],
    [
      'a field deep down',
      { 'routers > demo > default_route > split > variants > 0 > wieght': 1 },
      'unknown field "wieght"; did you mean "weight"?',
    ],
  ])('%s', (_, changes, message) => {
    const compiled = compile(changed(changes), compileContext)
    expect(compiled).toMatchObject({ kind: 'refused', problems: [{ message }] })
  })
})

describe('values that are not plain data', () => {
  const circular: Record<string, unknown> = { version: 1 }
  circular.keys = [circular]
  const deep = Array.from({ length: 5000 }).reduce<unknown>(inner => [inner], 1)

  test.each<[string, unknown, string, string]>([
    [
      'that contain themselves',
      circular,
      'keys[0]',
      'contains itself; write it out instead of using an alias',
    ],
    ['with a big integer', { version: 1n }, 'version', 'must be plain data, not a bigint'],
    ['with a function', { version: () => 1 }, 'version', 'must be plain data, not a function'],
  ])('%s are refused', (_, value, path, message) => {
    const parsed = parseConfig(value)
    const problem = parsed.kind === 'invalid' ? parsed.problems[0] : undefined
    expect(problem).toMatchObject({ code: 'invalid_type', message })
    expect(formatPath(problem?.path ?? [])).toBe(path)
  })

  test('nested for ever are refused', () => {
    const parsed = parseConfig({ version: 1, keys: deep })
    expect(parsed).toMatchObject({
      kind: 'invalid',
      problems: [{ message: 'is nested deeper than 100 levels' }],
    })
  })
})

describe('whatever comes in, problems come out and nothing is thrown', () => {
  const surprises = fc.oneof(
    fc.constantFrom<unknown>(null, '', 0, -1, Number.NaN, [], {}, true, '__proto__', 'constructor', 1e300),
    fc.jsonValue(),
    fc.object({ withBigInt: true, withDate: true, withMap: true }),
  )

  test('for any value', () => {
    fc.assert(
      fc.property(surprises, value => {
        expect(compile(value, compileContext).kind).toBe('refused')
      }),
      { numRuns: 300 },
    )
  })

  test('for any value under the name of a section', () => {
    const sections = fc.record(
      { gateway: surprises, providers: surprises, models: surprises, routers: surprises, keys: surprises },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(sections, value => {
        expect(['compiled', 'refused']).toContain(compile({ version: 1, ...value }, compileContext).kind)
      }),
      { numRuns: 300 },
    )
  })

  const paths = listPaths(demoConfig(), [])

  test('for a valid config with any of its values replaced or taken out', () => {
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.option(surprises), (path, value) => {
        const config = structuredClone(demoConfig()) as unknown
        setAt(config, path, value ?? undefined)
        const compiled = compile(config, compileContext)
        if (compiled.kind === 'compiled') return
        for (const problem of compiled.problems) {
          expect(problem.message).toMatch(/^\S.*[^\n]$/s)
          expect(problem.code).toMatch(/^[a-z_]+$/)
        }
        expect(compiled.problems.length).toBeGreaterThan(0)
      }),
      { numRuns: 500 },
    )
  })
})

function listPaths(value: unknown, path: readonly string[]): string[][] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, part]) => {
    const inner = [...path, name]
    return [inner, ...listPaths(part, inner)]
  })
}
