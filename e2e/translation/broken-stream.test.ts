// Translated streams that fail when the client has some of the answer already, and streams of which nothing comes for
// a while: the client's own SDK reads what is there, then the error in its API's words.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Ledger, openLedger } from '../support/ledger.ts'
import { openEventStream } from '../support/scripted-provider.ts'
import { anthropicClient, openaiClient } from '../support/sdk.ts'
import type { ClientName } from './asker.ts'
import { pouredFor } from './poured.ts'
import { type ScriptedGateway, startScriptedGateway } from './scripted-gateway.ts'
import { thrownBy } from './thrown.ts'

let setup: ScriptedGateway
let ledger: Ledger

beforeAll(async () => {
  setup = await startScriptedGateway('50ms')
  ledger = openLedger()
})

afterAll(() => ledger.check(setup.gateway))

/** The events of a stream as the client's SDK gives them. */
async function streamOf(client: ClientName, model: string, via: Ledger): Promise<AsyncIterable<object>> {
  const openai = openaiClient(setup.gateway, via)
  const messages = [{ role: 'user' as const, content: 'Hello' }]
  switch (client) {
    case 'chat':
      return openai.chat.completions.create({ model, messages, stream: true })
    case 'responses':
      return openai.responses.create({ model, input: 'Hello', stream: true })
    case 'messages':
      return anthropicClient(setup.gateway, via).messages.create({
        model,
        messages,
        max_tokens: 10,
        stream: true,
      })
  }
}

interface Piece {
  readonly choices?: readonly { readonly delta: { readonly content?: string | null } }[]
  readonly delta?: string | { readonly text?: string }
}

function textOf({ choices, delta }: Piece): string {
  return choices?.[0]?.delta.content ?? (typeof delta === 'string' ? delta : delta?.text) ?? ''
}

/** Reads a stream to its end; `onText` is called with each piece. */
async function read(events: AsyncIterable<object>, onText: (text: string) => void): Promise<void> {
  for await (const event of events) {
    const text = textOf(event)
    if (text !== '') onText(text)
  }
}

/** Calls `seen` for each comment of a stream, which no SDK shows. */
function watchComments(seen: () => void): TransformStream<Uint8Array, Uint8Array> {
  return new TransformStream({
    transform: (chunk, controller) => {
      if (Buffer.from(chunk).includes(': keep-alive')) seen()
      controller.enqueue(chunk)
    },
  })
}

const pairs = [
  ['chat', 'claude'],
  ['chat', 'gemini'],
  ['messages', 'gpt'],
  ['messages', 'gemini'],
  ['responses', 'claude'],
  ['responses', 'gemini'],
] as const

const lastEvent = () => setup.gateway.event(ledger.ids.at(-1) ?? '')

describe.each(pairs)('a client of %s of a target at %s', (client, model) => {
  it.each(['an error event', 'a lost connection', 'an end too early'])(
    'has what came before %s, and then throws',
    async ending => {
      let go = () => {}
      setup.provider.play((request, response) => {
        const { before, piece, error } = pouredFor(request.url)
        openEventStream(response).write(before + piece('Hello'))
        go = () => {
          if (ending === 'an error event') response.end(error('too many words'))
          else if (ending === 'a lost connection') response.socket?.destroySoon()
          else response.end()
        }
      })
      const texts: string[] = []
      const heard = streamOf(client, model, ledger).then(events =>
        read(events, text => {
          texts.push(text)
          go()
        }),
      )
      const error = await thrownBy(heard)
      expect(texts).toEqual(['Hello'])
      expect(JSON.stringify(error.error)).toContain('stream_broken')
      expect(await lastEvent()).toMatchObject({
        status: 200,
        outcome: 'stream_broken',
        error: 'stream_broken',
        attempts: [{ failure: 'stream_broken', status: 200 }],
        output_length: 5,
      })
    },
  )

  it('is kept waiting with comments while nothing comes, which its SDK passes over', async () => {
    let comments = 0
    const enough = Promise.withResolvers<void>()
    setup.provider.play(async (request, response) => {
      const { before, piece, after } = pouredFor(request.url)
      openEventStream(response).write(before)
      await enough.promise
      response.end(piece('at last') + after)
    })
    const watched: typeof fetch = async (input, init) => {
      const answer = await ledger.fetch(input, init)
      const body = answer.body?.pipeThrough(
        watchComments(() => {
          if (++comments === 3) enough.resolve()
        }),
      )
      return new Response(body, answer)
    }
    const texts: string[] = []
    const events = await streamOf(client, model, { ...ledger, fetch: watched })
    await read(events, text => texts.push(text))
    expect(texts.join('')).toBe('at last')
    expect(comments).toBeGreaterThanOrEqual(3)
    expect(await lastEvent()).toMatchObject({ outcome: 'ok', status: 200, output_length: 7 })
  })
})
