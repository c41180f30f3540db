import type { ConfigInput } from '@weir/core/config'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { CONFIG, DIGEST, withWeights } from './fixtures/config.ts'
import { assignments, controlPlane, type Json } from './fixtures/control-plane.ts'

describe('export', () => {
  test('is the config in force with the table of every split, under the ETag of the revision', async () => {
    const plane = await controlPlane(CONFIG)
    const { status, headers, json } = await plane.call('GET', '')
    expect(status).toBe(200)
    expect(headers.get('etag')).toBe('"r1"')
    expect(headers.get('x-weir-revision')).toBe('1')
    const { routers, keys } = json as { routers: Record<string, Json>; keys: Json[] }
    expect(routers.chat).toMatchObject({
      routes: [{ split: { buckets: 'large*7000 small*3000' } }],
      default_route: { split: { buckets: 'large*8000 small*2000' } },
    })
    expect(routers.other).toMatchObject({ default_route: { split: { buckets: 'small*10000' } } })
    expect(keys).toMatchObject([
      { id: 'app', digest: DIGEST, routing: { buckets: 'large*5000 small*5000' } },
      { id: 'second' },
    ])
  })

  test('is for editors, since it has the digests of keys', async () => {
    const plane = await controlPlane(CONFIG)
    expect((await plane.call('GET', '', { role: 'viewer' })).status).toBe(403)
  })

  test('is the same in YAML', async () => {
    const plane = await controlPlane(CONFIG)
    const json = await plane.call('GET', '')
    const yaml = await plane.call('GET', '', { headers: { accept: 'application/yaml' } })
    expect(yaml.headers.get('content-type')).toBe('application/yaml; charset=utf-8')
    expect(yaml.headers.get('etag')).toBe('"r1"')
    expect(yaml.text).toMatch(/^version: 1\ngateway:\n {2}private_networks: allow\nproviders:\n/)
    expect(parse(yaml.text)).toEqual(json.json)
  })

  test('leaves the tables out for files that are maintained by hand, which keep those in force', async () => {
    const plane = await controlPlane(CONFIG)
    await plane.edit(config => withWeights(config, 35, 65))
    const { text, json } = await plane.call('GET', '?buckets=false')
    expect(text).not.toContain('buckets')
    expect((await plane.put(json, '?prune=true')).json).toMatchObject({ outcome: 'unchanged', revision: 2 })
  })

  test('is the same text whatever order the config came about in', async () => {
    const { version, gateway, ...sections } = CONFIG
    const reordered = { ...sections, keys: CONFIG.keys, gateway, version } as ConfigInput
    const models = Object.fromEntries(Object.entries(CONFIG.models ?? {}).toReversed())
    const [one, other] = [await controlPlane(CONFIG), await controlPlane({ ...reordered, models })]
    expect((await one.call('GET', '')).text).toBe((await other.call('GET', '')).text)
  })
})

describe('apply', () => {
  test('makes nothing of what was exported', async () => {
    const plane = await controlPlane(CONFIG)
    await plane.edit(config => withWeights(config, 35, 65))
    const { json: exported, headers } = await plane.call('GET', '')
    for (const prune of ['', '?prune=true']) {
      const { status, json } = await plane.put(exported, prune, headers.get('etag') ?? '')
      expect(status).toBe(200)
      expect(json).toEqual({
        outcome: 'unchanged',
        revision: 2,
        changes: [],
        moves: [],
        warnings: expect.any(Array),
        absent: [],
      })
      expect((await plane.diff(exported, prune)).json).toMatchObject({ changes: [], revision: 2 })
    }
  })

  test('gives every unit of an export the variant it had, on a control plane that served another config', async () => {
    const from = await controlPlane(CONFIG)
    // Tables with a history, which their weights alone do not tell.
    for (const [large, small] of [
      [20, 80],
      [90, 10],
      [50, 50],
      [63, 37],
    ] as const) {
      await from.edit(config => withWeights(config, large, small))
    }
    const exported = parse(
      (await from.call('GET', '', { headers: { accept: 'application/yaml' } })).text,
    ) as ConfigInput
    const to = await controlPlane({
      ...CONFIG,
      routers: { ...CONFIG.routers, demo: CONFIG.routers?.other as never },
    })
    const weightsOnly = JSON.parse(
      JSON.stringify(exported, (name, value: unknown) => (name === 'buckets' ? undefined : value)),
    ) as ConfigInput
    const fresh = await controlPlane({ ...weightsOnly })
    const wanted = assignments(from, 10_000)
    expect(assignments(fresh, 10_000)).not.toEqual(wanted)

    const { json } = await to.put(exported, '?prune=true')
    expect(json).toMatchObject({ outcome: 'published', absent: ['router demo'] })
    expect(assignments(to, 10_000)).toEqual(wanted)
    // What it served before is remembered, and all else is the same text.
    const { former_buckets, ...arrived } = (await to.call('GET', '')).json as ConfigInput
    expect(former_buckets).toEqual({ 'demo.default': 'small*10000' })
    expect(JSON.stringify(arrived)).toBe((await from.call('GET', '')).text)
    expect((await to.put(exported, '?prune=true')).json).toMatchObject({ outcome: 'unchanged' })
  })

  test('says what it changed and how many units moved, and makes no second revision', async () => {
    const plane = await controlPlane(CONFIG)
    const changed = withWeights(CONFIG, 60, 40)
    const first = await plane.call('PUT', '?reason=more%20small', {
      body: changed,
      headers: { 'if-match': '"r1"' },
    })
    expect(first.headers.get('etag')).toBe('"r2"')
    expect(first.headers.get('x-weir-revision')).toBe('2')
    expect(first.json).toMatchObject({
      outcome: 'published',
      revision: 2,
      changes: expect.arrayContaining([
        'router chat, route default: large 80 -> 60, small 20 -> 40; moves 20.00 % of units',
      ]),
      moves: expect.arrayContaining([
        expect.objectContaining({ router: 'chat', route: 'default', moved: 0.2 }),
      ]),
      absent: [],
    })
    expect(await plane.revisions.get(2)).toMatchObject({ actor: 'ada', reason: 'more small' })
    const second = await plane.put(changed, '', '"r2"')
    expect(second.json).toMatchObject({ outcome: 'unchanged', revision: 2, changes: [], moves: [] })
    expect(plane.revisions.current().number).toBe(2)
  })

  test('comes to rest also when a table in the file no longer fits the weights beside it', async () => {
    const plane = await controlPlane(CONFIG)
    await plane.edit(config => withWeights(config, 10, 90))
    const { json: exported } = await plane.call('GET', '')
    const edited = withWeights(exported as unknown as ConfigInput, 30, 70)
    expect((await plane.put(edited)).json).toMatchObject({ outcome: 'published', revision: 3 })
    expect((await plane.put(edited)).json).toMatchObject({ outcome: 'unchanged', revision: 3 })
    const { json: again } = await plane.call('GET', '')
    expect((await plane.put(again)).json).toMatchObject({ outcome: 'unchanged', revision: 3 })
  })

  test('keeps what was not sent', async () => {
    const plane = await controlPlane(CONFIG)
    const { json } = await plane.put({
      version: 1,
      routers: { chat: CONFIG.routers?.chat },
      keys: [{ id: 'third', digest: `sha256:${'c'.repeat(64)}` }],
    })
    expect(json).toMatchObject({
      outcome: 'published',
      changes: ['key third: added'],
      absent: [
        'gateway',
        'provider sim',
        'model sim/small',
        'model sim/large',
        'router other',
        'key app',
        'key second',
      ],
    })
    const { config } = plane.revisions.current()
    expect(config.routers).toEqual(CONFIG.routers)
    expect(config.keys?.map(({ id }) => id)).toEqual(['app', 'second', 'third'])
  })

  test('removes what was not sent when it is told to, and says so', async () => {
    const plane = await controlPlane(CONFIG)
    const { routers: { chat } = {}, keys: [app] = [], ...rest } = CONFIG
    const sent = { ...rest, routers: { chat }, keys: [app] }
    const preview = await plane.diff(sent, '?prune=true')
    expect(preview.json).toMatchObject({
      absent: ['router other', 'key second'],
      changes: ['router other: removed', 'key second: removed'],
    })
    expect((await plane.put(sent, '?prune=true')).json).toMatchObject({ outcome: 'published' })
    expect(plane.revisions.current().config).toEqual(sent)
  })

  test('takes parts in turn without ever changing them back', async () => {
    const plane = await controlPlane(CONFIG)
    const [app, second] = CONFIG.keys ?? []
    for (const key of [second, app, second]) {
      expect((await plane.put({ version: 1, keys: [key] })).json).toMatchObject({ outcome: 'unchanged' })
    }
  })

  test('says which credentials are missing', async () => {
    const plane = await controlPlane(CONFIG)
    const providers = { sim: { ...CONFIG.providers?.sim, credential: { stored: true } } }
    const { json } = await plane.put({ version: 1, providers })
    expect(json.warnings).toEqual([
      {
        code: expect.any(String),
        path: 'providers.sim.credential',
        message: expect.stringContaining('credential'),
      },
    ])
  })

  test.each([
    ['without a precondition', {}, 428],
    ['for another revision', { 'if-match': '"r7"' }, 412],
    ['for several, with this among them', { 'if-match': '"r7", "r1"' }, 200],
  ])('is answered by its precondition: %s', async (_, headers, status) => {
    const plane = await controlPlane(CONFIG)
    const answer = await plane.call('PUT', '', { body: withWeights(CONFIG, 50, 50), headers })
    expect(answer.status).toBe(status)
    expect(plane.revisions.current().number).toBe(status === 200 ? 2 : 1)
  })

  test('of two for one revision takes only the first', async () => {
    const plane = await controlPlane(CONFIG)
    const answers = await Promise.all(
      [40, 60].map(large => plane.put(withWeights(CONFIG, large, 100 - large), '', '"r1"')),
    )
    expect(answers.map(({ status }) => status)).toEqual([200, 412])
    expect(plane.revisions.current().number).toBe(2)
  })

  test('previews without saving', async () => {
    const plane = await controlPlane(CONFIG)
    const changed = withWeights(CONFIG, 60, 40)
    const preview = await plane.put(changed, '?preview=true')
    const compared = await plane.diff(changed)
    expect(preview.json).toEqual(compared.json)
    expect(preview.json).toMatchObject({ preview: true, revision: 1, absent: [] })
    expect((preview.json.changes as string[]).length).toBe(3)
    expect(compared.headers.get('etag')).toBe('"r1"')
    expect(plane.revisions.current().number).toBe(1)
  })

  test('is refused where a file manages the config, which can be exported and compared all the same', async () => {
    const plane = await controlPlane(CONFIG, 'file')
    expect((await plane.put(withWeights(CONFIG, 60, 40))).json).toMatchObject({
      status: 409,
      code: 'managed_by_file',
    })
    const { json: exported } = await plane.call('GET', '')
    expect((await plane.diff(exported)).json).toMatchObject({ changes: [] })
  })

  test('is for editors', async () => {
    const plane = await controlPlane(CONFIG)
    const answer = await plane.call('PUT', '', { body: CONFIG, headers: { 'if-match': '*' }, role: 'viewer' })
    expect(answer.status).toBe(403)
  })
})
