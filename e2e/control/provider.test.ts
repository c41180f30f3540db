// Providers that are changed while traffic runs: credentials take effect without a restart, and no connection goes where
// none may go.
import { readFileSync } from 'node:fs'
import type { ConfigInput } from '@weir/core/config'
import { expect, it } from 'vitest'
import { KEY, startGateway, testKey } from '../support/gateway.ts'
import { startScriptedProvider } from '../support/scripted-provider.ts'
import { controlOf } from './control-client.ts'
import { ADMIN_TOKEN, startStoreGateway } from './store-gateway.ts'

function configOver(base_url: string): ConfigInput {
  return {
    version: 1,
    gateway: { private_networks: 'allow' },
    providers: { p: { type: 'openai', base_url } },
    models: { 'p/m': {} },
    keys: [testKey],
  }
}

async function ask(url: string): Promise<number> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'p/m', messages: [{ role: 'user', content: 'Hello' }] }),
  })
  await response.text()
  return response.status
}

async function startRecorder({ accepts }: { readonly accepts?: string } = {}) {
  const provider = await startScriptedProvider()
  const seen: (string | undefined)[] = []
  provider.play((request, response) => {
    seen.push(request.headers.authorization)
    if (accepts !== undefined && request.headers.authorization !== accepts)
      return void response
        .writeHead(401, { 'content-type': 'application/json' })
        .end('{"error":{"message":"no"}}')
    const message = { role: 'assistant', content: 'Hi' }
    const body = {
      id: 'c',
      object: 'chat.completion',
      created: 1,
      model: 'm',
      choices: [{ index: 0, message }],
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  return { ...provider, seen }
}

it('uses a credential from the answer of its activation on, in every worker', async () => {
  const provider = await startRecorder()
  const gateway = await startStoreGateway({ config: configOver(`${provider.url}/v1`), workers: 2 })
  const control = controlOf(gateway)
  const path = '/providers/p/credentials'
  const askOften = () => Promise.all(Array.from({ length: 10 }, () => ask(gateway.url)))

  await askOften()
  await control('POST', path, { body: { secret: 'sk-first' } })
  await askOften()
  const { json } = await control('POST', path, { body: { secret: 'sk-second' } })
  await askOften()
  await control('POST', `${path}/${String(json.id)}/activate`)
  await askOften()

  const times = <Value>(count: number, value: Value) => Array.from({ length: count }, () => value)
  expect(provider.seen).toEqual([
    ...times(10, undefined),
    ...times(20, 'Bearer sk-first'),
    ...times(10, 'Bearer sk-second'),
  ])
})

it('calls a provider that refused its credential again as soon as it has another, from every worker', async () => {
  const provider = await startRecorder({ accepts: 'Bearer sk-good' })
  const gateway = await startStoreGateway({ config: configOver(`${provider.url}/v1`), workers: 2 })
  const control = controlOf(gateway)
  const path = '/providers/p/credentials'
  const askOften = () => Promise.all(Array.from({ length: 10 }, () => ask(gateway.url)))
  /** Of some worker each, on a connection of its own. */
  const ejectedOften = () =>
    Promise.all(
      Array.from({ length: 10 }, async () => {
        const response = await fetch(`${gateway.url}/healthz`, { headers: { connection: 'close' } })
        return ((await response.json()) as { readonly ejected: readonly string[] }).ejected
      }),
    )
  await control('POST', path, { body: { secret: 'sk-bad' } })
  expect(new Set(await askOften())).toEqual(new Set([502]))
  await expect.poll(ejectedOften).toEqual(Array.from({ length: 10 }, () => ['p/m chat']))
  await control('POST', path, { body: { secret: 'sk-good', activate: true } })
  expect(await ejectedOften()).toEqual(Array.from({ length: 10 }, () => []))
  expect(await askOften()).toEqual(Array.from({ length: 10 }, () => 200))
})

it('makes no connection to an unspecified address, though the store has a provider there', async () => {
  const provider = await startRecorder()
  const unspecified = provider.url.replace('127.0.0.1', '0.0.0.0')
  const stored = await startStoreGateway({ config: configOver(`${unspecified}/v1`) })
  expect(await ask(stored.url)).toBe(502)
  expect(provider.seen).toEqual([])
  const { json } = await controlOf(stored)('POST', '/providers/p/test', { body: {} })
  expect(json).toMatchObject({ ok: false, error: 'address_refused' })
})

it('leaves that to whoever writes a config file', async () => {
  const provider = await startRecorder()
  const unspecified = provider.url.replace('127.0.0.1', '0.0.0.0')
  const gateway = await startGateway({ config: configOver(`${unspecified}/v1`) })
  expect(await ask(gateway.url)).toBe(200)
  expect(provider.seen).toHaveLength(1)
})

it('takes credentials beside a config file that says they are stored, and no other change', async () => {
  const provider = await startRecorder()
  const config = configOver(`${provider.url}/v1`)
  const gateway = await startGateway({ config, env: { WEIR_ADMIN_TOKEN: ADMIN_TOKEN } })
  const connection = readFileSync(`${gateway.dataDir}/connection.json`, 'utf8')
  const control = controlOf(JSON.parse(connection) as { controlUrl: string })
  const add = () => control('POST', '/providers/p/credentials', { body: { secret: 'sk-stored' } })

  const refused = [
    await control('POST', '/providers', { body: { id: 'q', preset: 'openai' } }),
    await control('PATCH', '/providers/p', { ifMatch: '*', body: { user: 'drop' } }),
    await add(),
  ]
  for (const { status, json } of refused) expect([status, json.code]).toEqual([409, 'managed_by_file'])

  const stored = {
    ...config,
    providers: { p: { ...config.providers?.p, credential: { stored: true as const } } },
  }
  gateway.writeConfig(stored)
  await expect
    .poll(async () => (await control('GET', '/providers/p')).json.credential, { timeout: 20_000 })
    .toEqual({ stored: true })
  expect(await ask(gateway.url)).toBe(502)
  expect((await add()).status).toBe(201)
  expect(await ask(gateway.url)).toBe(200)
  expect(provider.seen).toEqual(['Bearer sk-stored'])
})
