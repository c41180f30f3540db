// What is made by calls that are not split, and named by others: files, responses, conversations, containers.
import OpenAI, { toFile } from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunningGateway } from '../support/gateway.ts'
import { type Ledger, openLedger } from '../support/ledger.ts'
import { openaiClient } from '../support/sdk.ts'
import {
  type Account,
  type Accounts,
  accountOf,
  configOver,
  DEFAULT_B_KEY,
  drawnBy,
  lastEvent,
  NO_DEFAULT_KEY,
  STRANGER_KEY,
  startAccounts,
  startStateGateway,
} from './state-gateway.ts'

let accounts: Accounts
let gateway: RunningGateway
let ledger: Ledger
/** Of one tenant, with `a`, with `b` and with nobody as the default; and of another. */
let clients: Readonly<Record<'a' | 'b' | 'none' | 'stranger', OpenAI>>

beforeAll(async () => {
  accounts = await startAccounts()
  gateway = await startStateGateway(configOver(accounts), { workers: 2 })
  ledger = openLedger()
  const withKey = (apiKey: string) => openaiClient(gateway, ledger, { apiKey })
  clients = {
    a: openaiClient(gateway, ledger),
    b: withKey(DEFAULT_B_KEY),
    none: withKey(NO_DEFAULT_KEY),
    stranger: withKey(STRANGER_KEY),
  }
})
afterAll(() => ledger.check(gateway))

const SEEDS = Array.from({ length: 8 }, (_, index) => `draw-${index}`)
const thrownBy = (call: Promise<unknown>) =>
  call.then(
    () => 'no error',
    (thrown: unknown) => thrown,
  )

async function upload(client: OpenAI, text: string): Promise<string> {
  const file = await toFile(Buffer.from(text), 'notes.txt')
  return (await client.files.create({ purpose: 'user_data', file })).id
}

describe('a file', () => {
  it.each<Account>(['a', 'b'])('that was uploaded to %s is used there, by every endpoint', async account => {
    const id = await upload(clients[account], `for ${account}`)
    for (const seed of SEEDS) {
      const content = [{ type: 'input_file' as const, file_id: id }]
      await clients.a.responses.create({ model: 'half', input: [{ role: 'user', content }] }, drawnBy(seed))
      const event = await lastEvent(gateway, ledger)
      expect([accountOf(event), event.state, event.reason]).toEqual([account, 'held', 'state'])
    }
    for (const seed of SEEDS) {
      const content = [{ type: 'file' as const, file: { file_id: id } }]
      await clients.a.chat.completions.create(
        { model: 'half', messages: [{ role: 'user', content }] },
        drawnBy(seed),
      )
      const event = await lastEvent(gateway, ledger)
      expect([accountOf(event), event.state, event.reason]).toEqual([account, 'held', 'state'])
    }
  })

  it('is fetched and deleted where it is, whatever the key’s default, or without one', async () => {
    const id = await upload(clients.b, 'for b')
    for (const client of [clients.a, clients.none]) {
      expect(await client.files.retrieve(id)).toMatchObject({ id })
      expect(await lastEvent(gateway, ledger)).toMatchObject({
        reason: 'pass_through',
        state: 'held',
        status: 200,
      })
      expect(await (await client.files.content(id)).text()).toBe('for b')
    }
    expect(await clients.none.files.delete(id)).toMatchObject({ deleted: true })
  })

  it('is nobody’s for another tenant: its key’s default is asked', async () => {
    const id = await upload(clients.a, 'for a')
    const before = accounts.a.stats.requests
    expect(await thrownBy(clients.stranger.files.retrieve(id))).toBeInstanceOf(OpenAI.NotFoundError)
    expect(await lastEvent(gateway, ledger)).toMatchObject({
      reason: 'pass_through',
      state: null,
      status: 404,
    })
    expect(accounts.a.stats.requests).toBe(before)
  })

  it('that nobody knows is asked of the default, and refused without one', async () => {
    expect(await thrownBy(clients.a.files.retrieve('file-none'))).toBeInstanceOf(OpenAI.NotFoundError)
    expect(await lastEvent(gateway, ledger)).toMatchObject({ outcome: 'ok', state: null })
    expect(String(await thrownBy(clients.none.files.retrieve('file-none')))).toContain('default_provider')
    expect(await lastEvent(gateway, ledger)).toMatchObject({ outcome: 'refused', error: 'unknown_path' })
  })

  it('answers its upload as the provider did, uncompressed', async () => {
    const id = await upload(clients.a, 'as it is')
    const sent = accounts.a.requests.findLast(request => request.path === '/v1/files')
    expect(sent?.headers['accept-encoding']).toBe('identity')
    const listed = await clients.a.files.list()
    expect(listed.data.map(file => file.id)).toContain(id)
    expect(accounts.a.requests.at(-1)?.headers['accept-encoding']).not.toBe('identity')
  })
})

describe('a response', () => {
  it('is fetched and deleted at the account that gave it', async () => {
    const seen = new Set<string>()
    for (const seed of SEEDS) {
      const { id } = await clients.a.responses.create({ model: 'half', input: 'Hello' }, drawnBy(seed))
      seen.add(accountOf(await lastEvent(gateway, ledger)))
      expect(await clients.none.responses.retrieve(id, undefined, drawnBy(seed))).toMatchObject({ id })
      expect(await lastEvent(gateway, ledger)).toMatchObject({ reason: 'pass_through', state: 'held' })
      await clients.none.responses.delete(id)
      expect(await thrownBy(clients.none.responses.retrieve(id))).toBeInstanceOf(OpenAI.NotFoundError)
    }
    expect(seen).toEqual(new Set(['a', 'b']))
  })
})

describe('a conversation', () => {
  it.each<Account>(['a', 'b'])(
    'that was begun at %s goes on there, by its id or as an object',
    async account => {
      const { id } = await clients[account].conversations.create({})
      for (const [index, seed] of SEEDS.entries()) {
        const conversation = index % 2 === 0 ? id : { id }
        const answer = await clients.a.responses.create(
          { model: 'half', input: 'Hello', conversation },
          drawnBy(seed),
        )
        const event = await lastEvent(gateway, ledger)
        expect([accountOf(event), event.state, answer.conversation]).toEqual([account, 'held', { id }])
      }
      expect(await clients.none.conversations.retrieve(id)).toMatchObject({ id })
    },
  )
})

describe('a container', () => {
  it.each<Account>(['a', 'b'])('that was made at %s is used there', async account => {
    const { id } = await clients[account].containers.create({ name: 'work' })
    for (const seed of SEEDS) {
      const tools = [{ type: 'code_interpreter' as const, container: id }]
      await clients.a.responses.create({ model: 'half', input: 'Count', tools }, drawnBy(seed))
      const event = await lastEvent(gateway, ledger)
      expect([accountOf(event), event.state]).toEqual([account, 'held'])
    }
    expect(await clients.none.containers.retrieve(id)).toMatchObject({ id })
  })
})
