// `/api/v1/providers` and `/api/v1/presets`.
import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { PrivateNetworks } from '../../network/base-url.ts'
import type { WireFormats } from '../../provider/wire-format.ts'
import { SealError } from '../../storage/seal.ts'
import type { AdminApp, AdminEnv } from '../http/app.ts'
import { paged, pageOf, pageQuery } from '../http/list.ts'
import { problem } from '../http/problem.ts'
import { adminRoute, jsonAnswer, jsonBody, send } from '../http/route.ts'
import { missing } from '../resource/edit.ts'
import { idParam } from '../resource/entry.ts'
import { registerChanges, registerCreate, registerReads } from '../resource/entry-routes.ts'
import { TEST_ERRORS, type TestResult, testConnection } from './connection-test.ts'
import { type CredentialServices, registerCredentials } from './credential-routes.ts'
import type { Probe } from './probe.ts'
import { privateNetworksOf } from './reach.ts'
import { type CredentialLookup, listPresets, presetSchema, providerResource } from './resource.ts'

export interface ProviderServices extends CredentialServices, CredentialLookup {
  readonly formats: WireFormats
  readonly probe: Probe
}

const presetsRoute = adminRoute({
  method: 'get',
  path: '/api/v1/presets',
  role: 'viewer',
  tags: ['Providers'],
  summary: 'List presets: services whose settings are known',
  request: { query: pageQuery({ sort: ['id', 'service'], filter: { type: z.string().optional() } }) },
  responses: { 200: jsonAnswer(pageOf(presetSchema), 'A page of presets') },
})

const testSchema = z
  .object({
    ok: z.boolean(),
    status: z.int().nullable().meta({ description: 'HTTP status of the answer; null when there was none' }),
    ms: z.int().nullable().meta({ description: 'Milliseconds until the answer began' }),
    error: z.enum(TEST_ERRORS).nullable().meta({
      description:
        '`no_model_list`: reached, but it lists no models; name a `model`. `not_testable`: providers that a package speaks to',
    }),
  })
  .meta({ id: 'ConnectionTest' })

const testRoute = adminRoute({
  method: 'post',
  path: '/api/v1/providers/{id}/test',
  intent: 'probe',
  role: 'editor',
  tags: ['Providers'],
  summary: 'Test the connection to a provider',
  description:
    'Asks for its list of models, or, when a `model` is named, for a short answer of that one. Takes at most 10 s; redirects are not followed. The answer says what came of it, never what the provider said.',
  problems: ['not_found', 'store_unavailable'],
  request: {
    params: idParam,
    body: jsonBody(
      z.strictObject({
        model: z
          .string()
          .max(256)
          .optional()
          .meta({ description: '`provider/model`, of this provider; it answers at most 16 tokens' }),
        credential: z
          .string()
          .max(128)
          .optional()
          .meta({ description: 'The id of a stored credential to try; default: the one in use' }),
      }),
    ),
  },
  responses: { 200: jsonAnswer(testSchema, 'What came of it') },
})

export function registerProviders(app: AdminApp, services: ProviderServices): void {
  const { revisions, credentials } = services
  const resource = providerResource(services, id => credentials.removeAll(id))
  registerReads(app, resource, revisions)
  registerCreate(app, resource, revisions)
  registerChanges(app, resource, revisions)
  registerCredentials(app, services)
  app.openapi(presetsRoute, c => send(c, pageOf(presetSchema), paged(listPresets(), c.req.valid('query'))))
  app.openapi(testRoute, async c => {
    const { id } = c.req.valid('param')
    const { config } = revisions.current()
    if (resource.section.get(config, id) === undefined)
      return problem(c, 'not_found', { detail: missing(resource.section, id) })
    return runTest(c, id, services, c.req.valid('json'))
  })
}

interface TestWish {
  readonly model?: string | undefined
  readonly credential?: string | undefined
}

async function runTest(
  c: Context<AdminEnv>,
  id: string,
  services: ProviderServices,
  { model, credential }: TestWish,
): Promise<Response> {
  if (model !== undefined && !model.startsWith(`${id}/`)) {
    const message = `must be a model of this provider, such as "${id}/..."`
    const problems = [{ code: 'other_provider', path: ['model'], message }]
    return problem(c, 'invalid_body', { detail: message, problems })
  }
  const { revisions } = services
  const secret = await secretToTry(id, credential, services)
  if (secret === 'unknown') {
    return problem(c, 'not_found', { detail: `the provider "${id}" has no credential "${credential}"` })
  }
  const { snapshot } = revisions.current()
  const tested = { id, snapshot, model, secret: secret.value, networks: networksOf(services) }
  return send(c, testSchema, { ...(await testConnection(tested, services)) } satisfies TestResult)
}

/** A credential that does not open is as good as none. */
async function secretToTry(
  provider: string,
  id: string | undefined,
  { credentials, secretOf }: ProviderServices,
): Promise<{ readonly value: string | undefined } | 'unknown'> {
  if (id === undefined) return { value: secretOf(provider) }
  const record = await credentials.get(provider, id)
  if (record === undefined) return 'unknown'
  try {
    return { value: credentials.open(record) }
  } catch (error) {
    if (error instanceof SealError) return { value: undefined }
    throw error
  }
}

/** A config file's author decides about private networks by writing addresses into it. */
function networksOf({ revisions }: ProviderServices): PrivateNetworks {
  return revisions.managedBy === 'file' ? 'allow' : privateNetworksOf(revisions.current().config)
}
