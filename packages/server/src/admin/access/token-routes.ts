// `/api/v1/tokens`: admins make and delete service tokens.
import { z } from '@hono/zod-openapi'
import type { TokenRecord } from '../../storage/control-store.ts'
import type { AdminApp } from '../http/env.ts'
import { paged, pageOf, pageQuery } from '../http/list.ts'
import { problem } from '../http/problem.ts'
import { adminRoute, jsonAnswer, jsonBody, send } from '../http/route.ts'
import { roleSchema } from './role-schema.ts'
import { RESERVED_NAMES, type Tokens } from './tokens.ts'

const nameSchema = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[A-Za-z0-9][A-Za-z0-9 ._@-]*$/, { error: 'must be letters, digits, " ", ".", "_", "@" and "-"' })
  .meta({
    description: 'Unique; the actor of what is done with the token',
    not: { enum: [...RESERVED_NAMES] },
  })

const tokenSchema = z
  .object({
    id: z.string(),
    name: nameSchema,
    role: roleSchema,
    created_at: z.iso.datetime(),
    expires_at: z.iso.datetime().nullable(),
    last_used_at: z.iso.datetime().nullable().meta({ description: 'To the minute' }),
  })
  .meta({ id: 'Token' })

const createdSchema = tokenSchema
  .extend({ token: z.string().meta({ description: 'The token itself, shown this once' }) })
  .meta({ id: 'CreatedToken' })

const wishSchema = z.strictObject({
  name: nameSchema,
  role: roleSchema,
  expires_at: z.iso
    .datetime({ offset: true })
    .nullable()
    .optional()
    .meta({
      description: 'An instant to come, ISO 8601 with an offset. Default: never',
      examples: ['2099-12-31T23:59:59Z'],
    }),
})

const listRoute = adminRoute({
  method: 'get',
  path: '/api/v1/tokens',
  role: 'admin',
  tags: ['Access'],
  summary: 'List tokens',
  problems: ['store_unavailable'],
  request: {
    query: pageQuery({ sort: ['name', 'created_at'], filter: { role: roleSchema.optional() } }),
  },
  responses: { 200: jsonAnswer(pageOf(tokenSchema), 'A page of tokens') },
})

const createRoute = adminRoute({
  method: 'post',
  path: '/api/v1/tokens',
  role: 'admin',
  tags: ['Access'],
  summary: 'Make a token',
  accepts: ['idempotency-key'],
  problems: ['already_exists', 'store_unavailable'],
  request: { body: jsonBody(wishSchema) },
  responses: { 201: jsonAnswer(createdSchema, 'The token; it is not shown again') },
})

const removeRoute = adminRoute({
  method: 'delete',
  path: '/api/v1/tokens/{id}',
  role: 'admin',
  tags: ['Access'],
  summary: 'Delete a token',
  description: 'It is refused from now on, and the sessions begun with it end.',
  problems: ['not_found', 'in_use', 'store_unavailable'],
  request: { params: z.object({ id: z.string().min(1).max(128) }) },
  responses: { 204: { description: 'The token is gone' } },
})

export function registerTokens(app: AdminApp, tokens: Tokens): void {
  app.openapi(listRoute, async c => {
    const items = (await tokens.all()).map(writeToken)
    return send(c, pageOf(tokenSchema), paged(items, c.req.valid('query')))
  })
  app.openapi(createRoute, async c => {
    const { name, role, expires_at } = c.req.valid('json')
    const expiresAt = expires_at == null ? null : Date.parse(expires_at)
    const created = await tokens.create({ name, role, expiresAt })
    switch (created.kind) {
      case 'name_taken':
        return problem(c, 'already_exists', { detail: `there is a token named "${name}"` })
      case 'expires_in_the_past': {
        const path = ['expires_at']
        const message = 'must be in the future'
        return problem(c, 'invalid_body', { detail: message, problems: [{ code: 'past', path, message }] })
      }
      case 'created':
        return send(
          c,
          createdSchema,
          { ...writeToken(created.record), token: created.token },
          { status: 201 },
        )
    }
  })
  app.openapi(removeRoute, async c => {
    const { id } = c.req.valid('param')
    switch (await tokens.remove(id)) {
      case 'unknown':
        return problem(c, 'not_found', { detail: `there is no token "${id}"` })
      case 'last_admin':
        return problem(c, 'in_use', { detail: 'it is the last admin token; make another one first' })
      case 'removed':
        return c.body(null, 204)
    }
  })
}

function writeToken({ id, name, role, createdAt, expiresAt, lastUsedAt }: TokenRecord) {
  return {
    id,
    name,
    role,
    created_at: new Date(createdAt).toISOString(),
    expires_at: isoOrNull(expiresAt),
    last_used_at: isoOrNull(lastUsedAt),
  }
}

const isoOrNull = (at: number | null) => (at === null ? null : new Date(at).toISOString())
