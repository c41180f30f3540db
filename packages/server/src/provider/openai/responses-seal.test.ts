import { describe, expect, test } from 'vitest'
import { responses } from './responses.ts'

describe('items that are not for OpenAI', () => {
  const reasoning = (content: unknown) => ({ type: 'reasoning', summary: [], encrypted_content: content })
  const said = { type: 'message', role: 'assistant', content: 'weir:unsigned' }

  test.each<[string, unknown, readonly unknown[]]>([
    ['weir:signature:EqQB', reasoning('weir:signature:EqQB'), [['input', 1]]],
    ['weir:redacted:EmwK', reasoning('weir:redacted:EmwK'), [['input', 1]]],
    ['weir:unsigned', reasoning('weir:unsigned'), [['input', 1]]],
    ['OpenAI’s own', reasoning('gAAA'), []],
    ['what was stored', reasoning(undefined), []],
    ['a message', said, []],
    ['no item', 'weir:unsigned', []],
  ])('%s', (_, item, paths) => {
    expect(responses.foreign?.find({ input: [said, item] }, 'none')).toEqual(paths)
  })

  test('an input that is text has none', () => {
    expect(responses.foreign?.find({ input: 'weir:unsigned' }, 'none')).toEqual([])
  })
})
