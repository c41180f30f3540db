// Where events go. The gateway knows this interface only.
import type { RecordedEvent } from '@weir/core/event'

/** What became of an event: nobody has to look, but whoever promises that it is kept. */
export type EventFate = 'written' | 'lost'

export interface EventSink {
  /**
   * Takes one event and calls `written` when it has been handed to the operating system, at the end of this turn of
   * the event loop at the latest. It is called also when the event was lost: recording never fails a request.
   */
  append(event: RecordedEvent, written: (fate: EventFate) => void): void
  /** Events lost since the start: they could not be written, or gave way to newer ones when the disk budget was used up. */
  readonly lost: number
  /** Makes everything appended so far durable, and stops. */
  close(): Promise<void>
}
