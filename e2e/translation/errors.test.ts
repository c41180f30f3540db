// Errors of a provider, told to clients of another format: the class that their SDK throws, the status and the words.
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Asker, askers, type ClientName } from './asker.ts'
import {
  type ForeignGateway,
  type ProviderName,
  type RouterCase,
  startForeignGateway,
} from './foreign-gateway.ts'
import { thrownBy } from './thrown.ts'

type Format = 'openai' | 'anthropic'

const formatOf = (client: ClientName): Format => (client === 'messages' ? 'anthropic' : 'openai')

/** Clients and targets that have no format in common. */
const pairs: readonly (readonly [ClientName, ProviderName])[] = [
  ['chat', 'claude'],
  ['responses', 'claude'],
  ['messages', 'gpt'],
  ['chat', 'gemini'],
  ['messages', 'gemini'],
]

/** What an SDK throws, by the client's format. */
interface Thrown {
  readonly class: new (...given: never[]) => Error
  readonly status: number
  readonly type: string
}

interface Row {
  readonly openai: Thrown
  readonly anthropic: Thrown
  /** Part of what the client reads. */
  readonly words: string
}

const INVALID = 'invalid_request_error'

/** By the status of the provider. */
const rows: Readonly<Record<number, Row>> = {
  400: {
    openai: { class: OpenAI.BadRequestError, status: 400, type: INVALID },
    anthropic: { class: Anthropic.BadRequestError, status: 400, type: INVALID },
    words: 'The request is not valid.',
  },
  // Which model there is, is the operator's affair: a client that read 404 would look for its own mistake.
  404: {
    openai: { class: OpenAI.InternalServerError, status: 502, type: 'api_error' },
    anthropic: { class: Anthropic.InternalServerError, status: 502, type: 'api_error' },
    words: 'model_gone (404): the provider does not know the configured model',
  },
  409: {
    openai: { class: OpenAI.InternalServerError, status: 502, type: 'api_error' },
    anthropic: { class: Anthropic.InternalServerError, status: 502, type: 'api_error' },
    words: 'conflict (409): The resource is locked.',
  },
  413: {
    openai: { class: OpenAI.APIError, status: 413, type: INVALID },
    anthropic: { class: Anthropic.ContentTooLargeError, status: 413, type: 'request_too_large' },
    words: 'The body is too large.',
  },
  422: {
    openai: { class: OpenAI.UnprocessableEntityError, status: 422, type: INVALID },
    anthropic: { class: Anthropic.UnprocessableEntityError, status: 422, type: INVALID },
    words: 'The request cannot be processed.',
  },
  429: {
    openai: { class: OpenAI.RateLimitError, status: 429, type: 'rate_limit_error' },
    anthropic: { class: Anthropic.RateLimitError, status: 429, type: 'rate_limit_error' },
    words: 'rate_limited (429): Rate limit reached.',
  },
  500: {
    openai: { class: OpenAI.InternalServerError, status: 500, type: 'api_error' },
    anthropic: { class: Anthropic.InternalServerError, status: 500, type: 'api_error' },
    words: 'server_error (500): The server had an error',
  },
  // Both say that a service is overloaded, each API by its own status.
  503: {
    openai: { class: OpenAI.InternalServerError, status: 503, type: 'overloaded_error' },
    anthropic: { class: Anthropic.OverloadedError, status: 529, type: 'overloaded_error' },
    words: 'server_error (503): The engine is currently overloaded',
  },
  529: {
    openai: { class: OpenAI.InternalServerError, status: 503, type: 'overloaded_error' },
    anthropic: { class: Anthropic.OverloadedError, status: 529, type: 'overloaded_error' },
    words: 'server_error (529): Overloaded',
  },
}

const modes = ['whole', 'stream'] as const
const statuses = Object.keys(rows).map(Number)

let setup: ForeignGateway
let clients: Readonly<Record<ClientName, Asker>>

/** Routers of each provider, and of each with a stand-in. */
function routersOf(provider: ProviderName): Record<string, RouterCase> {
  const failing = (sim: string) => ({ targets: [{ provider, sim }] })
  const standIn = {
    provider: provider === 'claude' ? 'gpt' : 'claude',
    sim: 'text=one%20two%20three',
  } as const
  return {
    ...Object.fromEntries(
      statuses.map(status => [`${provider}-${status}`, failing(`error=${status}; retry_after=27`)]),
    ),
    [`${provider}-event-first`]: { targets: [{ provider, sim: 'error_event=first' }, standIn] },
    [`${provider}-event-alone`]: failing('error_event=first'),
    [`${provider}-too-long`]: failing('context_length'),
    [`${provider}-unavailable`]: { targets: [{ provider, sim: 'error=503' }, standIn] },
  }
}

beforeAll(async () => {
  const context = (tokens: number) => ({ capabilities: { context: tokens } })
  setup = await startForeignGateway({
    ...routersOf('gpt'),
    ...routersOf('claude'),
    ...routersOf('gemini'),
    growing: {
      targets: [
        { provider: 'claude', sim: 'context_length', model: context(200_000) },
        { provider: 'gpt', sim: 'text=too%20small', model: context(128_000) },
        { provider: 'gpt', sim: 'text=as%20small', model: context(200_000) },
        { provider: 'gpt', sim: 'text=large%20enough', model: context(1_000_000) },
      ],
      failure: { on: ['context_length', 'server_error'] },
    },
    outgrown: {
      targets: [
        { provider: 'claude', sim: 'context_length', model: context(200_000) },
        { provider: 'gpt', sim: 'text=too%20small', model: context(128_000) },
      ],
      failure: { on: ['context_length', 'server_error'] },
    },
  })
  clients = askers(setup)
})

afterAll(() => setup.ledger.check(setup.gateway))

/** The error object of a body, as each API nests it. */
function errorOf(body: unknown): Record<string, unknown> {
  const { error } = body as { error?: Record<string, unknown> }
  return error ?? (body as Record<string, unknown>)
}

describe.each(pairs)('%s clients of a target at %s', (name, provider) => {
  it.each(statuses.flatMap(status => modes.map(mode => [status, mode] as const)))(
    'know a %i by its class, status and words (%s)',
    async (status, mode) => {
      const error = await thrownBy(clients[name][mode]({ model: `${provider}-${status}` }))
      const row = rows[status] as Row
      const told = row[formatOf(name)]
      expect(error).toBeInstanceOf(told.class)
      expect(error.status).toBe(told.status)
      expect(errorOf(error.error)).toMatchObject({
        type: told.type,
        message: expect.stringContaining(row.words),
      })
      expect(error.headers?.get('retry-after') ?? null).toBe(status === 429 ? '27' : null)
      expect(await setup.lastEvent()).toMatchObject({
        outcome: 'failed',
        status: told.status,
        attempts: [{ status, code: expect.any(String) }],
      })
    },
  )

  it.each(['event-first', 'unavailable'])(
    'see nothing of %s when another target stands in',
    async failing => {
      const heard = await clients[name].stream({ model: `${provider}-${failing}` })
      expect(heard.text).toBe('one two three')
      expect(await setup.lastEvent()).toMatchObject({
        outcome: 'ok',
        served: 'second',
        attempts: [{ failure: 'server_error' }, { failure: null }],
      })
    },
  )

  it('get a status, and no stream, for an error event before all content', async () => {
    const error = await thrownBy(clients[name].stream({ model: `${provider}-event-alone` }))
    expect(error.status).toBeGreaterThanOrEqual(500)
    expect(await setup.lastEvent()).toMatchObject({ outcome: 'failed', error: 'upstream_error' })
  })

  it('know a prompt that is too long by the name that applications look for', async () => {
    const error = await thrownBy(clients[name].whole({ model: `${provider}-too-long` }))
    expect(error).toBeInstanceOf(rows[400]?.[formatOf(name)].class)
    expect(errorOf(error.error)).toMatchObject({
      type: INVALID,
      code: 'context_length_exceeded',
      message: expect.stringContaining('8192'),
    })
    expect(await setup.lastEvent()).toMatchObject({
      outcome: 'failed',
      status: 400,
      attempts: [{ failure: 'context_length' }],
    })
  })
})

describe('a prompt that is too long for the first target', () => {
  it.each(['chat', 'messages', 'responses'] as const)(
    'goes only to targets with a larger context (%s)',
    async name => {
      expect(await clients[name].whole({ model: 'growing' })).toMatchObject({ text: 'large enough' })
      const event = await setup.lastEvent()
      expect(event).toMatchObject({ outcome: 'ok', served: 'fourth' })
      expect(event.attempts.map(({ variant, failure }) => [variant, failure])).toEqual([
        ['first', 'context_length'],
        ['fourth', null],
      ])
    },
  )

  it('is told in the client’s words when no context is larger', async () => {
    const error = await thrownBy(clients.chat.whole({ model: 'outgrown' }))
    expect(error).toMatchObject({ status: 400, code: 'context_length_exceeded', type: INVALID })
    expect(error.message).toContain('prompt is too long')
    expect((await setup.lastEvent()).attempts).toHaveLength(1)
  })
})
