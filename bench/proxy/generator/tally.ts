// Counts completed and failed calls of one order; keeps the first error, as the rest tend to repeat it.

export class Tally {
  completed = 0
  errors = 0
  firstError: string | undefined

  add(error: string | undefined): void {
    if (error === undefined) {
      this.completed++
      return
    }
    this.errors++
    this.firstError ??= error
  }

  get settled(): number {
    return this.completed + this.errors
  }
}
