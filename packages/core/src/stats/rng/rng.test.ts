import { describe, expect, it } from 'vitest'
import { drawBeta, drawGamma, drawNormal, type Rng, seededRng } from './rng.ts'

const DRAWS = 20_000

function meanAndVariance(draw: (rng: Rng) => number): { mean: number; variance: number } {
  const rng = seededRng(7)
  const draws = Array.from({ length: DRAWS }, () => draw(rng))
  const mean = draws.reduce((sum, x) => sum + x, 0) / DRAWS
  return { mean, variance: draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (DRAWS - 1) }
}

describe('seeded randomness', () => {
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
})
