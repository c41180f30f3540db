// GitOps against running programs: files that are compared, applied, taken out, and put in somewhere else.
import { readFileSync } from 'node:fs'
import { bucketOf, parseTable } from '@weir/core/assignment'
import type { ConfigInput } from '@weir/core/config'
import { beforeAll, describe, expect, test } from 'vitest'
import { writeYaml } from '../../packages/server/src/admin/config/yaml.ts'
import { readConfigText } from '../../packages/server/src/snapshot/config-file.ts'
import { KEY, startGateway, testKey } from '../support/gateway.ts'
import { type ProgramResult, runProgram } from '../support/program.ts'
import { fileWith, type Place, startPlace, weir } from './command-place.ts'
import { ADMIN_TOKEN } from './store-program.ts'

const parse = (text: string) => readConfigText(text).value as ConfigInput

const revisionOf = async ({ running }: Place) => {
  const answer = await running.control('GET', '/api/v1/config')
  return Number(answer.headers.get('x-weir-revision'))
}

const variant = (id: string, weight: number, more = {}) => ({ id, model: `sim/${id}`, weight, ...more })
const split = (large: number, small: number) => ({
  variants: [variant('large', large), variant('small', small)],
})
/** One that answers, and two of which either may be the first to stand in. */
const walk = (large: number, small: number) => ({
  variants: [
    variant('first', 100, { model: 'sim/large' }),
    variant('large', large, { priority: 1 }),
    variant('small', small, { priority: 1 }),
  ],
})

/** A config over the simulated models of a place. */
async function configFor({ running }: Place): Promise<ConfigInput> {
  const answer = await running.control('GET', '/api/v1/config')
  const { providers, models } = (await answer.json()) as ConfigInput
  return {
    version: 1,
    gateway: { private_networks: 'allow' },
    providers: providers ?? {},
    models: models ?? {},
    routers: {
      chat: {
        units: ['user'],
        routes: [{ id: 'premium', condition: 'tier == "premium"', split: split(70, 30) }],
        default_route: { split: split(80, 20) },
      },
      walk: { units: ['user'], default_route: { split: walk(1, 1) } },
    },
    keys: [
      { ...testKey },
      {
        id: 'split',
        digest: `sha256:${'0'.repeat(64)}`,
        routing: { variants: [variant('large', 1), variant('small', 3)], units: ['user'] },
      },
    ],
  }
}

/** Which variant the gateway gives each of the first so many users. */
async function served({ running }: Place, users: number): Promise<(string | null)[]> {
  const ask = async (user: number) => {
    const response = await fetch(`${running.connection.dataUrl}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'chat',
        user: `user-${user}`,
        max_tokens: 1,
        messages: [{ role: 'user', content: 'Hello' }],
      }),
    })
    await response.arrayBuffer()
    return response.headers.get('x-weir-variant')
  }
  const variants: (string | null)[] = []
  for (let user = 0; user < users; user += 20) {
    variants.push(...(await Promise.all(Array.from({ length: 20 }, (_, index) => ask(user + index)))))
  }
  return variants
}

/** Whom the gateway would ask for each of the first so many users, in their order. */
async function walked({ running }: Place, users: number): Promise<string[]> {
  const ask = async (user: number) => {
    const request = { user: `user-${user}`, messages: [] }
    const answer = await running.control('POST', '/api/v1/routers/walk/explain', { request })
    const { decision } = (await answer.json()) as { readonly decision: { readonly plan: readonly string[] } }
    return decision.plan.join()
  }
  return Promise.all(Array.from({ length: users }, (_, user) => ask(user)))
}

interface Tables {
  readonly buckets?: string | undefined
  readonly fallback_buckets?: Readonly<Record<string, string>> | undefined
}

/** By the tables of an export the variant of each of the first 10,000 units, in every split and among fallbacks. */
function assigned(exported: string): Record<string, string[]> {
  const { routers = {}, keys = [] } = parse(exported)
  const splits: (readonly [salt: string, split: Tables])[] = [
    ...Object.entries(routers).flatMap(([id, { routes = [], default_route: last }]) => [
      ...routes.map(route => [`${id}.${route.id}`, route.split] as const),
      ...(last === undefined ? [] : [[`${id}.${last.id ?? 'default'}`, last.split] as const]),
    ]),
    ...keys.flatMap(({ id, routing }) => (routing === undefined ? [] : [[`key.${id}`, routing] as const])),
  ]
  const tables = splits.flatMap(([salt, { buckets, fallback_buckets = {} }]) => [
    [salt, buckets ?? ''] as const,
    ...Object.entries(fallback_buckets).map(([priority, table]) => [`${salt}.p${priority}`, table] as const),
  ])
  return Object.fromEntries(tables.map(([salt, table]) => [salt, variantsOf(salt, table)]))
}

function variantsOf(salt: string, table: string): string[] {
  const owners = (parseTable(table) ?? []).flatMap(run => Array(run.buckets).fill(run.variant) as string[])
  return Array.from({ length: 10_000 }, (_, unit) => owners[bucketOf(salt, `user-${unit}`)] ?? '')
}

const expectDone = (result: ProgramResult) => expect(result).toMatchObject({ code: 0 })

describe('a config under version control', () => {
  let place: Place
  let config: ConfigInput
  beforeAll(async () => {
    place = await startPlace()
    config = await configFor(place)
  })

  test('is compared, applied once, and then makes nothing more', async () => {
    const file = fileWith('weir.yaml', config)
    const before = await revisionOf(place)
    const compared = await weir(place, `diff ${file} --prune`)
    expect(compared.code).toBe(1)
    expect(compared.stdout).toMatch(
      /would change:\n\n {2}- router demo: removed\n {2}- router demo-random: removed\n/,
    )
    expect(compared.stdout).toContain('  + router chat: added\n')
    const dry = await weir(place, `apply ${file} --prune --dry-run`)
    expect(dry).toMatchObject({ code: 0 })
    expect(dry.stdout).toContain('Nothing was changed (dry run).')
    expect(await revisionOf(place)).toBe(before)

    const applied = await weir(place, `apply ${file} --prune --reason first`)
    expect(applied).toMatchObject({ code: 0 })
    expect(applied.stdout).toContain(`Published revision ${before + 1}.`)
    const record = await place.running.control('GET', `/api/v1/revisions/${before + 1}`)
    expect(await record.json()).toMatchObject({ reason: 'first' })

    const again = await weir(place, `apply ${file} --prune`)
    expect(again).toMatchObject({ code: 0, stdout: `Unchanged: revision ${before + 1} has all of it.\n` })
    expect(await weir(place, `diff ${file}`)).toMatchObject({ code: 0 })
    expect(await revisionOf(place)).toBe(before + 1)
  })

  test('says in words what changes, and how many units move', async () => {
    const { chat } = config.routers as NonNullable<ConfigInput['routers']>
    const changed = { version: 1, routers: { chat: { ...chat, default_route: { split: split(60, 40) } } } }
    const compared = await weir(place, `diff ${fileWith('part.yaml', changed)}`)
    expect(compared.code).toBe(1)
    expect(compared.stdout).toContain(
      '  ~ router chat, route default: large 80 -> 60, small 20 -> 40; moves 20.00 % of units\n',
    )
    expect(compared.stdout).toContain(
      'Not in the file, and stays (--prune removes it): gateway, provider sim, model sim/large, model sim/small, router walk, key test, key split\n',
    )
    const data = JSON.parse(
      (await weir(place, `diff ${fileWith('part.yaml', changed)} --json`)).stdout,
    ) as object
    expect(data).toMatchObject({ preview: true, moves: [{ router: 'chat', route: 'default', moved: 0.2 }] })
  })

  test('is read from stdin', async () => {
    expect(await weir(place, 'diff -', { stdin: writeYaml(config) })).toMatchObject({ code: 0 })
  })

  test('is refused with the line and column of each problem, those of entries that stay by their path', async () => {
    const file = fileWith(
      'broken.yaml',
      [
        'version: 1',
        'models:',
        '  sim/small: { enabled: false }',
        'routers:',
        '  new:',
        '    routes:',
        '      - id: a',
        '        condition: tier == "a" &&& x',
        '        split: { variants: [{ id: large, model: sim/larg }] }',
      ].join('\n'),
    )
    const before = await revisionOf(place)
    for (const [command, code] of [
      ['apply', 1],
      ['diff', 2],
      ['validate --running', 1],
    ] as const) {
      const result = await weir(place, `${command} ${file}`)
      expect(result).toMatchObject({ code, stdout: '' })
      expect(result.stderr).toMatch(/broken\.yaml:8:\d\d: routers\.new\.routes\[0\]\.condition: /)
      expect(result.stderr).toMatch(
        /broken\.yaml: routers\.chat\.default_route\.split\.variants\[1\]\.model: .*disabled.* \(in force, not in the file\)/,
      )
      expect(result.stderr).toMatch(/broken\.yaml has \d problems\./)
    }
    expect(await revisionOf(place)).toBe(before)
  })

  test('is validated where it would be in force', async () => {
    const part = { version: 1, keys: [{ id: 'more', digest: `sha256:${'1'.repeat(64)}`, router: 'chat' }] }
    const file = fileWith('part-valid.yaml', part)
    expect(await runProgram(['validate', file])).toMatchObject({ code: 1 })
    expect(await weir(place, `validate ${file} --running`)).toMatchObject({ code: 0 })
    const whole = await weir(place, `validate ${file} --running --prune --json`)
    expect(whole.code).toBe(1)
    expect(JSON.parse(whole.stdout)).toMatchObject({
      valid: false,
      problems: [{ path: 'keys[0].router', line: 5, column: expect.any(Number) }],
    })
  })

  test('says which credentials it names and nobody has stored', async () => {
    const file = fileWith('stored.yaml', {
      version: 1,
      providers: { openai: { preset: 'openai', credential: { stored: true } } },
    })
    const result = await weir(place, `apply ${file} --dry-run`)
    expect(result.code).toBe(0)
    expect(result.stderr).toMatch(/^warning: .*stored\.yaml:6:7: providers\.openai\.credential: /m)
  })

  test('is applied by several at once without losing anything', async () => {
    const keys = ['one', 'two', 'three']
    const results = await Promise.all(
      keys.map((id, index) => {
        const key = { id, digest: `sha256:${String(index + 2).repeat(64)}` }
        return weir(place, `apply ${fileWith(`${id}.yaml`, { version: 1, keys: [key] })}`)
      }),
    )
    expect(results.map(({ code }) => code)).toEqual([0, 0, 0])
    const { stdout } = await weir(place, 'export --no-buckets')
    const known = parse(stdout).keys?.map(({ id }) => id)
    expect(known).toEqual(expect.arrayContaining(keys))
  })
})

describe('a control plane moved to another machine', () => {
  test('gives every unit the variant it had, after splits that were edited while traffic ran', async () => {
    const from = await startPlace()
    const config = await configFor(from)
    expectDone(await weir(from, `apply ${fileWith('from.yaml', config)} --prune`))
    for (const [large, small] of [
      [20, 80],
      [95, 5],
      [50, 50],
      [63, 37],
    ] as const) {
      for (const route of ['default', 'premium']) {
        const path = `/api/v1/routers/chat/routes/${route}/weights`
        const response = await fetch(from.running.connection.controlUrl + path, {
          method: 'PUT',
          headers: {
            authorization: `Bearer ${ADMIN_TOKEN}`,
            'content-type': 'application/json',
            'if-match': '*',
          },
          body: JSON.stringify({ large, small }),
        })
        expect(response.status).toBe(200)
      }
      const fallbacks = {
        version: 1,
        routers: { walk: { units: ['user'], default_route: { split: walk(large, small) } } },
      }
      expectDone(await weir(from, `apply ${fileWith('walk.yaml', fallbacks)}`))
    }
    const revision = await revisionOf(from)
    const { stdout: exported } = await weir(from, 'export')
    const file = fileWith('exported.yaml', exported)
    expect(await weir(from, `diff ${file} --prune`)).toMatchObject({ code: 0 })
    expectDone(await weir(from, `apply ${file} --prune`))
    expect(await revisionOf(from)).toBe(revision)

    const to = await startPlace()
    expectDone(await weir(to, `apply ${file} --prune`))
    const { stdout: arrived } = await weir(to, 'export')
    expect(arrived).toBe(exported)
    expect(assigned(arrived)).toEqual(assigned(exported))
    expect(Object.keys(assigned(arrived))).toEqual([
      'chat.premium',
      'chat.default',
      'walk.default',
      'walk.default.p1',
      'key.split',
    ])
    const before = await served(from, 200)
    expect(new Set(before)).toEqual(new Set(['large', 'small']))
    // What the tables say is what is served.
    expect(before).toEqual(assigned(exported)['chat.default']?.slice(0, 200))
    expect(await served(to, 200)).toEqual(before)
    const walks = await walked(from, 200)
    const standIns = assigned(exported)['walk.default.p1']?.slice(0, 200)
    expect(walks.map(plan => plan.split(',')[1])).toEqual(standIns?.map(id => `sim/${id}`))
    expect(await walked(to, 200)).toEqual(walks)
    // The weights alone would have given others.
    const { stdout: weightsOnly } = await weir(from, 'export --no-buckets')
    const fresh = await startPlace()
    expectDone(await weir(fresh, `apply ${fileWith('weights.yaml', weightsOnly)} --prune`))
    expect(await served(fresh, 200)).not.toEqual(before)
    expect(await walked(fresh, 200)).not.toEqual(walks)
  })

  test('gives a router that was removed before its units back when it returns', async () => {
    const [from, to] = [await startPlace(), await startPlace()]
    const config = await configFor(from)
    for (const [large, small] of [
      [80, 20],
      [20, 80],
      [50, 50],
    ] as const) {
      const chat = { units: ['user'], default_route: { split: split(large, small) } }
      const file = fileWith('chat.yaml', { ...config, routers: { chat } })
      expectDone(await weir(from, `apply ${file} --prune`))
    }
    const before = await served(from, 200)
    expectDone(await weir(from, `apply ${fileWith('none.yaml', { ...config, routers: {} })} --prune`))
    const { stdout: exported } = await weir(from, 'export')
    expect(parse(exported).former_buckets).toHaveProperty(['chat.default'])
    expect((await weir(from, 'export --no-buckets')).stdout).not.toContain('former_buckets')
    expect(await weir(from, `diff ${fileWith('exported.yaml', exported)} --prune`)).toMatchObject({ code: 0 })

    expectDone(await weir(to, `apply ${fileWith('exported.yaml', exported)} --prune`))
    const chat = { units: ['user'], default_route: { split: split(50, 50) } }
    for (const place of [from, to]) {
      expectDone(await weir(place, `apply ${fileWith('again.yaml', { version: 1, routers: { chat } })}`))
      expect(await served(place, 200)).toEqual(before)
    }
  })
})

test("a file's config is exported and compared, and changed in the file only", async () => {
  const gateway = await startGateway({
    config: {
      version: 1,
      providers: { sim: { type: 'openai', base_url: 'http://127.0.0.1:9/v1' } },
      models: { 'sim/large': {}, 'sim/small': {} },
      routers: { chat: { default_route: { split: split(80, 20) } } },
      keys: [testKey],
    },
    env: { WEIR_ADMIN_TOKEN: ADMIN_TOKEN },
    args: ['--control-port', '0'],
  })
  const run = (args: string) =>
    runProgram([...args.split(' '), '--data-dir', gateway.dataDir], { env: { WEIR_TOKEN: ADMIN_TOKEN } })
  const { stdout } = await run('export')
  const file = fileWith('managed.yaml', stdout)
  expect(await run(`diff ${file}`)).toMatchObject({ code: 0 })
  const changed = fileWith(
    'managed-changed.yaml',
    readFileSync(file, 'utf8').replace('weight: 80', 'weight: 70').replace('weight: 20', 'weight: 30'),
  )
  expect(await run(`diff ${changed}`)).toMatchObject({ code: 1 })
  const refused = await run(`apply ${changed}`)
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain('managed_by_file')
})
