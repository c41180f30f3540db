// Streams from public documentation of OpenAI and services that speak its format, and what clients of Anthropic's
// format get for each event.
import { describe, expect, test } from 'vitest'
import {
  blockDelta,
  blockStart,
  blockStop,
  done,
  inputDelta,
  messageStop,
  openaiChunk,
  openaiUsage,
  textDelta,
  translate,
} from './fixtures/wire-events.ts'

const started = {
  type: 'message_start',
  message: expect.objectContaining({
    id: 'chatcmpl-123',
    role: 'assistant',
    model: 'gpt-5.4',
    content: [],
  }) as unknown,
}
const ended = (stop_reason: string, usage: object) => [
  {
    type: 'message_delta',
    delta: { stop_reason, stop_sequence: null, stop_details: null },
    usage: expect.objectContaining(usage) as unknown,
  },
  messageStop,
]
const textBlock = (index: number) => blockStart(index, { type: 'text', text: '', citations: null })
const toolBlock = (index: number, id: string, name: string) =>
  blockStart(index, { type: 'tool_use', id, name, input: {}, caller: { type: 'direct' } })

describe('from OpenAI to a client of messages', () => {
  test('a text, then parallel calls', () => {
    // OpenAI, guide "Function calling", streaming.
    const opening = (index: number, id: string, name: string) =>
      openaiChunk({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] })
    const more = (index: number, text: string) =>
      openaiChunk({ tool_calls: [{ index, function: { arguments: text } }] })
    const { steps, facts } = translate('messages', [
      openaiChunk({ role: 'assistant', content: '', refusal: null }),
      openaiChunk({ content: 'One moment.' }),
      opening(0, 'call_DdmO9pD3xa9XTPNJ32zg2hcA', 'get_weather'),
      more(0, '{"location":'),
      more(0, '"Paris, France"}'),
      opening(1, 'call_2', 'get_time'),
      more(1, '{}'),
      openaiChunk({}, 'tool_calls'),
      openaiUsage({
        prompt_tokens: 82,
        completion_tokens: 17,
        total_tokens: 99,
        prompt_tokens_details: { cached_tokens: 64 },
        completion_tokens_details: { reasoning_tokens: 5 },
      }),
      done,
    ])
    expect(steps).toEqual([
      [started],
      [textBlock(0), blockDelta(0, textDelta('One moment.'))],
      [blockStop(0), toolBlock(1, 'call_DdmO9pD3xa9XTPNJ32zg2hcA', 'get_weather')],
      [blockDelta(1, inputDelta('{"location":'))],
      [blockDelta(1, inputDelta('"Paris, France"}'))],
      [blockStop(1), toolBlock(2, 'call_2', 'get_time')],
      [blockDelta(2, inputDelta('{}'))],
      [],
      [],
      [],
      [
        blockStop(2),
        ...ended('tool_use', {
          input_tokens: 18,
          cache_read_input_tokens: 64,
          cache_creation_input_tokens: 0,
          output_tokens: 17,
          output_tokens_details: { thinking_tokens: 5 },
        }),
      ],
    ])
    expect(facts).toMatchObject({
      toolCalls: 2,
      finishReason: 'tool_calls',
      usage: { input: 82, cached_input: 64, output: 17, reasoning: 5 },
    })
  })

  test('a refusal in words', () => {
    // OpenAI, guide "Structured model outputs", refusals with streaming.
    const { steps, facts } = translate('messages', [
      openaiChunk({ role: 'assistant', content: '', refusal: null }),
      openaiChunk({ refusal: "I'm sorry, " }),
      openaiChunk({ refusal: 'I cannot assist.' }),
      openaiChunk({}, 'stop'),
      done,
    ])
    expect(steps.flat()).toEqual([
      started,
      textBlock(0),
      blockDelta(0, textDelta("I'm sorry, ")),
      blockDelta(0, textDelta('I cannot assist.')),
      blockStop(0),
      ...ended('refusal', { input_tokens: 0, output_tokens: 0 }),
    ])
    expect(facts).toMatchObject({ refusal: true, finishReason: 'refusal', outputLength: 0 })
  })

  test('a content filter in the middle', () => {
    // Microsoft, Azure OpenAI, "Content filtering", streaming: the prompt's results first, then a cut answer.
    const { steps, facts } = translate('messages', [
      {
        data: {
          id: '',
          object: '',
          created: 0,
          model: '',
          prompt_filter_results: [{ prompt_index: 0, content_filter_results: {} }],
          choices: [],
        },
      },
      openaiChunk({ role: 'assistant', content: '' }),
      openaiChunk({ content: 'Here is how' }),
      openaiChunk({}, 'content_filter'),
      done,
    ])
    expect(steps.flat()).toEqual([
      started,
      textBlock(0),
      blockDelta(0, textDelta('Here is how')),
      blockStop(0),
      ...ended('refusal', {}),
    ])
    expect(facts).toMatchObject({ refusal: true, finishReason: 'filter' })
  })

  test('reasoning before the answer', () => {
    // DeepSeek, guide "Reasoning model": reasoning_content beside content.
    const { steps } = translate('messages', [
      openaiChunk({ role: 'assistant', content: null, reasoning_content: 'Nine' }),
      openaiChunk({ content: null, reasoning_content: ' is less.' }),
      openaiChunk({ content: '9.8', reasoning_content: null }),
      openaiChunk({ content: '' }, 'stop'),
      done,
    ])
    expect(steps.flat()).toEqual([
      started,
      blockStart(0, { type: 'thinking', thinking: '', signature: '' }),
      blockDelta(0, { type: 'thinking_delta', thinking: 'Nine' }),
      blockDelta(0, { type: 'thinking_delta', thinking: ' is less.' }),
      blockStop(0),
      textBlock(1),
      blockDelta(1, textDelta('9.8')),
      blockStop(1),
      ...ended('end_turn', {}),
    ])
  })
})
