// `/api/v1/keys`: entries of `keys`. A key itself is shown once, when it is made.
import { z } from '@hono/zod-openapi'
import type { AdminApp } from '../http/app.ts'
import { changed, created } from '../http/change.ts'
import { problem } from '../http/problem.ts'
import { adminRoute, CONFIG_PROBLEMS, CREATES, jsonAnswer, jsonBody } from '../http/route.ts'
import { changeEntry, createEntry } from '../resource/edit.ts'
import {
  type ConfigSource,
  type EntryResource,
  idParam,
  publishCreated,
  publishEntry,
} from '../resource/entry.ts'
import { answerNoId, readBody, registerChanges, registerReads } from '../resource/entry-routes.ts'
import type { Fields } from '../resource/written.ts'
import { find, keyResource, keySchema } from './resource.ts'
import { registerRouting } from './routing-routes.ts'
import { newSecret, parseOverlap, rotate } from './secret.ts'

const createdSchema = keySchema
  .extend({
    secret: z.unknown().optional().meta({
      description: 'The key itself, `wk_...`, when one was made: shown this once. Else as the config has it',
    }),
  })
  .meta({ id: 'CreatedKey' })

const rotateSchema = z.strictObject({
  overlap: z
    .string()
    .default('24h')
    .meta({ description: 'How long the old secret still works: `0s`, `30m`, `24h`, `7d`; at most 90 days' }),
})

export interface KeyServices {
  readonly revisions: ConfigSource
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

export function registerKeys(app: AdminApp, { revisions, now }: KeyServices): void {
  const resource = keyResource(now)
  registerReads(app, resource, revisions)
  registerCreateKey(app, resource, revisions)
  registerChanges(app, resource, revisions)
  registerRotate(app, resource, { revisions, now })
  registerRouting(app, resource, revisions)
}

function registerCreateKey(app: AdminApp, resource: EntryResource, revisions: ConfigSource): void {
  const create = adminRoute({
    method: 'post',
    path: resource.path,
    role: 'editor',
    tags: ['Keys'],
    summary: 'Create a key',
    description: 'Answers with the key itself, which is kept as a digest only and never shown again.',
    accepts: CREATES,
    problems: ['already_exists', ...CONFIG_PROBLEMS],
    request: { body: jsonBody(resource.bodies.create) },
    responses: created(createdSchema, 'The new key'),
  })
  app.openapi(create, c => {
    const { id, ...key } = readBody(c.req.valid('json'))
    if (typeof id !== 'string') return answerNoId(c)
    const made = key.digest === undefined && key.secret === undefined ? newSecret() : undefined
    const written: Fields = made === undefined ? key : { ...key, digest: made.digest }
    const edit = createEntry(resource.section, id, written)
    const more = made === undefined ? {} : { secret: made.secret }
    return publishCreated(c, { revisions, resource, id, edit, more })
  })
}

function registerRotate(app: AdminApp, resource: EntryResource, { revisions, now }: KeyServices): void {
  const route = adminRoute({
    method: 'post',
    path: '/api/v1/keys/{id}/rotate',
    role: 'editor',
    tags: ['Keys'],
    summary: 'Replace the secret of a key',
    description: 'Answers with the new one, once. The old one works until the overlap is over.',
    accepts: CREATES,
    problems: ['not_found', ...CONFIG_PROBLEMS],
    request: { params: idParam, body: jsonBody(rotateSchema) },
    responses: { 200: jsonAnswer(changed(createdSchema), 'The key with its new secret') },
  })
  app.openapi(route, c => {
    const { id } = c.req.valid('param')
    const { overlap } = c.req.valid('json')
    const ms = parseOverlap(overlap)
    if (ms === undefined) {
      const message = `must be a duration like "0s", "30m", "24h" or "7d", at most 90 days, not "${overlap}"`
      return problem(c, 'invalid_body', {
        detail: message,
        problems: [{ code: 'overlap', path: ['overlap'], message }],
      })
    }
    const { secret, digest } = newSecret()
    const anyState = () => true
    const edit = changeEntry(resource.section, id, anyState, key => {
      const replaced = `sha256:${find(revisions.current().snapshot, id)?.digest}`
      return rotate(key, digest, replaced, { ms, now: now() })
    })
    return publishEntry(c, { revisions, resource, id, edit, more: { secret } })
  })
}
