// What a foreign target answers, as each client's SDK understands it: JSON, thinking, tools and token counts.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openaiClient } from '../support/sdk.ts'
import { type Asker, askers, type ClientName, QUESTION, RESULT } from './asker.ts'
import { type ForeignGateway, lastBody, startForeignGateway, type TargetCase } from './foreign-gateway.ts'

/** Clients and targets that have no format in common, or no endpoint. */
const pairs: readonly (readonly [ClientName, string])[] = [
  ['chat', 'claude'],
  ['chat', 'gemini'],
  ['messages', 'gpt'],
  ['messages', 'gemini'],
  ['responses', 'claude'],
  ['responses', 'chatty'],
  ['responses', 'gemini'],
]
const modes = ['whole', 'stream'] as const
const cases = pairs.flatMap(pair => modes.map(mode => [...pair, mode] as const))

let setup: ForeignGateway
let clients: Readonly<Record<ClientName, Asker>>

beforeAll(async () => {
  const one = (target: TargetCase) => ({ targets: [target] })
  const price = { input: 1, cached_input: 0.5, output: 4 }
  setup = await startForeignGateway({
    gpt: one({ provider: 'gpt', model: { price } }),
    chatty: one({ provider: 'chatty', model: { price } }),
    claude: one({ provider: 'claude', model: { price } }),
    gemini: one({ provider: 'gemini', model: { price } }),
    // Models that want their thinking back as they signed it, and refuse a tool's result without it.
    'claude-budget': one({ provider: 'claude', model: { capabilities: { reasoning: 'budget' } } }),
    'claude-effort': one({ provider: 'claude', model: { capabilities: { reasoning: 'effort' } } }),
    'claude-without-schemas': one({ provider: 'claude', model: { capabilities: { json: 'none' } } }),
  })
  clients = askers(setup)
})

afterAll(() => setup.ledger.check(setup.gateway))

const schema = {
  type: 'object',
  properties: { city: { type: 'string' }, degrees: { type: 'integer' } },
  required: ['city', 'degrees'],
  additionalProperties: false,
}

/** The schema in each client's words. */
const wanted: Readonly<Record<ClientName, object>> = {
  chat: { response_format: { type: 'json_schema', json_schema: { name: 'weather', strict: true, schema } } },
  messages: { output_config: { format: { type: 'json_schema', schema } } },
  responses: { text: { format: { type: 'json_schema', name: 'weather', strict: true, schema } } },
}

const weather = { city: expect.any(String), degrees: expect.any(Number) }

describe('JSON that was asked for', () => {
  it.each([
    ...cases,
    ['chat', 'claude-without-schemas', 'whole'],
    ['chat', 'claude-without-schemas', 'stream'],
    ['responses', 'claude-without-schemas', 'stream'],
  ] as const)('by a schema parses and obeys it (%s at %s, %s)', async (name, model, mode) => {
    const heard = await clients[name][mode]({ model, fields: wanted[name] })
    expect(JSON.parse(heard.text)).toEqual(weather)
    expect(heard.calls).toEqual([])
    expect(await setup.lastEvent()).toMatchObject({ finish_reason: 'stop', tool_calls: 0, dropped: [] })
  })

  it.each((['claude', 'gemini'] as const).flatMap(model => modes.map(mode => [model, mode] as const)))(
    'as any object parses (chat at %s, %s)',
    async (model, mode) => {
      const fields = { response_format: { type: 'json_object' } }
      const heard = await clients.chat[mode]({ model, fields })
      expect(JSON.parse(heard.text)).toBeTypeOf('object')
      expect(heard).toMatchObject({ finish: 'stop', calls: [] })
    },
  )
})

describe('a stop sequence', () => {
  it.each([
    ['chat', 'claude', 'whole', { stop: ['three'] }, 'stop'],
    ['chat', 'claude', 'stream', { stop: 'three' }, 'stop'],
    ['chat', 'gemini', 'whole', { stop: ['three'] }, 'stop'],
    ['messages', 'gpt', 'whole', { stop_sequences: ['three'] }, 'end_turn'],
    ['messages', 'gpt', 'stream', { stop_sequences: ['three'] }, 'end_turn'],
  ] as const)('ends the answer of %s at %s before it (%s)', async (name, model, mode, fields, finish) => {
    const heard = await clients[name][mode]({ model, fields, sim: 'text=one%20two%20three%20four' })
    expect(heard.text.trim()).toBe('one two')
    expect(heard.finish).toBe(finish)
  })

  it('is what the event names where the provider says so', async () => {
    await clients.chat.whole({ model: 'claude', fields: { stop: 'three' }, sim: 'text=one%20two%20three' })
    expect(await setup.lastEvent()).toMatchObject({ finish_reason: 'stop_sequence' })
  })
})

describe('an answer that is cut at its limit', () => {
  it.each(cases)('says so in the client’s words (%s at %s, %s)', async (name, model, mode) => {
    const words = { chat: 'length', messages: 'max_tokens', responses: 'incomplete' }
    const heard = await clients[name][mode]({ model, sim: 'text=one%20two; length' })
    expect(heard).toMatchObject({ text: 'one two', finish: words[name] })
    expect(await setup.lastEvent()).toMatchObject({ finish_reason: 'length' })
  })
})

type Content = readonly { readonly type: string; readonly [field: string]: unknown }[]

describe('a tool loop with thinking at Anthropic', () => {
  it.each(
    (['claude-budget', 'claude-effort'] as const).flatMap(model =>
      (['chat', 'responses'] as const).flatMap(name => modes.map(mode => [name, model, mode] as const)),
    ),
  )('gives back the signed thinking that the client echoes (%s at %s, %s)', async (name, model, mode) => {
    const ask = { model, tools: 'weather', think: 'yes' } as const
    const first = await clients[name][mode]({
      ...ask,
      sim: 'tool_call=2; thinking=let%20me%20see; redacted_thinking',
    })
    expect(first.thinking).toBe('let me see')
    expect(first.calls).toHaveLength(2)
    expect(first.usage.reasoning).toBe(3)
    const second = await clients[name][mode]({ ...ask, sim: 'text=warm; thinking=aha', after: first.turns })
    expect(second).toMatchObject({ text: 'warm', thinking: 'aha' })
    const [question, answer, results] = lastBody(setup.claude).messages as { content: string | Content }[]
    expect(question?.content).toBe(QUESTION)
    // A signature that is not its own, or thinking that is missing, the provider would have refused.
    expect(answer?.content).toMatchObject([
      { type: 'thinking', thinking: 'let me see', signature: expect.any(String) },
      { type: 'redacted_thinking', data: expect.any(String) },
      { type: 'tool_use', input: first.calls[0]?.input },
      { type: 'tool_use', input: first.calls[1]?.input },
    ])
    const blocks = (answer?.content ?? []) as Content
    const [use, other] = blocks.filter(({ type }) => type === 'tool_use')
    expect(results?.content).toMatchObject([
      { type: 'tool_result', tool_use_id: use?.id, content: RESULT },
      { type: 'tool_result', tool_use_id: other?.id, content: RESULT },
    ])
    expect(await setup.lastEvent()).toMatchObject({ outcome: 'ok', dropped: [] })
  })
})

describe('a tool loop at OpenAI', () => {
  it.each(modes)('with thinking that the service shows (messages, %s)', async mode => {
    const ask = { model: 'gpt', tools: 'weather', think: 'yes' } as const
    const first = await clients.messages[mode]({ ...ask, sim: 'tool_call=2; thinking=let%20me%20see' })
    expect(first).toMatchObject({ thinking: 'let me see', finish: 'tool_use' })
    const second = await clients.messages[mode]({ ...ask, sim: 'text=warm', after: first.turns })
    expect(second.text).toBe('warm')
    expect(lastBody(setup.gpt).messages).toMatchObject([
      { role: 'user', content: QUESTION },
      { role: 'assistant', content: null, tool_calls: [{ type: 'function' }, { type: 'function' }] },
      { role: 'tool', content: RESULT },
      { role: 'tool', content: RESULT },
    ])
    // The service has no field to take it back in.
    expect(await setup.lastEvent()).toMatchObject({ outcome: 'ok', dropped: ['reasoning'] })
  })
})

describe('calls of tools', () => {
  const single: Readonly<Record<ClientName, object>> = {
    chat: { parallel_tool_calls: false },
    messages: { tool_choice: { type: 'auto', disable_parallel_tool_use: true } },
    responses: { parallel_tool_calls: false },
  }

  it.each(cases.filter(([, model]) => model !== 'gemini'))(
    'are several, or one where the client wants one (%s at %s, %s)',
    async (name, model, mode) => {
      const ask = { model, tools: 'weather', sim: 'tool_call=3' } as const
      expect((await clients[name][mode](ask)).calls).toHaveLength(3)
      expect((await clients[name][mode]({ ...ask, fields: single[name] })).calls).toHaveLength(1)
    },
  )

  it.each(cases)('are made when the client insists (%s at %s, %s)', async (name, model, mode) => {
    const choice = { chat: 'required', messages: { type: 'any' }, responses: 'required' }
    const heard = await clients[name][mode]({
      model,
      tools: 'weather',
      fields: { tool_choice: choice[name] },
    })
    expect(heard.calls).toMatchObject([{ name: 'get_weather', input: { city: expect.any(String) } }])
  })
})

describe('token counts', () => {
  it.each(cases)('are the same by the client and by the event (%s at %s, %s)', async (name, model, mode) => {
    const sim = 'text=one%20two%20three; cached_tokens=3; cache_write_tokens=2; reasoning_tokens=5'
    const { usage } = await clients[name][mode]({ model, sim })
    // Six words are asked and three answered; what was cached and what was thought are parts of these.
    expect(usage).toEqual({ input: 6, cached: 3, output: 8, reasoning: 5 })
    expect(await setup.lastEvent()).toMatchObject({
      usage: { input: 6, cached_input: 3, output: 8, reasoning: 5 },
      cost_nano_usd: 3 * 1000 + 3 * 500 + 8 * 4000,
    })
  })

  it.each(modes)('to Anthropic’s clients leave the cached ones out of the input (%s)', async mode => {
    const { caller } = setup
    const body = { model: 'gpt', max_tokens: 50, messages: [{ role: 'user', content: QUESTION }] }
    const sim = { 'x-sim': 'text=one; cached_tokens=4' }
    const answer = await caller.post('/v1/messages', { ...body, stream: mode === 'stream' }, { headers: sim })
    const events =
      mode === 'stream' ? answer.sse().map(event => JSON.parse(event.data) as object) : [answer.json()]
    const usages = events.flatMap(event => (event as { usage?: object }).usage ?? [])
    expect(usages.at(-1)).toMatchObject({ input_tokens: 2, cache_read_input_tokens: 4, output_tokens: 1 })
  })

  it.each(['claude', 'gemini'])('come with a chat’s stream only when asked for (%s)', async model => {
    const client = openaiClient(setup.gateway, setup.ledger)
    const messages = [{ role: 'user' as const, content: QUESTION }]
    const usagesOf = async (options: object) => {
      const stream = await client.chat.completions.create({ model, messages, stream: true, ...options })
      const usages = []
      for await (const chunk of stream)
        usages.push({ usage: chunk.usage ?? null, choices: chunk.choices.length })
      return usages
    }
    const unasked = await usagesOf({})
    expect(unasked.every(({ usage, choices }) => usage === null && choices === 1)).toBe(true)
    const counted = await setup.lastEvent()
    expect(counted.usage).toMatchObject({ input: 6, output: expect.any(Number) })
    const asked = await usagesOf({ stream_options: { include_usage: true } })
    expect(asked.at(-1)).toMatchObject({ usage: { prompt_tokens: 6 }, choices: 0 })
    expect(asked.slice(0, -1).every(({ usage }) => usage === null)).toBe(true)
  })

  it('are unknown, and the cost with them, when the provider does not say', async () => {
    await clients.chat.whole({ model: 'claude', sim: 'text=one; usage=none' })
    expect(await setup.lastEvent()).toMatchObject({
      usage: { input: null, output: null },
      cost_nano_usd: null,
    })
  })
})

describe('a refusal', () => {
  it.each(cases)('is one to client and event (%s at %s, %s)', async (name, model, mode) => {
    const heard = await clients[name][mode]({ model, sim: 'refusal; text=I%20will%20not' })
    const words = {
      chat: ['content_filter', 'stop'],
      messages: ['refusal'],
      responses: ['completed', 'incomplete'],
    }
    expect(words[name]).toContain(heard.finish)
    expect(await setup.lastEvent()).toMatchObject({ outcome: 'ok', refusal: true })
  })
})
