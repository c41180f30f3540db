// `GET /api/v1/requests/{id}`: one request in full, and why it went where it went.
import { z } from '@hono/zod-openapi'
import { outcomeEventSchema, type RequestEvent, requestEventSchema } from '@weir/core/event'
import type { Role } from '../../storage/control-store.ts'
import type { AdminApp } from '../http/env.ts'
import { problem } from '../http/problem.ts'
import { actorOf } from '../http/role.ts'
import { adminRoute, jsonAnswer, send } from '../http/route.ts'
import { findRevision } from './decided-revision.ts'
import { traceOf } from './decision-trace.ts'
import type { RequestLog } from './request-log.ts'

const stepSchema = z.object({
  stage: z
    .string()
    .meta({ description: 'For programs: `model`, `condition`, `unit`, `bucket`, `attempt`, ...' }),
  text: z.string().meta({ description: 'For people' }),
})

const detailSchema = z
  .object({
    request: requestEventSchema,
    decision: z.object({
      revision: z.object({
        number: z.int(),
        known: z
          .boolean()
          .meta({ description: 'Whether its config is still there to explain the decision by' }),
        why: z.string().nullable().meta({ description: 'Why it is not' }),
      }),
      steps: z.array(stepSchema).meta({ description: 'From what was asked for to who answered' }),
    }),
    outcomes: z.array(outcomeEventSchema).meta({ description: 'The newest version of each' }),
    capture: z
      .object({ prompt: z.string(), answer: z.string() })
      .nullable()
      .meta({ description: 'What was captured; null when nothing was, and for viewers' }),
  })
  .meta({ id: 'RequestDetail' })

const route = adminRoute({
  method: 'get',
  path: '/api/v1/requests/{id}',
  role: 'viewer',
  tags: ['Requests'],
  summary: 'Get a request in full',
  description:
    'With its attempts, its outcomes, and its decision in words: rebuilt from what was recorded and from the config of then, as far as that is still there.',
  problems: ['not_found', 'event_store_unavailable'],
  request: { params: z.object({ id: z.string().min(1).max(256) }) },
  responses: { 200: jsonAnswer(detailSchema, 'The request') },
})

/** Captured prompts are for whoever could switch capture on. */
const SEES_CAPTURES: ReadonlySet<Role> = new Set(['editor', 'admin'])

export function registerRequest(app: AdminApp, log: RequestLog): void {
  const { events, revisions } = log
  app.openapi(route, async c => {
    const { id } = c.req.valid('param')
    const request = await find(events, id)
    if (request === undefined) return problem(c, 'not_found', { detail: `there is no request ${id}` })
    const [outcomes, capture, revision] = await Promise.all([
      events.outcomes({ request_id: id }),
      SEES_CAPTURES.has(actorOf(c).role) ? events.capture(id) : undefined,
      findRevision(revisions, request.revision),
    ])
    const isKnown = revision.kind === 'known'
    return send(c, detailSchema, {
      request,
      decision: {
        revision: { number: request.revision, known: isKnown, why: isKnown ? null : revision.why },
        steps: traceOf(request, revision),
      },
      outcomes: [...outcomes],
      capture: capture ?? null,
    })
  })
}

/** One that has only just been answered is still on its way to the store. */
async function find(events: RequestLog['events'], id: string): Promise<RequestEvent | undefined> {
  const request = await events.request(id)
  if (request !== undefined) return request
  await events.settle()
  return events.request(id)
}
