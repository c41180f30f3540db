// Errors as OpenAI's own SDK types them, whether they are the gateway's or a provider's.
import { createServer } from 'node:http'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { endWithFile } from '../support/clean-up.ts'
import { openaiClient } from '../support/sdk.ts'
import { type SdkGateway, startSdkGateway } from './sdk-gateway.ts'

let setup: SdkGateway
let client: OpenAI

beforeAll(async () => {
  setup = await startSdkGateway()
  client = openaiClient(setup.gateway, setup.ledger)
})

afterAll(() => setup.ledger.check(setup.gateway))

const hello = {
  messages: [{ role: 'user', content: 'Hello' }],
} satisfies Partial<OpenAI.ChatCompletionCreateParams>

/** What a call throws. */
async function thrownBy(call: Promise<unknown>): Promise<InstanceType<typeof OpenAI.APIError>> {
  const thrown: unknown = await call.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (thrown instanceof OpenAI.APIError) return thrown
  throw new Error('the call did not fail with an APIError', { cause: thrown })
}

const chat = (model: string, directives = '', options: OpenAI.RequestOptions = {}) =>
  client.chat.completions.create({ ...hello, model }, { headers: { 'x-sim': directives }, ...options })

const lastEvent = () => setup.gateway.event(setup.ledger.ids.at(-1) ?? '')

describe('an error of the gateway', () => {
  it('is an AuthenticationError without a key that is known', async () => {
    const stranger = openaiClient(setup.gateway, setup.ledger, { apiKey: 'wk_unknown' })
    const error = await thrownBy(stranger.chat.completions.create({ ...hello, model: 'chat' }))
    expect(error).toBeInstanceOf(OpenAI.AuthenticationError)
    expect(error).toMatchObject({ status: 401, code: 'key_unknown', type: 'authentication_error' })
    expect(await lastEvent()).toMatchObject({
      outcome: 'refused',
      status: 401,
      error: 'key_unknown',
      key: null,
    })
  })

  it('is a NotFoundError for a model that is neither router nor model', async () => {
    const error = await thrownBy(chat('chta'))
    expect(error).toBeInstanceOf(OpenAI.NotFoundError)
    expect(error).toMatchObject({ code: 'model_not_found', param: 'model', type: 'invalid_request_error' })
    expect(error.message).toContain('chta')
  })

  it('is a BadRequestError for a body it cannot read', async () => {
    const error = await thrownBy(client.post('/chat/completions', { body: { ...hello } }))
    expect(error).toBeInstanceOf(OpenAI.BadRequestError)
    expect(error).toMatchObject({ code: 'model_missing', param: 'model' })
    expect(await lastEvent()).toMatchObject({ outcome: 'refused', status: 400, attempts: [] })
  })

  it('carries the id by which the operator finds its event', async () => {
    const error = await thrownBy(chat('chta'))
    const { request_id } = error.error as { request_id: string }
    expect(request_id).toBe(setup.ledger.ids.at(-1))
    expect(await setup.gateway.event(request_id)).toMatchObject({ error: 'model_not_found' })
  })
})

describe('an error of a provider', () => {
  it.each([
    [400, OpenAI.BadRequestError],
    [422, OpenAI.UnprocessableEntityError],
  ])('%s reaches the client as it came', async (status, kind) => {
    const error = await thrownBy(chat('chat', `error=${status}`))
    expect(error).toBeInstanceOf(kind)
    expect(error).toMatchObject({ status, type: 'invalid_request_error' })
    expect(await lastEvent()).toMatchObject({ outcome: 'failed', status, attempts: [{ status }] })
  })

  it('that the prompt is too long keeps the code by which applications know it', async () => {
    const error = await thrownBy(chat('chat', 'context_length'))
    expect(error).toBeInstanceOf(OpenAI.BadRequestError)
    expect(error).toMatchObject({ code: 'context_length_exceeded', param: 'messages' })
  })

  it('429 is a RateLimitError with the time to wait', async () => {
    const error = await thrownBy(chat('chat', 'error=429; retry_after=27'))
    expect(error).toBeInstanceOf(OpenAI.RateLimitError)
    expect(error.headers?.get('retry-after')).toBe('27')
    expect(error).toMatchObject({ code: 'upstream_rate_limited', type: 'rate_limit_error' })
  })

  it.each([500, 503, 529])('%s is an InternalServerError of the same status', async status => {
    const error = await thrownBy(chat('chat', `error=${status}`))
    expect(error).toBeInstanceOf(OpenAI.InternalServerError)
    expect(error).toMatchObject({ status, code: 'upstream_error' })
    expect(error.error).toMatchObject({ attempts: [{ failure: 'server_error', status }, { status }] })
  })

  it('that breaks a stream is thrown where the stream is read', async () => {
    const stream = await client.chat.completions.create(
      { ...hello, model: 'chat', stream: true },
      { headers: { 'x-sim': 'break=mid; text=one%20two%20three%20four' } },
    )
    let text = ''
    const error = await thrownBy(
      (async () => {
        for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ''
      })(),
    )
    expect(text).toBe('one two')
    expect(error).toMatchObject({ code: 'stream_broken' })
    expect(await lastEvent()).toMatchObject({ outcome: 'stream_broken', status: 200 })
  })
})

describe('the SDK’s own patience', () => {
  it('ends in an APIConnectionTimeoutError, and the call upstream with it', async () => {
    const before = setup.sim.stats.aborted
    const error = await thrownBy(chat('chat', 'ttft_ms=600000; speed=1', { timeout: 300 }))
    expect(error).toBeInstanceOf(OpenAI.APIConnectionTimeoutError)
    await expect.poll(() => setup.sim.stats.aborted).toBe(before + 1)
  })

  it('meets an APIConnectionError where no gateway is', async () => {
    const closed = await closedPort()
    const nobody = new OpenAI({ baseURL: `http://127.0.0.1:${closed}/v1`, apiKey: 'wk_x', maxRetries: 0 })
    expect(await thrownBy(nobody.models.list())).toBeInstanceOf(OpenAI.APIConnectionError)
  })

  it('retries a 503 and gets the answer the gateway then has', async () => {
    const patient = openaiClient(setup.gateway, setup.ledger, { maxRetries: 4 })
    let tries = 0
    const failing: typeof fetch = (input, init) => {
      const headers = new Headers(init?.headers)
      headers.set('x-sim', tries++ < 2 ? 'error=503' : 'text=at%20last')
      return setup.ledger.fetch(input, { ...init, headers })
    }
    const answer = await patient
      .withOptions({ fetch: failing })
      .chat.completions.create({ ...hello, model: 'chat' })
    expect(answer.choices[0]?.message.content).toBe('at last')
    expect(tries).toBe(3)
  })
})

/** A port on which nobody listens: one that was just given back. */
async function closedPort(): Promise<number> {
  const server = createServer()
  endWithFile(() => server.close())
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise(resolve => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}
