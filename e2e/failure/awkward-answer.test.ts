// Answers that are right but awkward to read: compressed, cut anywhere, with comments, carriage returns, a chunk that
// is no JSON, no end. The client gets them as they are, and the event is none the worse.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chatText } from '../support/caller.ts'
import {
  chatChunk,
  openEventStream,
  type ScriptedProvider,
  startScriptedProvider,
} from '../support/scripted-provider.ts'
import { until } from '../support/until.ts'
import { type FailureCase, type FailureGateway, startFailureGateway } from './failure-gateway.ts'

const TEXT = '你好 wörld 👩‍🚀 naïve Ω'
const WORDS = 5

const awkward = [
  'crlf',
  'comment',
  'encoding=gzip',
  'encoding=br',
  'split=1',
  'split=3',
  'tokens_per_chunk=3',
  'crlf; split=1',
  'comment; crlf; split=2',
  'encoding=gzip; split=1',
  'encoding=br; crlf; split=7',
  'no_done',
]

const cases: Record<string, FailureCase> = Object.fromEntries(
  awkward.map((directives, index) => [
    `case-${index}`,
    { first: `text=${encodeURIComponent(TEXT)}; ${directives}`, second: null },
  ]),
)

let setup: FailureGateway
let scripted: ScriptedProvider

beforeAll(async () => {
  scripted = await startScriptedProvider()
  setup = await startFailureGateway(
    {
      ...cases,
      malformed: { first: 'malformed=3', second: null },
      'no-usage': { first: 'usage=none', second: null },
    },
    () => ({
      providers: { scripted: { type: 'openai', base_url: `${scripted.url}/v1` } },
      models: { 'scripted/m': {} },
      routers: {
        scripted: {
          default_route: { split: { variants: [{ id: 'only', model: 'scripted/m' }] } },
          failure: { retries: 0 },
          timeouts: { idle: '500ms' },
        },
      },
    }),
  )
})

afterAll(() => setup.ledger.check(setup.gateway))

const rows = awkward.map((directives, index) => [directives, `case-${index}`] as const)

describe('an answer with', () => {
  it.each(rows)('%s arrives with its text whole, in a stream', async (directives, id) => {
    const answer = await setup.caller.chat(id, { stream: true })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-encoding')).toBeNull()
    expect(chatText(answer.sse())).toBe(TEXT)
    expect(answer.text.includes('data: [DONE]')).toBe(!directives.includes('no_done'))
    expect(answer.text.includes('\r\n')).toBe(directives.includes('crlf'))
    expect(/^:/m.test(answer.text)).toBe(directives.includes('comment'))
    expect(answer.text).not.toContain('"choices":[],')
    expect(await setup.gateway.event(answer.id)).toMatchObject({
      outcome: 'ok',
      error: null,
      finish_reason: 'stop',
      usage: { input: 1, output: WORDS },
      output_length: TEXT.length,
      attempts: [{ failure: null, status: 200 }],
    })
  })

  it.each(rows.filter(([directives]) => /encoding|split/.test(directives)))(
    '%s arrives with its text whole, not streamed',
    async (_directives, id) => {
      const answer = await setup.caller.chat(id)
      expect(answer.headers.get('content-encoding')).toBeNull()
      expect(answer.json()).toMatchObject({ choices: [{ message: { content: TEXT } }] })
      expect(await setup.gateway.event(answer.id)).toMatchObject({ outcome: 'ok', usage: { output: WORDS } })
    },
  )

  it('a chunk that is no JSON passes as it is: it must not end a healthy stream', async () => {
    const answer = await setup.caller.chat('malformed', { stream: true })
    const broken = answer.sse().filter(event => event.data !== '[DONE]' && !isJson(event.data))
    expect(broken).toHaveLength(1)
    expect(answer.sse().at(-1)?.data).toBe('[DONE]')
    expect(await setup.gateway.event(answer.id)).toMatchObject({ outcome: 'ok', finish_reason: 'stop' })
  })

  it.each([{}, { stream: true }])('no usage has an unknown cost, not none: %j', async fields => {
    const answer = await setup.caller.chat('no-usage', fields)
    expect(answer.status).toBe(200)
    expect(await setup.gateway.event(answer.id)).toMatchObject({
      outcome: 'ok',
      usage: { input: null, output: null },
      cost_nano_usd: null,
    })
  })
})

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

describe('a stream, byte by byte', () => {
  const chunks = ['Hello', ' 👩‍🚀', ' wörld'].map(text => `data: ${chatChunk(text)}\n\n`)
  const last = `data: ${chatChunk('', 'stop')}\n\n`
  const usage = 'data: {"id":"c1","choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3}}\n\n'
  const done = 'data: [DONE]\n\n'
  const begun = [': hello\n\n', 'event: ping\ndata: {}\n\n', ...chunks]
  const bytes = Buffer.from([...begun, last, usage, done].join(''))

  /** Sends the bytes in pieces, each in a turn of its own, and ends. */
  function send(all: Buffer, cuts: readonly number[]): void {
    scripted.play(async (_, response) => {
      openEventStream(response)
      let from = 0
      for (const cut of [...cuts, all.length]) {
        response.write(all.subarray(from, cut))
        from = cut
        await new Promise(setImmediate)
      }
      response.end()
    })
  }

  const cuttings = [
    [],
    [1],
    [bytes.indexOf('\n\n') + 1],
    [bytes.indexOf('data: {"id"') + 3],
    [bytes.indexOf('👩') + 2, bytes.indexOf('👩') + 5],
    [bytes.length - 1],
    Array.from({ length: bytes.length - 1 }, (_, index) => index + 1),
  ].map(cuts => [cuts.length > 5 ? 'everywhere' : cuts.join(', '), cuts] as const)

  it.each(cuttings)(
    'is the provider’s own to a client that asked for usage; cut at %s',
    async (_name, cuts) => {
      send(bytes, cuts)
      const answer = await setup.caller.chat('scripted', {
        stream: true,
        stream_options: { include_usage: true },
      })
      expect(answer.text).toBe(bytes.toString())
      expect(await setup.gateway.event(answer.id)).toMatchObject({ usage: { input: 7, output: 3 } })
    },
  )

  it.each(cuttings)('lacks nothing but the usage for one that did not; cut at %s', async (_name, cuts) => {
    send(bytes, cuts)
    const answer = await setup.caller.chat('scripted', { stream: true })
    expect(answer.text).toBe([...begun, last, done].join(''))
    expect(await setup.gateway.event(answer.id)).toMatchObject({
      usage: { input: 7, output: 3 },
      outcome: 'ok',
    })
  })

  it('whose last frame lacks its blank line is complete all the same', async () => {
    send(Buffer.from([...begun, last, 'data: [DONE]\n'].join('')), [])
    const answer = await setup.caller.chat('scripted', { stream: true })
    expect(answer.sse().at(-1)?.data).toBe('[DONE]')
    expect(await setup.gateway.event(answer.id)).toMatchObject({ outcome: 'ok', finish_reason: 'stop' })
  })

  it('whose finish reason stands in a last frame without blank line is complete, too', async () => {
    send(Buffer.from([...begun, last.trimEnd()].join('')), [])
    const answer = await setup.caller.chat('scripted', { stream: true })
    expect(chatText(answer.sse())).toBe('Hello 👩‍🚀 wörld')
    expect(answer.text).not.toContain('stream_broken')
    expect(await setup.gateway.event(answer.id)).toMatchObject({ outcome: 'ok', finish_reason: 'stop' })
  })

  it('that is said to be done but never closed ends for the client, and its connection is closed in time', async () => {
    scripted.play((_, response) => openEventStream(response).write(bytes))
    const answer = await setup.caller.chat('scripted', { stream: true })
    expect(answer.sse().at(-1)?.data).toBe('[DONE]')
    expect(await setup.gateway.event(answer.id)).toMatchObject({ outcome: 'ok' })
    await expect.poll(() => scripted.connections(), { timeout: 20_000 }).toBe(0)
  })
})

it('a slow beginning of comments alone is no content: the first target may still be replaced', async () => {
  let closed = false
  scripted.play((_, response) => {
    openEventStream(response).write(
      ': waiting\n\ndata: {"choices":[{"index":0,"delta":{"role":"assistant"}}]}\n\n',
    )
    response.once('close', () => {
      closed = true
    })
    response.write('data: {"error":{"message":"no","type":"server_error"}}\n\n')
  })
  const answer = await setup.caller.chat('scripted', { stream: true })
  expect(answer.status).toBe(502)
  expect(await setup.gateway.event(answer.id)).toMatchObject({
    outcome: 'failed',
    attempts: [{ failure: 'server_error', status: 200 }],
  })
  await until('the end of the call upstream', () => closed)
})
