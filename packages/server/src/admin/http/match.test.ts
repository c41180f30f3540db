import fc from 'fast-check'
import { expect, it } from 'vitest'
import { etagOf } from './match.ts'

it('gives data one ETag, whatever the order of its fields', () => {
  expect(etagOf({ a: 1, b: { c: [1, 2], d: null } })).toBe(etagOf({ b: { d: null, c: [1, 2] }, a: 1 }))
  expect(etagOf({ a: [1, 2] })).not.toBe(etagOf({ a: [2, 1] }))
})

it('gives other data another ETag, in the form of a strong one', () => {
  const json = fc.jsonValue()
  fc.assert(
    fc.property(json, json, (a, b) => {
      fc.pre(canonical(a) !== canonical(b))
      expect(etagOf(a)).not.toBe(etagOf(b))
      expect(etagOf(a)).toMatch(/^"[\w-]{27}"$/)
    }),
  )
})

/** By entries, sorted. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  return `{${Object.entries(value)
    .map(([name, inner]) => `${JSON.stringify(name)}:${canonical(inner)}`)
    .toSorted()
    .join()}}`
}
