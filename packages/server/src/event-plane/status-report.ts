// Tells the main thread how the event plane fares, whenever that has changed.
import type { EventPlaneStatus, FromEventPlane } from './messages.ts'

const EVERY_MS = 250

export class StatusReport {
  readonly #timer: NodeJS.Timeout
  #last = ''

  constructor(status: () => EventPlaneStatus, tell: (message: FromEventPlane) => void) {
    this.#timer = setInterval(() => this.#report(status(), tell), EVERY_MS)
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #report(status: EventPlaneStatus, tell: (message: FromEventPlane) => void): void {
    const text = JSON.stringify(status)
    if (text === this.#last) return
    this.#last = text
    tell({ kind: 'status', status })
  }
}
