// Thinking in Anthropic's format, and what other formats make of it.
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { simConfigSchema } from './config.ts'
import { type Sim, startSim } from './server.ts'

const config = simConfigSchema.parse({ seed: 7, speed: 1000, models: { large: {} } })
const messages = [{ role: 'user' as const, content: 'How many words is this?' }]
const ask = { model: 'large', max_tokens: 4000, messages }
const enabled = { type: 'enabled' as const, budget_tokens: 1024 }
const tools = [
  {
    name: 'get_weather',
    input_schema: { type: 'object' as const, properties: { city: { type: 'string' } }, required: ['city'] },
  },
]

let sim: Sim
let client: Anthropic
let openai: OpenAI

beforeAll(async () => {
  sim = await startSim(config)
  client = new Anthropic({ baseURL: sim.url, apiKey: 'any', maxRetries: 0 })
  openai = new OpenAI({ baseURL: `${sim.url}/v1`, apiKey: 'any', maxRetries: 0 })
})
afterAll(() => sim.close())

const say = (directives: string) => ({ headers: { 'x-sim': directives } })
const thought = 'thinking=let%20me%20see;text=ok'

describe('a message that thinks', () => {
  it.each([
    ['a budget', { thinking: enabled }],
    ['adaptive thinking', { thinking: { type: 'adaptive' as const } }],
    ['an effort', { output_config: { effort: 'low' as const } }],
  ])('begins with its thoughts, signed, and counts them, by %s', async (_, options) => {
    const message = await client.messages.create({ ...ask, ...options }, say('text=ok'))
    expect(message.content).toMatchObject([
      {
        type: 'thinking',
        thinking: expect.stringMatching(/\w+ \w+/),
        signature: expect.stringMatching(/=$/),
      },
      { type: 'text', text: 'ok' },
    ])
    const thoughts = message.usage.output_tokens_details?.thinking_tokens ?? 0
    expect(thoughts).toBeGreaterThan(0)
    expect(message.usage.output_tokens).toBe(thoughts + 1)
  })

  it('thinks more with more effort, and within its budget', async () => {
    const count = async (effort: 'low' | 'max', thinking: Anthropic.ThinkingConfigParam) => {
      const message = await client.messages.create({
        ...ask,
        max_tokens: 9000,
        thinking,
        output_config: { effort },
      })
      return message.usage.output_tokens_details?.thinking_tokens ?? 0
    }
    const little = await count('low', { type: 'adaptive' })
    expect(await count('max', { type: 'adaptive' })).toBeGreaterThan(little)
    expect(await count('max', enabled)).toBeLessThanOrEqual(1024)
  })

  it('does not think when told not to', async () => {
    const { content } = await client.messages.create({
      ...ask,
      thinking: { type: 'disabled' },
      output_config: { effort: 'high' },
    })
    expect(content.map(block => block.type)).toEqual(['text'])
  })

  it('leaves an empty, signed block when thoughts are to be omitted', async () => {
    const thinking = { type: 'adaptive' as const, display: 'omitted' as const }
    const { content, usage } = await client.messages.create({ ...ask, thinking })
    expect(content[0]).toMatchObject({
      type: 'thinking',
      thinking: '',
      signature: expect.stringMatching(/=$/),
    })
    expect(usage.output_tokens_details?.thinking_tokens).toBeGreaterThan(0)
  })

  it('streams the thoughts and then their signature', async () => {
    const answer = await client.messages.create({ ...ask, stream: true }, say(thought))
    const deltas: string[] = []
    for await (const event of answer) {
      if (event.type === 'content_block_delta') deltas.push(`${event.index} ${event.delta.type}`)
    }
    const thinking = Array.from({ length: 3 }, () => '0 thinking_delta')
    expect(deltas).toEqual([...thinking, '0 signature_delta', '1 text_delta'])
  })

  it('is put together by the SDK as it is sent whole', async () => {
    const whole = await client.messages.create(ask, say(thought))
    const streamed = await client.messages.stream(ask, say(thought)).finalMessage()
    expect(streamed.content).toEqual(whole.content)
    expect(streamed.usage.output_tokens).toBe(whole.usage.output_tokens)
  })

  it('hides what it redacts, whole and streamed', async () => {
    const whole = await client.messages.create(ask, say('redacted_thinking;text=ok'))
    const streamed = await client.messages.stream(ask, say('redacted_thinking;text=ok')).finalMessage()
    for (const { content } of [whole, streamed]) {
      expect(content).toMatchObject([
        { type: 'redacted_thinking', data: expect.any(String) },
        { type: 'text' },
      ])
    }
  })

  it('thinks before it calls tools, and takes its thoughts back with the results', async () => {
    const options = { ...ask, thinking: enabled, tools }
    const first = await client.messages.create(options, say('tool_call;redacted_thinking'))
    expect(first.content.map(block => block.type)).toEqual(['thinking', 'redacted_thinking', 'tool_use'])
    const use = first.content.at(-1)
    if (use?.type !== 'tool_use') throw new Error('no call')
    const turns = (content: Anthropic.ContentBlockParam[]): Anthropic.MessageParam[] => [
      ...messages,
      { role: 'assistant', content },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: use.id, content: '21' }] },
    ]
    const second = await client.messages.create({ ...options, messages: turns(first.content) })
    expect(second.stop_reason).toBe('end_turn')
    const thoughtless = client.messages.create({ ...options, messages: turns([use]) })
    await expect(thoughtless).rejects.toThrow(
      /Expected `thinking` or `redacted_thinking`, but found `tool_use`/,
    )
    const adaptive = { ...options, thinking: { type: 'adaptive' as const }, messages: turns([use]) }
    expect((await client.messages.create(adaptive)).stop_reason).toBe('end_turn')
  })
})

describe('thoughts that come back', () => {
  const back = (block: object) =>
    client.messages.create({
      ...ask,
      messages: [
        ...messages,
        { role: 'assistant', content: [block as Anthropic.ThinkingBlockParam, { type: 'text', text: 'ok' }] },
        ...messages,
      ],
    })

  it('are known again by any simulator, and not when changed', async () => {
    const other = await startSim(simConfigSchema.parse({ seed: 8, models: { large: {} }, speed: 1000 }))
    try {
      const elsewhere = new Anthropic({ baseURL: other.url, apiKey: 'any', maxRetries: 0 })
      const [block] = (await elsewhere.messages.create(ask, say(thought))).content
      if (block?.type !== 'thinking') throw new Error('no thoughts')
      expect((await back(block)).type).toBe('message')
      await expect(back({ ...block, thinking: 'let me lie' })).rejects.toThrow(
        'messages.1.content.0: Invalid `signature` in `thinking` block',
      )
    } finally {
      await other.close()
    }
  })

  it.each([
    ['another signature', { type: 'thinking', thinking: 'a', signature: 'c2ln' }, /Invalid `signature`/],
    ['no signature', { type: 'thinking', thinking: 'a' }, /signature: Field required/],
    ['other data', { type: 'redacted_thinking', data: 'ZGF0YQ==' }, /Invalid `data` in `redacted_thinking`/],
  ])('with %s are refused', async (_, block, message) => {
    await expect(back(block)).rejects.toThrow(message)
  })
})

describe('settings that exclude thinking', () => {
  it.each([
    ['a small budget', { thinking: { ...enabled, budget_tokens: 100 } }, /greater than or equal to 1024/],
    [
      'max_tokens within the budget',
      { thinking: enabled, max_tokens: 1024 },
      /must be greater than `thinking/,
    ],
    [
      'a forced tool',
      { thinking: enabled, tools, tool_choice: { type: 'any' } },
      /tool_choice forces tool use/,
    ],
    ['a temperature', { thinking: enabled, temperature: 0.5 }, /`temperature` may only be set to 1/],
    ['top_k', { thinking: { type: 'adaptive' }, top_k: 5 }, /`top_k` must be unset/],
    ['top_p', { thinking: enabled, top_p: 0.5 }, /`top_p` must be greater/],
  ])('%s is refused', async (_, options, message) => {
    const failed = client.messages.create({ ...ask, ...options } as Anthropic.MessageCreateParamsNonStreaming)
    await expect(failed).rejects.toMatchObject({ status: 400, message: expect.stringMatching(message) })
  })
})

describe('reasoning in OpenAI’s formats', () => {
  const chat = { model: 'large', messages }

  it('is counted by effort and not shown', async () => {
    const count = async (reasoning_effort: 'none' | 'low' | 'high') => {
      const { usage, choices } = await openai.chat.completions.create({ ...chat, reasoning_effort })
      expect(choices[0]?.message).not.toHaveProperty('reasoning_content')
      return usage?.completion_tokens_details?.reasoning_tokens ?? -1
    }
    const [none, low, high] = [await count('none'), await count('low'), await count('high')]
    expect(none).toBe(0)
    expect(low).toBeGreaterThan(0)
    expect(high).toBeGreaterThan(low)
  })

  it('counts towards the limit of output tokens', async () => {
    const answer = await openai.chat.completions.create({
      ...chat,
      reasoning_effort: 'high',
      max_completion_tokens: 10,
    })
    expect(answer.usage).toMatchObject({
      completion_tokens: 10,
      completion_tokens_details: { reasoning_tokens: 5 },
    })
    expect(answer.choices[0]?.finish_reason).toBe('length')
  })

  it('is reasoning_content when asked for, whole and streamed', async () => {
    const whole = await openai.chat.completions.create(chat, say(thought))
    expect(whole.choices[0]?.message).toMatchObject({ reasoning_content: 'let me see', content: 'ok' })
    expect(whole.usage?.completion_tokens_details?.reasoning_tokens).toBe(3)
    const stream = await openai.chat.completions.create({ ...chat, stream: true }, say(thought))
    const fields: string[] = []
    for await (const chunk of stream) {
      const delta = chunk.choices[0]?.delta as { reasoning_content?: string; content?: string }
      fields.push(`${delta.reasoning_content ?? ''}|${delta.content ?? ''}`)
    }
    expect(fields).toEqual(['|', 'let|', ' me|', ' see|', '|ok', '|'])
  })

  it('is an item of a response with its summary, whole and streamed', async () => {
    const request = { model: 'large', input: 'Hi', reasoning: { effort: 'low', summary: 'auto' } } as const
    const whole = await openai.responses.create(request, say(thought))
    const streamed = await openai.responses.stream(request, say(thought)).finalResponse()
    for (const { output, usage } of [whole, streamed]) {
      expect(output).toMatchObject([
        { type: 'reasoning', summary: [{ type: 'summary_text', text: 'let me see' }] },
        { type: 'message' },
      ])
      expect(usage?.output_tokens_details.reasoning_tokens).toBe(3)
    }
    const silent = await openai.responses.create({ ...request, reasoning: { effort: 'low' } })
    expect(silent.output.map(item => item.type)).toEqual(['message'])
  })
})
