// A client that knows the control API by its OpenAPI document: it makes up bodies and queries from the schemas, makes
// sequences of creates, changes, conflicts and deletes, keeps account of what should be there, and holds every answer
// against the document. What it knows beyond the schemas is listed in meaning.ts.
//
// A failing sequence is shrunk and printed as its calls, with the seed: WEIR_PROPERTY_SEED=<seed> runs it again.
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { BASE, cleanState } from './clean-state.ts'
import type { Fields } from './control-client.ts'
import { bodiesOf, commandArbitraries } from './control-commands-arbitrary.ts'
import { KINDS, type Kind, pathOf } from './control-model.ts'
import {
  type DocumentedAnswer,
  type DocumentedCall,
  DocumentedClient,
  type MadeCall,
  readDocument,
} from './documented-client.ts'
import { type StoreGateway, startStoreGateway } from './store-gateway.ts'

const SEED = Number(process.env.WEIR_PROPERTY_SEED ?? Math.floor(Math.random() * 2 ** 31))
/** Calls that carry input. Sequences are made until there are as many. */
const CALLS = 2000
const ROUND = 10
/** Commands of a sequence at most. */
const COMMANDS = 150
/** Milliseconds of a round, shrinking included. */
const TIME_LIMIT = 150_000

let gateway: StoreGateway
let client: DocumentedClient

beforeAll(async () => {
  gateway = await startStoreGateway({ config: BASE })
  client = new DocumentedClient(gateway, await readDocument(gateway))
  console.log(`WEIR_PROPERTY_SEED=${SEED}`)
})

/** Whether the server holds to the document, and the client is right about the state, in every sequence. */
function holdsWith(real: DocumentedClient, maxCommands: number) {
  const commands = fc.commands(commandArbitraries(real), { maxCommands, size: 'max' })
  return fc.asyncProperty(commands, async made => {
    const model = await cleanState(new DocumentedClient(gateway, real.document))
    await fc.asyncModelRun(() => ({ model, real }), made)
  })
}

const withInput = () => client.made.filter(call => call.carriesInput)
const isGood = ({ status }: MadeCall) => status < 300

describe('a client that makes up calls from the document', () => {
  it('finds every sequence of them answered as it says, and the state as it was written', async () => {
    const limits = { interruptAfterTimeLimit: TIME_LIMIT, markInterruptAsFailure: true }
    for (let seed = SEED; withInput().length < CALLS; seed++)
      await fc.assert(holdsWith(client, COMMANDS), { seed, numRuns: ROUND, ...limits })
  }, 300_000)

  it('makes calls of which enough are valid by the document, and nearly all of those are done', () => {
    const made = withInput()
    // Refused on purpose, such as with an ETag of another state, they count as calls and as nothing else.
    const of = (kind: MadeCall['kind']) => made.filter(call => call.kind === kind)
    const valid = of('valid')
    const refused = valid.filter(call => !isGood(call))
    console.log(
      `${client.made.length} calls, ${made.length} with input: ${valid.length} valid, ${refused.length} of them refused;`,
      `${of('conflict').length} against the state, ${of('invalid').length} invalid`,
      ...refused.map(({ what, status, text }) => `\n${what}\n  -> ${status} ${text}`),
    )
    expect(valid.length / made.length).toBeGreaterThanOrEqual(0.6)
    expect(1 - refused.length / valid.length).toBeGreaterThanOrEqual(0.95)
  })

  it('finds a delete that is not carried out, and shrinks to nothing else', async () => {
    const real = new Forgetful(gateway, client.document)
    const { failed, counterexample } = await fc.check(holdsWith(real, 10), { seed: 1, numRuns: ROUND })
    const calls = fc
      .stringify(counterexample?.[0])
      .split('\n')
      .filter(line => line.includes(' -> '))
    expect([failed, calls.length > 0, calls.length <= 3]).toEqual([true, true, true])
  }, 120_000)
})

/** A server that answers deletes and does not carry them out. */
class Forgetful extends DocumentedClient {
  override async send(call: DocumentedCall): Promise<DocumentedAnswer> {
    const isForgotten = call.method === 'DELETE' && call.path.startsWith('/api/v1/')
    if (!isForgotten || call.intent === 'conflict') return super.send(call)
    return { status: 204, type: '', etag: '', text: '', json: {} }
  }
}

describe('bodies by the schemas alone', () => {
  it.each(KINDS)('are answered as the document says when they create %s', async kind => {
    const bodies = fc.sample(bodiesOf(client, 'POST', pathOf(kind)), { seed: SEED, numRuns: 60 })
    const alone = new DocumentedClient(gateway, client.document)
    await cleanState(alone)
    const before = alone.made.length
    for (const [index, body] of bodies.entries())
      await alone.send({ method: 'POST', path: pathOf(kind), body: withNewName(kind, body, index) })
    const refused = alone.made.slice(before).filter(call => !isGood(call))
    console.log(
      `${kind}: ${bodies.length - refused.length} of ${bodies.length} accepted; ${reasonsOf(refused)}`,
    )
    // What refers to nothing, and what has a document say all there is to say of it.
    if (kind === 'providers' || kind === 'tokens') expect(refused.length / bodies.length).toBeLessThan(0.1)
  })
})

/** How often each code of a problem occurs. */
function reasonsOf(refused: readonly MadeCall[]): string {
  const codes = refused.flatMap(({ text }) =>
    Array.from(text.matchAll(/"code":"(\w+)","path"/g), ([, code]) => String(code)),
  )
  const counts = Object.entries(Object.groupBy(codes, code => code))
  return counts.map(([code, all]) => `${code} ${all?.length}`).join(', ')
}

/** Ids differ: short ones made up from a pattern are often the same. */
function withNewName(kind: Kind, body: Fields, index: number): Fields {
  const name = kind === 'tokens' ? 'name' : 'id'
  return { ...body, [name]: `${String(body[name]).replace(/\*$/, 'any')}${index}` }
}
