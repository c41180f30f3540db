// The upstream's answers as ready bytes, framing included, so that serving one costs little more than its write.
// This file holds what all formats share; each format's own words are in a file beside it.

export interface Answers {
  /** A whole non-streamed response, about 0.4 KB of JSON. */
  readonly whole: Buffer
  /** Response head of a stream plus what comes before its first content, written at once as servers do. */
  readonly streamOpening: Buffer
  /** The chunks between the opening and the ending, each one HTTP chunk with one SSE frame. */
  readonly middle: readonly Buffer[]
  /** From the finish reason on; `streamEndingWithUsage` has the usage too, where a client has to ask for it. */
  readonly streamEnding: Buffer
  readonly streamEndingWithUsage: Buffer
}

/** Tokens of every answer, whatever its format. */
export const TOKENS = { input: 87, output: 98 }

export const ANSWER_TEXT =
  'Yes, you can keep the scratched shelf. I can offer a partial refund to the card you paid with. ' +
  'Please send one photo of the edge.'

/** What each chunk with content adds. */
export const STREAMED_WORD = ' word'

export const STREAM_HEAD =
  'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n' +
  'cache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n'

export const STREAM_END = '0\r\n\r\n'

export function wholeResponse(status: string, payload: object): Buffer {
  const body = JSON.stringify(payload)
  const length = Buffer.byteLength(body)
  return Buffer.from(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n${body}`,
  )
}

/** One HTTP chunk; `text` is ASCII or not. */
export const httpChunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`

export const sseFrame = (payload: object): string => `data: ${JSON.stringify(payload)}\n\n`

export const repeated = (chunk: string, times: number): readonly Buffer[] =>
  Array.from({ length: times }, () => Buffer.from(chunk))
