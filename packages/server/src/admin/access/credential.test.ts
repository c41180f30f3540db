import { expect, it, test } from 'vitest'
import { readCredential } from './credential.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')

test.each([
  ['Bearer wat_x', 'wat_x'],
  ['bearer   wat_x ', 'wat_x'],
  ['Basic wat_x', 'wat_x'],
  [`Basic ${base64('wat_x')}`, 'wat_x'],
  [`Basic ${base64('ada:wat_x')}`, 'wat_x'],
  [`Basic ${base64('wat_x:')}`, 'wat_x'],
  [`basic ${base64(':wat_x')}`, 'wat_x'],
])('reads the token of `authorization: %s`', (header, token) => {
  const credential = readCredential(header, undefined)
  expect(credential).toMatchObject({ kind: 'token', candidates: expect.arrayContaining([token]) })
})

test.each(['Digest wat_x', 'Bearer', 'Bearer a b', 'wat_x', '', `Bearer ${'x'.repeat(1_025)}`])(
  'reads no token from `authorization: %s`, and does not look at the cookie then',
  header => {
    expect(readCredential(header, 'weir_session=abc')).toEqual({ kind: 'token', candidates: [] })
  },
)

it('reads a session from the cookie, over https from the one tied to the host', () => {
  expect(readCredential(undefined, 'a=b; weir_session=abc')).toEqual({ kind: 'session', secret: 'abc' })
  const both = 'weir_session=abc; __Host-weir_session=def'
  expect(readCredential(undefined, both)).toEqual({ kind: 'session', secret: 'def' })
  expect(readCredential(undefined, 'a=b')).toEqual({ kind: 'none' })
  expect(readCredential(undefined, undefined)).toEqual({ kind: 'none' })
})
