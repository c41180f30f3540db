// One line of an issuer file: when, a digest of tenant and id, the provider. The ids themselves are never written.

export interface IssuerEntry {
  /** Milliseconds since the epoch. */
  readonly at: number
  /** 128 bits in base64url: 22 characters. */
  readonly digest: string
  readonly provider: string
}

/** Makes a line of whatever a failed write has left, and one that is none of ours: no provider ends with a space. */
export const END_OF_TORN_LINE = ' \n'

const DIGEST_LENGTH = 22
const LF = 0x0a
const SPACE = 0x20

export function formatEntry({ at, digest, provider }: IssuerEntry): string {
  return `${at.toString(36)} ${digest} ${provider}\n`
}

/**
 * Hands every whole line to `take` and returns how many bytes they were: a last line without its end may still be
 * being written. Lines that are none of ours are left out.
 */
export function readEntries(bytes: Buffer, take: (entry: IssuerEntry) => void): number {
  let start = 0
  for (let end = bytes.indexOf(LF); end >= 0; end = bytes.indexOf(LF, start)) {
    const entry = readEntry(bytes, start, end)
    if (entry !== undefined) take(entry)
    start = end + 1
  }
  return start
}

/** The parts are copied out of the bytes: pieces of one long string would keep all of it alive. */
function readEntry(bytes: Buffer, start: number, end: number): IssuerEntry | undefined {
  const first = bytes.indexOf(SPACE, start)
  const second = first + 1 + DIGEST_LENGTH
  if (first < 0 || second + 1 >= end || bytes[second] !== SPACE) return undefined
  const at = Number.parseInt(bytes.toString('latin1', start, first), 36)
  const digest = bytes.toString('latin1', first + 1, second)
  const provider = bytes.toString('latin1', second + 1, end)
  return Number.isSafeInteger(at) && !provider.includes(' ') ? { at, digest, provider } : undefined
}
