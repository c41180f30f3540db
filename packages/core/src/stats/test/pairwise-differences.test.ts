import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { countBelow, nthDifference } from './pairwise-differences.ts'

const values = fc
  .array(fc.oneof(fc.integer({ min: -5, max: 5 }), fc.double({ min: -1e3, max: 1e3, noNaN: true })), {
    minLength: 1,
    maxLength: 12,
  })
  .map(array => Float64Array.from(array).sort())

it('picks and counts differences as if all of them had been made and sorted', () => {
  fc.assert(
    fc.property(values, values, (control, variant) => {
      const all = Float64Array.from([...control].flatMap(c => [...variant].map(v => v - c))).sort()
      all.forEach((difference, i) => {
        // Plus 0, since 0 and -0 are the same difference.
        expect(nthDifference(control, variant, i + 1) + 0).toBe(difference + 0)
        const { below, atMost } = countBelow(control, variant, difference)
        expect(below).toBe(all.filter(other => other < difference).length)
        expect(atMost).toBe(all.filter(other => other <= difference).length)
      })
    }),
  )
})

it('does not overflow between the largest doubles', () => {
  expect(nthDifference([-8e307, 8e307], [-8e307, 8e307], 4)).toBe(1.6e308)
})
