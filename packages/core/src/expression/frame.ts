// What one evaluation owns: the variables of its macros and the steps it has left.
import { Failed } from './fault.ts'
import { MAX_STEPS } from './limit.ts'

export class Frame {
  /** Macro variables, by nesting depth. */
  readonly variables: unknown[] = []
  #stepsLeft = MAX_STEPS

  /** Takes `steps` away; false when there are not that many, from then on. */
  spend(steps: number): boolean {
    this.#stepsLeft -= steps
    return this.#stepsLeft >= 0
  }
}

/** For expressions without macros, which need neither variables nor steps. */
export const EMPTY_FRAME = new Frame()

export const OUT_OF_STEPS = new Failed(`the condition took more than ${MAX_STEPS} steps`)
