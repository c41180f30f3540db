// What a target's format cannot say is never left out silently: the request fails there and goes on to the next
// target, or the variant drops it by name and the event says so.
import type { RequestEvent } from '@weir/core/event'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answered, callerOf } from '../support/caller.ts'
import { type Asker, askers, type ClientName } from './asker.ts'
import { type ForeignGateway, lastBody, type ProviderName, startForeignGateway } from './foreign-gateway.ts'
import { thrownBy } from './thrown.ts'

let setup: ForeignGateway
let clients: Readonly<Record<ClientName, Asker>>

const never = { consecutive_failures: 1000, failure_ratio: 1 }
const n = { n: 2 }

beforeAll(async () => {
  const claude = { provider: 'claude', sim: 'text=from%20claude' } as const
  const gpt = { provider: 'gpt', sim: 'text=from%20gpt' } as const
  const alone = (provider: ProviderName) => ({ targets: [{ provider, sim: `text=from%20${provider}` }] })
  setup = await startForeignGateway({
    claude: alone('claude'),
    gpt: alone('gpt'),
    chatty: alone('chatty'),
    gemini: alone('gemini'),
    'falls-back': { targets: [claude, gpt] },
    sibling: {
      targets: [
        { ...claude, weight: 99, priority: 0 },
        { ...gpt, weight: 1, priority: 0 },
      ],
    },
    dropping: { targets: [{ ...claude, drop: ['n', 'seed', 'logprobs', 'web_search'] }, gpt] },
    'dropping-gemini': { targets: [{ provider: 'gemini', sim: 'text=from%20gemini', drop: ['n'] }] },
    'ends-the-walk': { targets: [claude, gpt], failure: { on: ['server_error'] } },
    'one-attempt': { targets: [claude, gpt], failure: { max_attempts: 1 } },
    'easily-ejected': {
      targets: [claude, gpt],
      failure: {
        ejection: { consecutive_failures: 1, min_requests: 1, failure_ratio: 0.01, cooldown: '1h' },
      },
    },
    'after-503': { targets: [{ ...gpt, sim: 'error=503' }, claude], failure: { ejection: never } },
    'after-429': {
      targets: [{ ...gpt, sim: 'error=429; retry_after=27' }, claude],
      failure: { ejection: never },
    },
    'before-503': { targets: [claude, { ...gpt, sim: 'error=503' }], failure: { ejection: never } },
  })
  clients = askers(setup)
})

afterAll(() => setup.ledger.check(setup.gateway))

const text = (words: string) => ({ role: 'user', content: [{ type: 'text', text: words }] })
const part = (content: object) => ({ messages: [{ role: 'user', content: [content] }] })
const ephemeral = { cache_control: { type: 'ephemeral' } }

describe('a request that its only target cannot be told', () => {
  it.each<[ClientName, string, string, object]>([
    ['chat', 'claude', 'n', n],
    ['chat', 'claude', 'logprobs', { logprobs: true }],
    ['chat', 'claude', 'seed', { seed: 7 }],
    ['chat', 'claude', 'logit_bias', { logit_bias: { 50256: -100 } }],
    ['chat', 'claude', 'temperature', { temperature: 1.5 }],
    ['chat', 'claude', 'frequency_penalty', { frequency_penalty: 0.5 }],
    ['chat', 'claude', 'modalities', { modalities: ['text', 'audio'] }],
    ['chat', 'claude', 'web_search_options', { web_search_options: {} }],
    ['chat', 'claude', 'thoughtfulness', { thoughtfulness: 'much' }],
    [
      'chat',
      'claude',
      'input_audio',
      part({ type: 'input_audio', input_audio: { data: 'AA==', format: 'wav' } }),
    ],
    ['chat', 'gemini', 'n', n],
    ['messages', 'gpt', 'container', { container: 'container_1' }],
    [
      'messages',
      'gpt',
      'search_result',
      part({ type: 'search_result', source: 's', title: 't', content: [] }),
    ],
    [
      'messages',
      'gpt',
      'web_search_20250305',
      { tools: [{ type: 'web_search_20250305', name: 'web_search' }] },
    ],
    ['messages', 'gemini', 'mcp_servers', { mcp_servers: [{ type: 'url', url: 'https://x.io', name: 'x' }] }],
    ['responses', 'claude', 'background', { background: true }],
    ['responses', 'claude', 'truncation', { truncation: 'auto' }],
    ['responses', 'chatty', 'web_search', { tools: [{ type: 'web_search' }] }],
    ['responses', 'chatty', 'previous_response_id', { previous_response_id: 'resp_1' }],
    ['responses', 'gemini', 'prompt', { prompt: { id: 'pmpt_1' } }],
  ])('fails of %s at %s, naming %s', async (name, model, field, fields) => {
    const error = await thrownBy(clients[name].whole({ model, fields }))
    expect(error.status).toBe(400)
    expect(error.message).toContain(`\`${field}\``)
    expect(error.message).toContain(`drop: [${field}]`)
    expect(JSON.stringify(error.error)).toContain('"code":"not_translatable"')
    expect(await setup.lastEvent()).toMatchObject({
      status: 400,
      outcome: 'failed',
      error: 'not_translatable',
      attempts: [{ target: `${model}/${model}-1`, status: null, failure: 'not_translatable', code: field }],
      dropped: [],
    })
  })

  it('fails as a stream too, before there is one', async () => {
    const error = await thrownBy(clients.chat.stream({ model: 'claude', fields: n }))
    expect(error).toMatchObject({ status: 400, code: 'not_translatable', param: 'n' })
  })

  it('names the place of what stands in a message', async () => {
    const audio = { type: 'input_audio', input_audio: { data: 'AA==', format: 'wav' } }
    const messages = [text('Listen'), { role: 'user', content: [{ type: 'text', text: 'to this' }, audio] }]
    const error = await thrownBy(clients.chat.whole({ model: 'claude', fields: { messages } }))
    expect(error).toMatchObject({ param: 'messages[1].content[1]' })
  })

  it('does not reach the target', async () => {
    const { requests } = setup.claude.stats
    await thrownBy(clients.chat.whole({ model: 'claude', fields: n }))
    expect(setup.claude.stats.requests).toBe(requests)
  })
})

describe('values that ask for nothing', () => {
  it.each<[ClientName, string, object]>([
    [
      'chat',
      'claude',
      {
        n: 1,
        logprobs: false,
        logit_bias: {},
        frequency_penalty: 0,
        presence_penalty: 0,
        store: false,
        stop: null,
        tools: [],
        modalities: ['text'],
        service_tier: 'auto',
        response_format: { type: 'text' },
      },
    ],
    [
      'messages',
      'gpt',
      { stop_sequences: [], tools: [], service_tier: 'auto', metadata: {}, container: null },
    ],
    [
      'responses',
      'claude',
      { background: false, truncation: 'disabled', include: [], tools: [], metadata: null },
    ],
  ])('are no loss (%s at %s)', async (name, model, fields) => {
    const heard = await clients[name].whole({ model, fields })
    expect(heard.text).toBe(`from ${model}`)
    expect(await setup.lastEvent()).toMatchObject({ outcome: 'ok', dropped: [] })
  })
})

async function answerOf(router: string, fields: object): Promise<{ answer: Answered; event: RequestEvent }> {
  const answer = await callerOf(setup.gateway, setup.ledger).chat(router, fields)
  return { answer, event: await setup.gateway.event(answer.id) }
}

describe('the next target', () => {
  it.each(['whole', 'stream'] as const)('serves it, and the attempts say why (%s)', async mode => {
    const heard = await clients.chat[mode]({ model: 'falls-back', fields: { logprobs: true } })
    expect(heard.text).toBe('from gpt')
    expect(await setup.lastEvent()).toMatchObject({
      outcome: 'ok',
      assigned: 'first',
      served: 'second',
      attempts: [
        { variant: 'first', status: null, failure: 'not_translatable', code: 'logprobs' },
        { variant: 'second', status: 200, failure: null, code: null },
      ],
      dropped: [],
    })
  })

  it('may be a variant that shares the traffic', async () => {
    const heard = await clients.chat.whole({ model: 'sibling', fields: n })
    expect(heard.text).toBe('from gpt')
    expect(lastBody(setup.gpt)).toMatchObject(n)
    expect(await setup.lastEvent()).toMatchObject({ assigned: 'first', served: 'second' })
  })

  it('is not asked when the policy does not walk past what cannot be translated', async () => {
    const error = await thrownBy(clients.chat.whole({ model: 'ends-the-walk', fields: n }))
    expect(error).toMatchObject({ status: 400, code: 'not_translatable' })
    expect((await setup.lastEvent()).attempts).toHaveLength(1)
  })

  it('is within max_attempts: what was never called does not count', async () => {
    const heard = await clients.chat.whole({ model: 'one-attempt', fields: n })
    expect(heard.text).toBe('from gpt')
  })
})

it('does not eject the target, which has not failed', async () => {
  for (let times = 0; times < 5; times++) {
    expect((await clients.chat.whole({ model: 'easily-ejected', fields: n })).text).toBe('from gpt')
  }
  expect((await clients.chat.whole({ model: 'easily-ejected' })).text).toBe('from claude')
  const health = await fetch(`${setup.gateway.url}/healthz`)
  expect(await health.text()).not.toContain('easily-ejected')
})

describe('a failure that has happened is not masked by what was found out without a call', () => {
  it('a 503 stays one', async () => {
    const error = await thrownBy(clients.chat.whole({ model: 'after-503', fields: n }))
    expect(error).toMatchObject({ status: 503, code: 'upstream_error' })
    expect(error.message).toContain('on gpt/after-503-1: server_error (503)')
    expect((await setup.lastEvent()).attempts).toMatchObject([
      { failure: 'server_error', status: 503 },
      { failure: 'not_translatable', status: null },
    ])
  })

  it('a rate limit stays one, with the time to wait', async () => {
    const error = await thrownBy(clients.chat.whole({ model: 'after-429', fields: n }))
    expect(error).toMatchObject({ status: 429, code: 'upstream_rate_limited' })
    expect(error.headers?.get('retry-after')).toBe('27')
  })

  it('nor does it mask one that happens after it', async () => {
    const error = await thrownBy(clients.chat.whole({ model: 'before-503', fields: n }))
    expect(error).toMatchObject({ status: 503, code: 'upstream_error' })
  })
})

describe('a variant that drops fields', () => {
  it('serves the request without them, and says so', async () => {
    const { answer, event } = await answerOf('dropping', { ...n, seed: 7 })
    expect(answer.json()).toMatchObject({ choices: [{ message: { content: 'from claude' } }] })
    expect(answer.headers.get('x-weir-dropped')).toBe('n, seed')
    expect(event).toMatchObject({ outcome: 'ok', served: 'first', dropped: ['n', 'seed'] })
    expect(lastBody(setup.claude)).not.toHaveProperty('n')
    expect(lastBody(setup.claude)).not.toHaveProperty('seed')
  })

  it('says so of a stream, and of a target behind a library', async () => {
    const { answer, event } = await answerOf('dropping-gemini', { ...n, stream: true })
    expect(answer.headers.get('x-weir-dropped')).toBe('n')
    expect(answer.text).toContain('[DONE]')
    expect(event).toMatchObject({ outcome: 'ok', dropped: ['n'] })
  })

  it('drops tools by their type, and what follows from them', async () => {
    const heard = await clients.responses.whole({
      model: 'dropping',
      fields: { tools: [{ type: 'web_search' }] },
    })
    expect(heard.text).toBe('from claude')
    expect(await setup.lastEvent()).toMatchObject({ dropped: ['web_search'] })
    expect(lastBody(setup.claude)).not.toHaveProperty('tools')
  })

  it('passes on to the next target what it does not drop, with nothing dropped there', async () => {
    const { answer, event } = await answerOf('dropping', { ...n, logit_bias: { 1: 1 } })
    expect(answer.headers.get('x-weir-dropped')).toBeNull()
    expect(event).toMatchObject({ served: 'second', dropped: [] })
    expect(lastBody(setup.gpt)).toMatchObject({ n: 2, logit_bias: { 1: 1 } })
  })
})

describe('what only concerns speed, price or bookkeeping', () => {
  it.each<[ClientName, string, string, object]>([
    ['chat', 'claude', 'service_tier', { service_tier: 'flex' }],
    ['chat', 'claude', 'prompt_cache_key', { prompt_cache_key: 'a' }],
    ['chat', 'gemini', 'metadata', { metadata: { a: 'b' } }],
    ['messages', 'gpt', 'cache_control', part({ type: 'text', text: 'Hello', ...ephemeral })],
    ['responses', 'claude', 'service_tier', { service_tier: 'priority' }],
  ])('is left out without asking, and listed (%s at %s: %s)', async (name, model, field, fields) => {
    expect((await clients[name].whole({ model, fields })).text).toBe(`from ${model}`)
    expect(await setup.lastEvent()).toMatchObject({ outcome: 'ok', dropped: [field] })
  })

  it('is not left out where the target has it', async () => {
    const fields = part({ type: 'text', text: 'Hello', ...ephemeral })
    await clients.chat.whole({ model: 'claude', fields })
    expect(await setup.lastEvent()).toMatchObject({ dropped: [] })
    expect(lastBody(setup.claude)).toMatchObject({ messages: [{ content: [ephemeral] }] })
  })
})
