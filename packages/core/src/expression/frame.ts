// What one evaluation owns: the variables of its macros and the steps it has left.
import { Failed } from './fault.ts'
import { MAX_STEPS, TEXT_PER_STEP } from './limit.ts'
import type { Scope } from './scope.ts'
import { isMap } from './value.ts'

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

/** Whether looking through `value` is within what the evaluation may still cost. Free outside macros. */
export function canAfford(value: unknown, frame: Frame, scope: Scope): boolean {
  return scope.variables.length === 0 || frame.spend(stepsThrough(value))
}

/** The steps it takes to look through all of `value`, counted no further than `limit`. */
export function stepsThrough(value: unknown, limit = MAX_STEPS): number {
  if (typeof value === 'string') return Math.floor(value.length / TEXT_PER_STEP)
  if (typeof value !== 'object' || value === null) return 0
  let steps = 0
  for (const part of partsOf(value)) {
    steps += 1 + stepsThrough(part, limit - steps)
    if (steps > limit) break
  }
  return steps
}

function partsOf(value: object): Iterable<unknown> {
  if (Array.isArray(value) || value instanceof Map) return value as Iterable<unknown>
  return isMap(value) ? valuesOf(value) : []
}

/** Unlike Object.values, makes no list of what may be many. */
function* valuesOf(map: object): Iterable<unknown> {
  for (const key in map) yield (map as Readonly<Record<string, unknown>>)[key]
}
