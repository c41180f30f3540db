// What looking through a value costs within a macro, where a client's list decides how often it is done.
import type { Frame } from './frame.ts'
import { MAX_STEPS, TEXT_PER_STEP } from './limit.ts'
import type { Scope } from './scope.ts'
import { isMap } from './value.ts'

/** Whether looking through `value` is within what the evaluation may still cost. Free outside macros. */
export function canAfford(value: unknown, frame: Frame, scope: Scope): boolean {
  return scope.variables.length === 0 || frame.spend(stepsThrough(value))
}

/** The steps it takes to look through all of `value`, counted no further than `limit`. */
function stepsThrough(value: unknown, limit = MAX_STEPS): number {
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
