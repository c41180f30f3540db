// Streams that fail after their first content: the client keeps what it got, then an error event in its own format;
// no second model is spliced in, and the event says so.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answered, chatText } from '../support/caller.ts'
import { type RunningGateway, startGateway, testKey } from '../support/gateway.ts'
import { openLedger } from '../support/ledger.ts'
import { chatChunk, openEventStream, startScriptedProvider } from '../support/scripted-provider.ts'
import { until } from '../support/until.ts'
import { type FailureCase, type FailureGateway, startFailureGateway } from './failure-gateway.ts'

const timeouts = { idle: '1s' }

/** The text is cut after its first token: the middle of three. */
const cases: Record<string, FailureCase> = {
  break: { first: 'break=mid' },
  hang: { first: 'hang=mid', timeouts },
  stall: { first: 'stall_after=2', timeouts },
  'cut-frame': { first: 'truncate' },
  'gzip-break': { first: 'break=mid; encoding=gzip' },
  'total-time': { first: 'hang=mid', timeouts: { total: '1s' } },
  'after-retry': { first: 'error=503', second: 'break=mid' },
}

let setup: FailureGateway

beforeAll(async () => {
  setup = await startFailureGateway({
    ...cases,
    messages: { first: 'break=mid', provider: 'anthropic' },
    responses: { first: 'break=mid' },
    completions: { first: 'break=mid' },
  })
})

afterAll(() => setup.ledger.check(setup.gateway))

function lastError(answer: Answered): Record<string, unknown> {
  return JSON.parse(answer.sse().at(-1)?.data ?? '{}') as Record<string, unknown>
}

describe.concurrent('a stream that ends by', () => {
  it.each(Object.entries(cases).filter(([id]) => id !== 'after-retry'))(
    '%s leaves the client with its beginning and an error event',
    async id => {
      const answer = await setup.caller.chat(id, { stream: true })
      expect(answer.status).toBe(200)
      expect(answer.headers.get('x-weir-served')).toBe('first')
      expect(chatText(answer.sse())).toBe('from')
      expect(answer.text).not.toContain('[DONE]')
      expect(lastError(answer)).toMatchObject({
        error: { code: 'stream_broken', type: 'api_error', request_id: answer.id },
      })
      expect(await setup.gateway.event(answer.id)).toMatchObject({
        outcome: 'stream_broken',
        error: 'stream_broken',
        status: 200,
        assigned: 'first',
        served: 'first',
        attempts: [{ variant: 'first', failure: 'stream_broken', status: 200 }],
        output_length: 4,
        // Four characters, a token; of the prompt only its length is known.
        usage: { output: 1 },
        usage_estimated: true,
        cost_nano_usd: expect.any(Number) as number,
      })
    },
  )
})

it('counts the attempts before the one that broke, and does not try a further one', async () => {
  const answer = await setup.caller.chat('after-retry', { stream: true })
  expect(chatText(answer.sse())).toBe('from')
  expect(await setup.gateway.event(answer.id)).toMatchObject({
    outcome: 'stream_broken',
    served: 'second',
    attempts: [{ failure: 'server_error' }, { failure: 'stream_broken' }],
  })
})

describe('the error event', () => {
  it('of messages is named error and in Anthropic’s words', async () => {
    const body = {
      model: 'messages',
      max_tokens: 100,
      stream: true,
      messages: [{ role: 'user', content: 'Hi' }],
    }
    const answer = await setup.caller.post('/v1/messages', body, {
      headers: { 'anthropic-version': '2023-06-01' },
    })
    expect(answer.sse().at(-1)?.event).toBe('error')
    expect(lastError(answer)).toMatchObject({
      type: 'error',
      error: { type: 'api_error', code: 'stream_broken', message: expect.any(String) },
    })
    expect(answer.text).not.toContain('message_stop')
  })

  it('of responses is named error, with a code and a message of its own', async () => {
    const answer = await setup.caller.post('/v1/responses', { model: 'responses', input: 'Hi', stream: true })
    expect(answer.sse().at(-1)?.event).toBe('error')
    expect(lastError(answer)).toMatchObject({
      type: 'error',
      code: 'stream_broken',
      message: expect.any(String),
      param: null,
      sequence_number: expect.any(Number),
    })
  })

  it('of completions is a chunk with an error, as of chats', async () => {
    const answer = await setup.caller.post('/v1/completions', {
      model: 'completions',
      prompt: 'Hi',
      stream: true,
    })
    expect(lastError(answer)).toMatchObject({ error: { code: 'stream_broken' } })
  })
})

describe('a provider’s own error event', () => {
  it('after content that the client has, ends the stream in the gateway’s words', async () => {
    const provider = await startScriptedProvider()
    const gateway = await startFor(provider.url)
    const ledger = openLedger()
    let sendError = () => {}
    provider.play((_, response) => {
      openEventStream(response).write(`data: ${chatChunk('Hello ')}\n\n`)
      sendError = () => response.end('data: {"error":{"message":"secret words","type":"server_error"}}\n\n')
    })
    const response = await ledger.fetch(`${gateway.baseUrl}/chat/completions`, {
      method: 'POST',
      headers: { authorization: 'Bearer wk_end_to_end_tests' },
      body: JSON.stringify({ model: 'x/y', stream: true, messages: [] }),
    })
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    if (reader === undefined) throw new Error('there is no body')
    let text = (await reader.read()).value ?? ''
    expect(text).toContain('Hello ')
    sendError()
    for (let part = await reader.read(); !part.done; part = await reader.read()) text += part.value
    expect(text).toContain('"code":"stream_broken"')
    expect(text).not.toContain('[DONE]')
    const [event] = await until('the event', () => gateway.events().length > 0 && gateway.events())
    expect(event).toMatchObject({ outcome: 'stream_broken', attempts: [{ failure: 'stream_broken' }] })
    expect(JSON.stringify(event)).not.toContain('secret words')
    await ledger.check(gateway)
  })
})

function startFor(url: string): Promise<RunningGateway> {
  return startGateway({
    config: {
      version: 1,
      providers: { x: { type: 'openai', base_url: `${url}/v1` } },
      models: { 'x/y': {} },
      keys: [testKey],
    },
  })
}
