import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { BodyEdit, JsonObject, JsonPath } from '../provider/wire-format.ts'
import { removePaths, spliceJson } from './json-splice.ts'

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

/** What edits of a value, one after the other, make of it. */
function edited(value: JsonObject, edits: readonly BodyEdit[]): JsonObject {
  let result = value
  for (const edit of edits) {
    const { [edit.key]: before, ...rest } = result
    if (edit.kind === 'remove') result = rest
    else if (edit.kind === 'set') result = { ...result, [edit.key]: JSON.parse(edit.json) as unknown }
    else if (Array.isArray(before)) result = { ...result, [edit.key]: [JSON.parse(edit.json), ...before] }
  }
  return result
}

test.each<[string, BodyEdit[], string]>([
  ['{"m":[1]}', [set('[2]'), prepend('0')], '{"m":[0,2]}'],
  ['{"m":[1]}', [set(' [ ]'), prepend('0')], '{"m": [0 ]}'],
  ['{"m":[1]}', [set('"text"'), prepend('0')], '{"m":"text"}'],
  ['{"m":[1]}', [prepend('0'), prepend('-1')], '{"m":[-1,0,1]}'],
  ['{"m":[1]}', [prepend('0'), set('[2]')], '{"m":[2]}'],
  ['{"m":[1]}', [{ kind: 'remove', key: 'm' }, prepend('0')], '{}'],
  ['{"m":[1]}', [{ kind: 'remove', key: 'm' }, set('[2]')], '{"m":[2]}'],
  ['{"m":[1]}', [set('[2]'), set('[3]')], '{"m":[3]}'],
  ['{}', [set('[2]'), prepend('0')], '{"m":[0,2]}'],
])('in %s, edits %j of one member follow each other', (before, edits, after) => {
  expect(splice(before, ...edits)).toBe(after)
})

function set(json: string): BodyEdit {
  return { kind: 'set', key: 'm', json }
}

function prepend(json: string): BodyEdit {
  return { kind: 'prepend', key: 'm', json }
}

test('edits of the same members give what editing the value would give, one after the other', () => {
  const key = fc.constantFrom('a', 'b', 'messages')
  const json = fc.jsonValue({ maxDepth: 2 }).map(value => JSON.stringify(value))
  const edit: fc.Arbitrary<BodyEdit> = fc.oneof(
    fc.record({ kind: fc.constantFrom('set', 'prepend'), key, json }),
    fc.record({ kind: fc.constant('remove' as const), key }),
  )
  const object = fc.dictionary(key, fc.oneof(fc.jsonValue(), fc.array(fc.jsonValue({ maxDepth: 1 }))))
  fc.assert(
    fc.property(object, fc.array(edit, { maxLength: 5 }), fc.constantFrom(0, 1), (value, edits, indent) => {
      const result = splice(JSON.stringify(value, null, indent), ...edits)
      expect(JSON.parse(result)).toEqual(JSON.parse(JSON.stringify(edited(value, edits))))
    }),
    { numRuns: 500 },
  )
})

test.each<[string, JsonPath[], string]>([
  [
    '{"m":[{"c":[1, 2 ,3]},12345678901234567890]}',
    [['m', 0, 'c', 1]],
    '{"m":[{"c":[1, 3]},12345678901234567890]}',
  ],
  ['{"m":[{"c":[1]}]}', [['m', 0, 'c', 0]], '{"m":[{"c":[]}]}'],
  [
    '{"m":[0,1,2,3]}',
    [
      ['m', 3],
      ['m', 0],
      ['m', 2],
    ],
    '{"m":[1]}',
  ],
  [
    '{"m":[0,1]}',
    [
      ['m', 0],
      ['m', 1],
    ],
    '{"m":[]}',
  ],
  ['{"m":[[0,1]],"t":1}', [['m', 0], ['m', 0, 1], ['t']], '{"m":[]}'],
  [' {"\\u006d" : { "x":"]}\\"" , "y" : 1 } }', [['m', 'x']], ' {"\\u006d" : { "y" : 1 } }'],
  ['{"m":"text"}', [['m', 0], ['n'], ['m', 'x', 1]], '{"m":"text"}'],
])('from %s the paths %j are removed, and every other byte stays', (before, paths, after) => {
  expect(removePaths(before, paths)).toBe(after)
})

/** The same of a value. */
function removed(value: unknown, paths: readonly JsonPath[]): unknown {
  const isGone = (key: string | number) => paths.some(path => path.length === 1 && path[0] === key)
  const inside = (key: string | number) => paths.filter(path => path[0] === key).map(path => path.slice(1))
  if (Array.isArray(value))
    return value.flatMap((item, index) => (isGone(index) ? [] : [removed(item, inside(index))]))
  if (typeof value !== 'object' || value === null) return value
  const kept = Object.entries(value).filter(([key]) => !isGone(key))
  return Object.fromEntries(kept.map(([key, member]) => [key, removed(member, inside(key))]))
}

test('removing paths from any text gives what removing them from the value would give', () => {
  const step = fc.oneof(fc.nat(3), fc.constantFrom('a', 'b', '"\\'))
  const path: fc.Arbitrary<JsonPath> = fc.array(step, { minLength: 1, maxLength: 4 })
  const { tree } = fc.letrec<{ tree: unknown }>(tie => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom<unknown>(0, -1.5, null, '],}"', true, ''),
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.dictionary(fc.constantFrom('a', 'b', '"\\'), tie('tree')),
    ),
  }))
  const object = fc.dictionary(fc.constantFrom('a', 'b', '"\\'), tree)
  fc.assert(
    fc.property(object, fc.array(path, { maxLength: 6 }), fc.constantFrom(0, 1), (value, paths, indent) => {
      const text = JSON.stringify(value, null, indent)
      expect(JSON.parse(removePaths(text, paths))).toEqual(JSON.parse(JSON.stringify(removed(value, paths))))
    }),
    { numRuns: 500 },
  )
})
