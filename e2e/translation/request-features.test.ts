// What a request asks for, as it arrives at a target of another format: each client's words, and each provider's.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { askers, type ClientName, QUESTION } from './asker.ts'
import {
  type ForeignGateway,
  lastBody,
  type ProviderName,
  type RouterCase,
  startForeignGateway,
} from './foreign-gateway.ts'

/** Clients and targets that have no format in common, or no endpoint. */
const pairs: readonly (readonly [ClientName, ProviderName])[] = [
  ['chat', 'claude'],
  ['chat', 'gemini'],
  ['messages', 'gpt'],
  ['messages', 'gemini'],
  ['responses', 'claude'],
  ['responses', 'chatty'],
  ['responses', 'gemini'],
]

let setup: ForeignGateway
let hashing: ForeignGateway
let dropping: ForeignGateway

const one = (provider: ProviderName, more: object = {}): RouterCase => ({ targets: [{ provider, ...more }] })

function routersOf(provider: ProviderName): Record<string, RouterCase> {
  return {
    [provider]: one(provider),
    [`${provider}-prepend`]: one(provider, { system_prompt: { prepend: 'Be kind.' } }),
    [`${provider}-replace`]: one(provider, { system_prompt: { replace: 'Be kind.' } }),
  }
}

const providers = ['gpt', 'chatty', 'claude', 'gemini'] as const
const known = { model: { capabilities: { output: 1000 } } }

beforeAll(async () => {
  const plain = Object.fromEntries(providers.map(provider => [provider, one(provider)]))
  ;[setup, hashing, dropping] = await Promise.all([
    startForeignGateway({
      ...Object.assign({}, ...providers.map(routersOf)),
      'claude-parameters': one('claude', {
        parameters: { max_tokens: 77, stop_sequences: ['END'], top_k: 5 },
      }),
      'gpt-parameters': one('gpt', { parameters: { max_completion_tokens: 77, stop: 'END', seed: 5 } }),
      'gemini-parameters': one('gemini', {
        parameters: {
          max_tokens: 77,
          stop: ['END'],
          provider_options: { google: { structuredOutputs: false } },
        },
      }),
      'claude-known': one('claude', known),
      'claude-known-parameters': one('claude', { ...known, parameters: { max_tokens: 77 } }),
    }),
    startForeignGateway(plain, { user: 'hash' }),
    startForeignGateway(plain, { user: 'drop' }),
  ])
})

afterAll(async () => {
  for (const each of [setup, hashing, dropping]) await each.ledger.check(each.gateway)
})

/** What a provider got last; `chatty` and `gpt` are one account. */
function sentTo(provider: ProviderName, by: ForeignGateway = setup): Record<string, unknown> {
  if (provider === 'claude') return lastBody(by.claude)
  return lastBody(provider === 'gemini' ? by.gemini : by.gpt)
}

const ask = (name: ClientName, model: string, fields: object = {}, by = setup) =>
  askers(by)[name].whole({ model, fields })

/** The texts of a value that is a string or a list of parts. */
function texts(content: unknown): string[] {
  if (typeof content === 'string') return [content]
  return (Array.isArray(content) ? content : []).map(part => String((part as { text?: unknown }).text))
}

type Sent = Record<string, unknown>

/** The system prompt as the provider got it. */
const systemOf: Readonly<Record<string, (body: Sent) => string[]>> = {
  claude: body => texts(body.system),
  gpt: body =>
    (body.messages as { role: string; content: unknown }[])
      .filter(({ role }) => role === 'system')
      .flatMap(({ content }) => texts(content)),
  gemini: body => texts((body.systemInstruction as { parts?: unknown } | undefined)?.parts),
}

const readSystem = (provider: ProviderName) =>
  (systemOf[provider === 'chatty' ? 'gpt' : provider]?.(sentTo(provider)) ?? []).join('\n').split(/\n+/)

/** The same system prompt in each client's words. */
const systemFields: Readonly<Record<ClientName, object>> = {
  chat: {
    messages: [
      { role: 'system', content: 'Answer briefly.' },
      { role: 'user', content: QUESTION },
    ],
  },
  messages: { system: 'Answer briefly.' },
  responses: { instructions: 'Answer briefly.' },
}

describe.each(pairs)('a request of %s to %s', (name, provider) => {
  it('takes its system prompt along', async () => {
    await ask(name, provider, systemFields[name])
    expect(readSystem(provider)).toEqual(['Answer briefly.'])
  })

  it('has the variant’s system prompt before its own', async () => {
    await ask(name, `${provider}-prepend`, systemFields[name])
    expect(readSystem(provider)).toEqual(['Be kind.', 'Answer briefly.'])
  })

  it('has the variant’s system prompt in place of its own', async () => {
    await ask(name, `${provider}-replace`, systemFields[name])
    expect(readSystem(provider)).toEqual(['Be kind.'])
  })

  it('takes its limit, temperature and stop sequences along', async () => {
    const fields: Readonly<Record<ClientName, object>> = {
      chat: { max_tokens: 50, temperature: 0.5, top_p: 0.9, stop: ['END'] },
      messages: { max_tokens: 50, temperature: 0.5, top_p: 0.9, stop_sequences: ['END'] },
      responses: { max_output_tokens: 50, temperature: 0.5, top_p: 0.9 },
    }
    await ask(name, provider, fields[name])
    const stop =
      name === 'responses' ? {} : { stop: ['END'], stop_sequences: ['END'], stopSequences: ['END'] }
    const said: Readonly<Record<string, object>> = {
      claude: { max_tokens: 50, temperature: 0.5, top_p: 0.9 },
      gpt: { max_tokens: 50, temperature: 0.5, top_p: 0.9 },
      gemini: { generationConfig: { maxOutputTokens: 50, temperature: 0.5, topP: 0.9 } },
    }
    const sent = sentTo(provider)
    expect(sent).toMatchObject(said[provider === 'chatty' ? 'gpt' : provider] ?? {})
    const stopped = provider === 'gemini' ? (sent.generationConfig as Sent) : sent
    const word = provider === 'gemini' ? 'stopSequences' : provider === 'claude' ? 'stop_sequences' : 'stop'
    expect(stopped[word]).toEqual('stop' in stop ? stop.stop : undefined)
  })
})

describe('the client’s user', () => {
  const fields: Readonly<Record<ClientName, object>> = {
    chat: { user: 'ada' },
    messages: { metadata: { user_id: 'ada' } },
    responses: { user: 'ada' },
  }
  const readUser = (provider: ProviderName, by: ForeignGateway) => {
    const sent = sentTo(provider, by)
    return provider === 'claude' ? (sent.metadata as Sent | undefined)?.user_id : sent.user
  }

  it.each(pairs.filter(([, provider]) => provider !== 'gemini'))(
    'of %s goes to %s as the provider’s setting says: as it is, hashed, or not at all',
    async (name, provider) => {
      await ask(name, provider, fields[name])
      expect(readUser(provider, setup)).toBe('ada')
      await ask(name, provider, fields[name], hashing)
      expect(readUser(provider, hashing)).toMatch(/^[0-9a-f]{32}$/)
      expect((await hashing.lastEvent()).unit).toBe(readUser(provider, hashing))
      await ask(name, provider, fields[name], dropping)
      expect(readUser(provider, dropping)).toBeUndefined()
      expect(await dropping.lastEvent()).toMatchObject({ unit_kind: 'user', dropped: [] })
    },
  )

  it('is bookkeeping to a provider that has no place for it', async () => {
    await ask('chat', 'gemini', fields.chat)
    expect(JSON.stringify(sentTo('gemini'))).not.toContain('ada')
    expect(await setup.lastEvent()).toMatchObject({ dropped: ['user'] })
  })
})

describe('a variant’s parameters', () => {
  it('are Anthropic’s for a target there, and win over the client’s', async () => {
    await ask('chat', 'claude-parameters', { max_completion_tokens: 50, stop: ['STOP'] })
    expect(sentTo('claude')).toMatchObject({ max_tokens: 77, stop_sequences: ['END'], top_k: 5 })
  })

  it('are OpenAI’s for a target there; of two names of one limit the variant’s stays', async () => {
    await ask('messages', 'gpt-parameters', { max_tokens: 50 })
    expect(sentTo('gpt')).toMatchObject({ max_completion_tokens: 77, stop: 'END', seed: 5 })
    expect(sentTo('gpt')).not.toHaveProperty('max_tokens')
  })

  it.each(['chat', 'messages'] as const)('are chat’s for a target behind a library (%s)', async name => {
    await ask(name, 'gemini-parameters', { max_tokens: 50 })
    expect(sentTo('gemini')).toMatchObject({
      generationConfig: { maxOutputTokens: 77, stopSequences: ['END'] },
    })
  })
})

describe('the limit that Anthropic requires', () => {
  it.each([
    ['the variant’s', 'claude-known-parameters', { max_tokens: 50 }, 77],
    ['else the request’s', 'claude-known', { max_tokens: 50 }, 50],
    ['that of the request in its new name', 'claude-known', { max_completion_tokens: 60 }, 60],
    ['else the model’s', 'claude-known', {}, 1000],
    ['else 4096', 'claude', {}, 4096],
  ])('is %s', async (_, router, fields, limit) => {
    await ask('chat', router, fields)
    expect(sentTo('claude').max_tokens).toBe(limit)
  })
})
