// What an attempt needs of a streamed answer, whether its frames pass on as they are or are translated.
import type { AnswerFacts } from '../provider/wire-format.ts'
import type { StreamWriter } from './held-writer.ts'

/** How far a stream has come. */
export type StreamProgress = 'opening' | 'content' | 'done' | 'error'

export interface StreamRelay {
  readonly facts: AnswerFacts
  readonly progress: StreamProgress
  /** Frames that must wait until the event is recorded: the terminating one and what follows it. */
  readonly tail: readonly Buffer[]
  /** Takes bytes from the provider; false when the client cannot take more now. */
  push(chunk: Buffer): boolean
  /** Starts handing bytes to the client, first those held so far; false when it cannot take more now. */
  open(writer: StreamWriter): boolean
  /** Whether what stands behind the last blank line is a frame that lacks nothing but its own. */
  readonly endsInFrame: boolean
  /** The provider is through: whatever frames the client still lacks go into the tail. */
  finish(): void
}

/** A frame without an end would be collected for ever: bytes. */
export const MAX_FRAME = 16 * 2 ** 20

export const FRAME_TOO_LARGE = {
  code: 'frame_too_large',
  message: `a frame is larger than ${MAX_FRAME} bytes`,
  type: null,
}
