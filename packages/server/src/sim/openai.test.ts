import OpenAI, {
  AuthenticationError,
  BadRequestError,
  ConflictError,
  InternalServerError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
  toFile,
  UnprocessableEntityError,
} from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { simConfigSchema } from './config.ts'
import { type Sim, startSim } from './server.ts'

const config = simConfigSchema.parse({ seed: 7, speed: 1000, models: { large: {}, 'acme/small': {} } })
const question = [{ role: 'user' as const, content: 'How many words is this?' }]
const weather = {
  type: 'function' as const,
  function: {
    name: 'get_weather',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' }, days: { type: 'integer', minimum: 1, maximum: 7 } },
      required: ['city', 'days'],
    },
  },
}
const other = {
  type: 'function' as const,
  function: { name: 'get_time', parameters: { type: 'object', properties: {} } },
}

let sim: Sim
let client: OpenAI

beforeAll(async () => {
  sim = await startSim(config)
  client = new OpenAI({ baseURL: `${sim.url}/v1`, apiKey: 'any', maxRetries: 0 })
})
afterAll(() => sim.close())

const say = (directives: string) => ({ headers: { 'x-sim': directives } })

describe('chat completions through the OpenAI SDK', () => {
  it('answers with content, finish reason and usage', async () => {
    const answer = await client.chat.completions.create(
      { model: 'large', messages: question },
      say('output_tokens=9'),
    )
    expect(answer).toMatchObject({
      object: 'chat.completion',
      model: 'large',
      usage: { prompt_tokens: 5, completion_tokens: 9, total_tokens: 14 },
    })
    expect(answer.id).toMatch(/^chatcmpl-\w{29}$/)
    expect(answer.choices[0]?.finish_reason).toBe('stop')
    expect(answer.choices[0]?.message.content?.split(' ')).toHaveLength(9)
    expect(answer).toHaveProperty('_request_id', expect.stringMatching(/^req_/))
  })

  it('streams the same answer it would send whole', async () => {
    const request = { model: 'large', messages: question, stream: true as const }
    const stream = await client.chat.completions.create(
      request,
      say('text=a%20%F0%9F%9A%80%20b;tokens_per_chunk=2'),
    )
    const chunks = await Array.fromAsync(stream)
    expect(chunks.map(chunk => chunk.choices[0]?.delta.content)).toEqual(['', 'a 🚀', ' b', undefined])
    expect(chunks.map(chunk => chunk.choices[0]?.finish_reason)).toEqual([null, null, null, 'stop'])
    expect(chunks[0]?.choices[0]?.delta.role).toBe('assistant')
    expect(new Set(chunks.map(chunk => chunk.id)).size).toBe(1)
    expect(chunks.every(chunk => !('usage' in chunk))).toBe(true)
  })

  it('sends usage: null on every chunk and an extra one with usage when asked', async () => {
    const request = {
      model: 'large',
      messages: question,
      stream: true as const,
      stream_options: { include_usage: true },
    }
    const chunks = await Array.fromAsync(
      await client.chat.completions.create(request, say('output_tokens=3')),
    )
    const last = chunks.pop()
    expect(last).toMatchObject({ choices: [], usage: { prompt_tokens: 5, completion_tokens: 3 } })
    expect(chunks).toHaveLength(5)
    expect(chunks.every(chunk => chunk.usage === null)).toBe(true)
  })

  it('stops at max_tokens with finish reason length', async () => {
    const answer = await client.chat.completions.create({
      model: 'large',
      messages: question,
      max_completion_tokens: 2,
    })
    expect(answer.choices[0]).toMatchObject({ finish_reason: 'length' })
    expect(answer.usage?.completion_tokens).toBe(2)
  })

  it('makes as many choices as asked, whole and streamed', async () => {
    const whole = await client.chat.completions.create(
      { model: 'large', messages: question, n: 3 },
      say('output_tokens=4'),
    )
    expect(whole.choices.map(choice => choice.index)).toEqual([0, 1, 2])
    expect(whole.usage?.completion_tokens).toBe(12)
    const final = await client.chat.completions
      .stream({ model: 'large', messages: question, n: 2 }, say('output_tokens=4'))
      .finalChatCompletion()
    expect(final.choices.map(choice => choice.message.content?.split(' ').length)).toEqual([4, 4])
  })

  it('calls tools by their schema, then answers the result in text', async () => {
    const tools = [weather]
    const first = await client.chat.completions.create(
      { model: 'large', messages: question, tools },
      say('tool_call'),
    )
    const [call] = first.choices[0]?.message.tool_calls ?? []
    if (call?.type !== 'function') throw new Error('no call')
    expect(first.choices[0]).toMatchObject({ finish_reason: 'tool_calls', message: { content: null } })
    expect(call.function.name).toBe('get_weather')
    expect(JSON.parse(call.function.arguments)).toEqual({
      city: expect.any(String) as string,
      days: expect.any(Number) as number,
    })
    const result = { role: 'tool' as const, tool_call_id: call.id, content: 'sunny' }
    const messages = [...question, first.choices[0]?.message ?? { role: 'assistant' as const }, result]
    const second = await client.chat.completions.create({ model: 'large', messages, tools }, say('tool_call'))
    expect(second.choices[0]?.finish_reason).toBe('stop')
    expect(second.choices[0]?.message.content).toBeTruthy()
  })

  it('streams parallel tool calls by index, which the SDK puts together', async () => {
    const tools = [weather, other]
    const stream = client.chat.completions.stream(
      { model: 'large', messages: question, tools },
      say('tool_call=2'),
    )
    const made = (await stream.finalChatCompletion()).choices[0]?.message.tool_calls ?? []
    const calls = made.filter(call => call.type === 'function')
    expect(new Set(calls.map(call => call.function.name))).toEqual(new Set(['get_time', 'get_weather']))
    expect(new Set(calls.map(call => call.id)).size).toBe(2)
    for (const call of calls) expect(() => JSON.parse(call.function.arguments) as unknown).not.toThrow()
  })

  it.each([
    ['none', { tool_choice: 'none' as const }, 'tool_call', []],
    ['required', { tool_choice: 'required' as const }, '', ['get_weather']],
    ['named', { tool_choice: weather }, '', ['get_weather']],
    ['one at a time', { parallel_tool_calls: false }, 'tool_call=2', ['get_weather']],
  ])('obeys tool_choice %s', async (_, choice, directives, names) => {
    const request = { model: 'large', messages: question, tools: [weather], ...choice }
    const answer = await client.chat.completions.create(request, say(directives))
    const calls = answer.choices[0]?.message.tool_calls ?? []
    expect(calls.map(call => (call.type === 'function' ? call.function.name : ''))).toEqual(names)
  })

  it('answers JSON when asked for an object or by schema', async () => {
    const ask = (response_format: OpenAI.ResponseFormatJSONObject | OpenAI.ResponseFormatJSONSchema) =>
      client.chat.completions.create(
        { model: 'large', messages: question, response_format },
        say('output_tokens=20'),
      )
    const object = await ask({ type: 'json_object' })
    expect(JSON.parse(object.choices[0]?.message.content ?? '')).toEqual({
      answer: expect.any(String) as string,
    })
    expect(object.usage?.completion_tokens).toBe(20)
    const schema = weather.function.parameters
    const shaped = await ask({ type: 'json_schema', json_schema: { name: 'w', schema } })
    expect(Object.keys(JSON.parse(shaped.choices[0]?.message.content ?? '') as object)).toEqual([
      'city',
      'days',
    ])
  })

  it('refuses in its own field, whole and streamed', async () => {
    const request = { model: 'large', messages: question }
    const whole = await client.chat.completions.create(request, say('refusal'))
    expect(whole.choices[0]?.message).toMatchObject({
      content: null,
      refusal: expect.stringContaining('sorry') as string,
    })
    const streamed = await client.chat.completions.stream(request, say('refusal')).finalChatCompletion()
    expect(streamed.choices[0]?.message.refusal).toBe(whole.choices[0]?.message.refusal)
  })
})

describe('errors through the OpenAI SDK', () => {
  const create = (body: object, directives = '') =>
    client.chat.completions.create(
      { model: 'large', messages: question, ...body } as OpenAI.ChatCompletionCreateParamsNonStreaming,
      say(directives),
    )

  it.each([
    ['unknown model', { model: 'gone' }, '', { status: 404, code: 'model_not_found' }],
    [
      'no messages',
      { messages: undefined },
      '',
      { status: 400, param: 'messages', code: 'missing_required_parameter' },
    ],
    [
      'wrong type',
      { messages: [{ role: 'user', content: 3 }] },
      '',
      { status: 400, param: 'messages[0].content' },
    ],
    ['usage asked without a stream', { stream_options: {} }, '', { status: 400, param: 'stream_options' }],
    ['unknown directive', {}, 'nonsense', { status: 400, code: 'invalid_x_sim' }],
    ['model_gone', {}, 'model_gone', { status: 404, code: 'model_not_found' }],
    ['context_length', {}, 'context_length', { status: 400, code: 'context_length_exceeded' }],
    ['rate limit', {}, 'error=429', { status: 429, code: 'rate_limit_exceeded' }],
  ])('answers %s in OpenAI’s shape', async (_, body, directives, expected) => {
    await expect(create(body, directives)).rejects.toMatchObject(expected)
  })

  it.each([
    [400, BadRequestError],
    [401, AuthenticationError],
    [403, PermissionDeniedError],
    [404, NotFoundError],
    [409, ConflictError],
    [422, UnprocessableEntityError],
    [429, RateLimitError],
    [500, InternalServerError],
    [503, InternalServerError],
    [529, InternalServerError],
  ])('makes error=%i the SDK’s class', async (status, kind) => {
    await expect(create({}, `error=${status}`)).rejects.toBeInstanceOf(kind)
  })

  it('refuses a prompt longer than the context window', async () => {
    const content = 'word '.repeat(128_001)
    await expect(create({ messages: [{ role: 'user', content }] })).rejects.toMatchObject({
      code: 'context_length_exceeded',
    })
  })

  it('accepts only its key when it has one', async () => {
    const locked = await startSim({ ...config, api_key: 'right' })
    const list = (apiKey: string) =>
      new OpenAI({ baseURL: `${locked.url}/v1`, apiKey, maxRetries: 0 }).models.list()
    try {
      await expect(list('wrong')).rejects.toMatchObject({ status: 401, code: 'invalid_api_key' })
      expect((await list('right')).data).toHaveLength(2)
    } finally {
      await locked.close()
    }
  })
})

describe('the other endpoints through the OpenAI SDK', () => {
  it('completes text, whole and streamed', async () => {
    const request = { model: 'large', prompt: 'Once upon a time' }
    const whole = await client.completions.create(request, say('output_tokens=4'))
    expect(whole).toMatchObject({
      object: 'text_completion',
      usage: { prompt_tokens: 4, completion_tokens: 4 },
    })
    const stream = await client.completions.create(
      { ...request, stream: true, stream_options: { include_usage: true } },
      say('text=a%20b%20c'),
    )
    const chunks = await Array.fromAsync(stream)
    expect(chunks.map(chunk => chunk.choices[0]?.text ?? '').join('')).toBe('a b c')
    expect(chunks.at(-1)?.usage?.completion_tokens).toBe(3)
  })

  it('embeds as unit vectors that depend on the text alone', async () => {
    const embed = (input: string | string[], more: object = {}) =>
      client.embeddings.create({ model: 'large', input, ...more })
    const two = await embed(['one text', 'another'])
    const again = await embed('one text', { encoding_format: 'float' })
    const short = await embed('one text', { dimensions: 8, encoding_format: 'base64' })
    const [first, second] = two.data.map(item => item.embedding)
    expect(two.usage.prompt_tokens).toBe(3)
    expect(first).toHaveLength(1536)
    expect(Math.hypot(...(first ?? []))).toBeCloseTo(1, 5)
    expect(first).not.toEqual(second)
    expect(again.data[0]?.embedding.map(Math.fround)).toEqual(first)
    expect(Buffer.from(String(short.data[0]?.embedding), 'base64')).toHaveLength(32)
  })

  it('lists and describes models, with a slash in the name too', async () => {
    expect((await client.models.list()).data.map(model => model.id)).toEqual(['large', 'acme/small'])
    expect(await client.models.retrieve('acme/small')).toMatchObject({ id: 'acme/small', object: 'model' })
    await expect(client.models.retrieve('gone')).rejects.toMatchObject({ status: 404 })
  })

  it('keeps files: bytes, name and purpose come back', async () => {
    const bytes = Buffer.from([0, 255, 13, 10, 45, 45, 128])
    const file = await client.files.create({ file: await toFile(bytes, 'données.bin'), purpose: 'user_data' })
    expect(file).toMatchObject({ object: 'file', bytes: 7, filename: 'données.bin', purpose: 'user_data' })
    expect(await client.files.retrieve(file.id)).toEqual(file)
    expect(Buffer.from(await (await client.files.content(file.id)).arrayBuffer())).toEqual(bytes)
    expect((await client.files.list()).data.map(listed => listed.id)).toContain(file.id)
    expect(await client.files.delete(file.id)).toMatchObject({ deleted: true })
    await expect(client.files.retrieve(file.id)).rejects.toMatchObject({ status: 404 })
  })

  it('speaks bytes and transcribes uploads', async () => {
    const speech = await client.audio.speech.create({ model: 'large', voice: 'alloy', input: 'two words' })
    expect(speech.headers.get('content-type')).toBe('audio/mpeg')
    const bytes = Buffer.from(await speech.arrayBuffer())
    expect(bytes.subarray(0, 3).toString()).toBe('ID3')
    const heard = await client.audio.transcriptions.create(
      { model: 'large', file: await toFile(bytes, 'a.mp3') },
      say('text=two%20words'),
    )
    expect(heard.text).toBe('two words')
  })

  it('says 404 for a path and 405 for a method it does not have', async () => {
    const [unknown, wrong] = await Promise.all([
      fetch(`${sim.url}/v1/nothing`),
      fetch(`${sim.url}/v1/chat/completions`),
    ])
    expect([unknown.status, wrong.status]).toEqual([404, 405])
    expect(await unknown.json()).toMatchObject({ error: { message: 'Invalid URL (GET /v1/nothing)' } })
  })

  it.each([
    ['truncated JSON', '{"model":'],
    ['invalid UTF-8', Buffer.from([0x7b, 0xff, 0x7d])],
    ['no object', '[]'],
  ])('answers 400 to %s', async (_, body) => {
    const answer = await fetch(`${sim.url}/v1/chat/completions`, { method: 'POST', body })
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ error: { type: 'invalid_request_error' } })
  })
})
