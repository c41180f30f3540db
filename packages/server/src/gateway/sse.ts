// Server-sent events as bytes: finds whole frames in a stream that may be cut anywhere, without decoding what it
// only passes on.

const LF = 0x0a
const CR = 0x0d

/** A frame's fields. Several `data` lines are joined by a line feed, as the standard says. */
export interface FrameFields {
  readonly event: string | undefined
  /** Undefined for comments and frames without data. */
  readonly data: string | undefined
}

/**
 * Cuts a byte stream into frames at blank lines (LF, CRLF or CR). Bytes behind the last blank line are kept until
 * their frame is complete: no client can use half a frame, and an error event must never be spliced into one.
 */
export class FrameSplitter {
  #rest: Buffer | undefined

  /** The bytes to look at now, whatever was left over included, and the ends of the whole frames in them. */
  push(chunk: Buffer): { readonly bytes: Buffer; readonly ends: readonly number[] } {
    const bytes = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk])
    const ends = frameEnds(bytes)
    const consumed = ends.at(-1) ?? 0
    this.#rest = consumed === bytes.length ? undefined : bytes.subarray(consumed)
    return { bytes, ends }
  }

  /** What is left behind the last blank line: non-empty when a stream was cut inside a frame. */
  get rest(): Buffer | undefined {
    return this.#rest
  }
}

function frameEnds(bytes: Buffer): number[] {
  const ends: number[] = []
  if (bytes.indexOf(CR) < 0) {
    for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at)) {
      at++
      if (bytes[at] === LF) ends.push(++at)
    }
    return ends
  }
  return frameEndsOfAnyLines(bytes)
}

/** The slow path, for streams with carriage returns. A CR that ends the bytes may be half of a CRLF: it waits. */
function frameEndsOfAnyLines(bytes: Buffer): number[] {
  const ends: number[] = []
  let lineStart = 0
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]
    if (byte !== LF && byte !== CR) continue
    const isBlank = at === lineStart
    if (byte === CR) {
      if (at + 1 === bytes.length) break
      if (bytes[at + 1] === LF) at++
    }
    lineStart = at + 1
    if (isBlank) ends.push(lineStart)
  }
  return ends
}

/** Reads the fields of one frame. */
export function readFrameFields(frame: Buffer): FrameFields {
  // The common frame of one data line is read without splitting.
  if (startsWithData(frame) && frame.indexOf(LF) === frame.length - 2) {
    return { event: undefined, data: frame.toString('utf8', 6, frame.length - 2) }
  }
  const text = frame.toString('utf8')
  return readNamedData(text) ?? readLines(text)
}

/** A frame of one `event` line and one `data` line, as Anthropic's are; undefined for any other. */
function readNamedData(text: string): FrameFields | undefined {
  const eventEnd = text.indexOf('\n')
  if (!text.startsWith('event: ') || !text.startsWith('data: ', eventEnd + 1)) return undefined
  if (text.indexOf('\n', eventEnd + 1) !== text.length - 2 || text.includes('\r')) return undefined
  return { event: text.slice(7, eventEnd), data: text.slice(eventEnd + 7, -2) }
}

/** `data: `, byte by byte: this is asked for every frame. */
function startsWithData(frame: Buffer): boolean {
  return (
    frame[0] === 0x64 &&
    frame[1] === 0x61 &&
    frame[2] === 0x74 &&
    frame[3] === 0x61 &&
    frame[4] === 0x3a &&
    frame[5] === 0x20
  )
}

function readLines(text: string): FrameFields {
  let event: string | undefined
  let data: string | undefined
  for (const line of text.split(/\r\n|\n|\r/)) {
    const colon = line.indexOf(':')
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1)
    if (field === 'event') event = value
    else if (field === 'data') data = data === undefined ? value : `${data}\n${value}`
  }
  return { event, data }
}
