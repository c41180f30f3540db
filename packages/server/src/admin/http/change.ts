// A change of the config, from request to answer: the one way in which every resource publishes.
import { z } from '@hono/zod-openapi'
import type { ConfigInput, Problem, SplitMove } from '@weir/core/config'
import { formatPath } from '@weir/core/config'
import type { Context } from 'hono'
import type {
  Author,
  Edit,
  EditRefusal,
  Preview,
  PreviewResult,
  PublishResult,
} from '../revision/publishing.ts'
import type { AdminEnv } from './env.ts'
import { etagOf } from './match.ts'
import { fieldProblemSchema, type ProblemCode, problem, writeFieldProblem } from './problem.ts'
import { reasonOf } from './reason.ts'
import { actorOf } from './role.ts'
import { jsonAnswer } from './route.ts'

/** What publishing needs of the revisions. */
export interface Publishing {
  preview(edit: Edit, expected?: number): Promise<PreviewResult>
  publish(edit: Edit, author: Author): Promise<PublishResult>
}

interface ChangeAnswer<Schema extends z.ZodType> {
  /** Of the item, without `warnings`. */
  readonly schema: Schema
  /** What is answered, from the config that was published. */
  readonly item: (config: ConfigInput) => z.input<Schema>
  /** Default: of the item as answered; null for none. Give it when the item holds facts that are not in the config. */
  readonly etag?: (config: ConfigInput) => string | null
  /** 201 for creates; previews are always 200. */
  readonly status?: 200 | 201
}

/** An edit under an expected revision, for changes of the whole config. */
export interface ExpectedRevision {
  readonly expected?: number
}

const warningsSchema = z
  .array(fieldProblemSchema)
  .meta({ description: 'What is allowed, but perhaps not what was meant' })

const moveSchema = z
  .object({
    router: z.string().nullable().meta({ description: 'Null when it is the split of a key' }),
    route: z.string().nullable(),
    key: z.string().nullable().meta({ description: 'Null when it is the split of a route' }),
    draw: z.enum(['kept', 'redrawn']).meta({ description: 'redrawn: every unit falls into another bucket' }),
    moved: z.number().min(0).max(1).meta({ description: 'Share of units that get another variant' }),
    shares: z
      .array(z.object({ variant: z.string(), before: z.number().nullable(), after: z.number().nullable() }))
      .meta({ description: 'Shares of the traffic, 0..1; null where the variant does not share it' }),
  })
  .meta({ id: 'SplitMove' })

export const previewSchema = z
  .object({
    preview: z.literal(true),
    changes: z.array(z.string()).meta({ description: 'What would change, in words; empty: nothing' }),
    moves: z
      .array(moveSchema)
      .meta({ description: 'Splits whose shares would change, or that would move units' }),
    warnings: warningsSchema,
  })
  .meta({ id: 'Preview', description: 'What `preview=true` answers: nothing is saved' })

const withWarnings = new WeakMap<z.ZodObject, z.ZodObject>()

/** One schema for each item, so that the document has it once: as `Changed` and the item's name. */
function changedItem(item: z.ZodObject): z.ZodObject {
  const known = withWarnings.get(item)
  if (known !== undefined) return known
  const id = item.meta()?.id
  const extended = item.extend({ warnings: warningsSchema })
  const made = id === undefined ? extended : extended.meta({ id: `Changed${id}` })
  withWarnings.set(item, made)
  return made
}

/** The answer of a change: the item with warnings, or the preview that was asked for. */
export function changed(item: z.ZodObject) {
  return z.union([changedItem(item), previewSchema])
}

/** The answers of a create: the item with warnings, or the preview that was asked for. */
export function created(item: z.ZodObject, description: string) {
  return {
    200: jsonAnswer(previewSchema, 'With `preview=true`'),
    201: jsonAnswer(changedItem(item), description),
  } as const
}

/** Publishes, or previews when the request says so, and answers with what became of it. */
export async function publishEdit<Schema extends z.ZodObject>(
  c: Context<AdminEnv>,
  revisions: Publishing,
  edit: Edit,
  answer: ChangeAnswer<Schema> & ExpectedRevision,
): Promise<Response> {
  if (c.req.query('preview') === 'true')
    return answerPreview(c, await revisions.preview(edit, answer.expected))
  let edited: ConfigInput | undefined
  const capturing: Edit = config => {
    const result = edit(config)
    edited = result.kind === 'config' ? result.config : undefined
    return result
  }
  const result = await revisions.publish(capturing, authorOf(c, answer))
  // What was published has its bucket tables brought up to date; what changed nothing was not published.
  const config = result.kind === 'published' ? result.config : (edited as ConfigInput)
  return answerPublished(c, result, warnings => answerItem(c, answer, config, warnings))
}

/** Who makes the change, and why. */
export function authorOf(c: Context<AdminEnv>, { expected }: ExpectedRevision = {}): Author {
  const { name, role } = actorOf(c)
  return { actor: name, role, reason: reasonOf(c), ...(expected !== undefined && { expected }) }
}

function answerItem<Schema extends z.ZodObject>(
  c: Context<AdminEnv>,
  { item, etag, status }: ChangeAnswer<Schema>,
  config: ConfigInput,
  warnings: readonly Problem[],
): Response {
  const value = item(config)
  const tag = etag === undefined ? etagOf(value) : etag(config)
  if (tag !== null) c.header('etag', tag)
  return c.json({ ...value, warnings: warnings.map(writeFieldProblem) }, status ?? 200)
}

/** Maps what became of a publish to an answer; `done` makes that of success. */
export function answerPublished(
  c: Context<AdminEnv>,
  result: PublishResult,
  done: (warnings: readonly Problem[]) => Response,
): Response {
  switch (result.kind) {
    case 'published':
      c.set('revision', result.revision.number)
      c.header('x-weir-revision', String(result.revision.number))
      return done(result.warnings)
    case 'unchanged':
      c.header('x-weir-revision', String(result.number))
      return done(result.warnings)
    case 'refused':
      return invalidConfig(c, result.problems)
    case 'rejected':
      return refusal(c, result.refusal)
    case 'conflict':
      return conflict(c, result.number)
    case 'managed_by_file':
      return problem(c, 'managed_by_file', {
        detail: 'this gateway was started with --config: change that file, and it is published when saved',
      })
    case 'unavailable':
      return problem(c, 'store_unavailable', { detail: result.message })
  }
}

/** Maps what a change would do to an answer. */
export function answerPreview(c: Context<AdminEnv>, result: PreviewResult): Response {
  switch (result.kind) {
    case 'rejected':
      return refusal(c, result.refusal)
    case 'conflict':
      return conflict(c, result.number)
    case 'preview':
      if (result.problems.length > 0) return invalidConfig(c, result.problems)
      return c.json(writePreview(result))
  }
}

export function writePreview({ changes, moves, warnings }: Preview): z.input<typeof previewSchema> {
  return {
    preview: true,
    changes: [...changes],
    moves: moves.map(writeMove),
    warnings: warnings.map(writeFieldProblem),
  }
}

function writeMove({ owner, draw, moved, shares }: SplitMove): z.input<typeof moveSchema> {
  const place =
    owner.kind === 'key'
      ? { router: null, route: null, key: owner.key }
      : { router: owner.router, route: owner.route, key: null }
  return { ...place, draw, moved, shares: [...shares] }
}

const REFUSALS: Readonly<Record<EditRefusal['cause'], ProblemCode>> = {
  not_found: 'not_found',
  exists: 'already_exists',
  changed: 'precondition_failed',
  in_use: 'in_use',
  invalid: 'invalid_body',
  forbidden: 'forbidden',
}

function refusal(c: Context<AdminEnv>, { cause, message, problems }: EditRefusal): Response {
  return problem(c, REFUSALS[cause], { detail: message, ...(problems !== undefined && { problems }) })
}

function conflict(c: Context<AdminEnv>, number: number): Response {
  return problem(c, 'precondition_failed', { detail: `revision ${number} is in force by now` })
}

function invalidConfig(c: Context<AdminEnv>, problems: readonly Problem[]): Response {
  const detail = problems.map(({ path, message }) => `${formatPath(path)}: ${message}`).join('; ')
  return problem(c, 'invalid_config', { detail, problems })
}
