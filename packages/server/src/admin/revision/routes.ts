// `/api/v1/revisions`: every config that was published, what lies between two of them, and the way back. And whether a
// config could be published at all.
import { z } from '@hono/zod-openapi'
import type { ConfigInput } from '@weir/core/config'
import type { Context } from 'hono'
import type { RevisionSummary } from '../../storage/control-store.ts'
import type { AdminApp, AdminEnv } from '../http/app.ts'
import { answerPreview, answerPublished, authorOf, previewSchema, writePreview } from '../http/change.ts'
import { cursorQuery, pageOf } from '../http/list.ts'
import { etagOfRevision, matches } from '../http/match.ts'
import { fieldProblemSchema, problem, writeFieldProblem } from '../http/problem.ts'
import { adminRoute, CONFIG_PROBLEMS, jsonAnswer, jsonBody, send } from '../http/route.ts'
import { describeConfig, writtenBody } from '../resource/written.ts'
import { describeBetween } from './describe-between.ts'
import type { Revisions } from './revisions.ts'

/** What the resource needs of the revisions. */
export type RevisionSource = Pick<
  Revisions,
  'current' | 'list' | 'get' | 'preview' | 'previewRevert' | 'revert'
>

const summarySchema = z
  .object({
    number: z.int().min(1),
    at: z.iso.datetime(),
    actor: z.string().meta({ description: 'Name of the token or user that published it' }),
    reason: z.string().nullable(),
    changes: z.array(z.string()).meta({ description: 'The difference to the one before, in words' }),
  })
  .meta({ id: 'RevisionSummary' })

const revisionSchema = summarySchema
  .extend({
    config: z.record(z.string(), z.unknown()).meta({ description: 'The whole config as it was written' }),
    tables: z
      .record(z.string(), z.string())
      .meta({ description: 'Bucket tables in force with it, by salt: runs such as "large*8000 small*2000"' }),
  })
  .meta({ id: 'Revision' })

const betweenSchema = z
  .object({
    from: z.int(),
    to: z.int(),
    changes: previewSchema.shape.changes,
    moves: previewSchema.shape.moves,
  })
  .meta({ id: 'RevisionDiff' })

const revertedSchema = previewSchema
  .extend({
    preview: z.literal(false),
    number: z
      .int()
      .meta({ description: 'The revision in force; no new one when it was as that one already' }),
  })
  .meta({ id: 'RevertedRevision' })

const validationSchema = z
  .object({
    valid: z.boolean(),
    problems: z.array(fieldProblemSchema).meta({ description: 'All that keeps it from being published' }),
    warnings: previewSchema.shape.warnings,
    changes: previewSchema.shape.changes,
    moves: previewSchema.shape.moves,
  })
  .meta({ id: 'Validation' })

const number = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER)
const path = '/api/v1/revisions'
const tags = ['Revisions'] as const

const listRoute = adminRoute({
  method: 'get',
  path,
  role: 'viewer',
  tags,
  summary: 'List revisions, the newest first',
  problems: ['store_unavailable'],
  request: { query: z.strictObject(cursorQuery) },
  responses: { 200: jsonAnswer(pageOf(summarySchema), 'A page of revisions') },
})

const readRoute = adminRoute({
  method: 'get',
  path: `${path}/{number}`,
  role: 'editor',
  tags,
  summary: 'Get a revision with its config',
  description: 'With the digests of its keys: that is why it takes an editor, like an export.',
  problems: ['not_found', 'store_unavailable'],
  request: { params: z.object({ number }) },
  responses: { 200: jsonAnswer(revisionSchema, 'The revision') },
})

const diffRoute = adminRoute({
  method: 'get',
  path: `${path}/{from}/diff/{to}`,
  role: 'viewer',
  tags,
  summary: 'Tell the difference between two revisions',
  problems: ['not_found', 'invalid_config', 'store_unavailable'],
  request: { params: z.object({ from: number, to: number }) },
  responses: { 200: jsonAnswer(betweenSchema, 'What publishing `to` after `from` would change') },
})

const revertRoute = adminRoute({
  method: 'post',
  path: `${path}/{number}/revert`,
  role: 'editor',
  tags,
  summary: 'Go back to a revision',
  description:
    'Publishes its config as a new revision, with the bucket tables that it had: every unit gets what it got then.',
  accepts: ['preview', 'reason'],
  problems: ['not_found', 'precondition_failed', ...CONFIG_PROBLEMS],
  request: {
    params: z.object({ number }),
    headers: z.object({
      'if-match': z.string().optional().meta({
        description: 'The ETag of the config in force, such as `"r12"`: refuses when it is another',
      }),
    }),
  },
  responses: { 200: jsonAnswer(z.union([revertedSchema, previewSchema]), 'The new revision') },
})

const validateRoute = adminRoute({
  method: 'post',
  path: '/api/v1/config/validate',
  intent: 'read',
  role: 'viewer',
  tags: ['Config'],
  summary: 'Check a config without publishing it',
  description: 'Answers 200 whether or not it is valid, with all problems at once.',
  request: { body: jsonBody(writtenBody(describeConfig(), { id: 'CheckedConfig' })) },
  responses: { 200: jsonAnswer(validationSchema, 'What is wrong with it, and what it would change') },
})

export function registerRevisions(app: AdminApp, revisions: RevisionSource): void {
  app.openapi(listRoute, async c => {
    const { limit, after } = c.req.valid('query')
    const page = await revisions.list({ limit, ...(after !== undefined && { after }) })
    const items = page.items.map(writeSummary)
    return send(c, pageOf(summarySchema), { items, next: page.next })
  })
  app.openapi(readRoute, async c => {
    const { number: wanted } = c.req.valid('param')
    const record = await revisions.get(wanted)
    if (record === undefined) return answerMissing(c, wanted)
    const { config, tables } = record
    return send(c, revisionSchema, { ...writeSummary(record), config: { ...config }, tables: { ...tables } })
  })
  app.openapi(diffRoute, c => answerDiff(c, revisions, c.req.valid('param')))
  app.openapi(revertRoute, c => answerRevert(c, revisions, c.req.valid('param').number))
  app.openapi(validateRoute, c => answerValidation(c, revisions, c.req.valid('json')))
}

async function answerDiff(
  c: Context<AdminEnv>,
  revisions: RevisionSource,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<Response> {
  const [before, after] = await Promise.all([revisions.get(from), revisions.get(to)])
  if (before === undefined) return answerMissing(c, from)
  if (after === undefined) return answerMissing(c, to)
  const between = describeBetween(before, after)
  if (between.kind === 'not_comparable') {
    const detail = `the config of revision ${between.number} is not valid here and now`
    return problem(c, 'invalid_config', { detail, problems: between.problems })
  }
  const { changes, moves } = writePreview({ ...between, kind: 'preview', warnings: [], problems: [] })
  return send(c, betweenSchema, { from, to, changes, moves })
}

async function answerRevert(
  c: Context<AdminEnv>,
  revisions: RevisionSource,
  wanted: number,
): Promise<Response> {
  if (c.req.query('preview') === 'true') return answerPreview(c, await revisions.previewRevert(wanted))
  const { number: current } = revisions.current()
  if (!matches(c, etagOfRevision(current)))
    return problem(c, 'precondition_failed', { detail: `revision ${current} is in force by now` })
  const isExpected = c.req.header('if-match')?.includes(etagOfRevision(current)) === true
  const result = await revisions.revert(wanted, authorOf(c, isExpected ? { expected: current } : {}))
  return answerPublished(c, result, warnings => {
    const written = { preview: false as const, moves: [], warnings: warnings.map(writeFieldProblem) }
    if (result.kind !== 'published')
      return send(c, revertedSchema, { ...written, number: current, changes: [] })
    const { moves } = writePreview({ ...result, kind: 'preview', changes: [], problems: [] })
    const { number: made, changes } = result.revision
    return send(c, revertedSchema, { ...written, number: made, changes: [...changes], moves })
  })
}

async function answerValidation(
  c: Context<AdminEnv>,
  revisions: RevisionSource,
  config: Readonly<Record<string, unknown>>,
): Promise<Response> {
  // Compiling says what is wrong with it, whatever it is.
  const result = await revisions.preview(() => ({ kind: 'config', config: config as ConfigInput }))
  if (result.kind === 'rejected') {
    const problems = (result.refusal.problems ?? []).map(writeFieldProblem)
    return send(c, validationSchema, { valid: false, problems, warnings: [], changes: [], moves: [] })
  }
  if (result.kind === 'conflict') return answerPreview(c, result)
  const { changes, moves, warnings } = writePreview(result)
  const problems = result.problems.map(writeFieldProblem)
  const valid = problems.length === 0
  return send(c, validationSchema, { valid, problems, warnings, changes, moves })
}

function answerMissing(c: Context<AdminEnv>, wanted: number): Response {
  return problem(c, 'not_found', { detail: `there is no revision ${wanted}` })
}

function writeSummary({ number: own, at, actor, reason, changes }: RevisionSummary) {
  return { number: own, at: new Date(at).toISOString(), actor, reason, changes: [...changes] }
}
