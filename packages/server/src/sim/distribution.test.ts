import { describe, expect, it } from 'vitest'
import { logNormal, standardNormal } from './distribution.ts'
import { countOccurrences } from './occurrence.ts'
import { randomFrom } from './random.ts'

const DRAWS = 20_000

describe('standardNormal', () => {
  it('has mean 0, variance 1 and 95 % within 1.96', () => {
    const random = randomFrom('normal')
    const draws = Array.from({ length: DRAWS }, () => standardNormal(random))
    const mean = draws.reduce((sum, draw) => sum + draw, 0) / DRAWS
    const variance = draws.reduce((sum, draw) => sum + draw * draw, 0) / DRAWS
    const within = draws.filter(draw => Math.abs(draw) < 1.96).length / DRAWS
    // Four standard errors: 1/sqrt(n), sqrt(2/n), sqrt(0.95 * 0.05/n).
    expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(DRAWS))
    expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(2 / DRAWS))
    expect(Math.abs(within - 0.95)).toBeLessThan(4 * Math.sqrt(0.0475 / DRAWS))
  })
})

describe('logNormal', () => {
  it('has the given median, and the given spread of its logarithm', () => {
    const random = randomFrom('log-normal')
    const draws = Array.from({ length: DRAWS }, () => logNormal(random, 300, 0.4)).sort((a, b) => a - b)
    const quantile = (share: number) => Math.log((draws[Math.floor(share * DRAWS)] ?? 0) / 300) / 0.4
    expect(Math.abs(quantile(0.5))).toBeLessThan(4 * Math.sqrt(Math.PI / 2 / DRAWS))
    expect(Math.abs(quantile(0.841_345) - 1)).toBeLessThan(0.05)
    expect(Math.abs(quantile(0.158_655) + 1)).toBeLessThan(0.05)
  })

  it('is constant without spread', () => {
    expect(logNormal(randomFrom('any'), 300, 0)).toBe(300)
  })
})

describe('randomFrom', () => {
  it('repeats itself for the same text and differs for another', () => {
    const draw = (text: string) => randomFrom(text).id(24)
    expect(draw('a')).toBe(draw('a'))
    expect(draw('a')).not.toBe(draw('b'))
  })
})

describe('countOccurrences', () => {
  it('tells identical requests apart whatever comes between, and other requests from them', () => {
    const body = Buffer.from('{}')
    const alone = countOccurrences()
    const mixed = countOccurrences()
    const first = alone.identify('POST', '/a', body)
    const second = alone.identify('POST', '/a', body)
    expect(mixed.identify('POST', '/b', body)).not.toBe(first)
    expect(mixed.identify('POST', '/a', body)).toBe(first)
    expect(mixed.identify('POST', '/a', Buffer.from('[]'))).not.toBe(first)
    expect(mixed.identify('POST', '/a', body)).toBe(second)
    expect(second).not.toBe(first)
  })

  it('forgets the oldest past its limit', () => {
    const occurrences = countOccurrences(2)
    const identify = (text: string) => occurrences.identify('POST', '/', Buffer.from(text))
    const first = identify('a')
    identify('b')
    identify('c')
    expect(identify('a')).toBe(first)
  })
})
