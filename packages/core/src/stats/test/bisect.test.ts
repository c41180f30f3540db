import { expect, it } from 'vitest'
import { bisect } from './bisect.ts'

it('finds the root of a rising and of a falling function to the last digit', () => {
  expect(bisect(x => x * x - 2, 0, 2)).toBeCloseTo(Math.SQRT2, 15)
  expect(bisect(x => 2 - x * x, 0, 2)).toBeCloseTo(Math.SQRT2, 15)
})

it('answers with the nearer end when there is no root', () => {
  expect(bisect(x => x + 1, 0, 2)).toBe(0)
  expect(bisect(x => x - 3, 0, 2)).toBe(2)
})
