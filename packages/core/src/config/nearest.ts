// "Did you mean": the known name closest to a mistyped one.
import { closest, distance } from 'fastest-levenshtein'

/** The closest of `known`, unless it is too far from `name` to be what was meant. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined
  const candidate = closest(name, known)
  return distance(name, candidate) <= Math.max(2, Math.floor(name.length / 3)) ? candidate : undefined
}

/** `; did you mean "x"?` or what is known, for the end of a problem's message. */
export function suggestName(name: string, known: readonly string[]): string {
  const near = nearestName(name, known)
  if (near !== undefined) return `; did you mean "${near}"?`
  if (known.length === 0) return '; none is defined'
  const shown = known.slice(0, 12).join(', ')
  return `; known: ${shown}${known.length > 12 ? ', ...' : ''}`
}
