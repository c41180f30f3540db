import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { BodyEdit } from '../provider/wire-format.ts'
import { spliceJson } from './json-splice.ts'

function splice(text: string, ...edits: BodyEdit[]): string {
  return spliceJson(text, JSON.parse(text), edits)
}

const setModel: BodyEdit = { kind: 'set', key: 'model', json: '"b"' }

test.each([
  ['{"model":"a"}', '{"model":"b"}'],
  [' {\n "model" : "a" , "n":12345678901234567890}\n', ' {\n "model" : "b" , "n":12345678901234567890}\n'],
  ['{"x":{"model":"inner"},"model":"a"}', '{"x":{"model":"inner"},"model":"b"}'],
  ['{"mod\\u0065l":"a"}', '{"mod\\u0065l":"b"}'],
  ['{"model":"a","model":"c"}', '{"model":"b","model":"b"}'],
  ['{"s":"\\\\\\"},{","model":"a"}', '{"s":"\\\\\\"},{","model":"b"}'],
  ['{}', '{"model":"b"}'],
  ['{"m":1}', '{"model":"b","m":1}'],
  ['{"model":null,"a":[1,{"b":"]"}]}', '{"model":"b","a":[1,{"b":"]"}]}'],
])('sets a member of %s and leaves every other byte', (before, after) => {
  expect(splice(before, setModel)).toBe(after)
})

test.each([
  ['{"a":1,"b":2,"c":3}', 'a', '{"b":2,"c":3}'],
  ['{"a":1, "b":2, "c":3}', 'b', '{"a":1, "c":3}'],
  ['{"a":1,"b":2}', 'b', '{"a":1}'],
  ['{"a":1}', 'a', '{}'],
  ['{"a":1}', 'z', '{"a":1}'],
])('removes from %s the member %s', (before, key, after) => {
  expect(splice(before, { kind: 'remove', key })).toBe(after)
})

test.each([
  ['{"m":[1,2]}', '{"m":[0,1,2]}'],
  ['{"m":[ ]}', '{"m":[0 ]}'],
  ['{"m":"text"}', '{"m":"text"}'],
])('prepends to the array in %s', (before, after) => {
  expect(splice(before, { kind: 'prepend', key: 'm', json: '0' })).toBe(after)
})

test('setting members of any object gives what editing the value would give', () => {
  const keys = fc.constantFrom('a', 'model', 'n\\"', 'messages')
  const values = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom('model', '"model"', { model: 1 }, '\\'),
  )
  fc.assert(
    fc.property(fc.dictionary(keys, values), fc.constantFrom(0, 1), (value, indent) => {
      const text = JSON.stringify(value, null, indent)
      const result = splice(text, setModel, { kind: 'set', key: 'user', json: '{"x":[1]}' })
      expect(JSON.parse(result)).toEqual(
        JSON.parse(JSON.stringify({ ...value, model: 'b', user: { x: [1] } })),
      )
    }),
    { numRuns: 500 },
  )
})

test('several edits of any object, however it is written, give what editing the value would give', () => {
  const keys = fc.constantFrom('a', 'b', 'model', 'é"\\', 'messages')
  const object = fc.dictionary(keys, fc.jsonValue({ maxDepth: 2 }))
  fc.assert(
    fc.property(object, fc.jsonValue(), fc.constantFrom(0, 1, '\t'), (value, replacement, indent) => {
      const text = JSON.stringify(value, null, indent)
      const result = splice(
        text,
        { kind: 'set', key: 'model', json: JSON.stringify(replacement) },
        { kind: 'remove', key: 'a' },
        { kind: 'set', key: 'user', json: '"u"' },
      )
      const { a: _removed, ...rest } = value
      expect(JSON.parse(result)).toEqual(
        JSON.parse(JSON.stringify({ ...rest, model: replacement, user: 'u' })),
      )
    }),
  )
})
