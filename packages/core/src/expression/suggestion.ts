// "Did you mean": the known name closest to a mistyped one.
import { closest, distance } from 'fastest-levenshtein'

/** The closest of `known`, unless `name` is too short or too different to be a slip of the pen. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  if (name.length < 4) return undefined
  const candidate = closest(name, known)
  return distance(name, candidate) <= (name.length > 4 ? 2 : 1) ? candidate : undefined
}
