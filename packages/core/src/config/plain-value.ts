// Whether a value is plain data, as JSON has it. Whatever is not would make the schemas recurse for ever, or be
// dropped without a word.
import type { Problem, ProblemPath } from './problem.ts'
import { FORBIDDEN_NAME } from './scalar.ts'

/** Levels of nesting; a config needs about ten, and a tool's parameters may hold a JSON Schema. */
const MAX_DEPTH = 100

/** What keeps a value from being plain data: every place, in reading order. */
export function findNotPlain(value: unknown): Problem[] {
  return inspect(value, [], new Set())
}

function inspect(value: unknown, path: ProblemPath, above: ReadonlySet<object>): Problem[] {
  if (typeof value !== 'object' || value === null) return inspectScalar(value, path)
  if (above.has(value)) return [notPlain(path, 'contains itself; write it out instead of using an alias')]
  if (above.size >= MAX_DEPTH) return [notPlain(path, `is nested deeper than ${MAX_DEPTH} levels`)]
  const inside = new Set([...above, value])
  return Object.entries(value).flatMap(([name, part]) => {
    const inner = [...path, Array.isArray(value) ? Number(name) : name]
    // Assigned to an object it would replace the prototype, so every library leaves it out in silence.
    if (name === FORBIDDEN_NAME)
      return [{ code: 'invalid_name', path: inner, message: 'cannot be used as a name' }]
    return inspect(part, inner, inside)
  })
}

function inspectScalar(value: unknown, path: ProblemPath): Problem[] {
  const isPlain = value === null || ['string', 'number', 'boolean', 'undefined'].includes(typeof value)
  return isPlain ? [] : [notPlain(path, `must be plain data, not a ${typeof value}`)]
}

function notPlain(path: ProblemPath, message: string): Problem {
  return { code: 'invalid_type', path, message }
}
