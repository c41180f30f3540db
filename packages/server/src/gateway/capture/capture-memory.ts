// How much of a worker's memory captures that are under way may take.

/** UTF-16 units: at most twice as many bytes. */
const MOST = 32 * 2 ** 20

export class CaptureMemory {
  readonly #most: number
  #taken = 0

  constructor(most = MOST) {
    this.#most = most
  }

  /** False when there is not so much left; then nothing is taken. */
  reserve(units: number): boolean {
    if (this.#taken + units > this.#most) return false
    this.#taken += units
    return true
  }

  release(units: number): void {
    this.#taken -= units
  }
}
