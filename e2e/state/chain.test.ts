// Chains of responses over two accounts: the first turn is split, every later one goes to the account that holds the
// chain, whichever worker gets it, and after restarts of every kind.
import type OpenAI from 'openai'
import { beforeAll, describe, expect, it } from 'vitest'
import type { RunningGateway } from '../support/gateway.ts'
import { openLedger } from '../support/ledger.ts'
import { openaiClient } from '../support/sdk.ts'
import {
  type Account,
  type Accounts,
  accountOf,
  configOver,
  drawnBy,
  startAccounts,
  startStateGateway,
} from './state-gateway.ts'

const CHAINS = 16
const TURNS = 5
/** What happens to the gateway before this turn: counted from 0. */
const ENDS: Readonly<Record<number, NodeJS.Signals>> = { 2: 'SIGTERM', 3: 'SIGKILL' }

interface Turn {
  readonly requestId: string
  readonly responseId: string
}

let accounts: Accounts
beforeAll(async () => {
  accounts = await startAccounts()
})

type Take = (client: OpenAI, previous: string | null, options: OpenAI.RequestOptions) => Promise<string>

const takeWhole: Take = async (client, previous, options) => {
  const body = { model: 'half', input: 'Go on', previous_response_id: previous }
  return (await client.responses.create(body, options)).id
}

const takeStream: Take = async (client, previous, options) => {
  const body = { model: 'half', input: 'Go on', previous_response_id: previous, stream: true as const }
  let id = ''
  for await (const event of await client.responses.create(body, options))
    if (event.type === 'response.completed') id = event.response.id
  return id
}

/** All chains at once, turn by turn, with a gateway that ends and begins again in between. */
async function runChains(take: Take): Promise<{ chains: Turn[][]; gateway: RunningGateway }> {
  const config = configOver(accounts)
  let gateway = await startStateGateway(config, { workers: 2 })
  const chains: Turn[][] = Array.from({ length: CHAINS }, () => [])
  for (let turn = 0; turn < TURNS; turn++) {
    const signal = ENDS[turn]
    if (signal !== undefined) {
      await gateway.stop(signal)
      gateway = await startStateGateway(config, { workers: 2, dataDir: gateway.dataDir })
    }
    await Promise.all(
      chains.map(async (chain, index) => {
        const ledger = openLedger()
        const client = openaiClient(gateway, ledger)
        const previous = chain.at(-1)?.responseId ?? null
        const responseId = await take(client, previous, drawnBy(`chain-${index}-${turn}`))
        chain.push({ requestId: ledger.ids[0] ?? '', responseId })
      }),
    )
  }
  return { chains, gateway }
}

describe.each<[string, Take]>([
  ['whole', takeWhole],
  ['streamed', takeStream],
])('%s chains of five turns, with two workers, a restart and a kill -9', (_, take) => {
  it('stay with the account that holds them', async () => {
    const { chains, gateway } = await runChains(take)
    const byId = new Map(gateway.events().map(event => [event.request_id, event]))
    const events = chains.map(chain => chain.map(turn => byId.get(turn.requestId)))
    const targets = events.map(turns => turns.map(event => (event === undefined ? 'none' : accountOf(event))))

    for (const [index, turns] of targets.entries()) expect([index, ...new Set(turns)]).toHaveLength(2)
    expect(new Set(targets.map(turns => turns[0]))).toEqual(new Set<Account>(['a', 'b']))
    for (const [first, ...later] of events) {
      expect(first).toMatchObject({ reason: 'split', state: null, propensity: 0.5, attempts: [{}] })
      for (const event of later) {
        expect(event).toMatchObject({
          reason: 'state',
          state: 'held',
          propensity: 1,
          bucket: null,
          attempts: [{}],
        })
        expect(event?.assigned).toBe(event?.served)
      }
    }
    // Otherwise two workers would have shown nothing.
    expect(events.some(turns => new Set(turns.map(event => event?.node)).size > 1)).toBe(true)
  })
})

describe('an account', () => {
  it('knows nothing of a chain of the other: without the map half of all turns would fail', async () => {
    const gateway = await startStateGateway(configOver(accounts))
    const ledger = openLedger()
    const client = openaiClient(gateway, ledger)
    const first = await client.responses.create({ model: 'half', input: 'Hello' }, drawnBy('first'))
    const holder = accountOf(await gateway.event(ledger.ids[0] ?? '')) as Account
    const other = accounts[holder === 'a' ? 'b' : 'a']
    const direct = openaiClient({ url: other.url }, openLedger(), {
      apiKey: holder === 'a' ? 'sk-b' : 'sk-a',
    })
    const body = { model: 'large', input: 'Go on', previous_response_id: first.id }
    await expect(direct.responses.create(body)).rejects.toMatchObject({ code: 'previous_response_not_found' })
  })
})
