import { describe, expect, it } from 'vitest'
import fixture from './fixtures/student.json' with { type: 'json' }
import { studentCdf, studentQuantile, studentUpperTail } from './student.ts'

describe(`Student's t distribution (source: ${fixture.source})`, () => {
  it.each(fixture.tails)('exceeds $t with probability $p for $v degrees of freedom', ({ t, v, p }) => {
    expect(Math.abs(studentUpperTail(t, v) / p - 1)).toBeLessThan(1e-12)
    expect(studentCdf(-t, v)).toBe(studentUpperTail(t, v))
  })

  it.each(fixture.quantiles)('is below $t with probability $p for $v degrees of freedom', ({ p, v, t }) => {
    expect(Math.abs(studentQuantile(p, v) / t - 1)).toBeLessThan(1e-12)
    if (1 - p < 1) expect(studentQuantile(1 - p, v)).toBeCloseTo(-t, 9)
  })

  it.each([
    [0, 5],
    [1, 5],
    [0.5, 0],
    [Number.NaN, 5],
  ])('has no quantile outside its domain (%d, %d)', (p, v) => {
    expect(studentQuantile(p, v)).toBeNaN()
  })
})
