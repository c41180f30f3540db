import { randomBytes } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createSealer, parseMasterKey, SealError } from './seal.ts'

const sealer = createSealer(Buffer.alloc(32, 1))

function failureOf(open: () => unknown): string {
  try {
    open()
  } catch (error) {
    if (error instanceof SealError) return error.kind
    throw error
  }
  return 'opened'
}

describe('what is sealed', () => {
  test('opens under its id, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (id, text) => {
        expect(sealer.open(id, sealer.seal(id, text))).toBe(text)
      }),
    )
  })

  test('opens with the same master key in another process', () => {
    const sealed = sealer.seal('cred_1', 'sk-secret')
    expect(createSealer(Buffer.alloc(32, 1)).open('cred_1', sealed)).toBe('sk-secret')
  })

  test('does not show, and is never twice the same', () => {
    const [a, b] = [sealer.seal('x', 'sk-secret'), sealer.seal('x', 'sk-secret')]
    expect(Buffer.from(a).includes('sk-secret')).toBe(false)
    expect(Buffer.from(a).equals(Buffer.from(b))).toBe(false)
  })

  test('does not open under another id', () => {
    expect(failureOf(() => sealer.open('cred_2', sealer.seal('cred_1', 'x')))).toBe('damaged')
  })

  test('says so when the master key is another one', () => {
    const other = createSealer(randomBytes(32))
    expect(failureOf(() => other.open('cred_1', sealer.seal('cred_1', 'x')))).toBe('wrong_key')
    expect(() => other.open('cred_1', sealer.seal('cred_1', 'x'))).toThrow(
      /another master key.*WEIR_MASTER_KEY/,
    )
  })

  test('opens no more when any of its bits has changed, or its end is missing', () => {
    const sealed = Buffer.from(sealer.seal('cred_1', 'sk-secret'))
    for (let byte = 0; byte < sealed.length; byte++) {
      const altered = Buffer.from(sealed)
      altered.writeUInt8(sealed.readUInt8(byte) ^ 1, byte)
      expect(
        failureOf(() => sealer.open('cred_1', altered)),
        `byte ${byte}`,
      ).not.toBe('opened')
      expect(failureOf(() => sealer.open('cred_1', sealed.subarray(0, byte)))).toBe('damaged')
    }
  })
})

describe('a master key', () => {
  const bytes = Buffer.from(Array.from({ length: 32 }, (_, index) => index))

  test.each([
    ['in hex', bytes.toString('hex')],
    ['in upper-case hex', bytes.toString('hex').toUpperCase()],
    ['in base64', bytes.toString('base64')],
    ['in base64url', bytes.toString('base64url')],
  ])('%s stands for its bytes', (_, text) => {
    expect(parseMasterKey(text)?.equals(bytes)).toBe(true)
  })

  test('that is a passphrase gives the same 32 bytes everywhere', () => {
    const key = parseMasterKey('correct horse battery')
    // scrypt of it with N = 32768, r = 8, p = 1 and the salt "weir master key v1", by Python's hashlib.scrypt.
    expect(key?.toString('hex')).toBe('83da6033102cde0847e24b733fb54e53a75f418c09a344f27be12ca6b599f79b')
    expect(parseMasterKey('correct horse batterz')?.equals(key as Buffer)).toBe(false)
  })

  test.each(['', 'short', 'fifteen letters'])('%j is too short for one', text => {
    expect(parseMasterKey(text)).toBeUndefined()
  })
})
