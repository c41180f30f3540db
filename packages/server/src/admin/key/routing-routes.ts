// `/api/v1/keys/{id}/routing`: the split that a key attaches to plain model names, and its Active switch.
import { z } from '@hono/zod-openapi'
import type { AdminApp } from '../http/app.ts'
import { changed } from '../http/change.ts'
import { problem } from '../http/problem.ts'
import { adminRoute, CONFIG_PROBLEMS, EDITS, jsonAnswer, jsonBody, send } from '../http/route.ts'
import { type Change, changeEntry, missing, refuse } from '../resource/edit.ts'
import {
  type ConfigSource,
  type EntryResource,
  etagOfEntry,
  idParam,
  isMadeFor,
  publishEntry,
} from '../resource/entry.ts'
import { describeEntry, describeField, type Fields, writtenBody, writtenFields } from '../resource/written.ts'

const path = '/api/v1/keys/{id}/routing'
const tags = ['Keys'] as const
const described = describeField(describeEntry('keys'), 'routing')
const routingSchema = z.object(writtenFields(described)).meta({ id: 'KeyRouting' })

const readRoute = adminRoute({
  method: 'get',
  path,
  role: 'viewer',
  tags,
  summary: "Get a key's routing",
  description: "The ETag is the key's.",
  problems: ['not_found'],
  request: { params: idParam },
  responses: { 200: jsonAnswer(routingSchema, 'The routing') },
})

export function registerRouting(app: AdminApp, resource: EntryResource, revisions: ConfigSource): void {
  const { section } = resource
  app.openapi(readRoute, c => {
    const { id } = c.req.valid('param')
    const key = section.get(revisions.current().config, id)
    if (key === undefined) return problem(c, 'not_found', { detail: missing(section, id) })
    const { routing } = key
    if (routing === undefined) return problem(c, 'not_found', { detail: `the key "${id}" has no routing` })
    return send(c, routingSchema, routing as Fields, { headers: { etag: etagOfEntry(id, key) } })
  })
  registerPut(app, resource, revisions)
  registerSwitch(app, resource, revisions)
}

function registerPut(app: AdminApp, resource: EntryResource, revisions: ConfigSource): void {
  const shared = {
    path,
    role: 'editor',
    tags,
    accepts: EDITS,
    problems: ['not_found', ...CONFIG_PROBLEMS],
    responses: { 200: jsonAnswer(changed(resource.item), 'The key as it is now') },
  } as const
  const put = adminRoute({
    ...shared,
    method: 'put',
    summary: 'Attach a routing to a key, or replace it',
    description:
      'Variants of priority 0 share traffic in proportion to their weights; those of 1 and above stand in, lower first. In force with the next request.',
    request: { params: idParam, body: jsonBody(writtenBody(described, { id: 'NewKeyRouting' })) },
  })
  const remove = adminRoute({
    ...shared,
    method: 'delete',
    summary: "Take a key's routing away",
    request: { params: idParam },
  })
  const publish = (c: Parameters<typeof isMadeFor>[0], id: string, change: Change) => {
    const edit = changeEntry(resource.section, id, isMadeFor(c, id), change)
    return publishEntry(c, { revisions, resource, id, edit })
  }
  app.openapi(put, c => {
    const routing = c.req.valid('json')
    return publish(c, c.req.valid('param').id, key => ({ ...key, routing }))
  })
  app.openapi(remove, c => {
    const { id } = c.req.valid('param')
    return publish(c, id, ({ routing, ...key }) => (routing === undefined ? refuseNone(id) : key))
  })
}

function registerSwitch(app: AdminApp, resource: EntryResource, revisions: ConfigSource): void {
  for (const [action, active] of [
    ['activate', true],
    ['deactivate', false],
  ] as const) {
    const route = adminRoute({
      method: 'post',
      path: `${path}/${action}`,
      role: 'editor',
      tags,
      summary: active ? "Switch a key's routing on" : "Switch a key's routing off",
      description: active
        ? 'With the weights and buckets that it had.'
        : 'Plain model names go where they would without it; weights and buckets are kept.',
      accepts: ['preview', 'reason'],
      problems: ['not_found', ...CONFIG_PROBLEMS],
      request: { params: idParam },
      responses: { 200: jsonAnswer(changed(resource.item), 'The key as it is now') },
    })
    app.openapi(route, c => {
      const { id } = c.req.valid('param')
      const anyState = () => true
      const edit = changeEntry(resource.section, id, anyState, key =>
        key.routing === undefined
          ? refuseNone(id)
          : { ...key, routing: { ...(key.routing as Fields), active } },
      )
      return publishEntry(c, { revisions, resource, id, edit })
    })
  }
}

const refuseNone = (id: string) => refuse('not_found', `the key "${id}" has no routing`)
