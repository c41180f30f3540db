// Seeded randomness: one independent source per request, so that answers do not depend on what else is in flight.
import { hash } from 'node:crypto'
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus'

export type Random = {
  /** A double in [0, 1). */
  uniform(): number
  /** A whole number in [0, below). */
  below(below: number): number
  /** `length` letters and digits. */
  id(length: number): string
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** The same text gives the same source, on every machine. */
export const randomFrom = (text: string): Random => {
  const digest = hash('sha256', text, 'buffer')
  const generator = xoroshiro128plusFromState([0, 4, 8, 12].map(at => digest.readInt32LE(at)))
  const below = (limit: number) => uniformInt(generator, 0, limit - 1)
  return {
    uniform: () => uniformFloat64(generator),
    below,
    id: length => {
      let id = ''
      while (id.length < length) id += ALPHABET[below(ALPHABET.length)]
      return id
    },
  }
}
