// `/api/v1/routers`: entries of `routers`, their weights alone, and what they would decide.
import { z } from '@hono/zod-openapi'
import type { AdminApp } from '../http/app.ts'
import { changed } from '../http/change.ts'
import { problem } from '../http/problem.ts'
import { adminRoute, CONFIG_PROBLEMS, EDITS, jsonAnswer, jsonBody, send } from '../http/route.ts'
import { changeEntry, missing } from '../resource/edit.ts'
import { type ConfigSource, etagOfEntry, idParam, isMadeFor, publishEntry } from '../resource/entry.ts'
import { registerChanges, registerCreate, registerReads } from '../resource/entry-routes.ts'
import { type Explain, explainedSchema, explainWishSchema } from './explain.ts'
import { routerResource } from './resource.ts'
import { weightsOf, withWeights } from './weights.ts'

const routeParams = idParam.extend({ route: z.string().min(1).max(128) })
const weightsPath = '/api/v1/routers/{id}/routes/{route}/weights'

const weightsSchema = z
  .record(z.string(), z.number().nullable())
  .meta({ id: 'Weights', description: 'By variant; null where the config leaves the weight out' })

const readWeightsRoute = adminRoute({
  method: 'get',
  path: weightsPath,
  role: 'viewer',
  tags: ['Routers'],
  summary: 'Get the weights of one route',
  description: "The ETag is the router's.",
  problems: ['not_found'],
  request: { params: routeParams },
  responses: { 200: jsonAnswer(weightsSchema, 'The weights as they are written') },
})

const putWeightsRoute = adminRoute({
  method: 'put',
  path: weightsPath,
  role: 'editor',
  tags: ['Routers'],
  summary: 'Set the weights of one route',
  description:
    "`if-match` takes the router's ETag. Variants that are not named keep their weight. As few units as possible move; `preview=true` says how many.",
  accepts: EDITS,
  problems: ['not_found', ...CONFIG_PROBLEMS],
  request: {
    params: routeParams,
    body: jsonBody(
      z
        .record(z.string(), z.number().int().min(0).max(1_000_000_000))
        .meta({ id: 'NewWeights', description: 'Whole numbers by variant' }),
    ),
  },
  responses: { 200: jsonAnswer(changed(routerResource.item), 'The router as it is now') },
})

const explainRoute = adminRoute({
  method: 'post',
  path: '/api/v1/routers/{id}/explain',
  intent: 'read',
  role: 'viewer',
  tags: ['Routers'],
  summary: 'Explain what would become of a request',
  description: 'Decides a request as the gateway would, without calling anyone, and tells every step.',
  problems: ['not_found'],
  request: { params: idParam, body: jsonBody(explainWishSchema) },
  responses: { 200: jsonAnswer(explainedSchema, 'The decision and the steps to it') },
})

export interface RouterServices {
  readonly revisions: ConfigSource
  readonly explain: Explain
}

export function registerRouters(app: AdminApp, { revisions, explain }: RouterServices): void {
  registerReads(app, routerResource, revisions)
  registerCreate(app, routerResource, revisions)
  registerChanges(app, routerResource, revisions)
  registerWeights(app, revisions)
  const { section } = routerResource
  app.openapi(explainRoute, c => {
    const { id } = c.req.valid('param')
    const { config, snapshot } = revisions.current()
    if (section.get(config, id) === undefined)
      return problem(c, 'not_found', { detail: missing(section, id) })
    const { request, ...wish } = c.req.valid('json')
    const body = { ...request, model: id }
    return send(c, explainedSchema, explain(snapshot, { ...wish, body }))
  })
}

function registerWeights(app: AdminApp, revisions: ConfigSource): void {
  const { section } = routerResource
  app.openapi(readWeightsRoute, c => {
    const { id, route } = c.req.valid('param')
    const router = section.get(revisions.current().config, id)
    if (router === undefined) return problem(c, 'not_found', { detail: missing(section, id) })
    const weights = weightsOf(router, route)
    if (weights === undefined)
      return problem(c, 'not_found', { detail: `the router "${id}" has no route "${route}"` })
    return send(c, weightsSchema, weights, { headers: { etag: etagOfEntry(id, router) } })
  })
  app.openapi(putWeightsRoute, c => {
    const { id, route } = c.req.valid('param')
    const weights = c.req.valid('json')
    const edit = changeEntry(section, id, isMadeFor(c, id), router => withWeights(router, route, weights))
    return publishEntry(c, { revisions, resource: routerResource, id, edit })
  })
}
