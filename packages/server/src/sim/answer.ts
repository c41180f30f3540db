// What an endpoint answers, before faults and pacing: a whole document, a stream of frames, or an error.
import type { ErrorAnswer } from './error.ts'

/** Where in a stream a frame stands: before anything (`early`), until the last content (`open`, `content`), after it. */
export type Phase = 'early' | 'open' | 'content' | 'close' | 'end'

export type Frame = {
  /** The frame as it goes out, blank line included, with LF line ends. */
  readonly text: string
  readonly phase: Phase
  /** How many tokens the model had to make for it: what the next frame waits for. */
  readonly tokens: number
}

export type Pace = {
  readonly firstTokenMs: number
  readonly tokenMs: number
}

export type DocumentAnswer = {
  readonly kind: 'document'
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly contentType: string
  readonly body: string | Uint8Array
  readonly afterMs: number
}

export type StreamAnswer = {
  readonly kind: 'stream'
  readonly frames: Iterable<Frame>
  /** How many of the frames have phase `content`. */
  readonly contentFrames: number
  readonly pace: Pace
  /** An error frame of this wire format, `sent` frames after the start, for the error of a status. */
  readonly errorFrame: (sent: number, status: number | undefined) => string
}

export type Answer = DocumentAnswer | StreamAnswer | ErrorAnswer

export const jsonAnswer = (body: unknown, afterMs = 0): DocumentAnswer => ({
  kind: 'document',
  status: 200,
  headers: {},
  contentType: 'application/json',
  body: JSON.stringify(body),
  afterMs,
})

export const bytesAnswer = (body: Uint8Array, contentType: string, afterMs = 0): DocumentAnswer => ({
  kind: 'document',
  status: 200,
  headers: {},
  contentType,
  body,
  afterMs,
})

/** A frame of a data-only stream. `json` must be on one line. */
export const dataFrame = (json: string, phase: Phase, tokens = 0): Frame => ({
  text: `data: ${json}\n\n`,
  phase,
  tokens,
})

/** A frame of a stream with named events. `json` must be on one line. */
export const eventFrame = (event: string, json: string, phase: Phase, tokens = 0): Frame => ({
  text: `event: ${event}\ndata: ${json}\n\n`,
  phase,
  tokens,
})
