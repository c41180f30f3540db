// How much of an answer's end says again what it said before: a model that is caught in a loop repeats itself until it
// is stopped.

/** How far back is looked: UTF-16 units of the end of the answer. */
export const REPETITION_WINDOW = 1024

/** Sequences of this many units are compared. */
const ORDER = 4

/** Fewer sequences say nothing. */
const MIN_SEQUENCES = 50

/** Units of the window, as hashes. */
const units = new Int32Array(REPETITION_WINDOW)

/** Hashes of the sequences seen; at least twice the slots that there are sequences. None is 0. */
const seen = new Int32Array(2 * REPETITION_WINDOW)

/** Odd, so that every unit counts in all of a hash; and what it is worth when it leaves the sequence. */
const BASE = 0x85ebca6b | 0
const LEAVING = Math.imul(Math.imul(BASE, BASE), BASE)

/**
 * Share, 0..1, of the sequences of four units in the last 1,024 characters that have stood in them before: seq-rep-4
 * of Welleck et al., "Neural Text Generation with Unlikelihood Training" (2020), with words for tokens. A unit is a
 * word; in scripts without spaces a character; and every other sign. Null when there are fewer than 50 sequences.
 */
export function measureRepetition(text: string): number | null {
  if (text.length < MIN_SEQUENCES + ORDER - 1) return null
  const sequences = readUnits(text) - ORDER + 1
  if (sequences < MIN_SEQUENCES) return null
  return Math.round((1000 * countRepeated(sequences)) / sequences) / 1000
}

/** Fills `units` from the end of a text; how many there are. */
function readUnits(text: string): number {
  const { length } = text
  let count = 0
  let word = 0
  for (let at = Math.max(0, length - REPETITION_WINDOW); at < length; at++) {
    const code = text.charCodeAt(at)
    const kind = code < 128 ? ASCII[code] : kindOf(code)
    if (kind === WORD) {
      word = Math.imul(word ^ code, 0x01000193) | 1
      continue
    }
    if (word !== 0) units[count++] = word
    word = 0
    if (kind === SIGN) units[count++] = Math.imul(code + 1, 0x9e3779b1)
  }
  if (word !== 0) units[count++] = word
  return count
}

/** Rolls a polynomial hash over the units, by Rabin and Karp. */
function countRepeated(sequences: number): number {
  // Few slots for a short text: they fit the nearest cache.
  const shift = Math.clz32(sequences) - 1
  seen.fill(0, 0, 1 << (32 - shift))
  let repeated = 0
  let hash = 0
  for (let at = 0; at < ORDER - 1; at++) hash = (Math.imul(hash, BASE) + (units[at] ?? 0)) | 0
  for (let at = 0; at < sequences; at++) {
    hash = (Math.imul(hash, BASE) + (units[at + ORDER - 1] ?? 0)) | 0
    if (wasSeen(hash === 0 ? 1 : hash, shift)) repeated++
    hash = (hash - Math.imul(units[at] ?? 0, LEAVING)) | 0
  }
  return repeated
}

/** Remembers a sequence; true when it was there. */
function wasSeen(hash: number, shift: number): boolean {
  const last = (1 << (32 - shift)) - 1
  let slot = Math.imul(hash, 0x9e3779b1) >>> shift
  while (seen[slot] !== 0) {
    if (seen[slot] === hash) return true
    slot = (slot + 1) & last
  }
  seen[slot] = hash
  return false
}

const SPACE = 0
const WORD = 1
const SIGN = 2

const ASCII = Uint8Array.from({ length: 128 }, (_, code) => {
  if (code <= 0x20 || code === 0x7f) return SPACE
  return /[A-Za-z0-9'_]/.test(String.fromCharCode(code)) ? WORD : SIGN
})

/** Beyond ASCII, by block: what is written without spaces between words, and emoji, counts by character. */
function kindOf(code: number): number {
  if (code < 0xc0) return code === 0xa0 ? SPACE : SIGN
  if (code < 0x0e00) return WORD
  if (code < 0x1100) return SIGN
  if (code < 0x1780 || (code >= 0x1800 && code < 0x2000)) return WORD
  return code >= 0x2000 && code <= 0x200b ? SPACE : SIGN
}
