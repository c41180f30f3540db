// A provider whose format Weir does not speak, called through a library over real HTTP, by clients of every API:
// answers, streams, tools, thinking, what they cost, and who is hung up on.
import { APIUserAbortError as AnthropicAbort } from '@anthropic-ai/sdk'
import { APIUserAbortError as OpenAiAbort } from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../support/until.ts'
import { type Asker, askers, type ClientName, QUESTION, RESULT } from './asker.ts'
import { type ForeignGateway, GEMINI_KEY, lastBody, startForeignGateway } from './foreign-gateway.ts'

/** US dollars per million tokens, which are a thousandth of a nano-dollar per token. */
const price = { input: 1, cached_input: 0.5, output: 4 }

let setup: ForeignGateway
let clients: Readonly<Record<ClientName, Asker>>

beforeAll(async () => {
  setup = await startForeignGateway({ gemini: { targets: [{ provider: 'gemini', model: { price } }] } })
  clients = askers(setup)
})

afterAll(() => setup.ledger.check(setup.gateway))

interface OwnFigures {
  readonly promptTokenCount: number
  readonly cachedContentTokenCount?: number
  readonly candidatesTokenCount: number
  readonly thoughtsTokenCount?: number
}

/** What the provider counts when the latest request is sent to it again, without a gateway. */
async function ownFigures(): Promise<OwnFigures> {
  const { gemini } = setup
  const request = gemini.requests.at(-1)
  if (request === undefined) throw new Error('there is no request')
  const path = request.path.replace('streamGenerateContent?alt=sse', 'generateContent')
  const response = await fetch(gemini.url + path, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-goog-api-key': GEMINI_KEY,
      'x-sim': String(request.headers['x-sim']),
    },
    body: new Uint8Array(request.body),
  })
  return ((await response.json()) as { usageMetadata: OwnFigures }).usageMetadata
}

const names: readonly ClientName[] = ['chat', 'messages', 'responses']
const modes = ['whole', 'stream'] as const

describe.each(names)('a client of %s', name => {
  it.each(modes)('is answered (%s), and its event has the provider’s own figures', async mode => {
    const sim = 'text=it%20is%2021%20there; cached_tokens=4; reasoning_tokens=9'
    const heard = await clients[name][mode]({ model: 'gemini', sim })
    const event = await setup.lastEvent()
    const own = await ownFigures()
    const usage = { input: 6, cached: 4, output: 13, reasoning: 9 }
    expect(heard).toMatchObject({ text: 'it is 21 there', thinking: '', calls: [], usage })
    expect(own).toMatchObject({
      promptTokenCount: usage.input,
      cachedContentTokenCount: usage.cached,
      candidatesTokenCount: usage.output - usage.reasoning,
      thoughtsTokenCount: usage.reasoning,
    })
    expect(event).toMatchObject({
      endpoint: name,
      stream: mode === 'stream',
      outcome: 'ok',
      status: 200,
      target: 'gemini/gemini-1',
      usage: { input: 6, cached_input: 4, output: 13, reasoning: 9 },
      cost_nano_usd: 2 * 1000 + 4 * 500 + 13 * 4000,
      finish_reason: 'stop',
      output_length: 14,
      dropped: [],
    })
    expect(event.first_token_ms).toBeGreaterThan(0)
  })

  it.each(modes)('runs a loop of two turns with parallel calls and thinking (%s)', async mode => {
    const ask = { model: 'gemini', tools: 'weather', think: 'yes' } as const
    const first = await clients[name][mode]({ ...ask, sim: 'tool_call=2; thinking=let%20me%20see' })
    const firstEvent = await setup.lastEvent()
    expect(first).toMatchObject({ text: '', thinking: 'let me see', usage: { reasoning: 3 } })
    expect(first.calls).toMatchObject([
      { name: 'get_weather', input: { city: expect.any(String) } },
      { name: 'get_weather', input: { city: expect.any(String) } },
    ])
    expect(firstEvent).toMatchObject({ tool_calls: 2, finish_reason: 'tool_calls' })

    const second = await clients[name][mode]({
      ...ask,
      sim: 'text=it%20is%20warm; thinking=aha',
      after: first.turns,
    })
    expect(second).toMatchObject({ text: 'it is warm', thinking: 'aha', calls: [] })
    expect(lastBody(setup.gemini).contents).toMatchObject([
      { role: 'user', parts: [{ text: QUESTION }] },
      {
        role: 'model',
        parts: [
          { text: 'let me see', thought: true },
          // The signature has come back to the call it was given with: without it Gemini loses its thread.
          { functionCall: { args: first.calls[0]?.input }, thoughtSignature: expect.any(String) },
          { functionCall: { args: first.calls[1]?.input } },
        ],
      },
      {
        role: 'user',
        parts: [
          { functionResponse: { response: { content: RESULT } } },
          { functionResponse: { response: { content: RESULT } } },
        ],
      },
    ])
    expect(await setup.lastEvent()).toMatchObject({ tool_calls: 0, finish_reason: 'stop', outcome: 'ok' })
  })

  it('that leaves in mid-stream ends the call at the provider', async () => {
    const before = setup.gemini.abortedStreams()
    const count = setup.gateway.events().length
    const controller = new AbortController()
    const sim = 'speed=1; ttft_ms=0; tokens_per_second=5; output_tokens=10000'
    const answer = clients[name].stream({ model: 'gemini', sim, signal: controller.signal })
    const left = expect(answer).rejects.toThrow(name === 'messages' ? AnthropicAbort : OpenAiAbort)
    const frames = setup.gemini.stats.frames
    await until('some of the stream', () => setup.gemini.stats.frames > frames + 1)
    controller.abort()
    await left
    await until('the end of the call', () => setup.gemini.abortedStreams() === before + 1)
    expect(setup.gemini.openStreams()).toBe(0)
    const event = await until('the event', () => setup.gateway.events()[count])
    expect(event).toMatchObject({ outcome: 'cancelled', error: 'cancelled', usage_estimated: true })
  })

  it('that leaves while a whole answer is awaited ends the call at the provider', async () => {
    const { aborted, requests } = setup.gemini.stats
    const count = setup.gateway.events().length
    const controller = new AbortController()
    const sim = 'speed=1; ttft_ms=600000'
    const answer = clients[name].whole({ model: 'gemini', sim, signal: controller.signal })
    const left = expect(answer).rejects.toThrow(name === 'messages' ? AnthropicAbort : OpenAiAbort)
    await until('the call', () => setup.gemini.stats.requests > requests)
    controller.abort()
    await left
    await until('the end of the call', () => setup.gemini.stats.aborted === aborted + 1)
    const event = await until('the event', () => setup.gateway.events()[count])
    expect(event).toMatchObject({
      status: 499,
      outcome: 'cancelled',
      attempts: [{ target: 'gemini/gemini-1', failure: 'cancelled' }],
    })
  })
})
