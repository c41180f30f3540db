import { failureKindSchema } from '@weir/core/config'
import { describe, expect, test } from 'vitest'
import { failure, failureOfError, failureOfStatus, readRetryAfter, recordedCode } from './failure.ts'

const now = Date.UTC(2026, 4, 4, 12, 0, 0)

function answered(status: number, body: unknown = {}, headers: Record<string, string> = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return failureOfStatus({ status, headers, body: Buffer.from(text) }, now)
}

describe('an answer with an error status', () => {
  test.each([
    [301, 'bad_answer'],
    [304, 'bad_answer'],
    [400, 'invalid_request'],
    [401, 'credential'],
    [402, 'credential'],
    [403, 'credential'],
    [404, 'model_gone'],
    [405, 'invalid_request'],
    [408, 'request_timeout'],
    [409, 'conflict'],
    [413, 'invalid_request'],
    [418, 'invalid_request'],
    [422, 'invalid_request'],
    [429, 'rate_limited'],
    [500, 'server_error'],
    [502, 'server_error'],
    [503, 'server_error'],
    [504, 'server_error'],
    [529, 'server_error'],
    [599, 'server_error'],
  ])('of %i is a failure of the kind %s', (status, kind) => {
    const failed = answered(status, { error: { message: 'no', code: 'x' } })
    expect(failed).toMatchObject({ kind: 'failure', failure: kind, status, message: 'no', code: 'x' })
    expect(failed.response?.status).toBe(status)
  })

  test('every status there is has a kind that a policy knows, or one it must not walk past', () => {
    const known = new Set<string>([...failureKindSchema.options, 'invalid_request'])
    for (let status = 300; status < 600; status++) expect(known).toContain(answered(status).failure)
  })

  // Messages as the vendors write them: OpenAI's error guide, Anthropic's errors page.
  test.each([
    [
      400,
      { error: { code: 'context_length_exceeded', message: 'x', type: 'invalid_request_error' } },
      'context_length',
    ],
    [
      400,
      {
        error: {
          message: "This model's maximum context length is 8192 tokens.",
          type: 'invalid_request_error',
        },
      },
      'context_length',
    ],
    [
      400,
      {
        error: {
          code: 400,
          message: 'The input token count (1100000) exceeds the maximum number of tokens allowed (1048576).',
          status: 'INVALID_ARGUMENT',
        },
      },
      'context_length',
    ],
    [
      400,
      {
        type: 'error',
        error: {
          type: 'invalid_request_error',
          message: 'prompt is too long: 200001 tokens > 200000 maximum',
        },
      },
      'context_length',
    ],
    [
      413,
      { type: 'error', error: { type: 'request_too_large', message: 'Request exceeds the maximum size' } },
      'invalid_request',
    ],
    [500, { error: { code: 'context_length_exceeded', message: 'x' } }, 'server_error'],
    [
      400,
      {
        error: {
          code: 400,
          message: 'API key not valid. Please pass a valid API key.',
          status: 'INVALID_ARGUMENT',
        },
      },
      'credential',
    ],
    [
      400,
      {
        error: {
          code: 400,
          message: 'API key expired. Please renew the API key.',
          status: 'INVALID_ARGUMENT',
        },
      },
      'credential',
    ],
    [
      400,
      { error: { code: 400, message: 'Unable to submit: "API key not valid"', status: 'INVALID_ARGUMENT' } },
      'invalid_request',
    ],
  ])('of %i that says %j is %s', (status, body, kind) => {
    expect(answered(status, body).failure).toBe(kind)
  })

  test.each<[unknown, string | null, string]>([
    [
      { error: { code: 'rate_limit_exceeded', type: 'requests', message: 'slow' } },
      'rate_limit_exceeded',
      'slow',
    ],
    [{ error: { type: 'overloaded_error', message: 'Overloaded' } }, 'overloaded_error', 'Overloaded'],
    [{ error: { code: 1302, message: 'slow' } }, '1302', 'slow'],
    [{ error: 'model is loading' }, null, 'model is loading'],
    [{ error: null }, null, 'the provider gave no reason'],
    [{ detail: 'Not Found' }, null, 'the provider gave no reason'],
    // Google's, vLLM's and Mistral's own documentation of errors.
    [{ error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'slow' } }, 'RESOURCE_EXHAUSTED', 'slow'],
    [{ error: { code: 400, type: 'BadRequestError', message: 'no' } }, 'BadRequestError', 'no'],
    [{ object: 'error', message: 'no', type: 'invalid_request', code: '1800' }, '1800', 'no'],
    [[], null, 'the provider gave no readable reason'],
    ['null', null, 'the provider gave no readable reason'],
    ['<html>Bad Gateway</html>', null, 'the provider gave no readable reason'],
    ['', null, 'the provider gave no readable reason'],
  ])('reads code and message of %j', (body, code, message) => {
    expect(answered(503, body)).toMatchObject({ code, message })
  })
})

test.each([
  ['context_length_exceeded', 'context_length_exceeded'],
  ['INVALID_ARGUMENT', 'INVALID_ARGUMENT'],
  ['429', '429'],
  ['com.amazon.coral.validate#ValidationException', 'com.amazon.coral.validate#ValidationException'],
  ['no such user: Ann', null],
  ['x'.repeat(65), null],
  ['', null],
])('the code %j is recorded as %j', (code, recorded) => {
  expect(recordedCode(answered(400, { error: { code } }))).toBe(recorded)
})

describe('retry-after', () => {
  const inHalfAMinute = new Date(now + 30_000).toUTCString()

  test.each<[string, Record<string, string | string[]>, number | null]>([
    ['in seconds', { 'retry-after': '7' }, 7000],
    ['in seconds with spaces', { 'retry-after': ' 7 ' }, 7000],
    ['in fractions of a second', { 'retry-after': '0.25' }, 250],
    ['of nothing', { 'retry-after': '0' }, 0],
    ['in milliseconds', { 'retry-after-ms': '350' }, 350],
    ['in both, of which milliseconds are finer', { 'retry-after-ms': '350', 'retry-after': '1' }, 350],
    [
      'in milliseconds that cannot be read beside seconds',
      { 'retry-after-ms': '', 'retry-after': '2' },
      2000,
    ],
    ['as an HTTP date', { 'retry-after': inHalfAMinute }, 30_000],
    ['as a date that has passed', { 'retry-after': 'Mon, 04 May 2026 11:59:00 GMT' }, null],
    ['of a month', { 'retry-after': '2592000' }, 2_592_000_000],
    ['negative', { 'retry-after': '-5' }, null],
    ['negative in milliseconds', { 'retry-after-ms': '-5' }, null],
    ['beyond all numbers', { 'retry-after': '9'.repeat(400) }, null],
    ['as an exponent', { 'retry-after': '1e9' }, null],
    ['in words', { 'retry-after': 'soon' }, null],
    ['in words with a number', { 'retry-after': 'try in 5' }, null],
    ['as a year, which Date.parse would take', { 'retry-after': 'after 2030' }, null],
    ['empty', { 'retry-after': '' }, null],
    ['sent twice', { 'retry-after': ['1', '2'] }, null],
    ['absent', {}, null],
  ])('%s', (_, headers, wait) => {
    expect(readRetryAfter(headers, now)).toBe(wait)
  })
})

describe('an error inside a 200', () => {
  test.each<[string | null, string | null, string, string, string | null]>([
    ['rate_limit_exceeded', null, 'slow down', 'rate_limited', 'rate_limit_exceeded'],
    ['429', null, 'slow down', 'rate_limited', '429'],
    [null, 'rate_limit_error', 'slow down', 'rate_limited', 'rate_limit_error'],
    [null, 'overloaded_error', 'Overloaded', 'server_error', 'overloaded_error'],
    ['server_error', 'server_error', 'oops', 'server_error', 'server_error'],
    ['503', null, 'oops', 'server_error', '503'],
    ['context_length_exceeded', 'invalid_request_error', 'long', 'context_length', 'context_length_exceeded'],
    [null, 'invalid_request_error', 'prompt is too long: 9 > 8', 'context_length', 'invalid_request_error'],
    [null, null, 'who knows', 'bad_answer', null],
  ])('with code %j and type %j, saying "%s", is %s', (code, type, message, kind, recorded) => {
    expect(failureOfError({ code, type, message })).toMatchObject({
      failure: kind,
      status: null,
      code: recorded,
      message,
      response: null,
    })
  })
})

test('a failure without an answer has neither status nor response', () => {
  expect(failure('connect', 'refused')).toEqual({
    kind: 'failure',
    failure: 'connect',
    status: null,
    code: null,
    param: null,
    message: 'refused',
    retryAfter: null,
    response: null,
  })
})
