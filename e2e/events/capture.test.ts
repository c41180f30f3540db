// Prompts and answers of a router that captures: kept where they belong, redacted before they are written anywhere, and
// gone with the unit that is forgotten.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { storeDirectory } from '../../packages/server/src/event-plane/place.ts'
import { Identity } from '../../packages/server/src/gateway/identity.ts'
import { dumpTables, type Evidence, readTree, scan } from '../control/secret-scan.ts'
import { ADMIN_TOKEN } from '../control/store-gateway.ts'
import { KEY, type RunningGateway, startGateway } from '../support/gateway.ts'
import { type ProgramResult, runProgram } from '../support/program.ts'
import { MARK, privateConfig, QUOTED, SENT, sendPrivateTraffic } from './private-traffic.ts'
import { startQuotingProvider } from './quoting-provider.ts'
import { dumpEventStore } from './store-dump.ts'

/** What rules find, and who asks. */
const HIDDEN = {
  'an e-mail address': 'ann.canary@example.com',
  'an e-mail address beyond ASCII': 'josé.canary@example.com',
  'a telephone number': '+49 30 5550199',
  'a card': '4111 1111 1111 1111',
  'an account': 'DE89370400440532013000',
  'a key': 'sk-canary0123456789abcdef',
  'what a user’s pattern matches': 'EMP-271828',
  'what the answer holds': 'answer.canary@example.org',
  user: SENT.user,
  'another unit': SENT['the unit of a metadata path'],
} as const
const PERSONAL = Object.values(HIDDEN).slice(0, 7).join(' and ')

let gateway: RunningGateway
let controlUrl: string
let captured: Captured
let escaped: Captured
let before: Evidence[]
let forgetting: ProgramResult[]
let after: Evidence[]
/** Once no program runs any more, and the unit has come back and been forgotten again. */
let later: Evidence[]

interface Captured {
  readonly prompt: string
  readonly answer: string
}

const env = { WEIR_ADMIN_TOKEN: ADMIN_TOKEN }
const capture = { rate: 1, patterns: ['EMP-[0-9]{6}'] }

beforeAll(async () => {
  const quotes = { ...QUOTED, text: `${QUOTED.text}, write to ${HIDDEN['what the answer holds']}` }
  const provider = await startQuotingProvider(quotes)
  gateway = await startGateway({ config: privateConfig(provider.url, capture), eventStore: 'duckdb', env })
  controlUrl = (JSON.parse(readFileSync(join(gateway.dataDir, 'connection.json'), 'utf8')) as Connection)
    .controlUrl
  await sendPrivateTraffic(gateway.url)
  captured = await capturedOf(await ask(JSON.stringify(bodyWith(PERSONAL))))
  escaped = await capturedOf(await ask(everyCharacterEscaped(JSON.stringify(bodyWith(PERSONAL)))))
  before = await evidence()
  leaveBehind()
  gateway = await startGateway({ ...restarted(), env })
  controlUrl = (JSON.parse(readFileSync(join(gateway.dataDir, 'connection.json'), 'utf8')) as Connection)
    .controlUrl
  // Still in a file of the spool that is written to.
  await ask(JSON.stringify(bodyWith(SENT['a user message'])))
  forgetting = await forgetAll()
  after = await evidence()
  leaveBehind()
  forgetting.push(await forget(`user:${SENT.user}`))
  later = await leftBehind()
}, 120_000)

interface Connection {
  readonly controlUrl: string
}

const restarted = () => ({
  config: readFileSync(gateway.configFile, 'utf8'),
  dataDir: gateway.dataDir,
  eventStore: 'duckdb' as const,
})

function bodyWith(content: string) {
  const call = { name: 'f', arguments: JSON.stringify({ to: content }) }
  return {
    model: MARK,
    stream: true,
    user: SENT.user,
    messages: [
      { role: 'user', content },
      { role: 'assistant', tool_calls: [{ id: 'c', type: 'function', function: call }] },
    ],
  }
}

/** The same JSON, with escapes for all that stands in strings. */
function everyCharacterEscaped(json: string): string {
  return json.replace(/"((?:[^"\\]|\\.)*)"/g, (_, text: string) => {
    const value = JSON.parse(`"${text}"`) as string
    const units = Array.from({ length: value.length }, (_, at) => value.charCodeAt(at))
    return `"${units.map(unit => `\\u${unit.toString(16).padStart(4, '0')}`).join('')}"`
  })
}

/** @returns the request's id */
async function ask(body: string): Promise<string> {
  const response = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body,
  })
  const text = await response.text()
  expect(text).toContain(HIDDEN['what the answer holds'].slice(-10))
  return response.headers.get('x-weir-request-id') ?? ''
}

async function capturedOf(id: string): Promise<Captured> {
  const url = `${controlUrl}/api/v1/requests/${id}`
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}` }
  for (;;) {
    const response = await fetch(url, { headers })
    if (response.status === 200) return ((await response.json()) as { capture: Captured }).capture
    expect(response.status).toBe(404)
  }
}

/** What a crash, a store that refuses and a newer program can leave in the spool. */
function leaveBehind(): void {
  const { 'pseudonym of the user': pseudonym } = pseudonyms()
  const spool = join(gateway.dataDir, 'events')
  const lines = [
    { kind: 'of another version', version: 9, at: '2026-11-21T10:00:00.000Z', unit: pseudonym },
    { kind: 'of another version', version: 9, at: '2026-11-21T10:00:00.000Z', text: SENT.user },
    { kind: 'of another version', version: 9, at: '2026-11-21T10:00:00.000Z', text: MARK },
  ]
  const text = lines.map(line => `${JSON.stringify(line)}\n`).join('')
  mkdirSync(join(spool, 'rejected'), { recursive: true })
  writeFileSync(join(spool, 'rejected', '001795276411245-w0-ee4870df-000000.ndjson'), text)
  writeFileSync(join(spool, '001795276411246-w8-ee4870df-000000.ndjson.open'), text)
  writeFileSync(
    join(spool, '001795276411247-w9-ee4870df-000000.ndjson.dropped'),
    `${text}{"unit":"${pseudonym}`,
  )
}

function pseudonyms() {
  const identity = new Identity(readFileSync(join(gateway.dataDir, 'secret.key')), 'test')
  return {
    'pseudonym of the user': identity.unit('user', SENT.user),
    'pseudonym of the account': identity.unit('metadata.account', SENT['the unit of a metadata path']),
    'pseudonym of feedback': identity.unit('user', SENT['a unit of feedback']),
  }
}

async function forgetAll(): Promise<ProgramResult[]> {
  const units = [
    `user:${SENT.user}`,
    `metadata.account:${SENT['the unit of a metadata path']}`,
    `user:${SENT['a unit of feedback']}`,
  ]
  const results: ProgramResult[] = []
  for (const unit of units) results.push(await forget(unit))
  return results
}

function forget(unit: string): Promise<ProgramResult> {
  const args = ['forget', '--unit', unit, '--yes', '--data-dir', gateway.dataDir]
  return runProgram(args, { env: { WEIR_TOKEN: ADMIN_TOKEN } })
}

/** What is left when the program has ended. */
async function evidence(): Promise<Evidence[]> {
  const { stdout, stderr } = await gateway.stop()
  return [
    ...(await leftBehind()),
    { where: 'stdout', bytes: Buffer.from(stdout) },
    { where: 'stderr', bytes: Buffer.from(stderr) },
  ]
}

async function leftBehind(): Promise<Evidence[]> {
  return [
    ...readTree(gateway.dataDir),
    ...dumpTables(join(gateway.dataDir, 'control.db')),
    ...(await dumpEventStore(storeDirectory(gateway.dataDir))),
  ]
}

/** Rows of a dumped table: texts as they are, other values as JSON. */
function rowsOf(table: string, places: readonly Evidence[]): Record<string, string | null>[] {
  const dump = places.find(({ where }) => where === `event table ${table}`)?.bytes.toString() ?? ''
  return dump.split('\n').map(line => {
    const fields = Object.entries(JSON.parse(line) as Record<string, unknown>)
    const texts = fields.map(([name, value]) => [name, value === null ? null : asText(value)])
    return Object.fromEntries(texts) as Record<string, string | null>
  })
}

const asText = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))

const placesOf = (canaries: Readonly<Record<string, string>>, places: readonly Evidence[]) => [
  ...new Set(scan(places, canaries).map(({ where }) => where)),
]

describe('what is captured', () => {
  it('is the prompt as it was sent and the words of the answer, with names for what is personal', () => {
    const names = '[email] and [email] and [phone] and [card] and [iban] and [key] and [redacted]'
    expect(captured.prompt).toBe(JSON.stringify({ ...bodyWith(names), user: '[user]' }))
    expect(captured.answer).toBe(`${QUOTED.text}, write to [email]`)
  })

  it('is redacted however it was escaped', () => {
    const text = JSON.parse(escaped.prompt) as ReturnType<typeof bodyWith>
    expect(text.user).toBe('[user]')
    expect(text.messages[0]?.content).toMatch(
      /^\[email\].*\[email\].*\[phone\].*\[card\].*\[iban\].*\[key\].*\[redacted\]$/,
    )
    expect(scan([{ where: 'prompt', bytes: Buffer.from(escaped.prompt) }], HIDDEN)).toEqual([])
  })

  it('is of every request that a router split and somebody was sent, whatever became of it', () => {
    const requests = rowsOf('request', before)
    const called = requests.filter(({ router, attempts }) => router !== null && attempts !== '[]')
    expect(new Set(called.map(({ outcome }) => outcome))).toEqual(new Set(['ok', 'failed', 'stream_broken']))
    const captures = new Set(rowsOf('capture', before).map(({ request_id: id }) => id))
    expect(captures).toEqual(new Set(called.map(({ request_id: id }) => id)))
    expect(requests.filter(({ captured: is }) => is === 'true').length).toBe(captures.size)
  })

  it('has the words of answers in every format, streamed or whole', () => {
    const answers = new Map(rowsOf('capture', before).map(({ request_id: id, answer }) => [id, answer]))
    const answered = rowsOf('request', before).filter(
      ({ outcome, router, endpoint }) => outcome === 'ok' && router !== null && endpoint !== 'embeddings',
    )
    const forms = new Set(answered.map(({ endpoint, stream }) => `${endpoint} ${stream}`))
    expect(forms.size).toBeGreaterThanOrEqual(5)
    for (const { request_id: id } of answered) expect(answers.get(id)).toContain(QUOTED.text)
  })

  it('is in the table of captures and the bytes of its file, and nowhere else', () => {
    const { 'a user message': message, 'a tool’s result': result } = SENT
    const places = placesOf({ message, result, answer: QUOTED.text }, before)
    expect(places).toContain('event table capture')
    expect(
      places.filter(where => where !== 'event table capture' && !where.startsWith('file event-store/')),
    ).toEqual([])
  })

  it('holds nothing that was to be redacted, and neither does anything else', () => {
    expect(before.some(({ where }) => where === 'event table capture')).toBe(true)
    // Of this router’s it is the unit; to others it is metadata like any other.
    const { 'another unit': _, ...hidden } = HIDDEN
    expect(scan(before, hidden)).toEqual([])
  })

  it('is nothing but the body and the answer’s words', () => {
    const names = ['a header', 'a cookie', 'a query', 'baggage', 'a correction', 'an uploaded file'] as const
    const others = Object.fromEntries(names.map(name => [name, SENT[name]]))
    const quoted = { ...QUOTED, text: undefined }
    const foreign = Object.entries({ ...others, ...quoted }).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    )
    expect(scan(before, Object.fromEntries(foreign) as Record<string, string>)).toEqual([])
  })
})

describe('a unit that is forgotten', () => {
  it('was known before, by its pseudonym', () => {
    for (const [name, pseudonym] of Object.entries(pseudonyms()))
      expect(placesOf({ [name]: pseudonym }, before)).toContain(
        name.endsWith('feedback') ? 'event table outcome' : 'event table request',
      )
  })

  it('is said to be erased, with how much', () => {
    expect(forgetting.map(({ code, stderr }) => ({ code, stderr }))).toEqual(
      Array.from(forgetting, () => ({ code: 0, stderr: '' })),
    )
    expect(forgetting.map(({ stdout }) => Number(/\d+/.exec(stdout)?.[0]) > 0)).toEqual([
      true,
      true,
      true,
      true,
    ])
  })

  it('leaves neither its pseudonym nor a word of its in any table, file or output', () => {
    expect(scan(after, { ...SENT, ...QUOTED, ...pseudonyms() })).toEqual([])
  })

  it('leaves nothing either when no program runs', () => {
    expect(scan(later, { ...SENT, ...QUOTED, ...pseudonyms() })).toEqual([])
  })

  it('leaves everything else as it was', () => {
    const revisions = (places: readonly Evidence[]) =>
      places.filter(({ where }) => where === 'event table revision').map(({ bytes }) => bytes.toString())
    expect(revisions(after)).toEqual(revisions(before))
    const kept = placesOf({ mark: MARK }, after)
    const refused = 'file events/rejected/001795276411245-w0-ee4870df-000000.ndjson'
    expect(kept).toEqual(expect.arrayContaining(['event table revision', 'event table unread', refused]))
  })
})
