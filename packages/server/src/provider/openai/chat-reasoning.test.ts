import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Losses } from '../translation/loss.ts'
import type { JsonObject } from '../wire-format.ts'
import { chat } from './chat.ts'
import { readPrompt } from './chat-prompt.ts'

// Shapes: OpenRouter, "Reasoning Tokens"; DeepSeek, "Thinking Mode".

function read(message: JsonObject) {
  const losses = new Losses()
  return { prompt: readPrompt({ model: 'gpt-5.4', messages: [message] }, losses), losses: losses.list }
}

const text = (value: string) => ({ kind: 'text', text: value })

describe('messages of the assistant', () => {
  const signed = { type: 'reasoning.text', text: 'Let me see.', signature: 'sig', format: 'weir', index: 0 }
  const claude = { type: 'reasoning.text', format: 'anthropic-claude-v1', index: 0 }
  const foreign = { ...signed, format: 'google-gemini-v1' }
  test.each<[string, JsonObject, object[]]>([
    ['as DeepSeek gives it', { reasoning_content: 'Hm.' }, [{ kind: 'reasoning', text: 'Hm.' }]],
    ['as OpenRouter gives it', { reasoning: 'Hm.' }, [{ kind: 'reasoning', text: 'Hm.' }]],
    [
      'signed and encrypted',
      {
        reasoning_content: 'Let me see.',
        reasoning_details: [
          signed,
          { type: 'reasoning.encrypted', data: 'b3BhcXVl', format: 'weir', index: 1 },
        ],
      },
      [
        { kind: 'reasoning', text: 'Let me see.', signature: 'sig' },
        { kind: 'redacted', data: 'b3BhcXVl' },
      ],
    ],
    [
      'as chunks that were only collected',
      {
        reasoning_details: [
          { ...claude, text: 'Let me' },
          { ...claude, text: ' see.' },
          { ...claude, signature: 'sig' },
          { ...claude, text: 'More', index: 1 },
        ],
      },
      [
        { kind: 'reasoning', text: 'Let me see.', signature: 'sig' },
        { kind: 'reasoning', text: 'More' },
      ],
    ],
    [
      'as pieces of which one ended with its signature',
      { reasoning_details: [signed, { type: 'reasoning.text', text: 'More', index: 0 }] },
      [
        { kind: 'reasoning', text: 'Let me see.', signature: 'sig' },
        { kind: 'reasoning', text: 'More' },
      ],
    ],
    [
      'of another vendor without its signature',
      { reasoning_details: [foreign] },
      [{ kind: 'reasoning', text: 'Let me see.' }],
    ],
    [
      'unsigned',
      { reasoning_details: [{ ...signed, signature: undefined }] },
      [{ kind: 'reasoning', text: 'Let me see.' }],
    ],
    [
      'as a summary',
      { reasoning_details: [{ type: 'reasoning.summary', summary: 'I thought.' }] },
      [{ kind: 'reasoning', text: 'I thought.' }],
    ],
  ])('give reasoning back %s', (_, own, expected) => {
    const { prompt, losses } = read({ role: 'assistant', content: 'Yes', ...own })
    expect(losses).toEqual([])
    expect(prompt.turns).toEqual([{ role: 'assistant', parts: [...expected, text('Yes')] }])
  })

  test('lose what another vendor has encrypted', () => {
    const encrypted = { type: 'reasoning.encrypted', data: 'gAAA', format: 'openai-responses-v1', index: 0 }
    const message = { role: 'assistant', content: 'Yes', reasoning: 'Hm.', reasoning_details: [encrypted] }
    const { prompt, losses } = read(message)
    expect(prompt.turns[0]?.parts).toEqual([{ kind: 'reasoning', text: 'Hm.' }, text('Yes')])
    expect(losses).toEqual([
      { field: 'reasoning_details', path: 'messages[0].reasoning_details[0]', weight: 'hint' },
    ])
  })
})

describe('what is not for another service', () => {
  const signed = { type: 'reasoning.text', text: 'Hm', signature: 'EqQB', format: 'weir', index: 0 }
  const others = { ...signed, format: 'anthropic-claude-v1' }
  const find = (messages: unknown, field: 'none' | 'reasoning' | 'reasoning_content' = 'none') =>
    chat.foreign?.find({ messages }, field)

  test.each<[string, JsonObject, readonly string[]]>([
    [
      'our details and the text',
      { reasoning_details: [signed], reasoning_content: 'Hm' },
      ['reasoning_details', 'reasoning_content'],
    ],
    ['our details alone', { reasoning_details: [others, signed] }, ['reasoning_details']],
    ['none of another gateway', { reasoning_details: [others], reasoning: 'Hm' }, []],
    ['no text that stands alone', { reasoning_content: 'Hm', content: '"weir"' }, []],
  ])('%s', (_, fields, removed) => {
    const messages = [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Yes', ...fields },
    ]
    expect(find(messages)).toEqual(removed.map(field => ['messages', 1, field]))
  })

  test('the text stays where the service wants it in the field it is in', () => {
    const messages = [{ role: 'assistant', reasoning_content: 'Hm', reasoning_details: [signed] }]
    expect(find(messages, 'reasoning_content')).toEqual([['messages', 0, 'reasoning_details']])
    expect(find(messages, 'reasoning')).toHaveLength(2)
  })

  test('is looked for in bodies of any shape', () => {
    const detail = fc.oneof(fc.jsonValue({ maxDepth: 1 }), fc.constant(signed))
    const message = fc.record({ reasoning_details: fc.oneof(detail, fc.array(detail)) })
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.array(message)), messages => {
        expect(Array.isArray(find(messages))).toBe(true)
      }),
    )
  })
})
