// The other split endpoints through OpenAI's own SDK: embeddings, legacy completions, responses, the list of models.
import type OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openaiClient } from '../support/sdk.ts'
import { type SdkGateway, startSdkGateway } from './sdk-gateway.ts'

let setup: SdkGateway
let client: OpenAI

beforeAll(async () => {
  setup = await startSdkGateway()
  client = openaiClient(setup.gateway, setup.ledger)
})

afterAll(() => setup.ledger.check(setup.gateway))

function sim(directives: string) {
  return { headers: { 'x-sim': directives } }
}

const lastEvent = () => setup.gateway.event(setup.ledger.ids.at(-1) ?? '')
const lastSent = () => JSON.parse(String(setup.sim.requests.at(-1)?.body)) as Record<string, unknown>

describe('embeddings', () => {
  it('come as the base64 the SDK asks for by itself and as floats, and say the same', async () => {
    const input = ['one two', 'three']
    const packed = await client.embeddings.create({ model: 'chat', input })
    expect(lastSent()).toMatchObject({ encoding_format: 'base64', model: 'large' })
    const floats = await client.embeddings.create({ model: 'chat', input, encoding_format: 'float' })
    expect(packed.data).toHaveLength(2)
    for (const [index, { embedding }] of floats.data.entries()) {
      expect(packed.data[index]?.embedding).toHaveLength(1536)
      expect(packed.data[index]?.embedding[7]).toBeCloseTo(embedding[7] ?? Number.NaN, 6)
    }
    expect(await lastEvent()).toMatchObject({
      endpoint: 'embeddings',
      outcome: 'ok',
      usage: { input: 3, output: null },
      cost_nano_usd: 7500,
    })
  })
})

describe('completions', () => {
  it('are answered whole', async () => {
    const answer = await client.completions.create(
      { model: 'chat', prompt: 'Once upon a time' },
      sim('text=there%20was'),
    )
    expect(answer.choices[0]).toMatchObject({ text: 'there was', finish_reason: 'stop' })
    expect(await lastEvent()).toMatchObject({ endpoint: 'completions', usage: { input: 4, output: 2 } })
  })

  it('are streamed, with usage for the event alone', async () => {
    const stream = await client.completions.create(
      { model: 'chat', prompt: 'Once upon a time', stream: true },
      sim('text=there%20was%20a%20king'),
    )
    let text = ''
    for await (const chunk of stream) {
      expect(chunk.choices).not.toHaveLength(0)
      text += chunk.choices[0]?.text
    }
    expect(text).toBe('there was a king')
    expect(await lastEvent()).toMatchObject({ usage: { input: 4, output: 4 }, finish_reason: 'stop' })
  })
})

describe('responses', () => {
  it('are answered whole, and found again by their id', async () => {
    const answer = await client.responses.create(
      { model: 'chat', input: 'Hello', store: true },
      sim('text=well%20met'),
    )
    expect(answer.output_text).toBe('well met')
    expect(await lastEvent()).toMatchObject({
      endpoint: 'responses',
      reason: 'split',
      finish_reason: 'stop',
    })
    const again = await client.responses.retrieve(answer.id)
    expect(again.output_text).toBe('well met')
    expect(await lastEvent()).toMatchObject({
      endpoint: `/v1/responses/${answer.id}`,
      reason: 'pass_through',
    })
  })

  it('are streamed event by event, the last one included', async () => {
    const stream = await client.responses.create(
      { model: 'chat', input: 'Hello', stream: true },
      sim('text=one%20two%20three'),
    )
    const types: string[] = []
    let text = ''
    for await (const event of stream) {
      types.push(event.type)
      if (event.type === 'response.output_text.delta') text += event.delta
    }
    expect(text).toBe('one two three')
    expect(types[0]).toBe('response.created')
    expect(types.at(-1)).toBe('response.completed')
    expect(types.filter(type => type === 'response.completed')).toHaveLength(1)
    expect(await lastEvent()).toMatchObject({
      stream: true,
      outcome: 'ok',
      usage: { input: 1, output: 3 },
      output_length: 13,
    })
  })

  it('call tools', async () => {
    const tool = {
      type: 'function',
      name: 'get_weather',
      strict: true,
      parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    } as const
    const answer = await client.responses.create(
      { model: 'chat', input: 'Hello', tools: [tool] },
      sim('tool_call'),
    )
    expect(answer.output[0]).toMatchObject({ type: 'function_call', name: 'get_weather' })
    expect(await lastEvent()).toMatchObject({ tool_calls: 1 })
  })
})

describe('models', () => {
  it('list the routers with their splits, then the models', async () => {
    const listed = await Array.fromAsync(client.models.list())
    expect(listed.map(model => model.id)).toEqual([
      'chat',
      'claude',
      'sim/large',
      'sim/small',
      'anthropic/large',
    ])
    expect(listed[0]).toMatchObject({
      object: 'model',
      owned_by: 'weir',
      weir: {
        kind: 'router',
        routes: [
          {
            route: 'default',
            variants: [
              {
                variant: 'large',
                model: 'sim/large',
                share: 1,
                price: { input: 2.5, cached_input: 0.25, output: 10 },
              },
            ],
          },
        ],
      },
    })
  })
})
