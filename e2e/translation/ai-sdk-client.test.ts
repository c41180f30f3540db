// The AI SDK as a client, which speaks chat: it runs its own tool loops, parses its own objects and throws its own
// errors, whichever vendor answers.
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { APICallError, generateText, isStepCount, jsonSchema, Output, streamText, tool } from 'ai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { KEY } from '../support/gateway.ts'
import { until } from '../support/until.ts'
import { type ForeignGateway, lastBody, startForeignGateway } from './foreign-gateway.ts'

let setup: ForeignGateway
let weir: ReturnType<typeof createOpenAICompatible>

const targets = ['claude', 'gemini', 'chatty'] as const

beforeAll(async () => {
  setup = await startForeignGateway(
    Object.fromEntries(targets.map(provider => [provider, { targets: [{ provider }] }])),
  )
  weir = createOpenAICompatible({
    name: 'weir',
    baseURL: setup.gateway.baseUrl,
    apiKey: KEY,
    fetch: setup.ledger.fetch,
    includeUsage: true,
    supportsStructuredOutputs: true,
  })
})

afterAll(() => setup.ledger.check(setup.gateway))

const prompt = 'How warm is it in Paris?'
const asked = (model: string, sim: string) => ({
  model: weir(model),
  prompt,
  maxRetries: 0,
  headers: { 'x-sim': sim },
})

describe.each(targets)('the AI SDK before %s', model => {
  it('reads text, thinking and token counts', async () => {
    const sim = 'text=it%20is%2021; thinking=let%20me%20see; cached_tokens=2'
    const answer = await generateText(asked(model, sim))
    expect(answer).toMatchObject({ text: 'it is 21', reasoningText: 'let me see', finishReason: 'stop' })
    expect(answer.usage).toMatchObject({
      inputTokens: 6,
      inputTokenDetails: { cacheReadTokens: 2 },
      outputTokens: 6,
      outputTokenDetails: { reasoningTokens: 3 },
    })
  })

  it('reads the same of a stream', async () => {
    const sim = 'text=it%20is%2021; thinking=let%20me%20see; cached_tokens=2'
    const stream = streamText(asked(model, sim))
    expect(await stream.text).toBe('it is 21')
    expect(await stream.reasoningText).toBe('let me see')
    expect(await stream.finishReason).toBe('stop')
    expect(await stream.usage).toMatchObject({ inputTokens: 6, outputTokens: 6 })
  })

  it('runs its tools until the model has said what it wants', async () => {
    const cities: string[] = []
    const answer = await generateText({
      // The provider calls as often as it is told to, but goes on in words from a result.
      ...asked(model, 'tool_call=2'),
      tools: {
        get_weather: tool({
          inputSchema: jsonSchema<{ city: string }>({
            type: 'object',
            properties: { city: { type: 'string' } },
            required: ['city'],
            additionalProperties: false,
          }),
          execute: ({ city }) => {
            cities.push(city)
            return '21 degrees'
          },
        }),
      },
      stopWhen: isStepCount(3),
    })
    expect(cities).toHaveLength(2)
    expect(answer.steps).toHaveLength(2)
    expect(answer.finishReason).toBe('stop')
    expect(answer.text).not.toBe('')
    const provider = model === 'claude' ? setup.claude : model === 'gemini' ? setup.gemini : setup.gpt
    expect(JSON.stringify(lastBody(provider)).split('21 degrees')).toHaveLength(3)
  })

  it('gets an object of the schema it asks for', async () => {
    const schema = jsonSchema<{ degrees: number }>({
      type: 'object',
      properties: { degrees: { type: 'integer' } },
      required: ['degrees'],
      additionalProperties: false,
    })
    const answer = await generateText({ ...asked(model, ''), output: Output.object({ schema }) })
    expect(answer.output).toEqual({ degrees: expect.any(Number) })
  })

  it('throws its APICallError for what the provider refuses, with the words', async () => {
    const thrown = await generateText(asked(model, 'error=422')).catch((error: unknown) => error)
    expect(thrown).toBeInstanceOf(APICallError)
    expect(thrown).toMatchObject({
      statusCode: 422,
      isRetryable: false,
      message: 'The request cannot be processed.',
    })
  })

  it('may try again when the provider is overloaded', async () => {
    const thrown = await generateText(asked(model, 'error=529')).catch((error: unknown) => error)
    expect(thrown).toMatchObject({ statusCode: model === 'chatty' ? 529 : 503, isRetryable: true })
  })

  it('ends the call at the provider when it is aborted', async () => {
    const provider = model === 'claude' ? setup.claude : model === 'gemini' ? setup.gemini : setup.gpt
    const before = provider.abortedStreams()
    const controller = new AbortController()
    const stream = streamText({
      ...asked(model, 'speed=1; ttft_ms=0; tokens_per_second=5; output_tokens=10000'),
      abortSignal: controller.signal,
    })
    for await (const _ of stream.textStream) controller.abort()
    await until('the end of the call', () => provider.abortedStreams() === before + 1)
    expect(await setup.lastEvent()).toMatchObject({ outcome: 'cancelled' })
  })
})
