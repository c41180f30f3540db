import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Estimate, Result } from '../../../result.ts'
import { drawNormal, seededRng } from '../../../rng/rng.ts'
import { betaBinomialMixture } from '../boundary/beta-binomial.ts'
import { rateConcentration } from '../bounded/rate.ts'
import { checkGuardrail } from '../guardrail.ts'
import { compareQuantilesSequentially } from './compare-quantiles.ts'
import { evidenceOfTooMany, oneSidedEvidence } from './one-sided.ts'

function estimated(result: Result): Estimate {
  if (result.kind !== 'estimate') throw new Error(`no estimate but ${JSON.stringify(result)}`)
  return result
}

const sample = fc
  .array(fc.integer({ min: -50, max: 50 }), { minLength: 20, maxLength: 150 })
  .map(xs => xs.sort((x, y) => x - y))
const share = fc.constantFrom(0.1, 0.5, 0.8)

describe('evidence of too many values below a point', () => {
  it('is the one-sided beta-binomial mixture of the boundaries', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.03, max: 0.97, noNaN: true }),
        fc.integer({ min: 1, max: 400 }),
        (p, n) => {
          const alpha = 0.05
          const tuning = { intrinsicTime: p * (1 - p) * 300, alpha }
          const mixture = betaBinomialMixture(tuning, p, 1 - p, 'one_sided')
          const evidence = evidenceOfTooMany(n, p, rateConcentration(300, alpha, 'one_sided'))
          evidence.forEach((logE, k) => {
            const expected = mixture.logMartingale(k - p * n, p * (1 - p) * n)
            // Far below its rate the mixture's tail underflows, or nearly so.
            if (k > (p * n) / 2) expect(Math.abs(logE - expected)).toBeLessThan(1e-7)
          })
        },
      ),
    )
  })

  it.each([
    [0.95, 20_000, 160, [-9.157720044969993, -8.464580821161547, -2.504158480139221, 987.558105100908]],
    [0.5, 5000, 50, [-6.79217460624876, -6.099631901666423, -2.312510420296931, 3343.095941504354]],
    [0.99, 3000, 300, [-7.846463509460323, -7.153327430949624, -1.320454375922768, 23.49125805488046]],
  ])(
    'at p = %d of %d values, k = %d (source: mpmath 1.2.1, the integral by its series, 50 digits)',
    (p, n, k, at) => {
      const evidence = evidenceOfTooMany(n, p, k)
      const counts = [0, Math.round((n * p) / 2), Math.round(n * p), n]
      counts.forEach((count, i) => expect(Math.abs((evidence[count] ?? 0) - (at[i] ?? 9))).toBeLessThan(1e-9))
    },
  )

  it('is expected to be 1 of a sample at the rate itself, summed over all samples', () => {
    const [n, p] = [30, 0.3]
    const evidence = evidenceOfTooMany(n, p, 20)
    let [chance, total] = [(1 - p) ** n, 0]
    for (let k = 0; k <= n; k++) {
      total += chance * Math.exp(evidence[k] ?? 0)
      chance *= ((n - k) / (k + 1)) * (p / (1 - p))
    }
    expect(total).toBeCloseTo(1, 10)
  })

  it('is finite and rises with the count where its tail vanishes', () => {
    const evidence = evidenceOfTooMany(20_000, 0.5, 100)
    expect(evidence.every(Number.isFinite)).toBe(true)
    for (let k = 1; k <= 20_000; k += 97) {
      expect(evidence[k]).toBeGreaterThan(evidence[k - 1] ?? Infinity)
    }
    // All of 20,000 values below their median is 20,000 ln 2 but for the prior.
    expect(evidence[20_000]).toBeCloseTo(20_000 * Math.LN2, -3)
  })
})

describe('one quantile above another', () => {
  it('has the least evidence over all x, as by trying all (of values and between them)', () => {
    fc.assert(
      fc.property(sample, sample, share, fc.integer({ min: -60, max: 60 }), (a, b, p, shift) => {
        const k = rateConcentration(100, 0.05, 'one_sided')
        const [many, few] = [evidenceOfTooMany(a.length, p, k), evidenceOfTooMany(b.length, 1 - p, k)]
        let least = Infinity
        for (let x = -130; x <= 130; x += 0.5) {
          const below = a.filter(value => value < x).length
          const above = b.filter(value => value > x + shift).length
          least = Math.min(least, (many[below] ?? Infinity) + (few[above] ?? Infinity))
        }
        expect(oneSidedEvidence(a, b, p, k).logE(shift)).toBeCloseTo(least, 9)
      }),
      { numRuns: 40 },
    )
  })

  it.each(['greater', 'less'] as const)('%s excludes the null effect exactly when p < alpha', alternative => {
    fc.assert(
      fc.property(sample, sample, share, fc.integer({ min: -60, max: 60 }), (a, b, p, nullEffect) => {
        const asked = { p, nullEffect, tunedFor: 100, alternative }
        const result = compareQuantilesSequentially(a, b, asked)
        if (result.kind !== 'estimate') return
        const { lower, upper } = result.interval
        expect(alternative === 'greater' ? upper : lower).toBeNull()
        const isOutside = (lower ?? -Infinity) > nullEffect || (upper ?? Infinity) < nullEffect
        expect(isOutside).toBe((result.p ?? 1) < 0.05)
      }),
    )
  })

  it('mirrors when control and variant change places', () => {
    fc.assert(
      fc.property(sample, sample, share, (a, b, p) => {
        const forward = compareQuantilesSequentially(a, b, { p, tunedFor: 100, alternative: 'greater' })
        const backward = compareQuantilesSequentially(b, a, { p, tunedFor: 100, alternative: 'less' })
        expect(backward.kind).toBe(forward.kind)
        if (forward.kind !== 'estimate' || backward.kind !== 'estimate') return
        expect(backward.interval.upper).toBe(-(forward.interval.lower ?? Number.NaN))
        expect(backward.e).toBe(forward.e)
      }),
    )
  })

  it('has its bound nearer than that of the two-sided interval', () => {
    const a = Array.from({ length: 3000 }, (_, i) => i)
    const b = a.map(x => x + 400)
    const both = estimated(compareQuantilesSequentially(a, b, { p: 0.5 })).interval
    const one = estimated(compareQuantilesSequentially(a, b, { p: 0.5, alternative: 'greater' })).interval
    const other = estimated(compareQuantilesSequentially(a, b, { p: 0.5, alternative: 'less' })).interval
    expect(one.lower).toBeGreaterThan(both.lower ?? Infinity)
    expect(other.upper).toBeLessThan(both.upper ?? -Infinity)
  })

  it('is wrong in 5 % of 1,000 runs at most at a null effect that is true (seeded, looks every 60 to 600)', () => {
    const wrong = { greater: 0, less: 0 }
    for (let run = 0; run < 1000; run++) {
      const rng = seededRng(run)
      const [a, b]: [number[], number[]] = [[], []]
      const isWrong = { greater: false, less: false }
      for (let n = 1; n <= 600; n++) {
        a.push(drawNormal(rng))
        b.push(3 + drawNormal(rng))
        if (n % 60 > 0) continue
        const [x, y] = [Float64Array.from(a).sort(), Float64Array.from(b).sort()]
        for (const alternative of ['greater', 'less'] as const) {
          const asked = { p: 0.8, alternative, nullEffect: 3, tunedFor: 300 }
          const result = compareQuantilesSequentially(x, y, asked)
          if (result.kind === 'estimate' && (result.p ?? 1) < 0.05) isWrong[alternative] = true
        }
      }
      if (isWrong.greater) wrong.greater++
      if (isWrong.less) wrong.less++
    }
    // 99.9 % of counts at 5 % lie below 73 of 1,000.
    expect(wrong.greater).toBeLessThan(73)
    expect(wrong.less).toBeLessThan(73)
  })

  it('makes a guardrail of a latency: safe, harmful, or open', () => {
    const latencies = Array.from({ length: 4000 }, (_, i) => i / 10)
    const check = (by: number) => {
      const slower = latencies.map(x => x + by)
      return checkGuardrail(asked => compareQuantilesSequentially(latencies, slower, { ...asked, p: 0.95 }), {
        margin: 40,
        better: 'lower',
      })
    }
    expect(check(0)).toMatchObject({ verdict: 'safe', safe: { guarantee: { kind: 'exact' } } })
    expect(check(100)).toMatchObject({ verdict: 'harmful' })
    expect(check(40)).toMatchObject({ verdict: 'open' })
  })

  it.each([
    ['alpha', { alpha: 0.6 }],
    ['tunedFor', { tunedFor: 1e12 }],
    ['p', { p: 1e-300 }],
    ['p', { p: 1 - 1e-12 }],
  ])('names %s when it is out of range', (argument, changed) => {
    const result = compareQuantilesSequentially([1, 2], [1, 2], { p: 0.5, alternative: 'less', ...changed })
    expect(result).toMatchObject({ kind: 'invalid', argument })
  })
})
