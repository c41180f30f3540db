// Streams from Anthropic's public documentation, event by event, and what clients of OpenAI's formats get for each.
import { describe, expect, test } from 'vitest'
import { echo } from './fixtures/pairs.ts'
import {
  blockDelta,
  blockStart,
  blockStop,
  type Event,
  inputDelta,
  messageDelta,
  messageStart,
  messageStop,
  named,
  textDelta,
  translate,
} from './fixtures/wire-events.ts'

/** A chunk that the client of chat gets, reduced to its choice. */
const chatChunk = (delta: object, finish_reason: string | null = null) =>
  expect.objectContaining({
    id: 'msg_014p7gG3wDgGV9EUtLvnow3U',
    object: 'chat.completion.chunk',
    model: 'claude-opus-4-8',
    created: echo.now,
    choices: [{ index: 0, delta, logprobs: null, finish_reason }],
  }) as unknown
const role = chatChunk({ role: 'assistant', content: '', refusal: null })
const calls = (call: object) => chatChunk({ tool_calls: [call] })

describe('from Anthropic to a client of chat', () => {
  test('thinking, a text and parallel calls', () => {
    // Anthropic, guide "Streaming messages": requests with tool use and with extended thinking.
    const { steps, facts } = translate(
      'chat',
      named(
        messageStart({ input_tokens: 472, output_tokens: 2 }),
        blockStart(0, { type: 'thinking', thinking: '', signature: '' }),
        { type: 'ping' },
        blockDelta(0, { type: 'thinking_delta', thinking: 'Two cities' }),
        blockStop(0),
        blockStart(1, { type: 'text', text: '' }),
        blockDelta(1, textDelta("Okay, let's check the weather:")),
        blockStop(1),
        blockStart(2, {
          type: 'tool_use',
          id: 'toolu_01T1x1fJ34qAmk2tNTrN7Up6',
          name: 'get_weather',
          input: {},
        }),
        blockDelta(2, inputDelta('')),
        blockDelta(2, inputDelta('{"location":')),
        blockDelta(2, inputDelta(' "San Francisco, CA"}')),
        blockStop(2),
        blockStart(3, { type: 'tool_use', id: 'toolu_02', name: 'get_time', input: {} }),
        blockStop(3),
        messageDelta({ stop_reason: 'tool_use', stop_sequence: null }, { output_tokens: 89 }),
        messageStop,
      ),
    )
    expect(steps).toEqual([
      [role],
      [],
      [],
      [chatChunk({ reasoning_content: 'Two cities' })],
      [],
      [],
      [chatChunk({ content: "Okay, let's check the weather:" })],
      [],
      [
        calls({
          index: 0,
          id: 'toolu_01T1x1fJ34qAmk2tNTrN7Up6',
          type: 'function',
          function: { name: 'get_weather', arguments: '' },
        }),
      ],
      [],
      [calls({ index: 0, function: { arguments: '{"location":' } })],
      [calls({ index: 0, function: { arguments: ' "San Francisco, CA"}' } })],
      [],
      [calls({ index: 1, id: 'toolu_02', type: 'function', function: { name: 'get_time', arguments: '' } })],
      [calls({ index: 1, function: { arguments: '{}' } })],
      [chatChunk({}, 'tool_calls')],
      [],
      [
        expect.objectContaining({
          choices: [],
          usage: { prompt_tokens: 472, completion_tokens: 89, total_tokens: 561 },
        }),
        '[DONE]',
      ],
    ])
    expect(facts).toMatchObject({ toolCalls: 2, finishReason: 'tool_calls', outputLength: 30, error: null })
  })

  test('a stop sequence and tokens from the cache', () => {
    // Anthropic, guides "Handling stop reasons" and "Prompt caching".
    const { steps, facts } = translate(
      'chat',
      named(
        messageStart({
          input_tokens: 21,
          cache_creation_input_tokens: 500,
          cache_read_input_tokens: 188_086,
          output_tokens: 1,
        }),
        blockStart(0, { type: 'text', text: '' }),
        blockDelta(0, textDelta('One, two')),
        blockStop(0),
        messageDelta({ stop_reason: 'stop_sequence', stop_sequence: 'three' }, { output_tokens: 393 }),
        messageStop,
      ),
    )
    expect(steps.slice(-3)).toEqual([
      [chatChunk({}, 'stop')],
      [],
      [
        expect.objectContaining({
          usage: {
            prompt_tokens: 188_607,
            completion_tokens: 393,
            total_tokens: 189_000,
            prompt_tokens_details: { cached_tokens: 188_086, cache_write_tokens: 500 },
          },
        }),
        '[DONE]',
      ],
    ])
    expect(facts).toMatchObject({
      finishReason: 'stop_sequence',
      usage: { input: 188_607, cached_input: 188_086, output: 393, reasoning: null },
    })
  })

  test('a refusal after some text', () => {
    // Anthropic, guide "Streaming refusals".
    const { steps, facts } = translate(
      'chat',
      named(
        messageStart({ input_tokens: 564, output_tokens: 1 }),
        blockStart(0, { type: 'text', text: '' }),
        blockDelta(0, textDelta('Hello..')),
        blockStop(0),
        messageDelta({ stop_reason: 'refusal', stop_sequence: null }, { output_tokens: 22 }),
        messageStop,
      ),
    )
    expect(steps.flat()).toContainEqual(chatChunk({}, 'content_filter'))
    expect(facts).toMatchObject({ finishReason: 'refusal', refusal: true, outputLength: 7 })
  })

  test('an overloaded provider, after nothing else is written', () => {
    // Anthropic, guide "Streaming messages", error events.
    const { steps, facts } = translate('chat', [
      ...named(
        messageStart({ input_tokens: 25, output_tokens: 1 }),
        blockStart(0, { type: 'text', text: '' }),
      ),
      {
        event: 'error',
        data: { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
      },
    ])
    expect(steps.slice(0, 3)).toEqual([[role], [], []])
    expect(facts.error).toEqual({ code: null, type: 'overloaded_error', message: 'Overloaded' })
  })
})

test('from Anthropic to a client of responses, each event is one the API documents', () => {
  // Anthropic, guide "Streaming messages"; OpenAI, API reference, "Streaming events".
  const { steps } = translate(
    'responses',
    named(
      messageStart({ input_tokens: 25, output_tokens: 1 }),
      blockStart(0, { type: 'text', text: '' }),
      blockDelta(0, textDelta('Hello')),
      blockStop(0),
      blockStart(1, { type: 'tool_use', id: 'toolu_1', name: 'get_weather', input: {} }),
      blockDelta(1, inputDelta('{"location":"Paris"}')),
      blockStop(1),
      messageDelta({ stop_reason: 'tool_use', stop_sequence: null }, { output_tokens: 15 }),
      messageStop,
    ),
  )
  expect(steps.flat().map(event => (event as Event).type)).toEqual([
    'response.created',
    'response.in_progress',
    'response.output_item.added',
    'response.content_part.added',
    'response.output_text.delta',
    'response.output_text.done',
    'response.content_part.done',
    'response.output_item.done',
    'response.output_item.added',
    'response.function_call_arguments.delta',
    'response.function_call_arguments.done',
    'response.output_item.done',
    'response.completed',
  ])
  expect(steps.flat().at(-1)).toMatchObject({
    response: {
      status: 'completed',
      output: [
        { type: 'message', content: [{ type: 'output_text', text: 'Hello' }] },
        { type: 'function_call', call_id: 'toolu_1', name: 'get_weather', arguments: '{"location":"Paris"}' },
      ],
      usage: { input_tokens: 25, output_tokens: 15, total_tokens: 40 },
    },
  })
})
