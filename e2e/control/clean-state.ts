// The state that every sequence of commands begins with, made by the API itself.
import type { ConfigInput } from '@weir/core/config'
import type { ControlModel, Entry, Kind } from './control-model.ts'
import { pathOf } from './control-model.ts'
import type { DocumentedAnswer, DocumentedCall, DocumentedClient } from './documented-client.ts'

/** Addresses that are made up from the document's pattern may well be private ones. */
export const BASE = {
  version: 1,
  gateway: { private_networks: 'allow' },
  providers: { base: { type: 'openai', base_url: 'http://127.0.0.1:9/v1' } },
  models: { 'base/model': {} },
  routers: {},
  keys: [],
} satisfies ConfigInput

/** Has the server hold `BASE` and one admin token, and says what the client knows then. */
export async function cleanState(client: DocumentedClient): Promise<ControlModel> {
  const headers = { 'if-match': '*' }
  await done(client, { method: 'PUT', path: '/api/v1/config', query: { prune: 'true' }, headers, body: BASE })
  return {
    providers: await known(client, 'providers', 'base', BASE.providers.base),
    models: await known(client, 'models', 'base/model', {}),
    routers: new Map(),
    keys: new Map(),
    tokens: await oneToken(client),
  }
}

async function known(
  client: DocumentedClient,
  kind: Kind,
  id: string,
  fields: object,
): Promise<Map<string, Entry>> {
  const { etag } = await done(client, { method: 'GET', path: `${pathOf(kind)}/{id}`, id })
  return new Map([[id, { fields: { ...fields }, etag }]])
}

/** The last admin's token cannot be deleted, so a new one takes the place of all others. */
async function oneToken(client: DocumentedClient): Promise<Map<string, Entry>> {
  const path = '/api/v1/tokens'
  const { json } = await done(client, { method: 'GET', path, query: { limit: 500 } })
  const olds = json.items as readonly { readonly id: string }[]
  const fields = { name: `keeper ${olds[0]?.id ?? ''}`, role: 'admin' }
  const made = await done(client, { method: 'POST', path, body: fields })
  for (const { id } of olds) await done(client, { method: 'DELETE', path: `${path}/{id}`, id })
  return new Map([[String(made.json.id), { fields, etag: '' }]])
}

async function done(client: DocumentedClient, call: DocumentedCall): Promise<DocumentedAnswer> {
  const answer = await client.send(call)
  if (answer.status >= 300) throw new Error(`no clean state: ${answer.status} ${answer.text}`)
  return answer
}
