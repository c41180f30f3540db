// Routers in Inworld's shape, on Inworld's paths. What each route does with the config is in `router-change.ts`; here
// is HTTP: names of parameters in either casing, operations as answers, and errors as `google.rpc.Status`. What the
// OpenAPI document says of them is in `document.ts`.
import type { ConfigInput, Problem } from '@weir/core/config'
import type { Context } from 'hono'
import type { RevisionRecord } from '../../storage/control-store.ts'
import type { AdminApp, AdminEnv } from '../http/app.ts'
import { authorOf, type Publishing } from '../http/change.ts'
import { idempotent } from '../http/idempotency.ts'
import type { ProblemCode, ProblemShape } from '../http/problem.ts'
import { requires } from '../http/role.ts'
import type {
  CurrentRevision,
  Edit,
  EditRefusal,
  PublishedRevision,
  PublishResult,
} from '../revision/publishing.ts'
import { noteBuiltIns } from './condition-note.ts'
import { describeInworldRouters } from './document.ts'
import { type OperationFacts, readOperationName, violationOf, writeOperation } from './operation.ts'
import { pageOfRouters } from './page.ts'
import { createRouter, deleteRouter, patchRouter, type RouterChange } from './router-change.ts'
import { findRouter, type RouterConfig } from './router-config.ts'
import { answerRouter, viewRouter } from './router-view.ts'
import { CODES, type Code, invalidArgument, type Status, status, type Violation } from './status.ts'

/** What these routes need of the revisions. */
export interface RouterRevisions extends Publishing {
  current(): Pick<CurrentRevision, 'number' | 'config'>
  get(number: number): Promise<Pick<RevisionRecord, 'config' | 'changes'> | undefined>
}

/** Below it everything speaks Inworld's API. */
export const INWORLD_PREFIX = '/router/v1/'

const PATH = `${INWORLD_PREFIX}routers`
const OPERATIONS = `${INWORLD_PREFIX}operations`

export function registerInworldRouters(app: AdminApp, revisions: RouterRevisions): void {
  describeInworldRouters(app, { routers: PATH, operations: OPERATIONS })
  app.post(PATH, requires('editor'), idempotent, async c => {
    const body = await readBody(c)
    if (body === undefined) return answerStatus(c, 'INVALID_ARGUMENT', NO_JSON)
    return answerChange(c, revisions, createRouter(body, query(c, 'router_id', 'routerId')), answerOperation)
  })
  app.get(PATH, requires('viewer'), c => {
    const { config } = revisions.current()
    const size = query(c, 'page_size', 'pageSize')
    const page = pageOfRouters(config.routers ?? {}, size, query(c, 'page_token', 'pageToken'))
    return 'code' in page ? answerStatus(c, 'INVALID_ARGUMENT', page) : c.json(page)
  })
  app.get(`${PATH}/:id`, requires('viewer'), c => {
    const id = c.req.param('id')
    const router = findRouter(revisions.current().config, id)
    return router === undefined ? answerMissing(c, `router "${id}"`) : c.json(answerRouter(id, router))
  })
  app.patch(`${PATH}/:id`, requires('editor'), async c => {
    const body = await readBody(c)
    if (body === undefined) return answerStatus(c, 'INVALID_ARGUMENT', NO_JSON)
    const change = patchRouter(c.req.param('id'), body, query(c, 'update_mask', 'updateMask'))
    return answerChange(c, revisions, change, answerOperation)
  })
  app.delete(`${PATH}/:id`, requires('editor'), c =>
    answerChange(c, revisions, deleteRouter(c.req.param('id')), () => c.json({})),
  )
  app.get(`${OPERATIONS}/:name`, requires('viewer'), c => answerKept(c, revisions))
}

const NO_JSON = status('INVALID_ARGUMENT', 'the body must be a router, in JSON')

async function readBody(c: Context<AdminEnv>): Promise<unknown> {
  try {
    return JSON.parse(await c.req.text())
  } catch {
    return undefined
  }
}

/** A parameter of the query, in either casing. */
function query(c: Context<AdminEnv>, snake: string, camel: string): string | undefined {
  return c.req.query(snake) ?? c.req.query(camel)
}

type AnswerDone = (c: Context<AdminEnv>, done: Done) => Response

/** A change that is published, or would be. */
interface Done extends Pick<OperationFacts, 'id' | 'revision' | 'changes' | 'warnings'> {
  readonly config: ConfigInput
}

async function answerChange(
  c: Context<AdminEnv>,
  revisions: RouterRevisions,
  change: RouterChange | Status,
  answer: AnswerDone,
): Promise<Response> {
  if ('code' in change) return answerStatus(c, 'INVALID_ARGUMENT', change)
  const isPreview = (c.req.query('preview') ?? query(c, 'validate_only', 'validateOnly')) === 'true'
  if (isPreview) c.set('intent', 'preview')
  const { outcome, edited } = isPreview
    ? await captured(change, edit => previewed(revisions, edit))
    : await captured(change, edit => revisions.publish(edit, authorOf(c)))
  if (outcome.kind !== 'published' && outcome.kind !== 'unchanged') return answerUndone(c, outcome, change)
  const isNew = outcome.kind === 'published'
  const revision = isNew ? outcome.revision.number : outcome.number
  if (isNew && !isPreview) c.set('revision', revision)
  c.header('x-weir-revision', String(revision))
  const config = edited ?? revisions.current().config
  const warnings = warningsOf(outcome.warnings, config, change.id)
  return answer(c, {
    id: change.id,
    revision,
    changes: isNew ? outcome.revision.changes : [],
    warnings,
    config,
  })
}

type Outcome =
  | Exclude<PublishResult, PublishedRevision>
  | Pick<PublishedRevision, 'kind' | 'warnings' | 'revision'>

/** Runs an edit and keeps the config that it made. */
async function captured(
  change: RouterChange,
  run: (edit: Edit) => Promise<Outcome>,
): Promise<{ readonly outcome: Outcome; readonly edited: ConfigInput | undefined }> {
  let edited: ConfigInput | undefined
  const outcome = await run(before => {
    const result = change.edit(before)
    edited = result.kind === 'config' ? result.config : undefined
    return result
  })
  return { outcome, edited }
}

/** A preview is told as if it had been published, under the number of the revision in force. */
async function previewed(revisions: RouterRevisions, edit: Edit): Promise<Outcome> {
  const result = await revisions.preview(edit)
  if (result.kind !== 'preview') return result
  const { problems, changes, warnings } = result
  if (problems.length > 0) return { kind: 'refused', problems }
  const { number } = revisions.current()
  return { kind: 'published', revision: { number, at: 0, actor: '', reason: null, changes }, warnings }
}

function warningsOf(warnings: readonly Problem[], config: ConfigInput, id: string): Violation[] {
  const router = findRouter(config, id)
  const notes = router === undefined ? [] : noteBuiltIns(viewRouter(router))
  return [
    ...warnings.filter(warning => concerns(warning, router)).map(each => violationOf(each, id)),
    ...notes,
  ]
}

/** Warnings of a config are of all of it; told are those of this router, its models and their providers. */
function concerns({ path: [section, name] }: Problem, router: RouterConfig | undefined): boolean {
  const routes = [
    ...(router?.routes ?? []),
    ...(router?.default_route === undefined ? [] : [router.default_route]),
  ]
  const models = routes.flatMap(route => route.split.variants.map(variant => variant.model))
  if (section === 'models') return models.some(model => model === name)
  return section !== 'providers' || models.some(model => model.startsWith(`${String(name)}/`))
}

function answerOperation(c: Context<AdminEnv>, { config, ...facts }: Done): Response {
  return c.json(writeOperation({ ...facts, config: findRouter(config, facts.id) as RouterConfig }))
}

/** An operation of long ago: the router as its revision has it. */
async function answerKept(c: Context<AdminEnv>, revisions: RouterRevisions): Promise<Response> {
  const name = c.req.param('name') ?? ''
  const parsed = readOperationName(name)
  const record = parsed && (await revisions.get(parsed.revision))
  const router = parsed && record && findRouter(record.config, parsed.id)
  if (parsed === undefined || router === undefined) return answerMissing(c, `operation "${name}"`)
  const warnings = noteBuiltIns(viewRouter(router))
  return c.json(writeOperation({ ...parsed, config: router, changes: record?.changes ?? [], warnings }))
}

const REFUSALS: Readonly<Record<EditRefusal['cause'], Code>> = {
  not_found: 'NOT_FOUND',
  exists: 'ALREADY_EXISTS',
  changed: 'ABORTED',
  in_use: 'FAILED_PRECONDITION',
  invalid: 'INVALID_ARGUMENT',
  forbidden: 'PERMISSION_DENIED',
}

type Undone = Exclude<Outcome, { kind: 'published' | 'unchanged' }>

function answerUndone(c: Context<AdminEnv>, result: Undone, change: RouterChange): Response {
  const say = (code: Code, message: string) => answerStatus(c, code, status(code, message))
  switch (result.kind) {
    case 'refused': {
      const violations = result.problems.map(problem => violationOf(problem, change.id))
      return answerStatus(c, 'INVALID_ARGUMENT', invalidArgument(violations))
    }
    case 'rejected': {
      const violations = change.violations()
      if (violations.length > 0) return answerStatus(c, 'INVALID_ARGUMENT', invalidArgument(violations))
      return say(REFUSALS[result.refusal.cause], result.refusal.message)
    }
    case 'conflict':
      return say('ABORTED', `revision ${result.number} is in force by now`)
    case 'managed_by_file':
      return say('FAILED_PRECONDITION', 'the gateway was started with --config: change that file')
    case 'unavailable':
      return say('UNAVAILABLE', result.message)
  }
}

function answerMissing(c: Context<AdminEnv>, what: string): Response {
  return answerStatus(c, 'NOT_FOUND', status('NOT_FOUND', `there is no ${what}`))
}

function answerStatus(c: Context<AdminEnv>, code: Code, body: Status): Response {
  return c.json(body, CODES[code].http)
}

const SHELL_CODES: Readonly<Partial<Record<ProblemCode, Code>>> = {
  unauthenticated: 'UNAUTHENTICATED',
  forbidden: 'PERMISSION_DENIED',
  csrf: 'PERMISSION_DENIED',
  not_found: 'NOT_FOUND',
  method_not_allowed: 'UNIMPLEMENTED',
  throttled: 'RESOURCE_EXHAUSTED',
  internal: 'INTERNAL',
  store_unavailable: 'UNAVAILABLE',
}

/** What the shell refuses on these paths; everything that is wrong with a request is 400 here. */
export const inworldShape: ProblemShape = ({ code, detail }, own) => {
  const name = SHELL_CODES[code] ?? 'INVALID_ARGUMENT'
  return { status: name === 'INVALID_ARGUMENT' ? CODES[name].http : own, body: { ...status(name, detail) } }
}
