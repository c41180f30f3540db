// A conversation that every turn another vendor's model goes on with. Each vendor signs its reasoning and refuses
// another's; a client sends all of it back, knowing nothing of this.
import { beforeAll, describe, expect, test } from 'vitest'
import { type Asker, askers, type ClientName, type Heard, QUESTION } from './asker.ts'
import { type ForeignGateway, lastBody, startForeignGateway } from './foreign-gateway.ts'

const VARIANTS = { gpt: 'first', claude: 'second', gemini: 'third' } as const
type Vendor = keyof typeof VARIANTS

const ORDERS: readonly (readonly [Vendor, Vendor, Vendor])[] = [
  ['gpt', 'claude', 'gemini'],
  ['gpt', 'gemini', 'claude'],
  ['claude', 'gpt', 'gemini'],
  ['claude', 'gemini', 'gpt'],
  ['gemini', 'gpt', 'claude'],
  ['gemini', 'claude', 'gpt'],
]
const CLIENTS: readonly ClientName[] = ['chat', 'messages', 'responses']
const MODES = ['whole', 'stream'] as const
/** Whether models say what they think, also those that otherwise keep it to themselves. */
const THOUGHTS = { aloud: '; thinking=let%20me%20see', natural: '' } as const

const CASES = CLIENTS.flatMap(client =>
  MODES.flatMap(mode =>
    (['aloud', 'natural'] as const).flatMap(thoughts =>
      ORDERS.map(order => ({ client, mode, thoughts, order })),
    ),
  ),
)

let setup: ForeignGateway
let clients: Readonly<Record<ClientName, Asker>>
let forced: Vendor = 'gpt'

beforeAll(async () => {
  const targets = (how: 'prepend' | 'replace') =>
    (['gpt', 'claude', 'gemini'] as const).map(provider => ({
      provider,
      system_prompt: { [how]: 'Be brief.' },
    }))
  const failure = { max_attempts: 1 }
  setup = await startForeignGateway({
    mixed: { targets: [{ provider: 'gpt' }, { provider: 'claude' }, { provider: 'gemini' }], failure },
    prepend: { targets: targets('prepend'), failure },
    replace: { targets: targets('replace'), failure },
  })
  const { fetch } = setup.ledger
  const force: typeof fetch = (input, init) => {
    const headers = new Headers(init?.headers)
    headers.set('x-weir-variant', VARIANTS[forced])
    return fetch(input, { ...init, headers })
  }
  clients = askers({ gateway: setup.gateway, ledger: { ...setup.ledger, fetch: force } })
})

interface Talk {
  readonly router?: 'prepend' | 'replace'
  readonly client: ClientName
  readonly mode: 'whole' | 'stream'
  readonly thoughts: keyof typeof THOUGHTS
}

/** A conversation as its client keeps it. */
class Conversation {
  readonly #talk: Talk
  #turns: readonly object[] = []

  constructor(talk: Talk) {
    this.#talk = talk
  }

  /** The next turn, answered by `vendor`. */
  async turn(vendor: Vendor, sim: string, tools?: 'weather'): Promise<Heard> {
    forced = vendor
    const { client, mode, thoughts, router = 'mixed' } = this.#talk
    const heard = await clients[client][mode]({
      model: router,
      think: 'yes',
      sim: sim + THOUGHTS[thoughts],
      after: this.#turns,
      ...(tools && { tools }),
    })
    this.#turns = [...this.#turns, ...heard.turns]
    return heard
  }

  ask(): void {
    this.#turns = [...this.#turns, { role: 'user', content: QUESTION }]
  }
}

/** What a provider was sent last has none of the marks that only a client may see. */
function expectUnmarked(vendor: Vendor): void {
  expect(JSON.stringify(lastBody(setup[vendor]))).not.toMatch(/weir:|"weir"|reasoning_details/)
}

const label = '$client $mode, thoughts $thoughts, $order'

describe('every turn is answered though another vendor gives it', () => {
  test.each(CASES)(`in a chat: ${label}`, async ({ order, ...talk }) => {
    const conversation = new Conversation(talk)
    for (const vendor of [...order, ...order]) {
      const heard = await conversation.turn(vendor, `text=by%20${vendor}`)
      expect(heard.text).toBe(`by ${vendor}`)
      expectUnmarked(vendor)
      conversation.ask()
    }
  })

  test.each(CASES)(`in loops of tools: ${label}`, async ({ order, ...talk }) => {
    const conversation = new Conversation(talk)
    for (const [index, vendor] of order.entries()) {
      const called = await conversation.turn(vendor, 'tool_call=2', 'weather')
      expect(called.calls.map(call => call.name)).toEqual(['get_weather', 'get_weather'])
      expectUnmarked(vendor)
      const next = order[(index + 1) % order.length] ?? vendor
      const heard = await conversation.turn(next, `text=by%20${next}`, 'weather')
      expect(heard.text).toBe(`by ${next}`)
      expectUnmarked(next)
      conversation.ask()
    }
  })
})

const TALKS = CLIENTS.flatMap(client => MODES.map(mode => ({ client, mode })))

/** The thinking blocks of the request that Anthropic got last. */
function thinkingSent(): readonly object[] {
  const { messages } = lastBody(setup.claude) as { messages: readonly { content: unknown }[] }
  return messages
    .flatMap(({ content }) => (Array.isArray(content) ? (content as { type: string }[]) : []))
    .filter(block => block.type === 'thinking')
}

describe.each(TALKS)('$client $mode', talk => {
  test('a vendor’s own reasoning comes back to it, also after another vendor’s turn', async () => {
    const conversation = new Conversation({ ...talk, thoughts: 'aloud' })
    await conversation.turn('claude', 'tool_call', 'weather')
    await conversation.turn('claude', 'text=warm', 'weather')
    const own = { type: 'thinking', thinking: 'let me see', signature: expect.any(String) as string }
    expect(thinkingSent()).toEqual([own])
    conversation.ask()
    for (const other of ['gpt', 'gemini'] as const) {
      await conversation.turn(other, `text=by%20${other}`, 'weather')
      conversation.ask()
    }
    await conversation.turn('claude', 'text=warm', 'weather')
    expect(thinkingSent()).toEqual([own, own])
  })

  test('the signature of a call comes back to Gemini, also after another vendor’s turn', async () => {
    const conversation = new Conversation({ ...talk, thoughts: 'aloud' })
    await conversation.turn('gemini', 'tool_call', 'weather')
    for (const other of ['gpt', 'claude'] as const) {
      await conversation.turn(other, `text=by%20${other}`, 'weather')
      conversation.ask()
    }
    await conversation.turn('gemini', 'text=warm', 'weather')
    const [signature] = JSON.stringify(lastBody(setup.gemini)).match(/"thoughtSignature":"[^"]+"/g) ?? []
    expect(signature).toBeDefined()
    expect(signature).not.toContain('skip_thought_signature_validator')
  })

  test('the event says that reasoning was left out', async () => {
    const native = talk.client === 'messages' ? 'claude' : 'gpt'
    const conversation = new Conversation({ ...talk, thoughts: 'aloud' })
    await conversation.turn('gemini', 'text=one')
    conversation.ask()
    await conversation.turn(native, 'text=two')
    expect((await setup.lastEvent()).dropped).toEqual(['reasoning'])
  })

  test('nothing is said to be left out of a request without any', async () => {
    const native = talk.client === 'messages' ? 'claude' : 'gpt'
    const conversation = new Conversation({ ...talk, thoughts: 'aloud' })
    await conversation.turn(native, 'text=weir:unsigned')
    conversation.ask()
    await conversation.turn(native, 'text=two')
    expect((await setup.lastEvent()).dropped).toEqual([])
  })

  test.each(['prepend', 'replace'] as const)('a variant may %s the system prompt meanwhile', async router => {
    const native = talk.client === 'messages' ? 'claude' : 'gpt'
    const conversation = new Conversation({ ...talk, router, thoughts: 'aloud' })
    for (const vendor of ['gemini', native, 'gemini', native] as const) {
      expect((await conversation.turn(vendor, `text=by%20${vendor}`)).text).toBe(`by ${vendor}`)
      expectUnmarked(vendor)
      expect(JSON.stringify(lastBody(setup[vendor]))).toContain('Be brief.')
      conversation.ask()
    }
  })
})
