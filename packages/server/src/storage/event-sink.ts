// Where events go. The gateway knows this interface only.
import type { RequestEvent } from '@weir/core/event'

export interface EventSink {
  /**
   * Takes one event and calls `written` when it has been handed to the operating system, at the end of this turn of
   * the event loop at the latest. It is called also when the event was lost: recording never fails a request.
   */
  append(event: RequestEvent, written: () => void): void
  /** Events that could not be written since the start. */
  readonly lost: number
  /** Makes everything appended so far durable, and stops. */
  close(): Promise<void>
}
