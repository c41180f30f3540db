// The one hash of the system: MurmurHash3 x86 32-bit over UTF-8. Assignments depend on it for ever, so any
// change of its output needs a new `HASH_VERSION`.

/** Stored with every assignment, so that a later change of hash never silently re-assigns old units. */
export const HASH_VERSION = 1

const C1 = 0xcc9e2d51
const C2 = 0x1b873593

// Reused between calls: a hash per request must not allocate. Safe because hashing never yields.
let scratch = new Uint8Array(1024)

/**
 * MurmurHash3 x86 32-bit of the UTF-8 bytes of `text` (lone surrogates become U+FFFD, as in TextEncoder).
 *
 * @param seed unsigned 32-bit, 0 for everything Weir assigns
 * @returns unsigned 32-bit integer
 *
 * Source: Austin Appleby (2016), SMHasher `MurmurHash3_x86_32`.
 */
export function hashText(text: string, seed = 0): number {
  // A UTF-16 code unit never takes more than three UTF-8 bytes.
  if (scratch.length < text.length * 3) scratch = new Uint8Array(text.length * 3)
  return murmur3(scratch, encodeUtf8(text, scratch), seed)
}

/** MurmurHash3 x86 32-bit of the first `length` bytes. */
export function murmur3(bytes: Uint8Array, length: number, seed: number): number {
  const blocks = length & ~3
  let hash = seed
  for (let i = 0; i < blocks; i += 4) {
    const word =
      byteAt(bytes, i) |
      (byteAt(bytes, i + 1) << 8) |
      (byteAt(bytes, i + 2) << 16) |
      (byteAt(bytes, i + 3) << 24)
    hash ^= mixWord(word)
    hash = (hash << 13) | (hash >>> 19)
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0
  }
  let tail = 0
  for (let i = length - 1; i >= blocks; i--) tail = (tail << 8) | byteAt(bytes, i)
  if (length > blocks) hash ^= mixWord(tail)
  return finalise(hash ^ length)
}

function byteAt(bytes: Uint8Array, index: number): number {
  return bytes[index] as number
}

function mixWord(word: number): number {
  const mixed = Math.imul(word, C1)
  return Math.imul((mixed << 15) | (mixed >>> 17), C2)
}

function finalise(hash: number): number {
  let h = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** Writes the UTF-8 bytes of `text` and returns how many there are. `into` must hold 3 bytes a code unit. */
export function encodeUtf8(text: string, into: Uint8Array): number {
  let length = 0
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 0x80) {
      into[length++] = unit
      continue
    }
    const point = codePointAt(text, i)
    if (point > 0xffff) i++
    length = writeMultibyte(point, into, length)
  }
  return length
}

function codePointAt(text: string, index: number): number {
  const point = text.codePointAt(index) as number
  return point >= 0xd800 && point <= 0xdfff ? 0xfffd : point
}

function writeMultibyte(point: number, into: Uint8Array, start: number): number {
  let length = start
  if (point < 0x800) {
    into[length++] = 0xc0 | (point >> 6)
  } else {
    if (point < 0x10000) {
      into[length++] = 0xe0 | (point >> 12)
    } else {
      into[length++] = 0xf0 | (point >> 18)
      into[length++] = 0x80 | ((point >> 12) & 63)
    }
    into[length++] = 0x80 | ((point >> 6) & 63)
  }
  into[length++] = 0x80 | (point & 63)
  return length
}
