import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus'
import { describe, expect, it } from 'vitest'
import { drawBeta, drawGamma, drawNormal, type Rng, seededRng } from './rng.ts'

const DRAWS = 20_000

function meanAndVariance(draw: (rng: Rng) => number): { mean: number; variance: number } {
  const rng = seededRng(7)
  const draws = Array.from({ length: DRAWS }, () => draw(rng))
  const mean = draws.reduce((sum, x) => sum + x, 0) / DRAWS
  return { mean, variance: draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (DRAWS - 1) }
}

const LOW_26 = 2n ** 26n - 1n

describe('seeded randomness', () => {
  it('is xoroshiro128+: the low halves from the state 1, 2 (source: the C reference, as in rand_xoshiro)', () => {
    const generator = xoroshiro128plusFromState([0, 1, 0, 2])
    const reference = [
      3n,
      412333834243n,
      2360170716294286339n,
      9295852285959843169n,
      2797080929874688578n,
      6019711933173041966n,
      3076529664176959358n,
      3521761819100106140n,
      7493067640054542992n,
      920801338098114767n,
    ]
    for (const value of reference) expect(generator.next()).toBe(Number(BigInt.asIntN(32, value)))
  })

  it('starts from the state of SplitMix64: of 1234567 (source: its published first two outputs)', () => {
    const [a, b] = [6457827717110365317n, 3203168211198807973n]
    const state = [a >> 32n, a, b >> 32n, b].map(half => Number(BigInt.asIntN(32, half)))
    const generator = xoroshiro128plusFromState(state)
    const rng = seededRng(1234567)
    for (let i = 0; i < 5; i++) expect(rng.uniform()).toBe(uniformFloat64(generator))
  })

  it('takes the upper 26 bits of a double from the first output', () => {
    const [a, b] = [6457827717110365317n, 3203168211198807973n]
    const first = (a + b) & LOW_26
    expect(Math.floor(seededRng(1234567).uniform() * 2 ** 26)).toBe(Number(first))
  })

  it('draws unlike numbers first for seeds that follow each other', () => {
    const firsts = Array.from({ length: 1000 }, (_, seed) => seededRng(seed).uniform())
    const mean = firsts.reduce((sum, x) => sum + x, 0) / 1000
    const variance = firsts.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 999
    expect(Math.abs(mean - 0.5)).toBeLessThan(5 / Math.sqrt(12_000))
    expect(variance * 12).toBeGreaterThan(0.85)
  })

  it('draws the same for the same seed, and something else for another', () => {
    const take = (seed: number) => {
      const rng = seededRng(seed)
      return [rng.uniform(), drawNormal(rng), drawGamma(rng, 2, 3), drawBeta(rng, 2, 3)]
    }
    expect(take(1)).toEqual(take(1))
    expect(take(1)).not.toEqual(take(2))
  })

  // Five standard errors of the mean and, roughly, of the variance.
  it.each<[string, (rng: Rng) => number, number, number]>([
    ['uniform', rng => rng.uniform(), 1 / 2, 1 / 12],
    ['normal', drawNormal, 0, 1],
    ['gamma', rng => drawGamma(rng, 2.5, 2), 1.25, 0.625],
    ['gamma with a shape below 1', rng => drawGamma(rng, 0.4, 1), 0.4, 0.4],
    ['beta', rng => drawBeta(rng, 2, 6), 0.25, 12 / (64 * 9)],
  ])('has the mean and the variance of the %s distribution', (_, draw, mean, variance) => {
    const drawn = meanAndVariance(draw)
    expect(Math.abs(drawn.mean - mean)).toBeLessThan(5 * Math.sqrt(variance / DRAWS))
    expect(Math.abs(drawn.variance / variance - 1)).toBeLessThan(0.12)
  })

  it.each([1.5, Number.NaN, 2 ** 53])('takes no %d for a seed', seed => {
    expect(() => seededRng(seed)).toThrow(new RangeError('seed: a safe integer'))
  })
})
