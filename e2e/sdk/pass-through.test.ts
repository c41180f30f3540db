// What is not split passes through to the key's default provider, with the SDK's own calls: files, audio, and bytes
// that no JSON parser could survive.
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import OpenAI, { toFile } from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Sim } from '../../packages/server/src/sim/server.ts'
import { KEY, OTHER_KEY, type RunningGateway, startGateway, testKey } from '../support/gateway.ts'
import { type Ledger, openLedger } from '../support/ledger.ts'
import { openaiClient } from '../support/sdk.ts'
import { startProvider } from '../support/simulated-provider.ts'
import { until } from '../support/until.ts'

let sim: Sim
let gateway: RunningGateway
let ledger: Ledger
let client: OpenAI

beforeAll(async () => {
  sim = await startProvider({ api_key: 'sk-right' })
  ledger = openLedger()
  const base_url = `${sim.url}/v1`
  gateway = await startGateway({
    env: { PROVIDER_KEY: 'sk-right', WRONG_KEY: 'sk-wrong', LOST_KEY: 'wk_wrong_provider_key' },
    config: {
      version: 1,
      providers: {
        sim: { type: 'openai', base_url, credential: { env: 'PROVIDER_KEY' } },
        wrong: { type: 'openai', base_url, credential: { env: 'WRONG_KEY' } },
      },
      models: {},
      keys: [
        { ...testKey, default_provider: 'sim' },
        { id: 'nowhere', secret: { env: 'WEIR_OTHER_KEY' } },
        { id: 'lost', secret: { env: 'LOST_KEY' }, default_provider: 'wrong' },
      ],
    },
  })
  client = openaiClient(gateway, ledger)
})

afterAll(() => ledger.check(gateway))

const lastEvent = () => gateway.event(ledger.ids.at(-1) ?? '')

/** Every byte there is, several times over, and not valid UTF-8. */
const everyByte = Buffer.from(
  Array.from({ length: 300_000 }, (_, index) => (index * 7 + (index >> 8)) & 0xff),
)

describe('files', () => {
  it('are uploaded, described, fetched back byte for byte, listed and deleted', async () => {
    const file = await client.files.create({
      purpose: 'user_data',
      file: await toFile(everyByte, 'naïve file.bin', { type: 'application/octet-stream' }),
    })
    expect(file).toMatchObject({ bytes: everyByte.length, filename: 'naïve file.bin', purpose: 'user_data' })
    expect(await lastEvent()).toMatchObject({
      endpoint: '/v1/files',
      reason: 'pass_through',
      outcome: 'ok',
      router: null,
      cost_nano_usd: null,
    })
    expect(await client.files.retrieve(file.id)).toMatchObject({ id: file.id })
    const content = Buffer.from(await (await client.files.content(file.id)).arrayBuffer())
    expect(content.equals(everyByte)).toBe(true)
    const listed = await client.files.list()
    expect(listed.data.map(({ id }) => id)).toContain(file.id)
    expect(await client.files.delete(file.id)).toMatchObject({ deleted: true })
  })

  it('that are not there are the provider’s 404, since the path is the client’s', async () => {
    const error = await client.files.retrieve('file-none').catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(OpenAI.NotFoundError)
    expect(await lastEvent()).toMatchObject({ status: 404, reason: 'pass_through' })
  })

  it('streamed up from disk arrive whole', async () => {
    const path = fileURLToPath(new URL('../../package-lock.json', import.meta.url))
    const bytes = await readFile(path)
    const file = await client.files.create({ purpose: 'user_data', file: await toFile(bytes, 'lock.json') })
    const content = Buffer.from(await (await client.files.content(file.id)).arrayBuffer())
    expect(content.equals(bytes)).toBe(true)
  })
})

describe('audio', () => {
  it('is spoken: the bytes and their type arrive as the provider sent them', async () => {
    const body = { model: 'large', voice: 'alloy', input: 'good morning to you' } as const
    const through = await client.audio.speech.create(body)
    const direct = await new OpenAI({ baseURL: `${sim.url}/v1`, apiKey: 'sk-right' }).audio.speech.create(
      body,
    )
    const bytes = Buffer.from(await through.arrayBuffer())
    expect(through.headers.get('content-type')).toBe('audio/mpeg')
    expect(bytes).toHaveLength(Buffer.from(await direct.arrayBuffer()).length)
    expect(bytes.subarray(0, 3).toString()).toBe('ID3')
  })

  it('is transcribed from a multipart upload', async () => {
    const file = await toFile(everyByte, 'speech.wav', { type: 'audio/wav' })
    const heard = await client.audio.transcriptions.create(
      { model: 'large', file },
      { headers: { 'x-sim': 'text=hello%20world' } },
    )
    expect(heard.text).toBe('hello world')
    expect(sim.requests.at(-1)?.body.includes(everyByte)).toBe(true)
  })
})

describe('what goes upstream', () => {
  it('has the provider’s credential, the client’s query, and nothing of the client’s own', async () => {
    await client.files.list(
      { limit: 7, order: 'desc' },
      { headers: { cookie: 'a=b', 'x-weir-variant': 'x' } },
    )
    const sent = sim.requests.at(-1)
    expect(sent?.path).toBe('/v1/files?limit=7&order=desc')
    expect(sent?.headers.authorization).toBe('Bearer sk-right')
    expect(JSON.stringify(sent?.headers)).not.toContain(KEY)
    expect(Object.keys(sent?.headers ?? {}).filter(name => /^(cookie|x-weir-)/.test(name))).toEqual([])
  })
})

describe('a call that cannot pass', () => {
  it('for lack of a default provider is a 404 that names the setting', async () => {
    const stranger = openaiClient(gateway, ledger, { apiKey: OTHER_KEY })
    const error = await stranger.files.list().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(OpenAI.NotFoundError)
    expect(String(error)).toContain('default_provider')
    expect(await lastEvent()).toMatchObject({ outcome: 'refused', error: 'unknown_path' })
  })

  it('because the provider refuses the gateway’s credential is a 502, never the provider’s 401', async () => {
    const lost = openaiClient(gateway, ledger, { apiKey: 'wk_wrong_provider_key' })
    const error = await lost.files.list().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(OpenAI.InternalServerError)
    expect(error).toMatchObject({ status: 502, code: 'upstream_credential' })
    expect(String(error)).not.toContain('sk-')
    expect(await lastEvent()).toMatchObject({ status: 502, outcome: 'failed', error: 'upstream_credential' })
  })

  it('and whose client leaves is cancelled upstream, with an event', async () => {
    const before = sim.stats.aborted
    const abort = new AbortController()
    const arrived = sim.stats.requests
    const call = client.audio.speech.create(
      { model: 'large', voice: 'alloy', input: 'slowly' },
      { headers: { 'x-sim': 'ttft_ms=600000; speed=1' }, signal: abort.signal },
    )
    await until('the call upstream', () => sim.stats.requests > arrived)
    abort.abort()
    await expect(call).rejects.toThrow('Request was aborted')
    await until('the cancellation upstream', () => sim.stats.aborted === before + 1)
    const event = await until('the event', () => gateway.events().find(({ status }) => status === 499))
    expect(event).toMatchObject({ outcome: 'cancelled', endpoint: '/v1/audio/speech' })
  })
})
