import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { simConfigSchema } from './config.ts'
import { type Sim, startSim } from './server.ts'

const config = simConfigSchema.parse({ seed: 7, speed: 1000, models: { large: {} } })
const parameters = {
  type: 'object',
  properties: { city: { type: 'string' }, days: { type: 'integer' } },
  required: ['city', 'days'],
}

let sim: Sim
let client: OpenAI

beforeAll(async () => {
  sim = await startSim(config)
  client = new OpenAI({ baseURL: `${sim.url}/v1`, apiKey: 'any', maxRetries: 0 })
})
afterAll(() => sim.close())

const say = (directives: string) => ({ headers: { 'x-sim': directives } })

describe('responses through the OpenAI SDK', () => {
  const ask = { model: 'large', input: 'Say something nice', instructions: 'Be kind' }

  it('answers, stores by id, forgets when told', async () => {
    const answer = await client.responses.create(ask, say('text=well%20done'))
    expect(answer).toMatchObject({
      object: 'response',
      status: 'completed',
      output_text: 'well done',
      usage: { input_tokens: 5, output_tokens: 2, total_tokens: 7 },
    })
    expect((await client.responses.retrieve(answer.id)).output_text).toBe('well done')
    await client.responses.delete(answer.id)
    await expect(client.responses.retrieve(answer.id)).rejects.toMatchObject({ status: 404 })
  })

  it('does not store when told not to, and knows the previous response only if stored', async () => {
    const answer = await client.responses.create({ ...ask, store: false })
    await expect(client.responses.retrieve(answer.id)).rejects.toMatchObject({ status: 404 })
    await expect(client.responses.create({ ...ask, previous_response_id: answer.id })).rejects.toMatchObject({
      code: 'previous_response_not_found',
    })
  })

  it('streams the event sequence in order and numbered', async () => {
    const stream = await client.responses.create({ ...ask, stream: true }, say('text=a%20b'))
    const events = await Array.fromAsync(stream)
    expect(events.map(event => event.type)).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ])
    expect(events.map(event => event.sequence_number)).toEqual(events.map((_, index) => index))
  })

  it('is put together by the SDK’s own stream helper, tool calls too', async () => {
    const text = await client.responses.stream(ask, say('text=a%20b')).finalResponse()
    expect(text.output_text).toBe('a b')
    const tools = [{ type: 'function' as const, name: 'f', strict: false, parameters: parameters }]
    const called = await client.responses.stream({ ...ask, tools }, say('tool_call')).finalResponse()
    const [item] = called.output
    if (item?.type !== 'function_call') throw new Error('no call')
    expect(Object.keys(JSON.parse(item.arguments) as object)).toEqual(['city', 'days'])
    const output = { type: 'function_call_output' as const, call_id: item.call_id, output: 'ok' }
    const after = await client.responses.create(
      { model: 'large', input: [item, output], tools },
      say('tool_call'),
    )
    expect(after.output[0]?.type).toBe('message')
  })

  it('is incomplete when cut', async () => {
    const cut = await client.responses.create({ ...ask, max_output_tokens: 1 })
    expect(cut).toMatchObject({ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } })
  })
})
