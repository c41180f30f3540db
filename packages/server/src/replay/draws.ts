// What a replay draws for each request: whose it is, and whether it streams. The i-th draw is the same for the same seed.
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

interface DrawSettings {
  /** 32-bit integer. */
  readonly seed: number
  /** Number of units to draw from; null to draw none. */
  readonly units: number | null
  /** Share of requests that stream, in [0, 1]. */
  readonly streamShare: number
}

export interface Draw {
  /** `unit-<i>` with i in [0, units); null when none are drawn. */
  readonly user: string | null
  readonly stream: boolean
}

/** @returns a function that gives the next request's draw */
export function createDraws({ seed, units, streamShare }: DrawSettings): () => Draw {
  const unitRng = xoroshiro128plus(seed)
  // A stream of its own: the units stay what they are when the stream share changes.
  const streamRng = unitRng.clone()
  streamRng.jump()
  return () => ({
    user: units === null ? null : `unit-${uniformInt(unitRng, 0, units - 1)}`,
    stream: uniformFloat64(streamRng) < streamShare,
  })
}
