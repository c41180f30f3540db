// Requests as they come in, for whoever follows them live. What nobody follows goes nowhere, and what the other side does
// not keep up with is left out and counted: the store has it all.
import type { RecordedEvent, RequestEvent } from '@weir/core/event'
import type { EventObserver } from '../storage/event-store.ts'

/** Calls `sent` when the events have left. `missed`: requests left out before them. */
export type Send = (events: readonly RequestEvent[], missed: number, sent: () => void) => void

/** Pieces that may be on their way; each is a few hundred requests at most. */
const UNDER_WAY = 8

export class Tail implements EventObserver {
  readonly #send: Send
  #state: 'on' | 'off' = 'off'
  #underWay = 0
  #missed = 0

  constructor(send: Send) {
    this.#send = send
  }

  turn(state: 'on' | 'off'): void {
    this.#state = state
    this.#missed = 0
  }

  observe(events: readonly RecordedEvent[]): void {
    if (this.#state === 'off') return
    const requests = events.filter(event => event.kind === 'request')
    if (requests.length === 0) return
    if (this.#underWay >= UNDER_WAY) {
      this.#missed += requests.length
      return
    }
    this.#underWay++
    const missed = this.#missed
    this.#missed = 0
    this.#send(requests, missed, () => {
      this.#underWay--
    })
  }
}
