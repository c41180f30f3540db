import { expect, test } from 'vitest'
import { isNamedInPrompt } from './named-in-prompt.ts'

const chat = (more: object) =>
  JSON.stringify({
    model: 'm',
    messages: [{ role: 'user', content: [{ type: 'text', text: 'ada' }] }],
    ...more,
  })
const user = (unit: string) => ({ kind: 'user', unit })

test.each([
  ['user', chat({ user: 'ada' })],
  ['safety_identifier', chat({ safety_identifier: 'ada' })],
  ['metadata.user_id', chat({ metadata: { user_id: 'ada' } })],
  ['metadata of any name and depth', chat({ metadata: { who: [{ name: 'ada' }] } })],
  ['conversation', chat({ conversation: 'ada' })],
  ['conversation.id', chat({ conversation: { id: 'ada' } })],
  ['escapes', '{"user":"\\u0061da"}'],
  ['a body that is cut off', `${chat({ user: 'ada' }).slice(0, -1)},"x":"`],
  ['metadata of a body that is cut off', '{"metadata" : { "user_id" : "ada" }, "messages":[{"role":"us'],
])('a unit is named in %s', (_, prompt) => {
  expect(isNamedInPrompt(prompt, user('ada'))).toBe(true)
})

test.each([
  ['the words of a message', chat({}), user('ada')],
  ['part of an identity', chat({ user: 'ada b' }), user('ada')],
  ['roles, though somebody is called so', chat({}), user('user')],
  ['types, though somebody is called so', chat({}), user('text')],
  ['names of fields', chat({ metadata: { ada: 'x' } }), user('ada')],
  ['roles of a body that is cut off', chat({}).slice(0, -1), user('user')],
  ['a longer number of a body that is cut off', '{"metadata":{"user_id":42.5', user('42')],
  ['a body that is no object', '"ada"', user('ada')],
  ['a body that is null', 'null', user('ada')],
  ['an identity, when a key is meant', chat({ user: 'app' }), { kind: 'key', unit: 'app' }],
  ['an identity, when a pseudonym is meant', chat({ user: 'ada' }), { kind: null, unit: 'ada' }],
])('a unit is not named in %s', (_, prompt, unit) => {
  expect(isNamedInPrompt(prompt, unit)).toBe(false)
})

test.each([
  chat({ metadata: { account: { id: 42 } } }),
  chat({ metadata: { account: { id: '42' } } }),
  '{"metadata":{"account":{"id":42},"messages":[',
])('a number is named as text and as a number: %s', prompt => {
  expect(isNamedInPrompt(prompt, { kind: 'metadata.account.id', unit: '42' })).toBe(true)
})

test('signs of patterns in a unit mean themselves', () => {
  expect(isNamedInPrompt('{"user":"aXb","mess', user('a.b'))).toBe(false)
  expect(isNamedInPrompt('{"user":"a.b (c)\\n","mess', user('a.b (c)\n'))).toBe(true)
})
