// Who makes an answer of a provider's bytes when that takes more than reading frames: a library that takes bytes and
// gives parts, each in its own time.
import type { IncomingHttpHeaders } from 'undici/types/header.js'
import type { Failure, UpstreamResponse } from './failure.ts'

export interface AnswerSource {
  /** Called once, before anything else. */
  listen(listener: AnswerListener): void
  /** An answer of status 2xx begins. */
  begin(status: number, headers: IncomingHttpHeaders): void
  /** False: enough for now, `onFlow` says when to go on. */
  write(chunk: Buffer): boolean
  onFlow(listener: () => void): void
  /** The bytes are complete; what is made of them may come later. */
  end(): void
  /** The connection was lost. What came before it is still made something of, then the listener hears of a failure. */
  fail(): void
  /** The client cannot take more now, and can again. */
  pause(): void
  resume(): void
  /** Nobody is interested any more. */
  cancel(): void
}

export interface AnswerListener {
  /** The stream has moved on; false when the client cannot take more now. */
  moved(flowing: boolean): void
  whole(response: UpstreamResponse): void
  failed(failed: Failure): void
}
