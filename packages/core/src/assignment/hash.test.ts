import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bucketOf } from './bucket.ts'
import { hashText, murmur3 } from './hash.ts'

function hashHex(hex: string, seed: number): string {
  const bytes = Uint8Array.from(hex.match(/../g) ?? [], pair => Number.parseInt(pair, 16))
  return murmur3(bytes, bytes.length, seed).toString(16).padStart(8, '0')
}

// Source: the standard MurmurHash3_x86_32 vector set, found alike in ten independent public test suites.
test.each([
  ['', 0, '00000000'],
  ['', 1, '514e28b7'],
  ['', 0xffffffff, '81f16f39'],
  ['ffffffff', 0, '76293b50'],
  ['21436587', 0, 'f55b516b'],
  ['21436587', 0x5082edee, '2362f9de'],
  ['214365', 0, '7e4a8634'],
  ['2143', 0, 'a0f7b07a'],
  ['21', 0, '72661cf4'],
  ['00000000', 0, '2362f9de'],
  ['000000', 0, '85f0b427'],
  ['0000', 0, '30f4c306'],
  ['00', 0, '514e28b7'],
])('bytes %s with seed %i hash to the published %s', (hex, seed, expected) => {
  expect(hashHex(hex, seed)).toBe(expected)
})

// Source: as above; the last three computed with SciPy-side reference code.
test.each([
  ['aaaa', 0x9747b28c, '5a97808a'],
  ['aaa', 0x9747b28c, '283e0130'],
  ['aa', 0x9747b28c, '5d211726'],
  ['a', 0x9747b28c, '7fa09ea6'],
  ['Hello, world!', 0x9747b28c, '24884cba'],
  ['π'.repeat(8), 0x9747b28c, 'd58063c1'],
  ['The quick brown fox jumps over the lazy dog', 0, '2e4ff723'],
  ['The quick brown fox jumps over the lazy dog', 0x9747b28c, '2fa826cd'],
  ['test', 0, 'ba6bd213'],
  ['test', 0x9747b28c, '704b81dc'],
  ['abc', 0, 'b3dd93fa'],
  ['héllo', 0, 'bc9fa068'],
  ['\u{1F600}', 0, 'beb42efa'],
])('the text %j with seed %i hashes to the published %s', (text, seed, expected) => {
  expect(hashText(text, seed).toString(16).padStart(8, '0')).toBe(expected)
})

// Source: open-feature/flagd-testbed, evaluator/gherkin/fractional.feature, `fractional-hash-edge-flag`.
test.each([
  ['ejOoVL', 0x00000000, 0],
  ['bY9fO-', 0x00000001, 0],
  ['SI7p-', 0x7fffffff, 4999],
  ['6LvT0', 0x80000000, 5000],
  ['ceQdGm', 0xffffffff, 9999],
])('the boundary key %s hashes to %i and falls into bucket %i', (key, hash, bucket) => {
  expect(hashText(key)).toBe(hash)
  expect(Math.floor((hashText(key) * 10_000) / 2 ** 32)).toBe(bucket)
})

// Source: optimizely/javascript-sdk, lib/core/bucketer/bucket_value_generator.spec.ts (seed 1, same 0..9999 rule).
test.each([
  ['ppid11886780721', 2256854705, 5254],
  ['ppid21886780721', 1846603100, 4299],
  ['ppid21886780722', 1045634806, 2434],
  ['ppid31886780721', 2336050061, 5439],
  [`a${' very'.repeat(15)} long ppd string1886780721`, 2632290317, 6128],
])("Optimizely's key %j falls into its published bucket", (key, hash, bucket) => {
  expect(hashText(key, 1)).toBe(hash)
  expect(Math.floor((hashText(key, 1) * 10_000) / 2 ** 32)).toBe(bucket)
})

// Source: Unleash/client-specification, normalizedValue(id, groupId) = murmur3("groupId:id") % 100 + 1.
test.each([
  ['gr1:123', 0, 100, 73],
  ['groupX:999', 0, 100, 25],
  ['gr1:123', 86028157, 1000, 796],
  ['groupX:999', 86028157, 1000, 260],
])("Unleash's %s with seed %i normalises as published", (text, seed, total, expected) => {
  expect((hashText(text, seed) % total) + 1).toBe(expected)
})

test('any text hashes like the bytes TextEncoder gives, lone surrogates included', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 3000 }), fc.nat(), (text, seed) => {
      const bytes = new TextEncoder().encode(text)
      expect(hashText(text, seed)).toBe(murmur3(bytes, bytes.length, seed))
    }),
  )
  expect(hashText('a\ud800b')).toBe(hashText('a\ufffdb'))
})

test('the bucket of a unit is always one of 0..9999', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (salt, unit) => {
      const bucket = bucketOf(salt, unit)
      expect(Number.isInteger(bucket) && bucket >= 0 && bucket <= 9999).toBe(true)
    }),
  )
})

test('buckets under two salts are independent', () => {
  // 4 x 4 table of 40,000 units; the 99.9 % quantile of chi-square with 9 degrees of freedom is 27.88.
  const table = Array.from({ length: 16 }, () => 0)
  for (let unit = 0; unit < 40_000; unit++) {
    const cell =
      Math.floor(bucketOf('gate', `u${unit}`) / 2500) * 4 + Math.floor(bucketOf('split', `u${unit}`) / 2500)
    table[cell] = (table[cell] ?? 0) + 1
  }
  const chiSquare = table.reduce((sum, count) => sum + (count - 2500) ** 2 / 2500, 0)
  expect(chiSquare).toBeLessThan(37.7) // 15 degrees of freedom, 99.9 %
})
