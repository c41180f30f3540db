import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { argMin } from './golden-section.ts'

describe('the least value', () => {
  it('of a kink is found to 1e-11 of the width, wherever it is', () => {
    fc.assert(
      fc.property(fc.double({ min: -3, max: 5, noNaN: true }), at => {
        expect(Math.abs(argMin(x => Math.abs(x - at), -3, 5) - at)).toBeLessThan(1e-11)
      }),
    )
  })

  it('of x ln x is at 1 / e', () => {
    expect(Math.abs(argMin(x => x * Math.log(x), 1e-9, 1) - 1 / Math.E)).toBeLessThan(1e-7)
  })

  it('lies at an end if the function only rises or only falls', () => {
    expect(argMin(x => x, 2, 3)).toBeCloseTo(2, 11)
    expect(argMin(x => -x, 2, 3)).toBeCloseTo(3, 11)
  })

  it('may lie between infinite ends', () => {
    expect(argMin(x => 1 / x + 1 / (1 - x), 0, 1)).toBeCloseTo(0.5, 7)
  })
})
