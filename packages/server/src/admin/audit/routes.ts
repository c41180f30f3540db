// `/api/v1/audit`: every changing and every denied call.
import { z } from '@hono/zod-openapi'
import type { AuditRecord, AuditStore } from '../../storage/control-store.ts'
import { roleSchema } from '../access/role-schema.ts'
import type { AdminApp } from '../http/env.ts'
import { instant } from '../http/instant.ts'
import { cursorQuery, pageOf } from '../http/list.ts'
import { adminRoute, jsonAnswer, send } from '../http/route.ts'

const outcomeSchema = z.enum(['done', 'refused', 'denied', 'conflict', 'failed']).meta({
  description: 'denied: for want of a role; conflict: something else had changed; failed: our fault',
})

const recordSchema = z
  .object({
    id: z.string(),
    at: z.iso.datetime(),
    actor: z.string().meta({ description: 'Name of the token; `anonymous` without one that is known' }),
    role: roleSchema.nullable(),
    address: z.string().meta({ description: 'Where the call came from' }),
    action: z.string().meta({
      description: 'Method and path; `connection test: ` before that of one, which sends a credential out',
    }),
    outcome: outcomeSchema,
    status: z.int(),
    revision: z.int().nullable().meta({ description: 'The revision it made' }),
    reason: z.string().nullable(),
  })
  .meta({ id: 'AuditRecord' })

const listRoute = adminRoute({
  method: 'get',
  path: '/api/v1/audit',
  role: 'viewer',
  tags: ['Audit'],
  summary: 'Read the audit log',
  description: 'Newest first.',
  problems: ['store_unavailable'],
  request: {
    query: z.object({
      ...cursorQuery,
      actor: z.string().min(1).max(200).optional(),
      outcome: outcomeSchema.optional(),
      from: instant.optional().meta({ description: 'At this time or later' }),
      to: instant.optional().meta({ description: 'At this time or earlier' }),
    }),
  },
  responses: { 200: jsonAnswer(pageOf(recordSchema), 'A page of the log') },
})

export function registerAudit(app: AdminApp, store: AuditStore): void {
  app.openapi(listRoute, async c => {
    const { limit, after, actor, outcome, from, to } = c.req.valid('query')
    const page = await store.list({
      limit,
      ...(after !== undefined && { after }),
      ...(actor !== undefined && { actor }),
      ...(outcome !== undefined && { outcome }),
      ...(from !== undefined && { from: Date.parse(from) }),
      ...(to !== undefined && { to: Date.parse(to) }),
    })
    return send(c, pageOf(recordSchema), { items: page.items.map(writeRecord), next: page.next })
  })
}

function writeRecord(record: AuditRecord) {
  return { ...record, at: new Date(record.at).toISOString() }
}
