// JSON merge patch (RFC 7396) as a client has it: what a patch makes, and the patch from one object to another.
import type { Fields } from './control-client.ts'

/** The target with the patch applied. */
export function merged(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  const result: Fields = isObject(target) ? { ...target } : {}
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name]
    else result[name] = merged(result[name], value)
  }
  return result
}

/** The patch that makes the one of the other, as far as a patch can: it cannot set a field to null. */
export function patchBetween(from: Fields, to: Fields): Fields {
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])]
  return Object.fromEntries(
    names.flatMap(name => {
      const [before, after] = [from[name], to[name]]
      if (after === undefined) return before === undefined ? [] : [[name, null]]
      if (isObject(before) && isObject(after)) return [[name, patchBetween(before, after)]]
      return JSON.stringify(before) === JSON.stringify(after) ? [] : [[name, after]]
    }),
  )
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
