// `/api/v1/providers/{id}/credentials`: what calls to a provider carry. Secrets go in and do not come out.
import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { CredentialRecord } from '../../storage/control-store.ts'
import type { AdminApp, AdminEnv } from '../http/app.ts'
import { answerPublished, authorOf } from '../http/change.ts'
import { paged, pageOf, pageQuery } from '../http/list.ts'
import { etagOf, matches } from '../http/match.ts'
import { type ProblemCode, problem } from '../http/problem.ts'
import { adminRoute, CONFIG_PROBLEMS, jsonAnswer, jsonBody, send } from '../http/route.ts'
import { changeEntry, missing } from '../resource/edit.ts'
import { type ConfigSource, idParam } from '../resource/entry.ts'
import { recordSection } from '../resource/section.ts'
import type { PublishResult } from '../revision/publishing.ts'
import type { Credentials } from './credentials.ts'

const section = recordSection('provider', 'providers')
const path = '/api/v1/providers/{id}/credentials'
const tags = ['Providers'] as const

const credentialSchema = z
  .object({
    id: z.string(),
    state: z.enum(['active', 'standby']).meta({ description: '`active`: calls carry it' }),
    hint: z.string().meta({ description: 'Its last four characters; empty for short ones' }),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'Credential' })

const wishSchema = z.strictObject({
  secret: z
    .string()
    .max(16_384)
    .regex(/^[\x21-\x7e]+$/, { error: 'must be visible ASCII characters without spaces' })
    .meta({ description: 'The credential itself; it is not shown again', writeOnly: true }),
  activate: z
    .boolean()
    .default(false)
    .meta({ description: 'Use it from now on. The first one of a provider is used in any case' }),
})

const params = idParam.extend({ credential: z.string().min(1).max(128) })

const listRoute = adminRoute({
  method: 'get',
  path,
  role: 'viewer',
  tags,
  summary: "List a provider's credentials",
  problems: ['not_found', 'store_unavailable'],
  request: {
    params: idParam,
    query: pageQuery({
      sort: ['created_at', 'id'],
      filter: { state: z.enum(['active', 'standby']).optional() },
    }),
  },
  responses: { 200: jsonAnswer(pageOf(credentialSchema), 'A page of credentials, without the secrets') },
})

const readRoute = adminRoute({
  method: 'get',
  path: `${path}/{credential}`,
  role: 'viewer',
  tags,
  summary: 'Get a credential, without its secret',
  problems: ['not_found', 'store_unavailable'],
  request: { params },
  responses: { 200: jsonAnswer(credentialSchema, 'The credential, without the secret') },
})

const addRoute = adminRoute({
  method: 'post',
  path,
  role: 'editor',
  tags,
  summary: 'Add a credential',
  description:
    'The first one is active at once. To rotate, add another, try it with `/test`, activate it, and delete the old one. The provider gets `credential: { stored: true }` when it is not written so.',
  accepts: ['idempotency-key', 'reason'],
  problems: ['not_found', ...CONFIG_PROBLEMS],
  request: { params: idParam, body: jsonBody(wishSchema) },
  responses: { 201: jsonAnswer(credentialSchema, 'The credential, without the secret') },
})

const activateRoute = adminRoute({
  method: 'post',
  path: `${path}/{credential}/activate`,
  role: 'editor',
  tags,
  summary: 'Use this credential from now on',
  description: 'Every worker uses it when the answer comes; requests under way finish with the one before.',
  accepts: ['reason'],
  problems: ['not_found', ...CONFIG_PROBLEMS],
  request: { params },
  responses: { 200: jsonAnswer(credentialSchema, 'The credential as it is now') },
})

const removeRoute = adminRoute({
  method: 'delete',
  path: `${path}/{credential}`,
  role: 'editor',
  tags,
  summary: 'Delete a credential',
  description: 'The active one only when it is the last: otherwise activate another first.',
  accepts: ['if-match'],
  problems: ['not_found', 'in_use', 'store_unavailable'],
  request: { params },
  responses: { 204: { description: 'The credential is gone' } },
})

export interface CredentialServices {
  readonly revisions: ConfigSource & { readonly managedBy: 'store' | 'file' }
  readonly credentials: Credentials
}

export function registerCredentials(app: AdminApp, services: CredentialServices): void {
  registerReads(app, services)
  const { revisions, credentials } = services
  app.openapi(addRoute, async c => {
    const { id } = c.req.valid('param')
    const { secret, activate } = c.req.valid('json')
    const denied = denyChange(c, services, id)
    if (denied !== undefined) return denied
    const record = await credentials.add(id, secret, activate ? 'now' : 'if_first')
    c.header('location', `/api/v1/providers/${encodeURIComponent(id)}/credentials/${record.id}`)
    if (record.state === 'standby') return answerRecord(c, record, 201)
    return answerPublished(c, await useStored(c, services, id), () => answerRecord(c, record, 201))
  })
  app.openapi(activateRoute, async c => {
    const { id, credential } = c.req.valid('param')
    const denied = denyChange(c, services, id)
    if (denied !== undefined) return denied
    if ((await credentials.activate(id, credential)) === 'unknown') return answerMissing(c, id, credential)
    const record = await credentials.get(id, credential)
    if (record === undefined) return answerMissing(c, id, credential)
    return answerPublished(c, await useStored(c, services, id), () => answerRecord(c, record, 200))
  })
  app.openapi(removeRoute, async c => {
    const { id, credential } = c.req.valid('param')
    if (section.get(revisions.current().config, id) === undefined) return answerNoProvider(c, id)
    const outcome = await credentials.remove(id, credential, record =>
      matches(c, etagOf(writeRecord(record))),
    )
    if (outcome === 'removed') return c.body(null, 204)
    const [code, detail] = REFUSALS[outcome]
    return problem(c, code, { detail: detail(credential) })
  })
}

function registerReads(app: AdminApp, { revisions, credentials }: CredentialServices): void {
  app.openapi(listRoute, async c => {
    const { id } = c.req.valid('param')
    if (section.get(revisions.current().config, id) === undefined) return answerNoProvider(c, id)
    const items = (await credentials.list(id)).map(writeRecord)
    return send(c, pageOf(credentialSchema), paged(items, c.req.valid('query')))
  })
  app.openapi(readRoute, async c => {
    const { id, credential } = c.req.valid('param')
    const record = await credentials.get(id, credential)
    return record === undefined ? answerMissing(c, id, credential) : answerRecord(c, record, 200)
  })
}

const REFUSALS: Readonly<
  Record<'unknown' | 'changed' | 'in_use', readonly [ProblemCode, (id: string) => string]>
> = {
  unknown: ['not_found', id => `there is no credential "${id}" of this provider`],
  changed: [
    'precondition_failed',
    id => `the credential "${id}" has changed; read it again and send its ETag`,
  ],
  in_use: ['in_use', () => 'it is the active one; activate another first'],
}

/** A config file has to say itself that a provider's credential is stored. */
function denyChange(
  c: Context<AdminEnv>,
  { revisions }: CredentialServices,
  id: string,
): Response | undefined {
  const provider = section.get(revisions.current().config, id)
  if (provider === undefined) return answerNoProvider(c, id)
  if (revisions.managedBy === 'store' || isStored(provider.credential)) return undefined
  const detail = `write \`credential: { stored: true }\` under providers.${id} in the config file first`
  return problem(c, 'managed_by_file', { detail })
}

/** Has the provider use what is stored. */
async function useStored(
  c: Context<AdminEnv>,
  { revisions }: CredentialServices,
  id: string,
): Promise<PublishResult> {
  const { number, config } = revisions.current()
  if (isStored(section.get(config, id)?.credential)) return { kind: 'unchanged', number, warnings: [] }
  const anyState = () => true
  const edit = changeEntry(section, id, anyState, provider => ({ ...provider, credential: { stored: true } }))
  return revisions.publish(edit, authorOf(c))
}

function isStored(credential: unknown): boolean {
  return typeof credential === 'object' && credential !== null && 'stored' in credential
}

function answerNoProvider(c: Context<AdminEnv>, id: string): Response {
  return problem(c, 'not_found', { detail: missing(section, id) })
}

function answerMissing(c: Context<AdminEnv>, provider: string, id: string): Response {
  return problem(c, 'not_found', { detail: `the provider "${provider}" has no credential "${id}"` })
}

function answerRecord(c: Context<AdminEnv>, record: CredentialRecord, status: 200 | 201): Response {
  const item = writeRecord(record)
  return send(c, credentialSchema, item, { status, headers: { etag: etagOf(item) } })
}

function writeRecord({ id, state, hint, createdAt }: CredentialRecord) {
  return { id, state, hint, created_at: new Date(createdAt).toISOString() }
}
