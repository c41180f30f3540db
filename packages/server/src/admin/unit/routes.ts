// `POST /api/v1/units/forget`: erases what is known of units. Their names are in the body, for paths are recorded.
import { z } from '@hono/zod-openapi'
import type { EventQueries } from '../../storage/event-store.ts'
import type { AdminApp } from '../http/env.ts'
import { adminRoute, jsonAnswer, jsonBody, send } from '../http/route.ts'
import type { Pseudonym } from '../request-log/unit-reference.ts'
import { countRequests, recordedFormsOf } from './named-unit.ts'

export interface UnitServices {
  readonly events: Pick<EventQueries, 'groups'> & {
    /** Whatever was answered before is in the store when it resolves. */
    settle(): Promise<void>
  }
  readonly pseudonym: Pseudonym
  /**
   * Erases what is known of the units, wherever it is. @returns how many events that were
   *
   * @param units - as the caller named them
   */
  readonly forget: (units: readonly string[]) => Promise<number>
}

const bodySchema = z
  .strictObject({
    units: z.array(z.string().min(1).max(1024)).min(1).max(50).meta({
      description: '`kind:id`, such as `user:ada`, or as events have it: a pseudonym',
    }),
  })
  .meta({ id: 'ForgottenUnits' })

const answerSchema = z
  .object({
    preview: z.boolean(),
    requests: z.int().min(0).meta({ description: 'Requests of these units' }),
    events: z.int().min(0).nullable().meta({
      description: 'Events of all kinds that were erased; null in a preview',
    }),
  })
  .meta({ id: 'Forgotten' })

const route = adminRoute({
  method: 'post',
  path: '/api/v1/units/forget',
  role: 'admin',
  tags: ['Units'],
  summary: 'Erase what is known of units',
  description:
    'Their requests with all that hangs on these, assignments and outcomes: for good, and from the bytes of the store. There is no way back.',
  problems: ['event_store_unavailable'],
  request: {
    query: z.strictObject({
      preview: z.enum(['true', 'false']).optional().meta({
        description: '`true`: say how many requests it is about, and erase nothing',
      }),
    }),
    body: jsonBody(bodySchema),
  },
  responses: { 200: jsonAnswer(answerSchema, 'What was erased, or would be') },
})

export function registerUnits(app: AdminApp, { events, pseudonym, forget }: UnitServices): void {
  app.openapi(route, async c => {
    const { units } = c.req.valid('json')
    const preview = c.req.valid('query').preview === 'true'
    await events.settle()
    const requests = await countRequests(
      events,
      units.flatMap(unit => recordedFormsOf(unit, pseudonym)),
    )
    return send(c, answerSchema, { preview, requests, events: preview ? null : await forget(units) })
  })
}
