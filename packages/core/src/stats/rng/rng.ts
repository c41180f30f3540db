// Seeded randomness: the same seed gives the same draws, on every machine. Passed in wherever something is drawn.
import beta from '@stdlib/random-base-beta'
import gamma from '@stdlib/random-base-gamma'
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { normalQuantile } from '../distribution/normal.ts'

export interface Rng {
  /** A double in [0, 1), of 53 random bits. */
  uniform(): number
}

/**
 * xoroshiro128+ (Blackman and Vigna 2021, ACM TOMS 47(4), doi:10.1145/3460772), by pure-rand.
 *
 * @param seed - a 32-bit integer
 */
export function seededRng(seed: number): Rng {
  const generator = xoroshiro128plus(seed)
  return { uniform: () => uniformFloat64(generator) }
}

/** A standard normal draw: the quantile of a uniform one in (0, 1). */
export function drawNormal(rng: Rng): number {
  return normalQuantile(openUniform(rng))
}

/** A gamma draw with mean `shape / rate`. Shape and rate in (0, inf). */
export function drawGamma(rng: Rng, shape: number, rate: number): number {
  return gamma.factory(shape, rate, { prng: prngOf(rng) })()
}

/** A beta draw. Both parameters in (0, inf). */
export function drawBeta(rng: Rng, a: number, b: number): number {
  return beta.factory(a, b, { prng: prngOf(rng) })()
}

function openUniform(rng: Rng): number {
  return (Math.floor(rng.uniform() * 2 ** 52) + 0.5) / 2 ** 52
}

/** What @stdlib asks of a generator: `normalized()` beside the call itself. */
function prngOf(rng: Rng) {
  const draw = () => rng.uniform()
  return Object.assign(draw, { normalized: draw })
}
