import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../wire-format.ts'
import { messages } from './messages.ts'

// What Anthropic refuses: the guide "Extended thinking", preserving thinking blocks.

const own = { type: 'thinking', thinking: 'Hm', signature: 'EqQB' }
const redacted = { type: 'redacted_thinking', data: 'EmwK' }
const unsigned = { type: 'thinking', thinking: 'Hm', signature: 'weir:unsigned' }
const library = { type: 'thinking', thinking: '', signature: 'weir:ai-sdk:{"metadata":{}}' }
const text = { type: 'text', text: 'weir:unsigned' }
const call = { type: 'tool_use', id: 'c1', name: 'f', input: {} }
const result = { type: 'tool_result', tool_use_id: 'c1', content: 'r' }
const enabled = { type: 'enabled', budget_tokens: 1024 }

const asked = { role: 'user', content: 'Hello' }
const answered = (...content: readonly JsonObject[]) => ({ role: 'assistant', content })
const returned = { role: 'user', content: [result] }

function find(body: JsonObject) {
  return messages.foreign?.find(body, 'none')
}

describe('thinking that Anthropic would refuse', () => {
  test.each<[string, readonly JsonObject[], readonly unknown[]]>([
    ['none', [asked, answered(own, redacted, text), asked], []],
    ['a block', [asked, answered(unsigned, text), asked], [['messages', 1, 'content', 0]]],
    [
      'several blocks',
      [asked, answered(library, own, unsigned, text), asked],
      [
        ['messages', 1, 'content', 0],
        ['messages', 1, 'content', 2],
      ],
    ],
    ['all of a message, which goes as a whole', [asked, answered(unsigned), asked], [['messages', 1]]],
    ['nothing in a text', [asked, { role: 'assistant', content: 'weir:unsigned' }], []],
  ])('is found: %s', (_, turns, paths) => {
    expect(find({ messages: turns })).toEqual(paths)
    // Outside a loop of tools the model may think on.
    expect(find({ messages: turns, thinking: enabled })).toEqual(paths)
  })

  test.each<[string, JsonObject, readonly JsonObject[], 'left out' | 'kept']>([
    ['where the turn began with it', enabled, [answered(unsigned, call), returned], 'left out'],
    ['where words are before the call', enabled, [answered(text, unsigned, call), returned], 'left out'],
    [
      'where a turn of Anthropic followed without',
      enabled,
      [answered(unsigned, call), returned, answered(call), returned],
      'left out',
    ],
    ['where Anthropic’s own stays', enabled, [answered(unsigned, own, call), returned], 'kept'],
    [
      'where the turn is Anthropic’s own',
      enabled,
      [answered(unsigned, call), returned, answered(redacted, call), returned],
      'kept',
    ],
    ['where the loop is over', enabled, [answered(unsigned, call), returned, answered(text), asked], 'kept'],
    ['that is adaptive', { type: 'adaptive' }, [answered(unsigned, call), returned], 'kept'],
  ])('takes thinking by a budget along %s', (_, thinking, turns, expected) => {
    const paths = find({ thinking, messages: [asked, ...turns] }) ?? []
    expect(paths.some(([key]) => key === 'thinking') ? 'left out' : 'kept').toBe(expected)
  })

  test('is looked for in bodies of any shape', () => {
    const some = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom(own, unsigned, [unsigned], text))
    const message = fc.oneof(some, fc.record({ role: fc.constantFrom('user', 'assistant'), content: some }))
    fc.assert(
      fc.property(fc.oneof(some, fc.array(message)), some, (turns, thinking) => {
        expect(Array.isArray(find({ messages: turns, thinking }))).toBe(true)
      }),
    )
  })
})
