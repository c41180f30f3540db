import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readFeedbackItem } from './feedback-item.ts'

const REQUEST = 'wr_0123'
const up = { request_id: REQUEST, name: 'thumbs', value: 'up' }

/** The item, or what is wrong as `path message`. */
function read(json: Record<string, unknown>): unknown {
  const item = readFeedbackItem(json)
  return item.kind === 'item' ? item : item.problems.map(({ path, message }) => `${path} ${message}`)
}

describe('a value', () => {
  test.each<[string, unknown, number]>([
    ['thumbs', 'up', 1],
    ['thumbs', 1, 1],
    ['thumbs', true, 1],
    ['thumbs', 'down', 0],
    ['thumbs', 0, 0],
    ['thumbs', -1, 0],
    ['thumbs', false, 0],
    ['rating', 4.5, 4.5],
    ['conversion', undefined, 1],
    ['conversion', null, 1],
    ['conversion', false, 0],
    ['conversion', 129.99, 129.99],
    ['score:helpful', 0.25, 0.25],
    ['score:safe', true, 1],
    ['correction', 'The capital is Canberra.', 1],
    ['correction', undefined, 1],
    ['minutes_saved', -3, -3],
    ['resolved', true, 1],
  ])('of %s that is %j counts as %j', (name, value, number) => {
    expect(read({ request_id: REQUEST, name, value })).toMatchObject({ name, value: number })
  })

  test.each<[string, unknown]>([
    ['thumbs', 'UP'],
    ['thumbs', 2],
    ['thumbs', undefined],
    ['rating', '5'],
    ['rating', undefined],
    ['rating', 1e13],
    ['rating', Number.POSITIVE_INFINITY],
    ['conversion', 'yes'],
    ['score:helpful', 'good'],
    ['correction', 0],
    ['correction', { text: 'x' }],
    ['minutes_saved', [3]],
  ])('of %s cannot be %j', (name, value) => {
    expect(read({ request_id: REQUEST, name, value })).toEqual([expect.stringMatching(/^value must be /)])
  })

  test('that is the text of a correction is nowhere in what is read', () => {
    const item = readFeedbackItem({ request_id: REQUEST, name: 'correction', value: 'canary' })
    expect(JSON.stringify(item)).not.toContain('canary')
  })
})

describe('a name', () => {
  test.each(['thumbs', 'a', 'Minutes.saved-2', 'score:a', `score:${'x'.repeat(64)}`, 'x'.repeat(64)])(
    'can be %s',
    name => {
      expect(read({ request_id: REQUEST, name, value: 1 })).toMatchObject({ name })
    },
  )

  test.each([undefined, '', 7, '2fast', 'score:', 'score:a:b', 'judge:a', 'a b', 'x'.repeat(65), 'é'])(
    'cannot be %j',
    name => {
      expect(read({ request_id: REQUEST, name, value: 1 })).toEqual([expect.stringMatching(/^name /)])
    },
  )
})

describe('what an outcome is about', () => {
  test.each<[object, object]>([
    [{ request_id: REQUEST }, { kind: 'request', id: REQUEST }],
    [
      { request_id: REQUEST, user: null, unit: null },
      { kind: 'request', id: REQUEST },
    ],
    [{ user: 'ada' }, { kind: 'unit', unitKind: 'user', id: 'ada' }],
    [{ unit: { kind: 'user', id: 'ada' } }, { kind: 'unit', unitKind: 'user', id: 'ada' }],
    [
      { unit: { kind: 'metadata.account.id', id: 42 } },
      { kind: 'unit', unitKind: 'metadata.account.id', id: '42' },
    ],
    [
      { unit: { kind: 'header:x-session', id: 's' } },
      { kind: 'unit', unitKind: 'header:x-session', id: 's' },
    ],
    [{ unit: { kind: 'cookie:sid', id: 's' } }, { kind: 'unit', unitKind: 'cookie:sid', id: 's' }],
  ])('can be %j', (subject, about) => {
    expect(read({ ...subject, name: 'thumbs', value: 'up' })).toMatchObject({ about })
  })

  test.each<[object, RegExp]>([
    [{}, /^request_id is missing; .*`user`/],
    [{ request_id: REQUEST, user: 'ada' }, /^request_id stands beside `user`/],
    [{ unit: { kind: 'user', id: 'a' }, user: 'ada' }, /^unit stands beside `user`/],
    [{ request_id: 7 }, /^request_id must be text/],
    [{ user: '' }, /^user must be text of 1 to 1024/],
    [{ user: { id: 'ada' } }, /^user must be text/],
    [{ user: 'x'.repeat(1025) }, /^user must be text/],
    [{ unit: 'ada' }, /^unit must be an object/],
    [{ unit: { kind: 'user' } }, /^unit\.id must be text/],
    [{ unit: { kind: 'planet', id: 'x' } }, /^unit\.kind must be user, conversation_id/],
    [{ unit: { kind: 'metadata.', id: 'x' } }, /^unit\.kind must be/],
    [{ unit: { kind: 'conversation', id: 'x' } }, /^unit\.kind cannot be `conversation`.*`request_id`/],
    [{ unit: { kind: 'request', id: REQUEST } }, /^unit\.id .*send it as `request_id`/],
    [{ unit: { kind: 'user', id: 'x', tenant: 'y' } }, /^unit\.tenant is not known/],
  ])('cannot be %j', (subject, problem) => {
    expect(read({ ...subject, name: 'thumbs', value: 'up' })).toEqual([expect.stringMatching(problem)])
  })
})

test.each([
  ['2026-05-04T09:30:00Z', Date.UTC(2026, 4, 4, 9, 30)],
  ['2026-05-04T09:30:00.250+02:00', Date.UTC(2026, 4, 4, 7, 30, 0, 250)],
  ['2026-05-04T09:30:00.123456Z', Date.UTC(2026, 4, 4, 9, 30, 0, 123)],
  ['2028-02-29T00:00Z', Date.UTC(2028, 1, 29)],
])('the time %s is read exactly', (observed_at, observedAt) => {
  expect(read({ ...up, observed_at })).toMatchObject({ observedAt })
})

test.each([
  '2026-05-04',
  '2026-05-04T09:30:00',
  '2026-02-30T00:00:00Z',
  '2026-05-04T24:00:00Z',
  1_777_887_000_000,
  'now',
])('the time %j is refused', observed_at => {
  expect(read({ ...up, observed_at })).toEqual([expect.stringMatching(/^observed_at must be a time/)])
})

test.each(['', 'a b', 'ada@example.com', 'x'.repeat(129), 7])('the id %j is refused', id => {
  expect(read({ ...up, id })).toEqual([expect.stringMatching(/^id must be 1 to 128/)])
})

test.each([
  ['run_id', /called `request_id`/],
  ['score', /called `value`/],
  ['comment', /only a number is kept/],
  ['thumbs', /send "name": "thumbs"/],
  ['naem', /the fields are request_id/],
  ['constructor', /the fields are/],
])('a field %s is answered with what to do', (field, advice) => {
  expect(read({ ...up, [field]: 'x' })).toEqual([expect.stringMatching(advice)])
})

test('all problems are told at once', () => {
  const wrong = {
    unit: { kind: 'planet', id: '' },
    name: 'thumbs',
    value: 'sideways',
    id: '!',
    observed_at: 'x',
    extra: 1,
  }
  expect((read(wrong) as string[]).map(problem => problem.split(' ')[0])).toEqual([
    'extra',
    'unit.kind',
    'unit.id',
    'value',
    'id',
    'observed_at',
  ])
})

test('however many problems there are, the answer stays short', () => {
  const many = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`f${i}`.padEnd(500, 'x'), i]))
  expect(JSON.stringify(read({ ...up, ...many })).length).toBeLessThan(5000)
})

test('no JSON makes the reader throw, and what it accepts is a finite number about something', () => {
  const soup = fc.dictionary(
    fc.constantFrom('request_id', 'unit', 'user', 'name', 'value', 'id', 'observed_at', '__proto__'),
    fc.oneof(
      fc.jsonValue(),
      fc.constantFrom('thumbs', 'up', 'score:x', REQUEST),
      fc.record({ kind: fc.constant('user'), id: fc.string() }),
    ),
  )
  fc.assert(
    fc.property(soup, json => {
      const item = readFeedbackItem(json)
      if (item.kind === 'item') {
        expect(Number.isFinite(item.value)).toBe(true)
        expect(item.about.id).toBeTypeOf('string')
      } else expect(item.problems.length).toBeGreaterThan(0)
    }),
    { numRuns: 2000 },
  )
})
