import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { wireFormats } from './registry.ts'
import {
  type Endpoint,
  type ErrorCategory,
  emptyFacts,
  type JsonObject,
  type WireError,
} from './wire-format.ts'

// What the gateway counts on with every endpoint of every wire format: the contract of the interface.

const endpoints = [...wireFormats.endpoints.values()]

/** Objects with the names the formats look for and any values under them. */
const anyBody = fc.dictionary(
  fc.oneof(
    fc.constantFrom(
      'model',
      'messages',
      'input',
      'prompt',
      'system',
      'instructions',
      'metadata',
      'user',
      'stream',
    ),
    fc.constantFrom(
      'choices',
      'delta',
      'usage',
      'error',
      'content',
      'output',
      'type',
      'response',
      'item',
      'tools',
    ),
    fc.string({ maxLength: 5 }),
  ),
  fc.jsonValue({ maxDepth: 4 }),
) as fc.Arbitrary<JsonObject>

describe.each(endpoints.map(endpoint => [endpoint.name, endpoint] as [string, Endpoint]))(
  '%s',
  (_, endpoint) => {
    test('reads any request without an error', () => {
      fc.assert(
        fc.property(anyBody, body => {
          const facts = endpoint.readRequest(body)
          expect([typeof facts.stream, typeof facts.hasTools, typeof facts.hasImages]).toEqual([
            'boolean',
            'boolean',
            'boolean',
          ])
          expect(typeof facts.opening()).toBe('string')
          expect(facts.opening()).toBe(endpoint.readRequest(structuredClone(body)).opening())
          for (const id of [facts.user, facts.conversationId])
            expect(['string', 'undefined']).toContain(typeof id)
        }),
      )
    })

    test('reads any answer and any event without an error, into facts that an event can hold', () => {
      fc.assert(
        fc.property(
          anyBody,
          fc.option(fc.constantFrom('ping', 'error', 'message_delta'), { nil: undefined }),
          (body, event) => {
            const facts = emptyFacts()
            endpoint.readAnswer(body, facts)
            const kind = endpoint.readFrame(event, JSON.stringify(body), facts)
            expect(['content', 'meta', 'usage', 'done', 'error']).toContain(kind)
            if (kind === 'error') expect(facts.error).not.toBeNull()
            for (const count of Object.values(facts.usage)) {
              expect(count === null || (Number.isSafeInteger(count) && count >= 0)).toBe(true)
            }
            for (const count of [facts.outputLength, facts.toolCalls])
              expect(Number.isSafeInteger(count)).toBe(true)
          },
        ),
      )
    })

    test('makes edits whose values are JSON', () => {
      fc.assert(
        fc.property(
          anyBody,
          fc.string(),
          fc.constantFrom('prepend' as const, 'replace' as const),
          (body, text, how) => {
            const edits = [
              ...endpoint.askForUsage(body),
              ...endpoint.editSystemPrompt(body, { how, text }),
              ...endpoint.editUser(body, text),
              ...endpoint.editUser(body, undefined),
            ]
            for (const edit of edits)
              if (edit.kind !== 'remove') expect(() => JSON.parse(edit.json)).not.toThrow()
          },
        ),
      )
    })

    test('is found by its path', () => {
      expect(endpoint.path).toMatch(/^\/v1\//)
      expect(wireFormats.endpoints.get(endpoint.path)).toBe(endpoint)
      expect(wireFormats.byName[endpoint.format].endpoints).toContain(endpoint)
    })
  },
)

const error: WireError = {
  category: 'overloaded',
  code: 'overloaded',
  message: 'All "places"\nare taken.',
  param: null,
  requestId: 'wr_1',
  attempts: [],
}
const attempts = [{ target: 'sim/large', status: 503, failure: 'server_error' }]

describe('errors in OpenAI’s words', () => {
  const { openai } = wireFormats.byName

  test('have the shape its SDKs read', () => {
    expect(JSON.parse(openai.errorBody({ ...error, param: 'model', attempts }))).toEqual({
      error: {
        message: error.message,
        type: 'overloaded_error',
        param: 'model',
        code: 'overloaded',
        request_id: 'wr_1',
        attempts,
      },
    })
  })

  test('name attempts only when there were some', () => {
    expect(openai.errorBody(error)).not.toContain('attempts')
  })

  test('fit into one frame of a stream', () => {
    expect(openai.errorFrame(error, '/v1/chat/completions')).toBe(`data: ${openai.errorBody(error)}\n\n`)
  })

  test('are a named event in a stream of the Responses API, which reads back as an error', () => {
    const frame = openai.errorFrame(error, '/v1/responses')
    const [, data] = /^event: error\ndata: (.*)\n\n$/.exec(frame) ?? []
    expect(JSON.parse(data ?? '')).toMatchObject({
      type: 'error',
      code: 'overloaded',
      message: error.message,
    })
    const facts = emptyFacts()
    expect(wireFormats.endpoints.get('/v1/responses')?.readFrame('error', data ?? '', facts)).toBe('error')
    expect(facts.error).toMatchObject({ code: 'overloaded', message: error.message })
  })

  test('carry a credential as a bearer', () => {})
})

describe('errors in Anthropic’s words', () => {
  const { anthropic } = wireFormats.byName

  test('have the shape its SDKs read', () => {
    expect(JSON.parse(anthropic.errorBody(error))).toEqual({
      type: 'error',
      error: { type: 'overloaded_error', message: error.message, code: 'overloaded' },
      request_id: 'wr_1',
    })
  })

  test('are an event of their own in a stream', () => {
    expect(anthropic.errorFrame(error, '/v1/messages')).toBe(
      `event: error\ndata: ${anthropic.errorBody(error)}\n\n`,
    )
  })

  test('carry a credential in x-api-key', () => {})
})

test.each<[ErrorCategory, string, string]>([
  ['invalid_request', 'invalid_request_error', 'invalid_request_error'],
  ['authentication', 'authentication_error', 'authentication_error'],
  ['permission', 'permission_error', 'permission_error'],
  ['not_found', 'invalid_request_error', 'not_found_error'],
  ['too_large', 'invalid_request_error', 'request_too_large'],
  ['rate_limit', 'rate_limit_error', 'rate_limit_error'],
  ['timeout', 'timeout_error', 'timeout_error'],
  ['overloaded', 'overloaded_error', 'overloaded_error'],
  ['upstream', 'api_error', 'api_error'],
  ['internal', 'server_error', 'api_error'],
])('the category %s is %s to OpenAI’s clients and %s to Anthropic’s', (category, openai, anthropic) => {
  const typeOf = (body: string) => (JSON.parse(body) as { error: { type: string } }).error.type
  expect(typeOf(wireFormats.byName.openai.errorBody({ ...error, category }))).toBe(openai)
  expect(typeOf(wireFormats.byName.anthropic.errorBody({ ...error, category }))).toBe(anthropic)
})
