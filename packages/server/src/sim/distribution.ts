// Samples the distributions a model is described by.
import type { Random } from './random.ts'

/**
 * A standard normal by Box and Muller (1958). `1 - u` is in (0, 1], so the logarithm is finite.
 * The second value of the pair is thrown away: keeping it would tie one draw to the previous.
 */
export const standardNormal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform())

/** Log-normal with the given median (same unit as the result) and standard deviation of the logarithm. */
export const logNormal = (random: Random, median: number, sigma: number): number =>
  median * Math.exp(sigma * standardNormal(random))
