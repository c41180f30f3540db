// The routes that providers, models, routers and keys have in common: list, get, create, put, patch, delete.
import { formatPath, type Problem } from '@weir/core/config'
import type { Context } from 'hono'
import type { AdminApp, AdminEnv } from '../http/app.ts'
import { answerPreview, answerPublished, authorOf, changed, created, previewSchema } from '../http/change.ts'
import { paged, pageOf } from '../http/list.ts'
import { problem } from '../http/problem.ts'
import { adminRoute, CONFIG_PROBLEMS, CREATES, EDITS, jsonAnswer, jsonBody, send } from '../http/route.ts'
import type { EditRefusal, PreviewResult, PublishResult, Rejected } from '../revision/publishing.ts'
import { type Change, changeEntry, createEntry, missing, refuse, removeEntry } from './edit.ts'
import {
  type ConfigSource,
  type EntryResource,
  etagOfEntry,
  idParam,
  isMadeFor,
  itemOf,
  publishCreated,
  publishEntry,
} from './entry.ts'
import { mergePatch } from './merge-patch.ts'
import type { Section } from './section.ts'
import type { Fields } from './written.ts'

export function registerReads(app: AdminApp, resource: EntryResource, revisions: ConfigSource): void {
  const { path, tag, section, item, query } = resource
  const list = adminRoute({
    method: 'get',
    path,
    role: 'viewer',
    tags: [tag],
    summary: `List ${section.noun}s`,
    request: { query },
    responses: { 200: jsonAnswer(pageOf(item), `A page of ${section.noun}s`) },
  })
  const read = adminRoute({
    method: 'get',
    path: `${path}/{id}`,
    role: 'viewer',
    tags: [tag],
    summary: `Get a ${section.noun}`,
    problems: ['not_found'],
    request: { params: idParam },
    responses: { 200: jsonAnswer(item, `The ${section.noun}`) },
  })
  app.openapi(list, c => {
    const { config, snapshot } = revisions.current()
    const facets = section
      .list(config)
      .map(([id, entry]) => ({ ...resource.facets(id, entry, snapshot), id }))
    const page = paged(facets, c.req.valid('query') as Parameters<typeof paged>[1])
    const items = page.items.map(({ id }) => itemOf(resource, id, config, snapshot))
    return send(c, pageOf(item), { items, next: page.next })
  })
  const handle = (c: Context<AdminEnv>, id: string) => {
    const { config, snapshot } = revisions.current()
    const entry = section.get(config, id)
    if (entry === undefined) return problem(c, 'not_found', { detail: missing(section, id) })
    const headers = { etag: etagOfEntry(id, entry) }
    return send(c, item, itemOf(resource, id, config, snapshot), { headers })
  }
  for (const route of spellings(resource, read)) app.openapi(route, c => handle(c, c.req.valid('param').id))
}

export function registerCreate(app: AdminApp, resource: EntryResource, revisions: ConfigSource): void {
  const { path, tag, section, item, bodies, descriptions } = resource
  const create = adminRoute({
    method: 'post',
    path,
    role: 'editor',
    tags: [tag],
    summary: `Create a ${section.noun}`,
    ...(descriptions?.create !== undefined && { description: descriptions.create }),
    accepts: CREATES,
    problems: ['already_exists', ...CONFIG_PROBLEMS],
    request: { body: jsonBody(bodies.create) },
    responses: created(item, `The new ${section.noun}`),
  })
  app.openapi(create, async c => {
    const { id, ...entry } = readBody(c.req.valid('json'))
    if (typeof id !== 'string') return answerNoId(c)
    return publishCreated(c, { revisions, resource, id, edit: createEntry(section, id, entry) })
  })
}

export function registerChanges(app: AdminApp, resource: EntryResource, revisions: ConfigSource): void {
  const { path, tag, section, item, bodies, descriptions } = resource
  const shared = {
    path: `${path}/{id}`,
    role: 'editor',
    tags: [tag],
    accepts: EDITS,
    problems: ['not_found', ...CONFIG_PROBLEMS],
    responses: { 200: jsonAnswer(changed(item), `The ${section.noun} as it is now`) },
  } as const
  const put = adminRoute({
    ...shared,
    method: 'put',
    summary: `Replace a ${section.noun}`,
    ...(descriptions?.put !== undefined && { description: descriptions.put }),
    request: { params: idParam, body: jsonBody(bodies.put) },
  })
  const patch = adminRoute({
    ...shared,
    method: 'patch',
    summary: `Change a ${section.noun}`,
    ...(descriptions?.patch !== undefined && { description: descriptions.patch }),
    request: { params: idParam, body: jsonBody(bodies.patch) },
  })
  const shape = { resource, revisions }
  const replace: Make = resource.replace ?? ((_, fields) => fields)
  for (const route of spellings(resource, put)) {
    app.openapi(route, c =>
      changeAs(c, { ...shape, id: c.req.valid('param').id, body: c.req.valid('json'), make: replace }),
    )
  }
  for (const route of spellings(resource, patch)) {
    app.openapi(route, c =>
      changeAs(c, { ...shape, id: c.req.valid('param').id, body: c.req.valid('json'), make: patchEntry }),
    )
  }
  registerRemove(app, resource, revisions)
}

function registerRemove(app: AdminApp, resource: EntryResource, revisions: ConfigSource): void {
  const { path, tag, section, descriptions } = resource
  const remove = adminRoute({
    method: 'delete',
    path: `${path}/{id}`,
    role: 'editor',
    tags: [tag],
    summary: `Delete a ${section.noun}`,
    ...(descriptions?.delete !== undefined && { description: descriptions.delete }),
    accepts: EDITS,
    problems: ['not_found', 'in_use', ...CONFIG_PROBLEMS],
    request: { params: idParam },
    responses: {
      200: jsonAnswer(previewSchema, 'With `preview=true`'),
      204: { description: `The ${section.noun} is gone` },
    },
  })
  const handle = async (c: Context<AdminEnv>, id: string) => {
    const edit = removeEntry(section, id, isMadeFor(c, id))
    if (c.req.query('preview') === 'true')
      return answerPreview(c, asInUse(section, id, await revisions.preview(edit)))
    const result = asInUse(section, id, await revisions.publish(edit, authorOf(c)))
    if (result.kind === 'published') await resource.removed?.(id)
    return answerPublished(c, result, () => c.body(null, 204))
  }
  for (const route of spellings(resource, remove)) app.openapi(route, c => handle(c, c.req.valid('param').id))
}

const patchEntry = (entry: Fields, patch: Fields) => mergePatch(entry, patch) as Fields

interface BodyChange {
  readonly resource: EntryResource
  readonly revisions: ConfigSource
  readonly id: string
  readonly body: Fields
  readonly make: Make
}

/** What a body makes of the entry. */
type Make = (entry: Fields, body: Fields) => Fields

function changeAs(
  c: Context<AdminEnv>,
  { resource, revisions, id, body, make }: BodyChange,
): Promise<Response> {
  const { id: named = id, ...fields } = readBody(body)
  const change: Change = entry => (named === id ? make(entry, fields) : refuseOtherId(id))
  const edit = changeEntry(resource.section, id, isMadeFor(c, id), change)
  return publishEntry(c, { revisions, resource, id, edit })
}

function refuseOtherId(id: string): EditRefusal {
  const message = `must be "${id}", as in the path; an id cannot be changed`
  return refuse('invalid', message, [{ code: 'id_changed', path: ['id'], message }])
}

/** Fields of an answer that a client may send back; they say nothing new. */
const READ_ONLY = ['facts', 'warnings']

export function readBody(body: Fields): Fields {
  return Object.fromEntries(Object.entries(body).filter(([name]) => !READ_ONLY.includes(name)))
}

/** What keeps a config without the entry from being valid are the references to it. */
function asInUse<Result extends PreviewResult | PublishResult>(
  section: Section,
  id: string,
  result: Result,
): Result | Rejected {
  const isInvalid = result.kind === 'refused' || (result.kind === 'preview' && result.problems.length > 0)
  if (!isInvalid) return result
  const message = `the ${section.noun} "${id}" is in use: ${result.problems.map(describeProblem).join('; ')}`
  return { kind: 'rejected', refusal: refuse('in_use', message, result.problems) }
}

const describeProblem = ({ path, message }: Problem) => `${formatPath(path)}: ${message}`

/** A route of one entry; where ids hold slashes, once more for paths that have them as they are. */
function spellings<Route extends { readonly path: string }>({ ids }: EntryResource, route: Route): Route[] {
  const path = route.path.replace('{id}', '{id{.+}}')
  return ids === undefined ? [route] : [route, { ...route, path, hide: true }]
}

export function answerNoId(c: Context<AdminEnv>): Response {
  const message = 'is missing; it must be a text that names the new entry'
  return problem(c, 'invalid_body', {
    detail: `id ${message}`,
    problems: [{ code: 'id_missing', path: ['id'], message }],
  })
}
