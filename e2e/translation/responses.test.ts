// The Responses API by OpenAI's own SDK before three kinds of target: one that has it, one that only has chat, and
// one of another vendor. An application sees the same kind of response from each.
import type OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openaiClient } from '../support/sdk.ts'
import { type Asker, askers, QUESTION, RESULT } from './asker.ts'
import { type ForeignGateway, lastBody, startForeignGateway } from './foreign-gateway.ts'
import { thrownBy } from './thrown.ts'

let setup: ForeignGateway
let client: OpenAI
let asker: Asker

beforeAll(async () => {
  setup = await startForeignGateway({
    gpt: { targets: [{ provider: 'gpt' }] },
    chatty: { targets: [{ provider: 'chatty' }] },
    claude: { targets: [{ provider: 'claude' }] },
    gemini: { targets: [{ provider: 'gemini' }] },
    'native-behind': { targets: [{ provider: 'claude' }, { provider: 'gpt' }] },
    'native-fails': {
      targets: [
        { provider: 'gpt', sim: 'error=503' },
        { provider: 'claude', sim: 'text=from%20claude' },
      ],
    },
    'drops-the-chain': {
      targets: [{ provider: 'claude', drop: ['previous_response_id'], sim: 'text=from%20claude' }],
    },
  })
  client = openaiClient(setup.gateway, setup.ledger)
  asker = askers(setup).responses
})

afterAll(() => setup.ledger.check(setup.gateway))

const targets = ['gpt', 'chatty', 'claude', 'gemini'] as const
const sim = (directives: string) => ({ headers: { 'x-sim': directives } })

describe.each(targets)('a response of %s', model => {
  it('is whole, and says what was asked', async () => {
    const response = await client.responses.create(
      { model, input: QUESTION, instructions: 'Answer briefly.', temperature: 0.5, max_output_tokens: 50 },
      sim('text=it%20is%2021'),
    )
    expect(response).toMatchObject({
      object: 'response',
      status: 'completed',
      error: null,
      incomplete_details: null,
      output: [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'it is 21' }] }],
      output_text: 'it is 21',
      usage: { output_tokens: 3, total_tokens: expect.any(Number) },
    })
    expect(response.id).not.toBe('')
    expect(await setup.lastEvent()).toMatchObject({
      endpoint: 'responses',
      outcome: 'ok',
      finish_reason: 'stop',
      usage: { output: 3 },
      output_length: 8,
    })
  })

  it('streams through the SDK’s own events, numbered in order, to the same response', async () => {
    const stream = client.responses.stream({ model, input: QUESTION }, sim('text=one%20two%20three'))
    const types: string[] = []
    const numbers: number[] = []
    let text = ''
    for await (const event of stream) {
      types.push(event.type)
      numbers.push(event.sequence_number)
      if (event.type === 'response.output_text.delta') text += event.delta
    }
    const response = await stream.finalResponse()
    expect(text).toBe('one two three')
    expect(response.output_text).toBe('one two three')
    expect(numbers).toEqual(numbers.map((_, index) => index))
    expect([...new Set(types)]).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ])
  })

  it.each(['whole', 'stream'] as const)(
    'calls functions, and goes on from their outputs (%s)',
    async mode => {
      const first = await asker[mode]({ model, tools: 'weather', sim: 'tool_call=2' })
      expect(first.calls).toMatchObject([{ name: 'get_weather' }, { name: 'get_weather' }])
      const second = await asker[mode]({
        model,
        tools: 'weather',
        sim: 'text=it%20is%20warm',
        after: first.turns,
      })
      expect(second).toMatchObject({ text: 'it is warm', calls: [], finish: 'completed' })
      const provider = model === 'claude' ? setup.claude : model === 'gemini' ? setup.gemini : setup.gpt
      expect(JSON.stringify(lastBody(provider)).split(RESULT)).toHaveLength(3)
      expect(await setup.lastEvent()).toMatchObject({ outcome: 'ok', tool_calls: 0 })
    },
  )

  it('is parsed by the SDK when a schema was asked for', async () => {
    const schema = {
      type: 'object',
      properties: { degrees: { type: 'integer' } },
      required: ['degrees'],
      additionalProperties: false,
    }
    const response = await client.responses.parse({
      model,
      input: QUESTION,
      text: { format: { type: 'json_schema', name: 'weather', strict: true, schema } },
    })
    expect(JSON.parse(response.output_text)).toEqual({ degrees: expect.any(Number) })
  })

  it('is incomplete when it is cut at its limit', async () => {
    const response = await client.responses.create({ model, input: QUESTION }, sim('text=one%20two; length'))
    expect(response).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
      output_text: 'one two',
    })
  })

  it.each(['whole', 'stream'] as const)(
    'shows a summary of the reasoning, and counts it (%s)',
    async mode => {
      const heard = await asker[mode]({ model, think: 'yes', sim: 'text=warm; thinking=let%20me%20see' })
      expect(heard).toMatchObject({
        text: 'warm',
        thinking: 'let me see',
        usage: { reasoning: 3, output: 4 },
      })
      expect(await setup.lastEvent()).toMatchObject({ usage: { reasoning: 3, output: 4 } })
    },
  )
})

describe('a response that goes on with one that is stored', () => {
  const goOn = (model: string, id: string) =>
    client.responses.create({ model, input: 'And tomorrow?', previous_response_id: id }, sim('text=warmer'))

  it('fails at a target that stores none, naming the field', async () => {
    const error = await thrownBy(goOn('claude', 'resp_of_long_ago'))
    expect(error).toMatchObject({ status: 400, code: 'not_translatable', param: 'previous_response_id' })
    expect(await setup.lastEvent()).toMatchObject({
      state: 'unknown',
      attempts: [{ failure: 'not_translatable', code: 'previous_response_id' }],
    })
  })

  it('cannot be gone on with when it was translated: it says that it is not stored', async () => {
    const first = await client.responses.create({ model: 'claude', input: QUESTION, store: true })
    expect(first).toMatchObject({ store: false, previous_response_id: null })
    expect(await thrownBy(goOn('claude', first.id))).toMatchObject({ code: 'not_translatable' })
  })

  it('is served by the native target behind the translated one', async () => {
    const first = await client.responses.create({ model: 'gpt', input: QUESTION, store: true })
    const second = await goOn('native-behind', first.id)
    expect(second).toMatchObject({ output_text: 'warmer', previous_response_id: first.id })
    expect(await setup.lastEvent()).toMatchObject({
      outcome: 'ok',
      served: 'second',
      state: 'held',
      reason: 'state',
    })
  })

  it('does not go to a translated target when the one that stores it fails', async () => {
    const first = await client.responses.create({ model: 'gpt', input: QUESTION, store: true })
    const error = await thrownBy(goOn('native-fails', first.id))
    expect(error.status).toBe(503)
    expect((await setup.lastEvent()).attempts).toMatchObject([{ variant: 'first', failure: 'server_error' }])
  })

  it('begins anew where the variant may drop what it goes on with, and the event says so', async () => {
    const answer = await goOn('drops-the-chain', 'resp_of_long_ago')
    expect(answer.output_text).toBe('from claude')
    expect(await setup.lastEvent()).toMatchObject({ outcome: 'ok', dropped: ['previous_response_id'] })
  })
})

it('falls back from a native target to a translated one, and nobody sees the difference', async () => {
  for (const mode of ['whole', 'stream'] as const) {
    const heard = await asker[mode]({ model: 'native-fails' })
    expect(heard).toMatchObject({ text: 'from claude', finish: 'completed' })
    expect(await setup.lastEvent()).toMatchObject({ served: 'second', outcome: 'ok' })
  }
})
