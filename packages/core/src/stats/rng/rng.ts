// Seeded randomness: the same seed gives the same draws, on every machine. Passed in wherever something is drawn.
import beta from '@stdlib/random-base-beta'
import gamma from '@stdlib/random-base-gamma'
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus'
import { normalQuantile } from '../distribution/normal.ts'

const SPLIT_STEP = 0x9e3779b97f4a7c15n

export interface Rng {
  /** A double in [0, 1), of 53 random bits. */
  uniform(): number
}

/**
 * xoroshiro128+ (Blackman and Vigna 2021, ACM TOMS 47(4), doi:10.1145/3460772), by pure-rand; its state is drawn from the
 * seed by SplitMix64, as its authors advise. Seeded by the number itself, the first draws for 1, 2, 3 would be alike,
 * and so would simulations that are numbered.
 *
 * @param seed - a safe integer
 * @throws RangeError for another number
 */
export function seededRng(seed: number): Rng {
  if (!Number.isSafeInteger(seed)) throw new RangeError('seed: a safe integer')
  const first = BigInt(seed) + SPLIT_STEP
  const generator = xoroshiro128plusFromState([...halves(mix(first)), ...halves(mix(first + SPLIT_STEP))])
  return { uniform: () => uniformFloat64(generator) }
}

/** SplitMix64's output for a state (Steele, Lea and Flood 2014, OOPSLA, doi:10.1145/2660193.2660195). */
function mix(state: bigint): bigint {
  const once = (BigInt.asUintN(64, state) ^ (BigInt.asUintN(64, state) >> 30n)) * 0xbf58476d1ce4e5b9n
  const twice = (BigInt.asUintN(64, once) ^ (BigInt.asUintN(64, once) >> 27n)) * 0x94d049bb133111ebn
  return BigInt.asUintN(64, twice) ^ (BigInt.asUintN(64, twice) >> 31n)
}

/** The higher and the lower 32 bits, signed. */
function halves(value: bigint): readonly [number, number] {
  return [Number(BigInt.asIntN(32, value >> 32n)), Number(BigInt.asIntN(32, value))]
}

/** A standard normal draw: the quantile of a uniform one in (0, 1). */
export function drawNormal(rng: Rng): number {
  return normalQuantile(openUniform(rng))
}

/** A gamma draw with mean `shape / rate`. Shape and rate in (0, inf). */
export function drawGamma(rng: Rng, shape: number, rate: number): number {
  return samplersOf(rng).gamma(shape, rate)
}

/** A beta draw. Both parameters in (0, inf). */
export function drawBeta(rng: Rng, a: number, b: number): number {
  return samplersOf(rng).beta(a, b)
}

interface Samplers {
  readonly gamma: (shape: number, rate: number) => number
  readonly beta: (a: number, b: number) => number
}

// To make one of @stdlib's takes 75 us, for a Mersenne Twister of its own (seeded by ours) that picks the layers of its
// ziggurat: a hundred draws' worth. So each generator keeps its own.
const samplers = new WeakMap<Rng, Samplers>()

function samplersOf(rng: Rng): Samplers {
  const kept = samplers.get(rng)
  if (kept !== undefined) return kept
  const prng = prngOf(rng)
  const made: Samplers = { gamma: gamma.factory({ prng }), beta: beta.factory({ prng }) }
  samplers.set(rng, made)
  return made
}

function openUniform(rng: Rng): number {
  return (Math.floor(rng.uniform() * 2 ** 52) + 0.5) / 2 ** 52
}

/** What @stdlib asks of a generator: `normalized()` beside the call itself. */
function prngOf(rng: Rng) {
  const draw = () => rng.uniform()
  return Object.assign(draw, { normalized: draw })
}
