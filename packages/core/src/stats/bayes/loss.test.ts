import { describe, expect, it } from 'vitest'
import fixture from './fixtures/loss.json' with { type: 'json' }
import { expectedPositivePart } from './loss.ts'

describe(`the expected positive part of a normal variable (source: ${fixture.source})`, () => {
  it.each(fixture.rows)('is $loss for N($mean, $deviation^2)', ({ mean, deviation, loss }) => {
    expect(Math.abs(expectedPositivePart(mean, deviation) / loss - 1)).toBeLessThan(1e-12)
  })

  it('is that of gbstats get_risk(0.1, 0.05) (source: gbstats tests/bayesian/test_tests.py)', () => {
    expect(expectedPositivePart(0.1, 0.05)).toBeCloseTo(0.1004245351308, 12)
    expect(expectedPositivePart(-0.1, 0.05)).toBeCloseTo(0.0004245351308414, 15)
  })
})
