// `update_mask`: which fields of a router a PATCH replaces. Paths in either casing, separated by commas
// ("FieldMask", protocol buffers: a list is replaced as a whole).
import { fieldPath, snakeCase } from './spelling.ts'
import type { Violation } from './status.ts'

type Json = Readonly<Record<string, unknown>>
type Path = readonly string[]

/** Fields of a router that can be changed. */
export const ROUTER_FIELDS = ['display_name', 'defaults', 'routes', 'default_route'] as const
export type RouterField = (typeof ROUTER_FIELDS)[number]

const INNER =
  /^(defaults\.(message_templates|text_generation_config(\.[a-z_]+)?)|default_route\.(route_id|variants))$/

export type ParsedMask =
  | { readonly kind: 'mask'; readonly paths: readonly Path[] }
  | { readonly kind: 'invalid'; readonly violations: readonly Violation[] }

/** Reads a mask; without one, the fields that the body has are replaced. `*` stands for all. */
export function parseMask(mask: string | undefined, body: Json): ParsedMask {
  const texts = mask?.split(',').map(text => text.trim()) ?? []
  const written = texts.filter(text => text !== '').map(text => snakeCase(text).split('.'))
  if (written.length === 0)
    return { kind: 'mask', paths: ROUTER_FIELDS.filter(field => field in body).map(field => [field]) }
  const violations = written.flatMap(checkPath)
  if (violations.length > 0) return { kind: 'invalid', violations }
  const paths = written.flatMap(path => (path[0] === '*' ? ROUTER_FIELDS.map(field => [field]) : [path]))
  return { kind: 'mask', paths: paths.filter(([first]) => first !== 'name') }
}

function checkPath(path: Path): Violation[] {
  const text = path.join('.')
  const isField = ['*', 'name', ...ROUTER_FIELDS].includes(text) || INNER.test(text)
  if (isField) return []
  const isInList = path[0] === 'routes' || text.startsWith('default_route.variants')
  const why = isInList ? 'is inside a list, which can only be replaced as a whole' : 'is no field of a router'
  return [{ field: 'update_mask', description: `"${fieldPath(path)}" ${why}` }]
}

/** The router with what stands at the paths taken from the body; what the body lacks there is removed. */
export function applyMask(router: Json, body: Json, paths: readonly Path[]): Json {
  return paths.reduce((result, path) => replaceAt(result, body, path), router)
}

function replaceAt(target: Json, source: Json, [name = '', ...rest]: Path): Json {
  const { [name]: before, ...others } = target
  const next = source[name]
  if (rest.length === 0) return next === undefined ? others : { ...target, [name]: next }
  return { ...target, [name]: replaceAt(asJson(before), asJson(next), rest) }
}

function asJson(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {}
}
