// `/api/v1/config`: the whole config as one document, to take out, to compare and to put in.
import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { accepts } from 'hono/accepts'
import type { AdminApp, AdminEnv } from '../http/app.ts'
import {
  answerPublished,
  authorOf,
  type ExpectedRevision,
  previewSchema,
  writePreview,
} from '../http/change.ts'
import { etagOfRevision, matches } from '../http/match.ts'
import { problem } from '../http/problem.ts'
import { adminRoute, CONFIG_PROBLEMS, EDITS, jsonAnswer, jsonBody, send } from '../http/route.ts'
import { describeConfig, type Fields, writtenBody } from '../resource/written.ts'
import type { PublishResult } from '../revision/publishing.ts'
import type { Rest } from './apply.ts'
import { inCanonicalOrder } from './canonical.ts'
import { type ConfigRevisions, SentConfig } from './sent-config.ts'
import { type TabledInForce, withoutTables, withTables } from './tables.ts'
import { writeYaml } from './yaml.ts'

const configBody = writtenBody(describeConfig(), { id: 'Config' })

const factsSchema = {
  absent: z.array(z.string()).meta({
    description:
      'What is in force and not in the sent config, such as `router chat`; it stays, but with `prune=true`',
  }),
}

const diffSchema = previewSchema
  .extend({
    revision: z.int().min(1).meta({ description: 'The revision it was compared with' }),
    ...factsSchema,
  })
  .meta({ id: 'ConfigDiff', description: 'What applying a config would do' })

const appliedSchema = z
  .object({
    outcome: z.enum(['published', 'unchanged']).meta({ description: 'unchanged: no revision was made' }),
    revision: z.int().min(1).meta({ description: 'The revision in force' }),
    changes: previewSchema.shape.changes.meta({ description: 'What has changed, in words' }),
    moves: previewSchema.shape.moves.meta({ description: 'Splits whose shares have changed' }),
    warnings: previewSchema.shape.warnings,
    ...factsSchema,
  })
  .meta({ id: 'AppliedConfig' })

const pruneQuery = z.strictObject({
  prune: z
    .enum(['true', 'false'])
    .optional()
    .meta({ description: '`true`: what is not in the sent config is removed' }),
})

const bucketsQuery = z.strictObject({
  buckets: z
    .enum(['true', 'false'])
    .optional()
    .meta({ description: '`false`: without bucket tables, for a file that is maintained by hand' }),
})

const JSON_TYPE = 'application/json'
const YAML_TYPE = 'application/yaml'

const exportContent = {
  [JSON_TYPE]: { schema: configBody },
  [YAML_TYPE]: { schema: z.string() },
} as const

const exportRoute = adminRoute({
  method: 'get',
  path: '/api/v1/config',
  // Digests of secrets that a person made up could be guessed.
  role: 'editor',
  tags: ['Config'],
  summary: 'Export the config',
  description:
    'The config in force, with the bucket table of every split, so that it assigns the same wherever it is applied. ' +
    'JSON, or YAML for `accept: application/yaml`. The same config is always the same text. Credentials are not in it, ' +
    'and of keys only the digests. The `etag` is that of the revision.',
  request: { query: bucketsQuery },
  responses: { 200: { description: 'The config in force', content: exportContent } },
})

const diffRoute = adminRoute({
  method: 'post',
  path: '/api/v1/config/diff',
  intent: 'read',
  role: 'viewer',
  tags: ['Config'],
  summary: 'Say what applying a config would do',
  description: 'Saves nothing. The `etag` of the answer is what applying exactly this takes as `if-match`.',
  problems: ['invalid_config'],
  request: { query: pruneQuery, body: jsonBody(configBody) },
  responses: { 200: jsonAnswer(diffSchema, 'What would change') },
})

const applyRoute = adminRoute({
  method: 'put',
  path: '/api/v1/config',
  role: 'editor',
  tags: ['Config'],
  summary: 'Apply a config',
  description:
    'All of it or nothing. Each provider, model, router and key that is sent takes the place of the one with its id; ' +
    '`gateway`, if sent, is replaced as a whole. The rest stays, unless `prune=true` removes it. Sent again, it makes ' +
    'no revision. A split without `buckets` keeps its units as far as its weights allow.',
  accepts: EDITS,
  problems: CONFIG_PROBLEMS,
  request: { query: pruneQuery, body: jsonBody(configBody) },
  responses: {
    200: jsonAnswer(z.union([appliedSchema, diffSchema]), 'The config is in force; or the preview'),
  },
})

export function registerConfig(app: AdminApp, revisions: ConfigRevisions): void {
  app.openapi(exportRoute, c =>
    answerExport(c, revisions, c.req.valid('query').buckets === 'false' ? withoutTables : withTables),
  )
  app.openapi(diffRoute, c => {
    const sent = new SentConfig(revisions, c.req.valid('json'), restOf(c.req.valid('query').prune))
    return answerDiff(c, sent)
  })
  app.openapi(applyRoute, c => {
    const { number } = revisions.current()
    if (!matches(c, etagOfRevision(number))) {
      return problem(c, 'precondition_failed', { detail: `revision ${number} is in force by now` })
    }
    const sent = new SentConfig(revisions, c.req.valid('json'), restOf(c.req.valid('query').prune))
    if (c.req.query('preview') === 'true') return answerDiff(c, sent)
    const isExpected = c.req.header('if-match')?.includes(etagOfRevision(number))
    return answerApplied(c, sent, isExpected ? { expected: number } : {})
  })
}

const restOf = (prune: 'true' | 'false' | undefined): Rest => (prune === 'true' ? 'goes' : 'stays')

function answerExport(
  c: Context<AdminEnv>,
  revisions: ConfigRevisions,
  write: (inForce: TabledInForce) => Fields,
): Response {
  const current = revisions.current()
  const config = inCanonicalOrder(write(current))
  c.header('etag', etagOfRevision(current.number))
  c.header('x-weir-revision', String(current.number))
  c.header('vary', 'accept')
  const type = accepts(c, { header: 'Accept', supports: [JSON_TYPE, YAML_TYPE], default: JSON_TYPE })
  if (type === JSON_TYPE) return send(c, configBody, config)
  return c.body(writeYaml(config), 200, { 'content-type': `${YAML_TYPE}; charset=utf-8` })
}

async function answerDiff(c: Context<AdminEnv>, sent: SentConfig): Promise<Response> {
  const result = await sent.preview()
  if (result.kind !== 'preview') return answerPublished(c, result, noAnswer)
  if (result.problems.length > 0) {
    return answerPublished(c, { kind: 'refused', problems: result.problems }, noAnswer)
  }
  const revision = sent.comparedWith
  c.header('etag', etagOfRevision(revision))
  c.header('x-weir-revision', String(revision))
  return send(c, diffSchema, { ...writePreview(result), revision, absent: sent.absent })
}

async function answerApplied(
  c: Context<AdminEnv>,
  sent: SentConfig,
  expected: ExpectedRevision,
): Promise<Response> {
  const result = await sent.publish(authorOf(c, expected))
  if (result.kind !== 'published' && result.kind !== 'unchanged') return answerPublished(c, result, noAnswer)
  return answerPublished(c, result, () => {
    const { revision, ...facts } = factsOf(result)
    c.header('etag', etagOfRevision(revision))
    return send(c, appliedSchema, { outcome: result.kind, revision, ...facts, absent: sent.absent })
  })
}

function factsOf(result: Extract<PublishResult, { kind: 'published' | 'unchanged' }>) {
  const { warnings } = result
  const [revision, changes, moves] =
    result.kind === 'published'
      ? [result.revision.number, result.revision.changes, result.moves]
      : [result.number, [], []]
  const { preview: _, ...facts } = writePreview({ kind: 'preview', changes, moves, warnings, problems: [] })
  return { revision, ...facts }
}

function noAnswer(): never {
  throw new Error('a failure was answered as a success')
}
