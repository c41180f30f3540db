// `/api/v1/routers/{id}/shares` and `/api/v1/keys/{id}/shares`: whether a split splits as it is configured.
import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { AdminApp, AdminEnv } from '../http/env.ts'
import { instant } from '../http/instant.ts'
import { problem } from '../http/problem.ts'
import { adminRoute, jsonAnswer, send } from '../http/route.ts'
import { idParam } from '../resource/entry.ts'
import { keySection, recordSection, type Section } from '../resource/section.ts'
import { checkSplits, type ShareSources, type SplitOwner } from './share-check.ts'
import { ALPHA, LEVEL, type PhaseReport } from './share-report.ts'

export interface ShareServices extends ShareSources {
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** Of a window whose beginning nobody named. */
const WINDOW_MS = 7 * 86_400_000

const share = z.number().min(0).max(1)

const variantSchema = z.object({
  variant: z.string(),
  configured: share.nullable().meta({ description: 'Null when nobody knows it any more' }),
  observed: share.nullable().meta({ description: '`count` of `total`; null when there is none' }),
  count: z.int().meta({ description: 'Units, or requests: see `counted`' }),
  expected: z.number().nullable().meta({ description: '`total` times `configured`' }),
  expected_low: z.int().nullable().meta({ description: 'From here to `expected_high` a healthy count lies' }),
  expected_high: z.int().nullable(),
  requests: z.int(),
})

const phaseSchema = z
  .object({
    route: z.string(),
    revisions: z
      .array(z.int())
      .meta({ description: 'All with these shares, as far as requests came in them' }),
    first_at: z.iso.datetime().meta({ description: 'Its first request within the window' }),
    last_at: z.iso.datetime(),
    counted: z.enum(['units', 'requests']).meta({
      description: 'units: each once, for the variant that it got first; requests: each is drawn anew',
    }),
    total: z.int(),
    requests: z.int(),
    verdict: z.enum(['ok', 'mismatch', 'too_few', 'leak', 'unknown']).meta({
      description: 'leak: something is on a variant without any share; unknown: the revision is gone',
    }),
    reason: z.string().meta({ description: 'The verdict in words' }),
    p: share.nullable().meta({ description: 'Of a chi-square test; null when there is none' }),
    chi_square: z.number().nullable(),
    degrees_of_freedom: z.int().nullable(),
    variants: z.array(variantSchema),
  })
  .meta({ id: 'SharePhase' })

const sharesSchema = z
  .object({
    since: z.iso.datetime(),
    until: z.iso.datetime(),
    alpha: z.number().meta({ description: 'A `p` below it is a mismatch' }),
    level: z.number().meta({ description: 'How often a healthy count is within its expected interval' }),
    phases: z.array(phaseSchema).meta({ description: 'By route, the oldest first' }),
  })
  .meta({ id: 'Shares' })

const query = z
  .strictObject({
    since: instant.optional().meta({ description: 'From this time on; default: seven days before `until`' }),
    until: instant.optional().meta({ description: 'Before this time; default: now' }),
  })
  .refine(
    ({ since, until }) =>
      since === undefined || until === undefined || Date.parse(since) <= Date.parse(until),
    {
      path: ['until'],
      error: '`until` must not be before `since`',
    },
  )

const description =
  'Counts what the split decided, without overrides and held state, by phase: revisions of equal shares that follow ' +
  'each other. A low `p` in a phase means that something is amiss; weights that were changed are no mismatch.'

const routerRoute = adminRoute({
  method: 'get',
  path: '/api/v1/routers/{id}/shares',
  role: 'viewer',
  tags: ['Routers'],
  summary: 'Compare configured with observed shares of a router',
  description,
  problems: ['not_found', 'event_store_unavailable'],
  request: { params: idParam, query },
  responses: { 200: jsonAnswer(sharesSchema, 'Each phase with its verdict') },
})

const keyRoute = adminRoute({
  method: 'get',
  path: '/api/v1/keys/{id}/shares',
  role: 'viewer',
  tags: ['Keys'],
  summary: "Compare configured with observed shares of a key's split",
  description,
  problems: ['not_found', 'event_store_unavailable'],
  request: { params: idParam, query },
  responses: { 200: jsonAnswer(sharesSchema, 'Each phase with its verdict') },
})

export function registerShares(app: AdminApp, services: ShareServices): void {
  app.openapi(routerRoute, c => {
    const { id } = c.req.valid('param')
    const split = { owner: { router: id }, id, section: recordSection('router', 'routers') }
    return answerShares(c, services, split, c.req.valid('query'))
  })
  app.openapi(keyRoute, c => {
    const { id } = c.req.valid('param')
    return answerShares(c, services, { owner: { key: id }, id, section: keySection }, c.req.valid('query'))
  })
}

interface Split {
  readonly owner: SplitOwner
  readonly id: string
  readonly section: Section
}

async function answerShares(
  c: Context<AdminEnv>,
  services: ShareServices,
  { owner, id, section }: Split,
  { since: from, until: to }: z.output<typeof query>,
): Promise<Response> {
  const until = to === undefined ? services.now() : Date.parse(to)
  const since = from === undefined ? until - WINDOW_MS : Date.parse(from)
  const phases = await checkSplits(services, owner, { since, until })
  // What was removed since may still have a past.
  if (phases.length === 0 && section.get(services.revisions.current().config, id) === undefined)
    return problem(c, 'not_found', { detail: `there is no ${section.noun} "${id}", and no request of it` })
  return send(c, sharesSchema, {
    since: new Date(since).toISOString(),
    until: new Date(until).toISOString(),
    alpha: ALPHA,
    level: LEVEL,
    phases: phases.map(writePhase),
  })
}

function writePhase({ revisions, variants, ...phase }: PhaseReport): z.input<typeof phaseSchema> {
  return { ...phase, revisions: [...revisions], variants: [...variants] }
}
