// Changes of routers as edits of the config. An edit sees the newest config, so everything that depends on it, such as
// which fields a mask leaves alone, is worked out inside.
import type { ConfigInput } from '@weir/core/config'
import type { Edit, EditRefusal, EditResult } from '../revision/publishing.ts'
import { applyMask, parseMask, type RouterField } from './field-mask.ts'
import { addModels, type ModelReference, wordsOf } from './model-reference.ts'
import { parseRouter } from './parse-router.ts'
import type { InworldRoute, InworldRouter } from './router.ts'
import { findRouter, type RouterConfig, writeRouter } from './router-config.ts'
import { viewRouter } from './router-view.ts'
import { fieldPath, normalizeNames } from './spelling.ts'
import { invalidArgument, type Status, type Violation } from './status.ts'

export interface RouterChange {
  readonly id: string
  readonly edit: Edit
  /** What the edit found wrong with the request when it ran last. */
  violations(): readonly Violation[]
}

/**
 * Creates a router.
 *
 * @param routerId as given beside the router; else it is the `name`, or made from the display name
 */
export function createRouter(body: unknown, routerId: string | undefined): RouterChange | Status {
  const { given, rest } = takeRouterId(body)
  const parsed = parseRouter(rest)
  if (parsed.kind === 'invalid') return invalidArgument(parsed.violations)
  const ids = [routerId, given, parsed.id].flatMap(id =>
    id === undefined || id === '' ? [] : [id.replace(/^routers\//, '')],
  )
  const id = ids[0] ?? slugOf(parsed.router.display_name ?? '')
  const description =
    id === ''
      ? 'is missing: name the router, such as "routers/example-router"'
      : ids.some(other => other !== id)
        ? `"${ids.join('" and "')}" are different routers; send the id once`
        : checkId(id)
  if (description !== undefined) return invalidArgument([{ field: 'name', description }])
  return changeOf(id, (config, violations) => {
    if (findRouter(config, id) !== undefined) return refuse('exists', `there is already a router "${id}"`)
    return putRouter(config, id, parsed.router, violations)
  })
}

/** Changes the fields of a router that the mask names; without a mask, those that the body has. */
export function patchRouter(id: string, body: unknown, mask: string | undefined): RouterChange | Status {
  const wrong: Violation[] = []
  const sent = normalizeNames(body, wrong)
  if (wrong.length > 0) return invalidArgument(wrong)
  if (typeof sent !== 'object' || sent === null || Array.isArray(sent)) return invalidArgument([NO_ROUTER])
  const router = sent as Readonly<Record<string, unknown>>
  if (typeof router.name === 'string' && router.name.replace(/^routers\//, '') !== id) {
    return invalidArgument([{ field: 'name', description: 'cannot be changed: routers are known by it' }])
  }
  const parsed = parseMask(mask, router)
  if (parsed.kind === 'invalid') return invalidArgument(parsed.violations)
  const touched = new Set(parsed.paths.map(([field]) => field as RouterField))
  const unknown =
    mask === undefined ? parseRouter(pick(router, name => !isRouterField(name, touched))) : undefined
  if (unknown?.kind === 'invalid') return invalidArgument(unknown.violations)
  return changeOf(id, (config, violations) => {
    const before = findRouter(config, id)
    if (before === undefined) return refuse('not_found', `there is no router "${id}"`)
    const view = viewRouter(before)
    const masked = applyMask(view as unknown as Readonly<Record<string, unknown>>, router, parsed.paths)
    const next = parseRouter(pick(masked, name => touched.has(name as RouterField)))
    if (next.kind === 'router') {
      const kept = pick(view, name => !touched.has(name as RouterField))
      const changed = pick(next.router, name => touched.has(name as RouterField))
      return putRouter(config, id, { routes: [], ...kept, ...changed }, violations, { before, touched })
    }
    violations.push(...next.violations)
    return refuse('invalid', 'the router is not valid')
  })
}

export function deleteRouter(id: string): RouterChange {
  return changeOf(id, config => {
    const { [id]: _removed, ...routers } = config.routers ?? {}
    if (findRouter(config, id) === undefined) return refuse('not_found', `there is no router "${id}"`)
    const key = config.keys?.find(each => each.router === id || each.allow?.includes(id))
    if (key !== undefined) return refuse('in_use', `the key "${key.id}" names the router "${id}"`)
    return { kind: 'config', config: { ...config, routers } }
  })
}

const NO_ROUTER: Violation = { field: '', description: 'the body must be a router: a JSON object' }

type EditRouter = (config: ConfigInput, violations: Violation[]) => EditResult

function changeOf(id: string, edit: EditRouter): RouterChange {
  let found: readonly Violation[] = []
  return {
    id,
    violations: () => found,
    edit: config => {
      const violations: Violation[] = []
      const result = edit(config, violations)
      found = violations
      return violations.length === 0 ? result : refuse('invalid', 'the router is not valid')
    },
  }
}

function refuse(cause: EditRefusal['cause'], message: string): EditRefusal {
  return { kind: 'refused', cause, message }
}

interface Patched {
  readonly before: RouterConfig
  readonly touched: ReadonlySet<RouterField>
}

function putRouter(
  config: ConfigInput,
  id: string,
  router: InworldRouter,
  violations: Violation[],
  patched?: Patched,
): EditResult {
  const added = addModels(config, modelsOf(router))
  violations.push(...added.violations)
  const written = writeRouter(router, modelId => wordsOf(added.config, modelId), patched?.before)
  violations.push(...written.violations)
  const next = patched === undefined ? written.config : keepUntouched(written.config, patched)
  return { kind: 'config', config: { ...added.config, routers: { ...config.routers, [id]: next } } }
}

/** Routes that no mask names stay to the letter, whatever the shape would make of them. */
function keepUntouched(written: RouterConfig, { before, touched }: Patched): RouterConfig {
  if (touched.has('defaults')) return written
  const { routes, default_route, ...rest } = written
  const kept = { routes: touched.has('routes') ? routes : before.routes }
  const last = touched.has('default_route') ? default_route : before.default_route
  return {
    ...rest,
    ...(kept.routes !== undefined && kept),
    ...(last !== undefined && { default_route: last }),
  }
}

function modelsOf(router: InworldRouter): ModelReference[] {
  const ofRoute = (route: InworldRoute, path: readonly PropertyKey[]) =>
    route.variants.map(({ variant }, index) => ({
      modelId: variant.model_id,
      field: fieldPath([...path, 'variants', index, 'variant', 'model_id']),
    }))
  return [
    ...router.routes.flatMap(({ route }, index) => ofRoute(route, ['routes', index, 'route'])),
    ...(router.default_route === undefined ? [] : ofRoute(router.default_route, ['default_route'])),
  ]
}

/** `router_id` stands beside the router's own fields, or in the query. */
function takeRouterId(body: unknown): { readonly given: string | undefined; readonly rest: unknown } {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return { given: undefined, rest: body }
  const { router_id, routerId, ...rest } = body as Readonly<Record<string, unknown>>
  const given = router_id ?? routerId
  return typeof given === 'string' ? { given, rest } : { given: undefined, rest: body }
}

function checkId(id: string): string | undefined {
  const isId = /^[A-Za-z0-9._-]{1,128}$/.test(id)
  return isId ? undefined : `"${id}" must be made of letters, digits, ".", "_" and "-", at most 128 of them`
}

/** `User-Aware` -> `user-aware`. */
function slugOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 128)
}

function isRouterField(name: string, fields: ReadonlySet<RouterField>): boolean {
  return name === 'name' || fields.has(name as RouterField)
}

function pick<Value extends object>(value: Value, keep: (name: string) => boolean): Partial<Value> {
  return Object.fromEntries(Object.entries(value).filter(([name]) => keep(name))) as Partial<Value>
}
