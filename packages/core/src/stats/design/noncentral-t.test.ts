import { describe, expect, it, test } from 'vitest'
import { studentUpperTail } from '../distribution/student.ts'
import fixture from './fixtures/design.json' with { type: 'json' }
import { noncentralStudentUpperTail } from './noncentral-t.ts'

describe(`the noncentral t distribution (source: ${fixture.source})`, () => {
  test.each(fixture.tails)(
    'exceeds $t with $v degrees of freedom and shift $delta with p $p',
    ({ t, v, delta, p }) => {
      expect(Math.abs(noncentralStudentUpperTail(t, v, delta) - p)).toBeLessThan(1e-12)
    },
  )

  test.each([1, 2.5, 30, 1e6])('is the t distribution without a shift (%d degrees of freedom)', v => {
    for (const t of [-3, 0, 1.5, 20]) {
      expect(noncentralStudentUpperTail(t, v, 0)).toBeCloseTo(studentUpperTail(t, v), 11)
    }
  })

  it('ends for any shift', () => {
    expect(noncentralStudentUpperTail(2, 3, 1e9)).toBeCloseTo(1, 6)
    expect(noncentralStudentUpperTail(2, 3, -1e9)).toBe(0)
  })

  it('is not a number outside its domain', () => {
    expect(noncentralStudentUpperTail(1, 0.5, 0)).toBeNaN()
    expect(noncentralStudentUpperTail(Infinity, 5, 0)).toBeNaN()
    expect(noncentralStudentUpperTail(1, 5, Number.NaN)).toBeNaN()
  })
})
