import { describe, expect, test } from 'vitest'
import { digestOf, fingerprint, Identity } from './identity.ts'

const secret = Buffer.alloc(32, 7)
const at = Date.UTC(2026, 4, 4)

test('request ids are unique, also those of one millisecond and of another worker', () => {
  const workers = [new Identity(secret, 'w0'), new Identity(secret, 'w1')]
  const ids = workers.flatMap(worker => Array.from({ length: 20_000 }, () => worker.requestId(at, 't')))
  expect(new Set(ids).size).toBe(40_000)
  for (const id of ids.slice(0, 10)) expect(id).toMatch(/^wr_[0-9a-f]{44}$/)
})

test('request ids sort by time, and within one worker by order', () => {
  const identity = new Identity(secret, 'w0')
  const ids = [at - 1, at, at, at + 1, at + 3_600_000].map(time => identity.requestId(time, 't'))
  expect(ids.toSorted()).toEqual(ids)
})

test('request ids carry a code that depends on the tenant and on the secret', () => {
  const code = (key: Buffer, tenant: string) => new Identity(key, 'w0').requestId(at, tenant).slice(-16)
  const codes = new Set(Array.from({ length: 50 }, (_, index) => code(secret, `tenant-${index}`)))
  expect(codes.size).toBe(50)
  expect(code(Buffer.alloc(32, 8), 'tenant-1')).not.toBe(code(secret, 'tenant-1'))
})

describe('a request id', () => {
  const [here, there] = [new Identity(secret, 'w0'), new Identity(secret, 'w1')]
  const id = here.requestId(at, 'acme')
  const withDigit = (place: number) =>
    `${id.slice(0, place)}${id[place] === '0' ? '1' : '0'}${id.slice(place + 1)}`

  test('tells every worker of the installation when it arrived, also after a restart', () => {
    const later = new Identity(Buffer.from(secret), 'w0')
    expect([here, there, later].map(identity => identity.arrivalOf(id, 'acme'))).toEqual([at, at, at])
  })

  test("is no other tenant's, nor of an installation with another secret", () => {
    for (const tenant of ['acm', 'acme2', '', 'other']) expect(here.arrivalOf(id, tenant)).toBeUndefined()
    expect(new Identity(Buffer.alloc(32, 8), 'w0').arrivalOf(id, 'acme')).toBeUndefined()
  })

  test("of a request without a key is no tenant's", () => {
    expect(here.arrivalOf(here.requestId(at, ''), 'acme')).toBeUndefined()
  })

  test('is not genuine with any one digit changed', () => {
    for (let place = 3; place < id.length; place++)
      expect(here.arrivalOf(withDigit(place), 'acme'), `place ${place}`).toBeUndefined()
  })

  test.each([
    ['nothing', ''],
    ['its parts in capitals', id.toUpperCase()],
    ['a digit less', id.slice(0, -1)],
    ['a digit more', `${id}0`],
    ['a line after it', `${id}\n`],
    ['another prefix', id.replace('wr_', 'wx_')],
    ['no hex digits', `wr_${'é'.repeat(44)}`],
    ['a request id of OpenAI', 'req_0123456789abcdef0123456789abcdef'],
  ])('is not genuine as %s', (_, text) => {
    expect(here.arrivalOf(text, 'acme')).toBeUndefined()
  })
})

test('a unit has one pseudonym under one secret, whichever worker makes it', () => {
  const [here, there] = [new Identity(secret, 'w0'), new Identity(secret, 'w1')]
  const pseudonym = here.unit('user', 'ada@example.com')
  expect(pseudonym).toMatch(/^[0-9a-f]{32}$/)
  expect([here.unit('user', 'ada@example.com'), there.unit('user', 'ada@example.com')]).toEqual([
    pseudonym,
    pseudonym,
  ])
})

test('pseudonyms differ by kind, by unit and by secret', () => {
  const identity = new Identity(secret, 'w0')
  const other = new Identity(Buffer.alloc(32, 8), 'w0')
  const all = [
    identity.unit('user', 'a'),
    identity.unit('user', 'b'),
    identity.unit('key', 'a'),
    other.unit('user', 'a'),
  ]
  expect(new Set(all).size).toBe(4)
})

test('pseudonyms stay the same when more units come than are kept', () => {
  const identity = new Identity(secret, 'w0')
  const first = identity.unit('user', 'u0')
  for (let i = 1; i <= 10_001; i++) identity.unit('user', `u${i}`)
  expect(identity.unit('user', 'u0')).toBe(first)
})

test('keys are looked up by the SHA-256 that the config holds', () => {
  // Vector of FIPS 180-2, appendix B.1.
  expect(digestOf('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
})

test('fingerprints are short, printable and differ', () => {
  expect(fingerprint('a')).toMatch(/^[A-Za-z0-9_-]{22}$/)
  expect(fingerprint('a')).not.toBe(fingerprint('b'))
  expect(fingerprint('a')).toBe(fingerprint('a'))
})
