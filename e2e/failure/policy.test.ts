// What a failure policy says is what happens: which failures count, how often and how long is tried, who stands in,
// and when a waiting client is told 200.
import type { ConfigInput } from '@weir/core/config'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answered, chatText } from '../support/caller.ts'
import { KEY } from '../support/gateway.ts'
import { type ScriptedProvider, startScriptedProvider } from '../support/scripted-provider.ts'
import { until } from '../support/until.ts'
import { type FailureCase, type FailureGateway, SECOND, startFailureGateway } from './failure-gateway.ts'

const quick = { base: '1ms', max: '2ms' }

const cases: Record<string, FailureCase> = {
  // Which failures count.
  'empty-counts': { first: 'text=', failure: { on: ['empty'] } },
  'empty-passes': { first: 'text=' },
  'empty-everywhere': { first: 'text=', second: 'text=', failure: { on: ['empty'] } },
  'refusal-counts': { first: 'refusal', failure: { on: ['refusal'] } },
  'refusal-passes': { first: 'refusal' },
  'refusal-everywhere': { first: 'refusal', second: 'refusal', failure: { on: ['refusal'] } },
  'length-counts': { first: 'context_length', failure: { on: ['context_length'] } },
  'length-everywhere': {
    first: 'context_length',
    second: 'context_length',
    failure: { on: ['context_length'] },
  },
  'nothing-counts': { first: 'error=500', failure: { on: [] } },
  // How often.
  'three-tries': { first: 'error=503', failure: { retries: 2, backoff: quick } },
  'no-second-try': { first: 'error=401', failure: { retries: 2, backoff: quick } },
  'gone-at-once': { first: 'model_gone', failure: { retries: 2, backoff: quick } },
  'at-most-two': {
    first: 'error=503',
    second: 'error=503',
    failure: { retries: 5, max_attempts: 2, backoff: quick },
  },
  'long-wait': { first: 'error=429; retry_after=30', second: null, failure: { retries: 2 } },
  'wait-or-move': { first: 'error=429; retry_after=5', failure: { retries: 2, backoff: quick } },
  'long-wait-elsewhere': { first: 'error=429; retry_after=30', failure: { retries: 2 } },
  // How long.
  'deadline-hang': { first: 'hang=headers', failure: { deadline: '700ms' } },
  'deadline-wait': {
    first: 'error=429; retry_after=9',
    second: null,
    failure: { retries: 3, deadline: '5s' },
  },
  // Left.
  'left-hanging': { first: 'hang=headers' },
  'left-waiting': {
    first: 'error=503',
    failure: { retries: 1, deadline: '24h', backoff: { base: '24h', max: '24h' } },
  },
  // Held.
  'held-then-answered': { first: 'hang=first_token', timeouts: { hold: '100ms', first_token: '1500ms' } },
  'held-then-failed': {
    first: 'hang=first_token',
    second: 'error=500',
    timeouts: { hold: '100ms', first_token: '1500ms' },
  },
  'held-then-refused': {
    first: 'hang=first_token',
    second: 'error=400',
    timeouts: { hold: '100ms', first_token: '1500ms' },
  },
}

/** Three that share, each failing but the last, so that the order of standing in shows. */
const sharing = (model: string, siblings: 'last' | 'never') => ({
  failure: { retries: 0, siblings },
  default_route: {
    split: {
      variants: [
        { id: 'a', model: `sim/${model}-a`, weight: 10, headers: { 'x-sim': 'error=503' } },
        { id: 'b', model: `sim/${model}-b`, weight: 30, headers: { 'x-sim': 'text=b' } },
        { id: 'c', model: `sim/${model}-c`, weight: 60, headers: { 'x-sim': 'error=500' } },
        { id: 'spare', model: `sim/${model}-d`, priority: 1, headers: { 'x-sim': 'error=408' } },
      ],
    },
  },
})

const models = (...names: string[]): NonNullable<ConfigInput['models']> =>
  Object.fromEntries(
    names.flatMap(name => ['a', 'b', 'c', 'd'].map(id => [`sim/${name}-${id}`, { name: 'large' }])),
  )

let setup: FailureGateway
let scripted: ScriptedProvider

beforeAll(async () => {
  scripted = await startScriptedProvider()
  const retrying = { retries: 1, backoff: quick }
  setup = await startFailureGateway(cases, () => ({
    providers: { scripted: { type: 'openai', base_url: `${scripted.url}/v1` } },
    models: {
      ...models('with', 'without'),
      'scripted/m': {},
      'scripted/m2': {},
      'keyless/m': {},
      'sim/named': { name: 'large' },
    },
    routers: {
      'siblings-last': sharing('with', 'last'),
      'siblings-never': sharing('without', 'never'),
      'one-left': {
        default_route: {
          split: {
            variants: [
              { id: 'first', model: 'scripted/m2' },
              { id: 'second', model: 'keyless/m', priority: 1 },
            ],
          },
        },
        failure: { retries: 1, on: ['server_error', 'rate_limited', 'credential'], backoff: quick },
      },
      scripted: {
        default_route: { split: { variants: [{ id: 'only', model: 'scripted/m' }] } },
        failure: retrying,
      },
    },
  }))
})

afterAll(() => setup.ledger.check(setup.gateway))

const eventOf = (answer: Answered) => setup.gateway.event(answer.id)
const failuresOf = async (answer: Answered) =>
  (await eventOf(answer)).attempts.map(attempt => `${attempt.variant} ${attempt.failure ?? 'ok'}`)
const contentOf = (answer: Answered) =>
  (answer.json() as { choices: { message: { content: string } }[] }).choices[0]?.message.content

describe('failure.on', () => {
  it.each([
    ['empty-counts', ['first empty', 'second ok']],
    ['refusal-counts', ['first refusal', 'second ok']],
    ['length-counts', ['first context_length', 'second ok']],
  ])('%s leads on to the next target', async (id, failures) => {
    const answer = await setup.caller.chat(id)
    expect(answer.status).toBe(200)
    expect(contentOf(answer)).toBe(SECOND)
    expect(await failuresOf(answer)).toEqual(failures)
  })

  it.each([
    ['empty-passes', { content: '' }],
    ['refusal-passes', { content: null, refusal: 'from the first' }],
  ])('%s by default', async (id, message) => {
    const answer = await setup.caller.chat(id)
    expect(answer.json()).toMatchObject({ choices: [{ message }] })
    expect(await failuresOf(answer)).toEqual(['first ok'])
  })

  it.each([
    ['empty-everywhere', { content: '' }, { refusal: false }],
    ['refusal-everywhere', { content: null, refusal: 'from the second' }, { refusal: true }],
  ])(
    '%s gives the client the last of these answers: it is better than an error',
    async (id, message, facts) => {
      const answer = await setup.caller.chat(id)
      expect(answer.status).toBe(200)
      expect(answer.json()).toMatchObject({ choices: [{ message }] })
      expect(answer.headers.get('x-weir-served')).toBe('second')
      const event = await eventOf(answer)
      expect(event).toMatchObject({ outcome: 'ok', error: null, served: 'second', ...facts })
      expect(event.attempts).toHaveLength(2)
      expect(event.cost_nano_usd).toBeGreaterThan(0)
    },
  )

  it('too long a prompt everywhere is the provider’s 400: applications know its code', async () => {
    const answer = await setup.caller.chat('length-everywhere')
    expect(answer.status).toBe(400)
    expect(answer.json()).toMatchObject({ error: { code: 'context_length_exceeded' } })
    expect(await eventOf(answer)).toMatchObject({ outcome: 'failed', served: null, status: 400 })
  })

  it('naming nothing answers every failure as it is', async () => {
    const answer = await setup.caller.chat('nothing-counts')
    expect(answer.status).toBe(500)
    expect(answer.json()).not.toMatchObject({ error: { attempts: expect.anything() } })
    expect(await failuresOf(answer)).toEqual(['first server_error'])
  })

  it('does not hold against a refusal that is streamed: it is content', async () => {
    const answer = await setup.caller.chat('refusal-counts', { stream: true })
    expect(answer.text).toContain('"refusal":"')
    expect(await eventOf(answer)).toMatchObject({ served: 'first', refusal: true })
  })
})

describe('attempts', () => {
  it.each([
    ['three-tries', ['first server_error', 'first server_error', 'first server_error', 'second ok']],
    ['no-second-try', ['first credential', 'second ok']],
    ['gone-at-once', ['first model_gone', 'second ok']],
    ['long-wait-elsewhere', ['first rate_limited', 'second ok']],
    ['wait-or-move', ['first rate_limited', 'second ok']],
  ])('of %s are made in order', async (id, attempts) => {
    const answer = await setup.caller.chat(id)
    expect(answer.status).toBe(200)
    expect(await failuresOf(answer)).toEqual(attempts)
    expect(answer.headers.get('x-weir-attempts')).toBe(String(attempts.length))
  })

  it('are never more than max_attempts', async () => {
    const answer = await setup.caller.chat('at-most-two')
    expect(answer.status).toBe(503)
    expect(await failuresOf(answer)).toEqual(['first server_error', 'first server_error'])
  })

  it('on a target named in full follow the defaults: one retry', async () => {
    const answer = await setup.caller.chat('sim/named', {}, { headers: { 'x-sim': 'error=500' } })
    expect(answer.status).toBe(500)
    expect((await eventOf(answer)).attempts).toHaveLength(2)
  })

  it('end with the first that succeeds, on the same target', async () => {
    let calls = 0
    scripted.play((_, response) => {
      if (calls++ === 0) response.writeHead(503).end()
      else response.end('{"object":"chat.completion","choices":[{"message":{"content":"ok"}}]}')
    })
    const answer = await setup.caller.chat('scripted')
    expect(answer.status).toBe(200)
    expect(await failuresOf(answer)).toEqual(['only server_error', 'only ok'])
  })
})

describe('retry-after', () => {
  it('is waited for before the same target is tried again', async () => {
    const at: number[] = []
    scripted.play((_, response) => {
      at.push(performance.now())
      if (at.length === 1) response.writeHead(429, { 'retry-after-ms': '300' }).end()
      else response.end('{"choices":[{"message":{"content":"ok"}}]}')
    })
    const answer = await setup.caller.chat('scripted')
    expect(await failuresOf(answer)).toEqual(['only rate_limited', 'only ok'])
    // Timers count whole milliseconds.
    expect((at[1] ?? 0) - (at[0] ?? 0)).toBeGreaterThanOrEqual(298)
  })

  it('is waited for rather than the answer of a target that is ejected', async () => {
    let calls = 0
    scripted.play((_, response) => {
      if (++calls <= 2) response.writeHead(429, { 'retry-after-ms': '300' }).end()
      else response.end('{"choices":[{"message":{"content":"ok"}}]}')
    })
    // As long as nobody knows that the second cannot be called, it is tried instead of waiting.
    const unknown = await setup.caller.chat('one-left')
    expect(await failuresOf(unknown)).toEqual(['first rate_limited', 'second credential'])
    const known = await setup.caller.chat('one-left')
    expect(await failuresOf(known)).toEqual(['first rate_limited', 'first ok'])
  })

  it('beyond what the policy waits for is passed on to the client instead', async () => {
    const answer = await setup.caller.chat('long-wait')
    expect(answer.status).toBe(429)
    expect(answer.headers.get('retry-after')).toBe('30')
    expect(await failuresOf(answer)).toEqual(['first rate_limited'])
  })
})

describe('the deadline', () => {
  it('ends an attempt that hangs, and no other is begun', async () => {
    const answer = await setup.caller.chat('deadline-hang')
    expect(answer.status).toBe(504)
    expect(await failuresOf(answer)).toEqual(['first timeout'])
  })

  it('is not waited past', async () => {
    const answer = await setup.caller.chat('deadline-wait')
    expect(answer.status).toBe(429)
    expect(await failuresOf(answer)).toEqual(['first rate_limited'])
    expect((await eventOf(answer)).total_ms).toBeLessThan(5000)
  })
})

describe('a client that leaves', () => {
  it.each([
    ['left-hanging', 'cancelled'],
    ['left-waiting', 'server_error'],
  ])('%s has nothing more called for it', async (id, failure) => {
    const abort = new AbortController()
    const before = setup.sim.stats.requests
    const call = setup.caller.chat(id, {}, { signal: abort.signal })
    await until('the first attempt', () => setup.sim.stats.requests > before)
    abort.abort()
    await expect(call).rejects.toThrow()
    const event = await until('the event', () => setup.gateway.events().find(({ router }) => router === id))
    expect(event).toMatchObject({ outcome: 'cancelled', status: 499, error: 'cancelled', served: null })
    expect(event.attempts).toMatchObject([{ variant: 'first', failure }])
    expect(setup.sim.stats.requests).toBe(before + 1)
  })
})

describe('siblings', () => {
  const forcing = (variant: string) => ({ headers: { 'x-weir-variant': variant } })

  it('stand in last, after the fallbacks, the largest share first', async () => {
    const answer = await setup.caller.chat('siblings-last', {}, forcing('a'))
    expect(contentOf(answer)).toBe('b')
    expect(await failuresOf(answer)).toEqual([
      'a server_error',
      'spare request_timeout',
      'c server_error',
      'b ok',
    ])
    expect(await eventOf(answer)).toMatchObject({ assigned: 'a', served: 'b' })
  })

  it('do not stand in when the policy says never', async () => {
    const answer = await setup.caller.chat('siblings-never', {}, forcing('a'))
    expect(answer.status).toBe(504)
    expect(await failuresOf(answer)).toEqual(['a server_error', 'spare request_timeout'])
  })
})

describe.concurrent('while content is awaited beyond the hold', () => {
  async function streamOf(model: string) {
    const response = await setup.ledger.fetch(`${setup.gateway.baseUrl}/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}` },
      body: JSON.stringify({ model, stream: true, messages: [{ role: 'user', content: 'Hello' }] }),
    })
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    if (reader === undefined) throw new Error('there is no body')
    const first = (await reader.read()).value ?? ''
    let rest = ''
    for (let part = await reader.read(); !part.done; part = await reader.read()) rest += part.value
    return {
      response,
      first,
      rest,
      event: await setup.gateway.event(response.headers.get('x-weir-request-id') ?? ''),
    }
  }

  const frames = (text: string) =>
    text
      .split('\n\n')
      .flatMap(frame => (frame.startsWith('data: ') ? [{ event: undefined, data: frame.slice(6) }] : []))

  it('200 and comments go out, and a fallback is still possible', async () => {
    const { response, first, rest, event } = await streamOf('held-then-answered')
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    expect(response.headers.get('x-weir-variant')).toBe('first')
    expect(first).toMatch(/^(: keep-alive\n\n)+$/)
    expect(chatText(frames(rest))).toBe(SECOND)
    expect(rest.trimEnd().endsWith('data: [DONE]')).toBe(true)
    expect(event).toMatchObject({
      outcome: 'ok',
      status: 200,
      served: 'second',
      attempts: [{ failure: 'timeout' }, { failure: null }],
    })
  })

  it.each([
    ['held-then-failed', 'upstream_error'],
    ['held-then-refused', 'upstream_error'],
  ])('%s ends in an error event, since 200 has gone out', async (id, code) => {
    const { response, rest, event } = await streamOf(id)
    expect(response.status).toBe(200)
    const last = JSON.parse(frames(rest).at(-1)?.data ?? '{}') as {
      error: { code: string; attempts: unknown[] }
    }
    expect(last.error).toMatchObject({ code, attempts: [{ failure: 'timeout' }, {}] })
    expect(rest).not.toContain('[DONE]')
    expect(event).toMatchObject({ outcome: 'failed', status: 200, served: null })
  })
})
