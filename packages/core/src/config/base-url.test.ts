import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BASE_URL } from './base-url.ts'

test('whatever looks like a base URL is one, without user, query and fragment', () => {
  fc.assert(
    fc.property(fc.stringMatching(BASE_URL), text => {
      const { protocol, username, password, search, hash } = new URL(text)
      expect([username, password, search, hash]).toEqual(['', '', '', ''])
      expect(['http:', 'https:']).toContain(protocol)
    }),
  )
})

test('the URLs of the web look like it, but for those with more than a path', () => {
  fc.assert(fc.property(fc.webUrl(), url => BASE_URL.test(url)))
  fc.assert(
    fc.property(fc.webUrl({ withQueryParameters: true }), url => BASE_URL.test(url) === !url.includes('?')),
  )
})

test.each([
  ['https://api.openai.com/v1', true],
  ['http://localhost:8000', true],
  ['http://my_service:80/v1', true],
  ['http://127.0.0.1:65535/', true],
  ['http://0.0.0.0:8000/v1', true],
  ['http://[fd00::1]:8000/v1', true],
  ['http://[::ffff]/v1', true],
  ['http://host:65536/v1', false],
  ['http://224.0.0.1/v1', false],
  ['http://256.1.1.1/v1', false],
  ['http://user@host/v1', false],
  ['http://host/v1?key=1', false],
  ['ftp://host/v1', false],
])('%s: %s', (url, expected) => {
  expect(BASE_URL.test(url)).toBe(expected)
})
