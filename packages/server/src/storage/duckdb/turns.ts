// So many at once, the others in the order in which they came.

export class Turns {
  readonly #places: number
  #free: number
  readonly #waiting: (() => void)[] = []
  /** One at a time collects all places: two that collect would wait for each other. */
  #collecting: Promise<unknown> = Promise.resolve()

  constructor(places: number) {
    this.#places = places
    this.#free = places
  }

  /** Does the work as soon as there is a place. */
  async take<T>(work: () => Promise<T>): Promise<T> {
    await this.#enter()
    try {
      return await work()
    } finally {
      this.#leave()
    }
  }

  /** Does the work when nobody else is at theirs. */
  takeAll<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#collecting.then(() => this.#takeEvery(this.#places, work))
    this.#collecting = done.catch(() => undefined)
    return done
  }

  #takeEvery<T>(places: number, work: () => Promise<T>): Promise<T> {
    return places === 0 ? work() : this.take(() => this.#takeEvery(places - 1, work))
  }

  #enter(): Promise<void> {
    if (this.#free > 0) {
      this.#free--
      return Promise.resolve()
    }
    return new Promise(resolve => this.#waiting.push(resolve))
  }

  /** A place passes on straight to who waits longest. */
  #leave(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#free++
    else next()
  }
}
