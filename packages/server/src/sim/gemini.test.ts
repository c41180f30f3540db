// Gemini's format through the AI SDK's own provider over HTTP, and what the API refuses.
import { createGoogle } from '@ai-sdk/google'
import type { LanguageModelV4CallOptions, LanguageModelV4StreamPart } from '@ai-sdk/provider'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { simConfigSchema } from './config.ts'
import { type Sim, startSim } from './server.ts'

const config = simConfigSchema.parse({ seed: 7, speed: 1000, models: { 'gemini-3-pro': {} } })

let sim: Sim
let model: ReturnType<ReturnType<typeof createGoogle>>

beforeAll(async () => {
  sim = await startSim(config)
  model = createGoogle({ baseURL: `${sim.url}/v1beta`, apiKey: 'any' })('gemini-3-pro')
})
afterAll(() => sim.close())

const ask: LanguageModelV4CallOptions = {
  prompt: [{ role: 'user', content: [{ type: 'text', text: 'How many words is this?' }] }],
}
const weather = {
  type: 'function' as const,
  name: 'get_weather',
  inputSchema: {
    type: 'object' as const,
    properties: { city: { type: 'string' as const } },
    required: ['city'],
  },
}
const tools = [weather, { ...weather, name: 'get_time' }]
const say = (directives: string) => ({ headers: { 'x-sim': directives } })
const thinking = { providerOptions: { google: { thinkingConfig: { includeThoughts: true } } } }

const generate = (options: Partial<LanguageModelV4CallOptions>) => model.doGenerate({ ...ask, ...options })

const streamed = async (options: Partial<LanguageModelV4CallOptions>) => {
  const { stream } = await model.doStream({ ...ask, ...options })
  return Array.fromAsync(stream)
}

const textOf = (parts: readonly LanguageModelV4StreamPart[], type: 'text-delta' | 'reasoning-delta') =>
  parts.map(part => (part.type === type ? part.delta : '')).join('')

const post = (method: string, body: object, headers: Record<string, string> = { 'x-goog-api-key': 'k' }) =>
  fetch(`${sim.url}/v1beta/models/gemini-3-pro:${method}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  })

describe('generateContent through the AI SDK', () => {
  it('answers with text, finish reason and usage, the cached part told', async () => {
    const answer = await generate(say('text=fine%20thanks;cached_tokens=2'))
    expect(answer).toMatchObject({
      content: [{ type: 'text', text: 'fine thanks' }],
      finishReason: { unified: 'stop', raw: 'STOP' },
      usage: {
        inputTokens: { total: 5, cacheRead: 2, noCache: 3 },
        outputTokens: { total: 2, reasoning: 0 },
      },
    })
  })

  it('streams the same text, finish and usage', async () => {
    const parts = await streamed(say('text=a%20%F0%9F%9A%80%20b;tokens_per_chunk=2'))
    expect(textOf(parts, 'text-delta')).toBe('a 🚀 b')
    expect(parts.at(-1)).toMatchObject({
      type: 'finish',
      finishReason: { raw: 'STOP' },
      usage: { inputTokens: { total: 5 }, outputTokens: { total: 3 } },
    })
  })

  it.each([
    ['maxOutputTokens', { maxOutputTokens: 2 }, '', 'MAX_TOKENS', 'length'],
    ['a refusal', {}, 'refusal', 'SAFETY', 'content-filter'],
  ] as const)('ends by %s, whole and streamed', async (_, options, directives, raw, unified) => {
    const whole = await generate({ ...options, ...say(directives) })
    expect(whole.finishReason).toEqual({ raw, unified })
    const parts = await streamed({ ...options, ...say(directives) })
    expect(parts.at(-1)).toMatchObject({ type: 'finish', finishReason: { raw, unified } })
    expect(whole.usage.outputTokens.total).toBe(unified === 'length' ? 2 : 0)
  })

  it('stops before a stop sequence', async () => {
    const { content } = await generate({ stopSequences: [' c'], ...say('text=a%20b%20c%20d') })
    expect(content).toMatchObject([{ type: 'text', text: 'a b' }])
  })

  it('thinks, signs it, and takes the signature back', async () => {
    const whole = await generate({ ...thinking, ...say('thinking=let%20me%20see;text=ok') })
    const signature = { google: { thoughtSignature: expect.any(String) as string } }
    expect(whole.content).toMatchObject([
      { type: 'reasoning', text: 'let me see' },
      { type: 'text', text: 'ok', providerMetadata: signature },
    ])
    expect(whole.usage.outputTokens).toMatchObject({ total: 4, text: 1, reasoning: 3 })
    const said = whole.content.filter(part => part.type === 'text')
    const content = said.map(({ text, providerMetadata }) => ({
      type: 'text' as const,
      text,
      providerOptions: providerMetadata ?? {},
    }))
    const prompt = [...ask.prompt, { role: 'assistant' as const, content }, ...ask.prompt]
    expect((await generate({ prompt })).finishReason.unified).toBe('stop')
  })

  it('streams thoughts before the text', async () => {
    const parts = await streamed({ ...thinking, ...say('reasoning_tokens=4;text=ok') })
    expect(textOf(parts, 'reasoning-delta').split(' ')).toHaveLength(4)
    expect(textOf(parts, 'text-delta')).toBe('ok')
    const types = parts.map(part => part.type)
    expect(types.indexOf('reasoning-end')).toBeLessThan(types.indexOf('text-start'))
  })

  it('counts the thoughts it does not show', async () => {
    const { content, usage } = await generate({ reasoning: 'low', ...say('text=ok') })
    expect(content.map(part => part.type)).toEqual(['text'])
    expect(usage.outputTokens.reasoning).toBeGreaterThan(0)
  })

  it.each(['whole', 'stream'])('calls two tools at once, then answers their results (%s)', async mode => {
    const options = { tools, ...say('tool_call=2') }
    const parts = mode === 'whole' ? (await generate(options)).content : await streamed(options)
    const calls = parts.filter(part => part.type === 'tool-call')
    expect(new Set(calls.map(call => call.toolName))).toEqual(new Set(['get_weather', 'get_time']))
    for (const call of calls) expect(JSON.parse(call.input)).toEqual({ city: expect.any(String) as string })
    const prompt: LanguageModelV4CallOptions['prompt'] = [
      ...ask.prompt,
      {
        role: 'assistant',
        content: calls.map(({ toolCallId, toolName, input }) => ({
          type: 'tool-call',
          toolCallId,
          toolName,
          input: JSON.parse(input) as unknown,
        })),
      },
      {
        role: 'tool',
        content: calls.map(({ toolCallId, toolName }) => ({
          type: 'tool-result',
          toolCallId,
          toolName,
          output: { type: 'text', value: '21' },
        })),
      },
    ]
    const after = await generate({ ...options, prompt })
    expect(after.content.map(part => part.type)).toEqual(['text'])
  })

  it.each([
    ['none', { type: 'none' }, 'tool_call', []],
    ['required', { type: 'required' }, '', 1],
    ['one tool', { type: 'tool', toolName: 'get_time' }, '', ['get_time']],
  ] as const)('obeys the tool choice %s', async (_, toolChoice, directives, expected) => {
    const { content } = await generate({ tools, toolChoice, ...say(directives) })
    const names = content.filter(part => part.type === 'tool-call').map(call => call.toolName)
    expect(typeof expected === 'number' ? names.length : names).toEqual(expected)
  })

  it('answers JSON by schema', async () => {
    const { content } = await generate({ responseFormat: { type: 'json', schema: weather.inputSchema } })
    const [part] = content
    if (part?.type !== 'text') throw new Error('no text')
    expect(JSON.parse(part.text)).toEqual({ city: expect.any(String) as string })
  })

  it('reads Google’s own schema dialect', async () => {
    const responseSchema = { type: 'OBJECT', properties: { days: { type: 'INTEGER' } } }
    const generationConfig = { responseMimeType: 'application/json', responseSchema }
    const answer = await post('generateContent', {
      contents: [{ parts: [{ text: 'Hi' }] }],
      generationConfig,
    })
    const { candidates } = (await answer.json()) as {
      candidates: { content: { parts: { text: string }[] } }[]
    }
    const text = candidates[0]?.content.parts[0]?.text ?? ''
    expect(JSON.parse(text)).toEqual({ days: expect.any(Number) as number })
  })

  it('notices a client that leaves in mid-stream', async () => {
    const leave = new AbortController()
    const left = sim.abortedStreams()
    const { stream } = await model.doStream({
      ...ask,
      ...say('output_tokens=1000;tokens_per_second=10;speed=1;ttft_ms=0'),
      abortSignal: leave.signal,
    })
    await expect(async () => {
      for await (const part of stream) if (part.type === 'text-delta') leave.abort()
    }).rejects.toThrow()
    while (sim.abortedStreams() === left) await new Promise(resolve => setTimeout(resolve, 5))
  })
})

describe('errors in Google’s shape', () => {
  it.each([
    ['error=400', 400, 'INVALID_ARGUMENT'],
    ['error=403', 403, 'PERMISSION_DENIED'],
    ['error=429', 429, 'RESOURCE_EXHAUSTED'],
    ['error=500', 500, 'INTERNAL'],
    ['error=503', 503, 'UNAVAILABLE'],
    ['context_length', 400, 'INVALID_ARGUMENT'],
    ['model_gone', 404, 'NOT_FOUND'],
  ])('%s', async (directives, statusCode, status) => {
    await expect(generate(say(directives))).rejects.toMatchObject({
      statusCode,
      data: { error: { code: statusCode, status, message: expect.any(String) as string } },
    })
  })

  it('comes in mid-stream as a chunk the SDK reports', async () => {
    const parts = await streamed(say('error_event=mid;error_event_status=503;text=a%20b%20c%20d'))
    expect(textOf(parts, 'text-delta')).toBe('a b')
    expect(parts.filter(part => part.type === 'error')).toHaveLength(1)
  })

  it('insists on a key', async () => {
    const body = { contents: [{ parts: [{ text: 'Hi' }] }] }
    const answer = await post('generateContent', body, {})
    expect(answer.status).toBe(403)
    expect(await answer.json()).toMatchObject({ error: { status: 'PERMISSION_DENIED' } })
  })

  const text = { parts: [{ text: 'Hi' }] }
  const call = { role: 'model', parts: [{ functionCall: { name: 'f', args: {} } }] }
  const result = { functionResponse: { name: 'f', response: {} } }

  it.each([
    ['no contents', {}, /contents: contents is not specified/],
    ['an unknown field', { contents: [text], messages: [] }, /Unknown name "messages": Cannot find field/],
    ['another role', { contents: [{ ...text, role: 'assistant' }] }, /valid role: user, model/],
    ['no parts', { contents: [{ parts: [] }] }, /parts must not be empty/],
    [
      'a result without a call',
      { contents: [text, { parts: [result] }] },
      /immediately after a function call/,
    ],
    [
      'too many results',
      { contents: [text, call, { parts: [result, result] }] },
      /number of function response/,
    ],
    ['a call unanswered', { contents: [text, call, text] }, /number of function response/],
    [
      'a signature of its own making',
      { contents: [text, { role: 'model', parts: [{ text: 'a', thoughtSignature: 'bm8=' }] }] },
      /Corrupted thought signature/,
    ],
  ])('refuses %s', async (_, body, message) => {
    const answer = await post('generateContent', body)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({
      error: { code: 400, status: 'INVALID_ARGUMENT', message: expect.stringMatching(message) as string },
    })
  })

  it('takes the signatures Google gives for calls of others', async () => {
    const signed = { ...call.parts[0], thoughtSignature: 'skip_thought_signature_validator' }
    const contents = [text, { ...call, parts: [signed] }, { parts: [result] }]
    expect((await post('generateContent', { contents })).status).toBe(200)
  })
})

describe('the rest of Gemini’s API', () => {
  it('streams one JSON array without alt=sse', async () => {
    const answer = await post('streamGenerateContent', { contents: [{ parts: [{ text: 'Hi' }] }] })
    const chunks = (await answer.json()) as { candidates: { finishReason?: string }[] }[]
    expect(chunks.length).toBeGreaterThan(1)
    expect(chunks.at(-1)?.candidates[0]?.finishReason).toBe('STOP')
  })

  it('lists models and counts tokens', async () => {
    const headers = { 'x-goog-api-key': 'k' }
    const list = await fetch(`${sim.url}/v1beta/models`, { headers })
    expect(await list.json()).toMatchObject({ models: [{ name: 'models/gemini-3-pro' }] })
    const count = await post('countTokens', { contents: [{ parts: [{ text: 'two words' }] }] })
    expect(await count.json()).toEqual({ totalTokens: 2 })
  })
})
