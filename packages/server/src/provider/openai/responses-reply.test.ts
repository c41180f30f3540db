import fc from 'fast-check'
import type { Response } from 'openai/resources/responses/responses'
import { describe, expect, test } from 'vitest'
import { someReply, someUsage } from '../translation/arbitrary.ts'
import { Losses } from '../translation/loss.ts'
import { NO_USAGE, type Reply } from '../translation/reply.ts'
import type { JsonObject } from '../wire-format.ts'
import { responsesClient } from './responses-dialect.ts'

// Shape: OpenAI, API reference, "The response object"; which fields there must be: the SDK's type `Response`.

const echo = { id: 'wr_1', model: 'claude-opus-4-6', now: 1_760_000_000 }

/** `output_text` is added by the SDK. */
type Wire = Omit<Response, 'output_text'>

function write(reply: Partial<Reply>, request: JsonObject = {}): Wire {
  const whole: Reply = {
    id: null,
    model: null,
    created: null,
    parts: [],
    finish: 'stop',
    stopSequence: null,
    usage: NO_USAGE,
    ...reply,
  }
  return responsesClient.read(request, new Losses()).writeReply(whole, echo) as unknown as Wire
}

test('a whole answer is a whole response, with every field the SDK requires', () => {
  const tool = {
    type: 'function',
    name: 'get_weather',
    parameters: { type: 'object' },
    strict: true,
  } as const
  const expected = {
    id: 'msg_01',
    object: 'response',
    created_at: 1_750_000_000,
    model: 'claude-opus-4-6-20260201',
    status: 'completed',
    error: null,
    incomplete_details: null,
    output: [
      {
        id: 'rs_wr_1_0',
        type: 'reasoning',
        summary: [{ type: 'summary_text', text: 'Look it up.' }],
        encrypted_content: 'weir:signature:EqQB',
      },
      {
        id: 'msg_wr_1_1',
        type: 'message',
        status: 'completed',
        role: 'assistant',
        content: [{ type: 'output_text', text: 'One moment.', annotations: [], logprobs: [] }],
      },
      {
        id: 'fc_wr_1_2',
        type: 'function_call',
        status: 'completed',
        call_id: 'toolu_1',
        name: 'get_weather',
        arguments: '{"city":"Paris"}',
      },
    ],
    usage: {
      input_tokens: 30,
      input_tokens_details: { cached_tokens: 10, cache_write_tokens: 5 },
      output_tokens: 12,
      output_tokens_details: { reasoning_tokens: 4 },
      total_tokens: 42,
    },
    instructions: 'Be brief.',
    max_output_tokens: 200,
    max_tool_calls: null,
    metadata: { team: 'a' },
    parallel_tool_calls: false,
    prompt_cache_key: null,
    reasoning: { effort: 'low' },
    safety_identifier: null,
    temperature: 0.5,
    text: { format: { type: 'text' }, verbosity: 'medium' },
    tool_choice: 'auto',
    tools: [tool],
    top_p: null,
    user: 'u1',
    access_programs: null,
    background: false,
    previous_response_id: null,
    store: false,
    truncation: 'disabled',
  } satisfies Wire & { store: boolean }
  const reply: Partial<Reply> = {
    id: 'msg_01',
    model: 'claude-opus-4-6-20260201',
    created: 1_750_000_000,
    parts: [
      { kind: 'reasoning', text: 'Look it up.', signature: 'EqQB' },
      { kind: 'text', text: 'One moment.' },
      { kind: 'tool_call', id: 'toolu_1', name: 'get_weather', input: '{"city":"Paris"}' },
    ],
    finish: 'tool_calls',
    usage: { input: 30, cachedInput: 10, cacheWritten: 5, output: 12, reasoning: 4 },
  }
  const request = {
    model: 'm',
    input: 'Hi',
    instructions: 'Be brief.',
    max_output_tokens: 200,
    metadata: { team: 'a' },
    parallel_tool_calls: false,
    reasoning: { effort: 'low' },
    temperature: 0.5,
    text: { format: { type: 'text' }, verbosity: 'medium' },
    tools: [tool, { type: 'web_search' }],
    user: 'u1',
    store: true,
    truncation: 'auto',
  }
  expect(write(reply, request)).toEqual(expected)
})

test('what the provider did not say, and the request did not ask, has a value all the same', () => {
  expect(write({})).toMatchObject({
    id: 'resp_wr_1',
    created_at: 1_760_000_000,
    model: 'claude-opus-4-6',
    output: [],
    usage: null,
    tools: [],
    tool_choice: 'auto',
    metadata: {},
    text: { format: { type: 'text' } },
  })
  expect(write({}, { tools: [{ type: 'function', name: 'f' }] }).tools).toEqual([
    { type: 'function', name: 'f', parameters: null, strict: null },
  ])
})

const said = { kind: 'text', text: 'Once' } as const
const refused = { kind: 'refusal', text: 'No.' } as const
const called = { kind: 'tool_call', id: '1', name: 'f', input: '' } as const

describe('the status', () => {
  test.each<[string, Partial<Reply>, object]>([
    ['of a stop', { finish: 'stop', parts: [said] }, { status: 'completed', incomplete_details: null }],
    ['of a stop sequence', { finish: 'stop_sequence', parts: [said] }, { status: 'completed' }],
    ['of calls', { finish: 'tool_calls', parts: [called] }, { status: 'completed' }],
    ['of an unknown end', { finish: 'unknown', parts: [said] }, { status: 'completed' }],
    ['of a refusal in words', { finish: 'refusal', parts: [refused] }, { status: 'completed' }],
    [
      'of a refusal without words',
      { finish: 'refusal', parts: [said] },
      { status: 'incomplete', incomplete_details: { reason: 'content_filter' } },
    ],
    [
      'of a filter',
      { finish: 'filter', parts: [said] },
      { status: 'incomplete', incomplete_details: { reason: 'content_filter' } },
    ],
    [
      'of a limit, which cuts the last item',
      { finish: 'length', parts: [called, said] },
      {
        status: 'incomplete',
        incomplete_details: { reason: 'max_output_tokens' },
        output: [{ status: 'completed', arguments: '{}' }, { status: 'incomplete' }],
      },
    ],
    [
      'of a limit before any input of a call',
      { finish: 'length', parts: [called] },
      { output: [{ status: 'incomplete', arguments: '' }] },
    ],
    ['of a pause', { finish: 'pause', parts: [said] }, { status: 'incomplete', incomplete_details: {} }],
  ])('%s', (_, reply, expected) => {
    expect(write(reply)).toMatchObject(expected)
  })
})

test('texts and refusals that follow each other are one message, and what says nothing is left out', () => {
  const { output } = write({
    parts: [{ kind: 'reasoning', text: '' }, said, { kind: 'text', text: '' }, refused, called, said],
  })
  expect(output).toMatchObject([
    { type: 'message', content: [{ type: 'output_text' }, { type: 'refusal', refusal: 'No.' }] },
    { type: 'function_call' },
    { type: 'message', content: [{ type: 'output_text' }] },
  ])
})

test('usage is exact, and none is made up', () => {
  fc.assert(
    fc.property(someUsage, usage => {
      const { input, output } = usage
      const exact = input !== null &&
        output !== null && {
          input_tokens: input,
          input_tokens_details: {
            cached_tokens: usage.cachedInput ?? 0,
            cache_write_tokens: usage.cacheWritten ?? 0,
          },
          output_tokens: output,
          output_tokens_details: { reasoning_tokens: usage.reasoning ?? 0 },
          total_tokens: input + output,
        }
      expect(write({ usage }).usage).toEqual(exact || null)
    }),
  )
})

test('an answer that its client sends back is read as it was given, signatures included', () => {
  fc.assert(
    fc.property(someReply(), reply => {
      const { output } = write({ ...reply, finish: 'stop' })
      const losses = new Losses()
      const { prompt } = responsesClient.read({ input: JSON.parse(JSON.stringify(output)) }, losses)
      expect(losses.list).toEqual([])
      const turns = reply.parts.length === 0 ? [] : [{ role: 'assistant', parts: reply.parts }]
      expect(prompt.turns).toEqual(turns)
    }),
  )
})
