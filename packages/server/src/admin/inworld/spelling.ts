// How fields are spelled. Inworld's documentation mixes both casings (`displayName` beside `route_id`), as JSON of
// protocol buffers may: any spelling is read, and what goes out is spelled as the documentation's answers are.
import type { Violation } from './status.ts'

/** Fields whose documented spelling is not snake_case. */
const DOCUMENTED: ReadonlyMap<string, string> = new Map([
  ['display_name', 'displayName'],
  ['default_route', 'defaultRoute'],
])

/** No router is nested deeper: levels of objects and lists. */
const MAX_DEPTH = 20

/** `defaultRoute`, `default_route` -> `default_route`. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)
}

/** `default_route` -> `defaultRoute`. */
export function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

/** The spelling of the documentation. */
export function documented(name: string): string {
  return DOCUMENTED.get(name) ?? name
}

/** `routes[0].route.variants[1].weight`: where a field is, spelled as in the documentation. */
export function fieldPath(path: readonly PropertyKey[]): string {
  let text = ''
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`
    else text += `${text === '' ? '' : '.'}${documented(String(part))}`
  }
  return text
}

/**
 * JSON with all names in snake_case and without nulls, which say nothing. A name given twice, once in each casing, is
 * a violation unless both say the same.
 */
export function normalizeNames(value: unknown, violations: Violation[]): unknown {
  return normalize(value, [], violations)
}

function normalize(value: unknown, path: readonly PropertyKey[], violations: Violation[]): unknown {
  if (path.length > MAX_DEPTH) {
    violations.push({ field: fieldPath(path), description: 'is nested too deep for a router' })
    return undefined
  }
  if (Array.isArray(value)) return value.map((each, index) => normalize(each, [...path, index], violations))
  if (typeof value !== 'object' || value === null) return value
  const members = new Map<string, unknown>()
  for (const [name, member] of Object.entries(value)) {
    if (member === null) continue
    const key = snakeCase(name)
    const next = normalize(member, [...path, key], violations)
    if (members.has(key) && JSON.stringify(members.get(key)) !== JSON.stringify(next)) {
      const description = 'is given in both casings, with different values; send it once'
      violations.push({ field: fieldPath([...path, key]), description })
    }
    members.set(key, next)
  }
  return Object.fromEntries(members)
}

/** The other way: names as the documentation spells them. */
export function documentedNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(documentedNames)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [documented(name), documentedNames(member)]),
  )
}
