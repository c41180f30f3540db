import { hash } from 'node:crypto'
import { expect, test } from 'vitest'
import { newSecret, parseOverlap, rotate } from './secret.ts'

test('a secret has 256 random bits and its digest is the one of the gateway', () => {
  const { secret, digest } = newSecret()
  expect(secret).toMatch(/^wk_[A-Za-z0-9_-]{43}$/)
  expect(digest).toBe(`sha256:${hash('sha256', secret, 'hex')}`)
  expect(newSecret().secret).not.toBe(secret)
})

test.each([
  ['0s', 0],
  ['90s', 90_000],
  ['30m', 1_800_000],
  ['24h', 86_400_000],
  ['7d', 604_800_000],
  ['90d', 7_776_000_000],
  ['91d', undefined],
  ['1w', undefined],
  ['-1h', undefined],
  ['1.5h', undefined],
  ['', undefined],
])('an overlap of %j is %j ms', (text, ms) => {
  expect(parseOverlap(text)).toBe(ms)
})

const at = Date.parse('2026-11-21T00:00:00Z')

test('rotating keeps the old digest until the overlap is over', () => {
  const key = { digest: 'old', tenant: 'acme', previous: { digest: 'older', until: 'x' } }
  expect(rotate(key, 'new', 'old', { ms: 3_600_000, now: at })).toEqual({
    digest: 'new',
    tenant: 'acme',
    previous: { digest: 'old', until: '2026-11-21T01:00:00.000Z' },
  })
})

test('rotating without overlap keeps nothing of the old secret', () => {
  expect(rotate({ digest: 'old' }, 'new', 'old', { ms: 0, now: at })).toEqual({ digest: 'new' })
})

test('a key of the environment gets a digest of its own', () => {
  const key = rotate({ secret: { env: 'KEY' } }, 'new', 'old', { ms: 1000, now: at })
  expect(key).toEqual({ digest: 'new', previous: { digest: 'old', until: '2026-11-21T00:00:01.000Z' } })
})
