// Secrets of every kind go through everything the control plane does; afterwards no table, file, output or answer holds
// one, but for the answer that made it. That the search would find one is shown first, for each channel.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { openControlStore } from '../../packages/server/src/storage/sqlite/open-control-store.ts'
import { endWithFile } from '../support/clean-up.ts'
import { KEY, testKey } from '../support/gateway.ts'
import { runProgram } from '../support/program.ts'
import { dumpTables, type Evidence, formsOf, readTree, scan } from './secret-scan.ts'
import { ADMIN_TOKEN, type StoreGateway, startStoreGateway } from './store-gateway.ts'
import { startTellingProvider } from './telling-provider.ts'

const random = () => randomBytes(12).toString('hex')

/** Planted by us; what the program makes up itself is added where it is made. */
const canaries: Record<string, string> = {
  'first credential': `sk-canary-first/+${random()}==`,
  'second credential': `sk-canary-second"\\&%${random()}`,
  'credential of the environment': `sk-canary-env-${random()}`,
  'admin token': ADMIN_TOKEN,
  'key of the environment': KEY,
  'unknown token': `wat_canary_unknown_${random()}`,
  'unknown key': `wk_canary_unknown_${random()}`,
  'credential in the wrong place': `sk-canary-misplaced-${random()}`,
}
/** What a provider says reaches who asked it, and nobody else. */
const upstream = { 'in the body of an upstream error': `upstream-canary-${random()}` }
/** No secret: it has to turn up wherever a user's words go. */
const MARK = `mark-${random()}`

const evidence: Evidence[] = []
const answersOfProvider: Evidence[] = []
let gateway: StoreGateway

const note = (where: string, text: string) => evidence.push({ where, bytes: Buffer.from(text) })
const textOf = (response: Response, body: string) => `${JSON.stringify([...response.headers])}\n${body}\n`

interface Call {
  readonly body?: unknown
  readonly token?: string | null
  readonly headers?: Readonly<Record<string, string>>
  /** The answer that shows a secret, which is what the call is for. */
  readonly isCreation?: true
}

async function control(
  method: string,
  path: string,
  { body, token = ADMIN_TOKEN, headers, isCreation }: Call = {},
) {
  const response = await fetch(`${gateway.controlUrl}${path}`, {
    method,
    headers: {
      ...(token !== null && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (isCreation === undefined) note(`answer of ${method} ${path.split('?')[0]}`, textOf(response, text))
  return { status: response.status, headers: response.headers, text }
}

type Made = Awaited<ReturnType<typeof control>>
const field = ({ text }: Made, name: string) => String((JSON.parse(text) as Record<string, unknown>)[name])

async function chat(key: string, answer: string, model = 'chat'): Promise<number> {
  const response = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'x-answer': answer },
    body: JSON.stringify({ model, stream: answer === 'stream', messages: [{ role: 'user', content: 'Hi' }] }),
  })
  const bytes = Buffer.from(textOf(response, await response.text()))
  answersOfProvider.push({ where: `answer of the data port, upstream ${answer}`, bytes })
  return response.status
}

async function weir(args: readonly string[], { token = ADMIN_TOKEN, isCreation }: Call = {}) {
  const env = { WEIR_CONTROL_URL: gateway.controlUrl, WEIR_TOKEN: token ?? '' }
  const result = await runProgram([...args, '--data-dir', gateway.dataDir], { env })
  const command = args.slice(0, 2).join(' ')
  if (isCreation === undefined) note(`stdout of weir ${command}`, result.stdout)
  note(`stderr of weir ${command}`, result.stderr)
  return result
}

const failure = {
  retries: 0,
  ejection: { consecutive_failures: 1000, min_requests: 1000, max_cooldown: '0ms' },
}

beforeAll(async () => {
  const url = await startTellingProvider(upstream['in the body of an upstream error'])
  const router = (model: string) => ({
    failure,
    default_route: { split: { variants: [{ id: 'only', model }] } },
  })
  gateway = await startStoreGateway({
    env: { TELLING_KEY: canaries['credential of the environment'] ?? '' },
    config: {
      version: 1,
      gateway: { private_networks: 'allow' },
      providers: {
        telling: { type: 'openai', base_url: url, credential: { stored: true } },
        env: { type: 'openai', base_url: url, credential: { env: 'TELLING_KEY' } },
        [MARK]: { preset: 'openai' },
      },
      models: { 'telling/large': {}, 'env/large': {} },
      routers: { chat: router('telling/large'), env: router('env/large'), [MARK]: router('env/large') },
      keys: [testKey],
    },
  })
  await useCredentials()
  await useTokens()
  await useSessions()
  await useKeys()
  await changeConfig()
  await useCommands()
  await readEverything()
  evidence.push(
    ...readTree(gateway.dataDir).map(({ where, bytes }) => ({ where: `${where}, running`, bytes })),
  )
  gateway.program.process.kill('SIGTERM')
  const { stdout, stderr } = await gateway.program.ended
  note('stdout', stdout)
  note('stderr', stderr)
  evidence.push(...readTree(gateway.dataDir), ...dumpTables(join(gateway.dataDir, 'control.db')))
}, 120_000)

async function useCredentials(): Promise<void> {
  const path = '/api/v1/providers/telling/credentials'
  const body = (name: string) => ({ secret: canaries[name] })
  const first = await control('POST', path, { body: body('first credential') })
  expect([first.status, await chat(KEY, '200')]).toEqual([201, 200])
  for (const answer of ['401', '403', '404', '422', '429', '500', 'stream']) {
    await chat(KEY, answer)
    await chat(KEY, answer, 'env')
  }
  await control('POST', '/api/v1/providers/telling/test', { body: {} })
  await control('POST', '/api/v1/providers/telling/test', { body: { model: 'telling/large' } })
  const headers = { 'idempotency-key': 'one' }
  const second = await control('POST', path, { body: body('second credential'), headers })
  await control('POST', path, { body: body('second credential'), headers })
  await control('POST', `${path}/${field(second, 'id')}/activate`)
  for (const answer of ['200', '401', '422', 'stream']) await chat(KEY, answer)
  const gone = await control('DELETE', `${path}/${field(first, 'id')}`, { headers: { 'if-match': '*' } })
  expect([second.status, gone.status]).toEqual([201, 204])
  const misplaced = canaries['credential in the wrong place']
  for (const wrong of [
    { credential: misplaced },
    { credential: { env: misplaced } },
    { api_key: misplaced },
  ]) {
    const fields = { id: 'wrong', type: 'openai', base_url: 'http://127.0.0.1:9', ...wrong }
    const refused = await control('POST', '/api/v1/providers', { body: fields })
    expect(refused.status).toBe(422)
  }
  expect((await control('POST', path, { body: { secret: `${misplaced} ` } })).status).toBe(422)
}

async function useTokens(): Promise<void> {
  for (const role of ['viewer', 'editor', 'admin']) {
    const made = await control('POST', '/api/v1/tokens', { body: { name: role, role }, isCreation: true })
    expect(made.status).toBe(201)
    canaries[`token of the ${role}`] = field(made, 'token')
  }
  const token = canaries['token of the viewer'] ?? ''
  expect(
    (await control('POST', '/api/v1/tokens', { body: { name: 'x', role: 'admin' }, token })).status,
  ).toBe(403)
  const basic = Buffer.from(`user:${token}`).toString('base64')
  await control('GET', '/api/v1/session', { token: null, headers: { authorization: `Basic ${basic}` } })
  const unknown = canaries['unknown token'] ?? ''
  expect((await control('GET', '/api/v1/routers', { token: unknown })).status).toBe(401)
  expect((await control('POST', '/api/v1/session', { token: null, body: { token: unknown } })).status).toBe(
    401,
  )
}

async function useSessions(): Promise<void> {
  const token = canaries['token of the editor']
  const login = await control('POST', '/api/v1/session', { token: null, body: { token }, isCreation: true })
  expect(login.status).toBe(201)
  const cookie = /weir_session=([^;]+)/.exec(login.headers.get('set-cookie') ?? '')?.[1] ?? ''
  canaries['session cookie'] = cookie
  canaries['CSRF token'] = field(login, 'csrf_token')
  const session = { cookie: `weir_session=${cookie}` }
  const csrf = { 'x-csrf-token': canaries['CSRF token'] }
  const patch = { body: { description: 'By the console' }, token: null }
  const change = (headers: Readonly<Record<string, string>>) =>
    control('PATCH', '/api/v1/routers/chat', { ...patch, headers: { ...headers, 'if-match': '*' } })
  expect((await change(session)).status).toBe(403)
  expect((await change({ ...session, 'x-csrf-token': 'guessed' })).status).toBe(403)
  expect((await change({ ...session, ...csrf })).status).toBe(200)
  const left = await control('DELETE', '/api/v1/session', { token: null, headers: { ...session, ...csrf } })
  expect([left.status, (await change({ ...session, ...csrf })).status]).toEqual([204, 401])
}

async function useKeys(): Promise<void> {
  const body = { id: 'app', default_provider: 'telling' }
  const wish = { body, headers: { 'idempotency-key': 'two' }, isCreation: true } as const
  const made = await control('POST', '/api/v1/keys', wish)
  expect((await control('POST', '/api/v1/keys', wish)).text).toBe(made.text)
  expect(made.status).toBe(201)
  canaries['key'] = field(made, 'secret')
  const rotated = await control('POST', '/api/v1/keys/app/rotate', {
    body: { overlap: '1h' },
    isCreation: true,
  })
  expect(rotated.status).toBe(200)
  canaries['rotated key'] = field(rotated, 'secret')
  for (const name of ['key', 'rotated key']) {
    expect(await chat(canaries[name] ?? '', '200')).toBe(200)
    await chat(canaries[name] ?? '', '422')
  }
  expect(await chat(canaries['unknown key'] ?? '', '200')).toBe(401)
  await control('PATCH', '/api/v1/keys/app', { body: { disabled: true }, headers: { 'if-match': '*' } })
  expect(await chat(canaries['rotated key'] ?? '', '200')).toBe(401)
  await chat(KEY, '200', MARK)
}

async function changeConfig(): Promise<void> {
  const anyState = { 'if-match': '*' }
  const body = { description: 'Changed' }
  await control('PATCH', '/api/v1/routers/chat?preview=true', { body, headers: anyState })
  const changed = await control('PATCH', `/api/v1/routers/chat?reason=${MARK}`, { body, headers: anyState })
  const late = await control('PATCH', '/api/v1/routers/chat', { body, headers: { 'if-match': '"other"' } })
  const invalid = await control('PATCH', '/api/v1/routers/chat', { body: { units: 1 }, headers: anyState })
  expect([changed.status, late.status, invalid.status]).toEqual([200, 412, 422])
  const revision = Number(changed.headers.get('x-weir-revision'))
  const reverted = await control('POST', `/api/v1/revisions/${revision - 1}/revert`)
  expect(reverted.status).toBe(200)
  for (const accept of ['application/json', 'application/yaml']) {
    expect((await control('GET', '/api/v1/config', { headers: { accept } })).status).toBe(200)
  }
}

async function useCommands(): Promise<void> {
  const file = join(gateway.dataDir, '..', `${MARK}.yaml`)
  const exported = await weir(['export'])
  writeFileSync(file, exported.stdout)
  endWithFile(() => rmSync(file))
  expect((await weir(['diff', file])).code).toBe(0)
  expect((await weir(['apply', file])).code).toBe(0)
  expect((await weir(['apply', file], { token: canaries['unknown token'] ?? '' })).code).toBe(1)
  const key = await weir(['keys', 'create', MARK], { isCreation: true })
  canaries['key of the command'] = key.stdout.trim()
  const token = await weir(['tokens', 'create', 'cli', '--role', 'viewer'], { isCreation: true })
  canaries['token of the command'] = token.stdout.trim()
  expect([key.code, token.code]).toEqual([0, 0])
  expect(canaries['key of the command']).toMatch(/^wk_\S{40,}$/)
  expect(canaries['token of the command']).toMatch(/^wat_\S{40,}$/)
  expect((await weir(['keys', 'list'])).stdout).toContain(MARK)
  expect((await weir(['tokens', 'list'])).stdout).toContain('cli')
  expect((await weir(['keys', 'revoke', MARK, '--reason', MARK])).code).toBe(0)
  expect((await weir(['tokens', 'revoke', 'cli'])).code).toBe(0)
}

async function readEverything(): Promise<void> {
  const document = (await (await fetch(`${gateway.controlUrl}/api/openapi.json`)).json()) as {
    paths: Record<string, object>
  }
  for (const [path, methods] of Object.entries(document.paths)) {
    if ('get' in methods && !path.includes('{')) await control('GET', path)
  }
  const named = ['providers/telling', 'providers/telling/credentials', 'keys/app', 'routers/chat']
  for (const path of [...named, 'revisions/1', 'revisions/2']) {
    expect((await control('GET', `/api/v1/${path}`)).status).toBe(200)
  }
  await control('GET', '/metrics')
  for (const path of ['/metrics', '/healthz', '/v1/models']) {
    const response = await fetch(`${gateway.url}${path}`, { headers: { authorization: `Bearer ${KEY}` } })
    note(`answer of the data port, ${path}`, textOf(response, await response.text()))
  }
}

describe('the search', () => {
  it.each(Object.keys(formsOf('any')))('finds a secret as %s', form => {
    const secret = canaries['second credential'] ?? ''
    const written = formsOf(secret)[form] ?? ''
    const bytes = Buffer.from(`before ${written} after`, 'latin1')
    expect(scan([{ where: 'a text', bytes }], { secret }).map(found => found.form)).toContain(form)
  })

  it.each([0, 1, 2])('finds one inside of what is in base64, %i bytes after a multiple of three', offset => {
    const secret = canaries['second credential'] ?? ''
    const text = Buffer.from(`${'x'.repeat(3 + offset)}${secret} and more`)
    for (const encoding of ['base64', 'base64url'] as const) {
      const bytes = Buffer.from(text.toString(encoding))
      expect(scan([{ where: 'a text', bytes }], { secret })).not.toEqual([])
    }
  })

  it('finds one in every table, and in a compressed file', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'weir-scan-'))
    endWithFile(() => rmSync(directory, { recursive: true, force: true }))
    await writeEverywhere(join(directory, 'control.db'))
    const tables = dumpTables(join(directory, 'control.db')).filter(({ where }) => !EMPTY_TABLES.has(where))
    expect(tables.length).toBeGreaterThanOrEqual(7)
    expect(placesOfMark(tables)).toEqual(tables.map(({ where }) => where))
    writeFileSync(join(directory, 'old.ndjson.gz'), gzipSync(MARK))
    expect(placesOfMark(readTree(directory))).toContain('file old.ndjson.gz, gunzipped')
  })

  it.each([
    'stdout',
    'stderr',
    'table revision',
    'table audit',
    'file control.db',
    'file state.json',
    'answer of GET /api/v1/revisions',
    'answer of GET /api/v1/audit',
    'answer of PATCH /api/v1/routers/chat',
    'answer of the data port, /v1/models',
    'answer of the data port, upstream 200',
    'stdout of weir export',
    'stderr of weir keys create',
  ])('has found what a user wrote in %s', where => {
    expect(placesOfMark([...evidence, ...answersOfProvider])).toContain(where)
  })

  it('has found what a user wrote in the events', () => {
    expect(placesOfMark(evidence).filter(where => where.startsWith('file events'))).not.toEqual([])
  })

  it('finds what a provider said where it may be', () => {
    expect(scan(answersOfProvider, upstream)).not.toEqual([])
  })
})

/** Tables that hold numbers of the program's own. */
const EMPTY_TABLES = new Set(['table schema_version', 'table sqlite_sequence'])

const placesOfMark = (found: readonly Evidence[]) => [
  ...new Set(scan(found, { mark: MARK }).map(({ where }) => where)),
]

/** Puts the mark into every table, as the program would put a secret there by mistake. */
async function writeEverywhere(file: string): Promise<void> {
  const store = await openControlStore(file)
  const sealed = Buffer.from(MARK)
  const config = { version: 1 as const }
  const base = { at: 0, actor: MARK, reason: null }
  await store.revisions.append({ ...base, number: 1, changes: [], config, tables: {} }, 0)
  const call = { address: '::1', action: 'GET /', outcome: 'done', status: 200, role: null } as const
  await store.audit.append({ ...base, ...call, id: 'a', revision: null })
  await store.credentials.insert({ id: 'c', provider: 'p', state: 'active', createdAt: 0, hint: '', sealed })
  const times = { createdAt: 0, expiresAt: 1 }
  await store.tokens.insert({ id: 't', name: MARK, role: 'viewer', digest: 'd', ...times, lastUsedAt: null })
  await store.sessions.insert({ digest: MARK, tokenId: 't', ...times })
  await store.idempotency.insert({ key: 'k', fingerprint: 'f', at: 0, status: 200, sealed })
  await store.budgets.add([{ key: MARK, period: '2026-11', spentNanoUsd: 1 }])
  await store.close()
}

describe('no secret is', () => {
  const places = [
    ['on stdout and stderr', /^std/],
    ['in a table', /^table/],
    ['in a file of the data directory', /^file/],
    ['in an answer', /^answer/],
  ] as const

  it.each(places)('%s', (_, place) => {
    const here = evidence.filter(({ where }) => place.test(where))
    expect(here.length).toBeGreaterThan(0)
    expect(scan(here, { ...canaries, ...upstream })).toEqual([])
  })

  it('in an answer that a provider made up', () => {
    expect(scan(answersOfProvider, canaries)).toEqual([])
  })

  it('forgotten: every kind was planted, and every channel looked at', () => {
    expect(Object.values(canaries).filter(value => value.length < 16)).toEqual([])
    expect(Object.keys(canaries)).toHaveLength(17)
    console.log(`${Object.keys(canaries).length + 1} secrets sought in ${evidence.length} places`)
  })
})
