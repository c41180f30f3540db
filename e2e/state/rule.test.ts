// The rules around state: whose ids count, what happens when they are not known or their account fails, and how the
// gateway says what it did.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunningGateway } from '../support/gateway.ts'
import { type Ledger, openLedger } from '../support/ledger.ts'
import { runProgram } from '../support/program.ts'
import { openaiClient } from '../support/sdk.ts'
import { until } from '../support/until.ts'
import {
  type Account,
  type Accounts,
  accountOf,
  configOver,
  drawnBy,
  lastEvent,
  STRANGER_KEY,
  startAccounts,
  startStateGateway,
} from './state-gateway.ts'

let accounts: Accounts
let gateway: RunningGateway
let ledger: Ledger
let client: OpenAI

beforeAll(async () => {
  accounts = await startAccounts()
  gateway = await startStateGateway(configOver(accounts))
  ledger = openLedger()
  client = openaiClient(gateway, ledger)
})
afterAll(() => ledger.check(gateway))

const SEEDS = Array.from({ length: 8 }, (_, index) => `draw-${index}`)

/** Begins a chain at this account. */
async function beginAt(account: Account): Promise<string> {
  for (const seed of SEEDS) {
    const { id } = await client.responses.create({ model: 'half', input: 'Hello' }, drawnBy(seed))
    if (accountOf(await lastEvent(gateway, ledger)) === account) return id
  }
  throw new Error(`no draw of these goes to ${account}`)
}

const thrownBy = (call: Promise<unknown>) =>
  call.then(
    () => 'no error',
    (thrown: unknown) => thrown,
  )

describe('an id', () => {
  it('of another tenant is unknown: the map is not followed', async () => {
    const id = await beginAt('a')
    const stranger = openaiClient(gateway, ledger, { apiKey: STRANGER_KEY })
    const targets = new Set<string>()
    for (const seed of SEEDS) {
      await stranger.responses.create({ model: 'half', input: 'Hello' }, drawnBy(seed))
      const drawn = accountOf(await lastEvent(gateway, ledger))
      const body = { model: 'half', input: 'Go on', previous_response_id: id }
      const result = await thrownBy(stranger.responses.create(body, drawnBy(seed)))
      const event = await lastEvent(gateway, ledger)
      expect(event).toMatchObject({ reason: 'split', state: 'unknown', tenant: 'other', assigned: drawn })
      expect(accountOf(event)).toBe(drawn === 'a' ? 'a' : 'nobody')
      if (drawn === 'b') expect(result).toMatchObject({ status: 400, code: 'previous_response_not_found' })
      targets.add(drawn)
    }
    expect(targets).toEqual(new Set(['a', 'b']))
  })

  it('that nobody issued goes where it is drawn, and the answer says so', async () => {
    const body = { model: 'half', input: 'Go on', previous_response_id: 'resp_of_another_gateway' }
    const error = await thrownBy(client.responses.create(body, drawnBy('draw-0')))
    expect(error).toBeInstanceOf(OpenAI.BadRequestError)
    expect((error as InstanceType<typeof OpenAI.APIError>).headers?.get('x-weir-state')).toBe('unknown')
    expect(await lastEvent(gateway, ledger)).toMatchObject({
      reason: 'split',
      state: 'unknown',
      attempts: [{}],
    })
  })

  it('whose account the route does not have goes to the assigned target, and the answer says so', async () => {
    const body = { model: 'only-b', input: 'Go on', previous_response_id: await beginAt('a') }
    const error = await thrownBy(client.responses.create(body, drawnBy('draw-0')))
    expect(error).toMatchObject({ status: 400, code: 'previous_response_not_found' })
    expect(await lastEvent(gateway, ledger)).toMatchObject({
      reason: 'split',
      state: 'elsewhere',
      assigned: 'b',
    })
  })

  it('of state that is held is said in a header', async () => {
    const body = { model: 'half', input: 'Go on', previous_response_id: await beginAt('b') }
    const { response } = await client.responses.create(body, drawnBy('draw-0')).withResponse()
    expect(response.headers.get('x-weir-state')).toBe('held')
    expect(response.headers.get('x-weir-variant')).toBe('b')
  })

  it('does not outweigh a forced variant', async () => {
    const body = { model: 'half', input: 'Go on', previous_response_id: await beginAt('a') }
    const error = await thrownBy(client.responses.create(body, drawnBy('draw-0', { 'x-weir-variant': 'b' })))
    expect(error).toMatchObject({ status: 400 })
    expect(await lastEvent(gateway, ledger)).toMatchObject({
      reason: 'override',
      state: 'elsewhere',
      assigned: 'b',
    })
  })

  it('that the provider does not find is the client’s to mend, and takes nobody out of plans', async () => {
    for (const seed of [...SEEDS, ...SEEDS]) {
      const body = { model: 'half', input: 'Go on', conversation: 'conv_of_nobody' }
      expect(await thrownBy(client.responses.create(body, drawnBy(seed)))).toBeInstanceOf(
        OpenAI.NotFoundError,
      )
      expect(await lastEvent(gateway, ledger)).toMatchObject({
        state: 'unknown',
        status: 404,
        attempts: [{ status: 404, failure: 'invalid_request' }],
      })
    }
    const health = await (await fetch(`${gateway.url}/healthz`)).text()
    expect(JSON.parse(health)).toMatchObject({ ejected: [] })
  })

  it('is no state in a request that repeats everything', async () => {
    await client.responses.create(
      { model: 'half', input: [{ role: 'user', content: 'Hello' }] },
      drawnBy('draw-0'),
    )
    expect(await lastEvent(gateway, ledger)).toMatchObject({ reason: 'split', state: null })
  })
})

describe('an account that fails', () => {
  it.each<[Account, Account]>([
    ['a', 'b'],
    ['b', 'a'],
  ])('is tried again and then given up: state of %s never goes to %s', async (holder, other) => {
    const id = await beginAt(holder)
    const before = accounts[other].stats.requests
    const body = { model: 'half', input: 'Go on', previous_response_id: id }
    const error = await thrownBy(client.responses.create(body, drawnBy('draw-0', { 'x-sim': 'error=503' })))
    expect(error).toMatchObject({ status: 503 })
    const event = await lastEvent(gateway, ledger)
    expect(event).toMatchObject({ reason: 'state', state: 'held', outcome: 'failed', assigned: holder })
    expect(event.attempts.length).toBeGreaterThan(1)
    expect(new Set(event.attempts.map(attempt => attempt.target))).toEqual(new Set([`${holder}/large`]))
    expect(accounts[other].stats.requests).toBe(before)
  })

  it('would have been stood in for without state', async () => {
    const error = await thrownBy(
      client.responses.create({ model: 'half', input: 'Hi' }, drawnBy('draw-0', { 'x-sim': 'error=503' })),
    )
    expect(error).toMatchObject({ status: 503 })
    const { attempts } = await lastEvent(gateway, ledger)
    expect(new Set(attempts.map(attempt => attempt.target))).toEqual(new Set(['a/large', 'b/large']))
  })
})

describe('a stream', () => {
  it('can be gone on with as soon as it has told its id', async () => {
    const abort = new AbortController()
    for (const seed of SEEDS.slice(0, 4)) {
      const options = { ...drawnBy(seed, { 'x-sim': 'output_tokens=400; speed=1' }), signal: abort.signal }
      const stream = await client.responses.create({ model: 'half', input: 'Hi', stream: true }, options)
      for await (const event of stream) {
        if (event.type !== 'response.created') continue
        const next = { model: 'half', input: 'Go on', previous_response_id: event.response.id }
        await client.responses.create(next, drawnBy('draw-0'))
        expect(await lastEvent(gateway, ledger)).toMatchObject({ state: 'held', outcome: 'ok' })
        break
      }
    }
    abort.abort()
    await until('the end of the streams', () => accounts.a.openStreams() + accounts.b.openStreams() === 0)
  })
})

describe('weir explain', () => {
  const explain = async (id: string, ...args: string[]) => {
    const request = join(gateway.dataDir, 'request.json')
    writeFileSync(request, JSON.stringify({ model: 'half', input: 'Go on', previous_response_id: id }))
    const fixed = [
      '--config',
      gateway.configFile,
      '--request',
      request,
      '--path',
      '/v1/responses',
      '--key',
      'test',
    ]
    const env = {
      WEIR_KEY: 'k',
      NO_DEFAULT_KEY: 'n',
      DEFAULT_B_KEY: 'd',
      STRANGER_KEY: 's',
      A_KEY: 'a',
      B_KEY: 'b',
    }
    return runProgram(['explain', ...fixed, ...args], { env })
  }

  it('says who holds the state when it may look into the data directory', async () => {
    const id = await beginAt('b')
    const result = await explain(id, '--data-dir', gateway.dataDir)
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(result.stdout).toContain('the request builds on state that b holds; nobody else is called')
    expect(result.stdout).toMatch(/call b\/large\n$/)
    const data = await explain(id, '--data-dir', gateway.dataDir, '--json')
    expect(JSON.parse(data.stdout)).toMatchObject({
      reason: 'state',
      state: 'held',
      variant: 'b',
      plan: ['b/large'],
    })
  })

  it('says that it does not know otherwise', async () => {
    const result = await explain('resp_1', '--json')
    expect(JSON.parse(result.stdout)).toMatchObject({ reason: 'split', state: 'unknown' })
    const lost = await explain('resp_1', '--data-dir', '/nowhere')
    expect(lost).toMatchObject({ code: 1 })
    expect(lost.stderr).toContain('/nowhere')
  })
})
