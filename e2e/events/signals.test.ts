// What events say of answers: the same for every client and every provider, whole and streamed.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callerOf } from '../support/caller.ts'
import { startGateway, testKey } from '../support/gateway.ts'
import { openLedger } from '../support/ledger.ts'
import { chatChunk, openEventStream, startScriptedProvider } from '../support/scripted-provider.ts'
import { type Asker, askers, type ClientName } from '../translation/asker.ts'
import { type ForeignGateway, startForeignGateway } from '../translation/foreign-gateway.ts'

const schema = {
  type: 'object',
  properties: { warm: { type: 'boolean' } },
  required: ['warm'],
  additionalProperties: false,
}

/** What asks for JSON, in each client's own words. */
const JSON_FIELDS: Readonly<Record<ClientName, object>> = {
  chat: { response_format: { type: 'json_schema', json_schema: { name: 'answer', schema } } },
  responses: { text: { format: { type: 'json_schema', name: 'answer', schema } } },
  messages: { output_config: { format: { type: 'json_schema', schema } } },
}

const names: readonly ClientName[] = ['chat', 'messages', 'responses']
const modes = ['whole', 'stream'] as const
const providers = ['gpt', 'chatty', 'claude', 'gemini'] as const

const ways = names.flatMap(name =>
  providers.flatMap(provider => modes.map(mode => ({ name, provider, mode }))),
)

let setup: ForeignGateway
let clients: Readonly<Record<ClientName, Asker>>

beforeAll(async () => {
  setup = await startForeignGateway(
    Object.fromEntries(providers.map(provider => [provider, { targets: [{ provider }] }])),
  )
  clients = askers(setup)
})

afterAll(() => setup.ledger.check(setup.gateway))

describe.each(ways)('a client of $name at $provider ($mode)', ({ name, provider, mode }) => {
  const ask = async (sim: string, further: object = {}) => {
    await clients[name][mode]({ model: provider, sim, ...further })
    return setup.lastEvent()
  }
  const said = (text: string) => `text=${encodeURIComponent(text)}`

  it('who declines in words has declined', async () => {
    expect(await ask(said('I’m sorry, but I can’t help with that.'))).toMatchObject({
      refusal: true,
      refusal_by: 'text',
      empty: false,
      json: null,
      tool_names: [],
    })
  })

  it('who answers has not', async () => {
    const text = "I can't recommend it highly enough!"
    expect(await ask(said(text))).toMatchObject({
      refusal: false,
      refusal_by: null,
      output_length: text.length,
    })
  })

  it('who says the same again and again is known by it', async () => {
    const { repetition } = await ask(said('and then again '.repeat(40)))
    expect(repetition).toBeGreaterThan(0.9)
  })

  it('the names of tools are told', async () => {
    expect(await ask('tool_call=2', { tools: 'weather' })).toMatchObject({
      tool_calls: 2,
      tool_names: ['get_weather'],
      refusal: false,
      empty: false,
    })
  })

  it('JSON that was asked for is valid', async () => {
    const event = await ask(said('{"warm": true}'), { fields: JSON_FIELDS[name] })
    expect(event).toMatchObject({ outcome: 'ok', json: 'valid' })
  })
})

// Whole, because the SDKs hang up on streams of invalid JSON.
it.each(ways.filter(({ mode }) => mode === 'whole'))(
  'what is no JSON though a client of $name asked $provider for it is invalid',
  async ({ name, provider }) => {
    const sim = `text=${encodeURIComponent('It is {"warm": true}')}`
    await clients[name].whole({ model: provider, sim, fields: JSON_FIELDS[name] })
    expect(await setup.lastEvent()).toMatchObject({ outcome: 'ok', json: 'invalid' })
  },
)

describe('a stream that breaks', () => {
  it('has the signals of what came, and is no JSON', async () => {
    const provider = await startScriptedProvider()
    const gateway = await startGateway({
      config: {
        version: 1,
        providers: {
          scripted: { type: 'openai', base_url: `${provider.url}/v1`, credential: { env: 'WEIR_KEY' } },
        },
        models: { 'scripted/m': {} },
        routers: {
          one: { default_route: { split: { variants: [{ id: 'only', model: 'scripted/m' }] } } },
        },
        keys: [testKey],
      },
    })
    const ledger = openLedger()
    const caller = callerOf(gateway, ledger)
    provider.play((_, response) => {
      openEventStream(response).write(`data: ${chatChunk('I’m sorry, but I can’t help with that. ')}\n\n`)
      setTimeout(() => response.destroy(), 50)
    })
    const answered = await caller.chat('one', { stream: true, response_format: { type: 'json_object' } })
    expect(await gateway.event(answered.id)).toMatchObject({
      outcome: 'stream_broken',
      refusal_by: 'text',
      empty: false,
      json: null,
    })
  })
})
