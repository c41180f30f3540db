import type { HeldState } from '@weir/core/routing'
import { describe, expect, test } from 'vitest'
import { type Failure, failureOfStatus } from './failure.ts'
import { blameState } from './issuer.ts'

function failureOf(status: number, error: object): Failure {
  const body = Buffer.from(JSON.stringify({ error }))
  return failureOfStatus({ status, headers: {}, body }, 0)
}

const withState = (passedState: HeldState | null) => ({ decision: null, passedState })

// Words of OpenAI's and Anthropic's error answers, from their API references ("Error codes", "Errors").
const notFound = {
  model: {
    message: 'The model `gpt-9` does not exist or you do not have access to it.',
    code: 'model_not_found',
  },
  deprecated: { message: 'The model has been deprecated.', param: 'model' },
  anthropicModel: { type: 'not_found_error', message: 'model: claude-9' },
  conversation: {
    message: "Conversation with id 'conv_1' not found.",
    type: 'invalid_request_error',
    param: null,
  },
  file: { type: 'not_found_error', message: 'File not found: file_1' },
  nothing: {},
}

describe('a 404', () => {
  test.each<[keyof typeof notFound, Failure['failure']]>([
    ['model', 'model_gone'],
    ['deprecated', 'model_gone'],
    ['anthropicModel', 'model_gone'],
    ['conversation', 'invalid_request'],
    ['file', 'invalid_request'],
    ['nothing', 'invalid_request'],
  ])('about %s, of a request that builds on state, is %s', (error, kind) => {
    for (const state of ['held', 'unknown', 'elsewhere'] as const)
      expect(blameState(withState(state), failureOf(404, notFound[error])).failure).toBe(kind)
  })

  test.each(Object.values(notFound))('of a request that builds on nothing is as it was: %j', error => {
    const failed = failureOf(404, error)
    expect(blameState(withState(null), failed)).toBe(failed)
  })
})

test.each([401, 403, 409, 429, 500])('a %i is as it was', status => {
  const failed = failureOf(status, notFound.file)
  expect(blameState(withState('held'), failed)).toBe(failed)
})
