// The contract of translation, for every client dialect beside every provider dialect.
import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AnswerStream } from '../../gateway/answer-stream.ts'
import type { StreamRelay } from '../../gateway/stream-relay.ts'
import { TranslatedStream } from '../../gateway/translated-stream.ts'
import { parseObject } from '../json.ts'
import { emptyFacts, type JsonObject, type WireFormat } from '../wire-format.ts'
import { anyPart, streamOf as partsOf, somePrompt, someReply } from './arbitrary.ts'
import type { TargetTraits } from './dialect.ts'
import { anyBody, anyReplyBody, corrupted } from './fixtures/any-body.ts'
import {
  answerOf,
  askedProvider,
  askingClient,
  asToldBy,
  type Client,
  echo,
  frames,
  nativeOf,
  pairs,
  requestOf,
  sent,
  streamOf,
  translated,
} from './fixtures/pairs.ts'
import { eventsOf, reassemble } from './fixtures/reassemble.ts'
import { Losses } from './loss.ts'
import { NO_USAGE, type Reply } from './reply.ts'

const anyTraits: fc.Arbitrary<TargetTraits> = fc.record({
  model: fc.constantFrom('claude-opus-4-8', 'claude-haiku-4-5', 'gpt-5.4'),
  outputLimit: fc.constantFrom(undefined, 1, 8192),
  reasoning: fc.constantFrom('none', 'effort', 'budget', undefined),
  json: fc.constantFrom('none', 'object', 'schema', undefined),
  maxTokensField: fc.constantFrom('max_tokens', 'max_completion_tokens'),
  reasoningField: fc.constantFrom('reasoning_content', 'reasoning', 'none'),
  streamUsage: fc.constantFrom('ask', 'never'),
})

const lineEnd = fc.constantFrom('\n', '\r\n')
const someCuts = fc.array(fc.nat(), { maxLength: 6 })

/** The bytes of `text`, cut at some places, which may be within a character. */
function cut(text: string, cuts: readonly number[]): readonly Buffer[] {
  const bytes = Buffer.from(text)
  const places = cuts.map(at => at % (bytes.length + 1)).sort((a, b) => a - b)
  return [0, ...places].map((from, index) => bytes.subarray(from, places[index]))
}

/** What a client gets of a stream, from its first byte to its last. */
function relayed(stream: StreamRelay, chunks: readonly Buffer[]): string {
  const got: Buffer[] = []
  stream.open(bytes => got.push(bytes) > 0)
  for (const chunk of chunks) stream.push(chunk)
  stream.finish()
  return Buffer.concat([...got, ...stream.tail]).toString()
}

/** Answers as the format tells them, each with a stream of it. */
function told(format: WireFormat) {
  const cuts = fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 1, maxLength: 4 })
  return fc
    .tuple(someReply(), cuts)
    .map(([any, at]): { reply: Reply; stream: string; answer: JsonObject } => {
      const reply = asToldBy(format, any)
      return { reply, stream: streamOf(format, partsOf(reply, at)), answer: answerOf(format, reply) }
    })
}

describe.each(pairs)('a client of %s at a provider of %s', (_client, _format, client, format) => {
  test('may send any JSON, which is read and written without an exception', () => {
    const requests = fc.oneof(
      anyBody,
      corrupted(somePrompt(anyPart).map(prompt => requestOf(client, prompt))),
    )
    fc.assert(
      fc.property(requests, anyTraits, (body, traits) => {
        const losses = new Losses()
        const before = structuredClone(body)
        const { prompt } = client.dialect.read(body, losses)
        const { body: written } = format.provider.write(prompt, traits, losses)
        expect(body).toEqual(before)
        expect(JSON.parse(JSON.stringify(written))).toMatchObject({ model: traits.model })
      }),
      { numRuns: 300 },
    )
  })

  test('gets an answer of its own shape whatever JSON the provider answers', () => {
    const answers = fc.oneof(anyReplyBody, corrupted(someReply().map(reply => answerOf(format, reply))))
    const shape = Object.keys(askingClient(client).writeReply(NOTHING, echo))
    fc.assert(
      fc.property(answers, body => {
        const reply = askedProvider(format).readReply(body)
        const written = sent(askingClient(client).writeReply(reply, echo))
        expect(Object.keys(written)).toEqual(expect.arrayContaining(shape))
      }),
    )
  })

  test('gets whole frames whatever JSON the provider’s frames hold', () => {
    fc.assert(
      fc.property(brokenStream(format), events => {
        const stream = frames(client, format)
        const facts = emptyFacts()
        for (const { event, body } of events) stream.push(event, JSON.stringify(body), facts)
        expect(`${stream.take()}${stream.close()}`).toMatch(/^((event: \S+\n)?data: [^\n]*\n\n|: ping\n\n)*$/)
        expect(Object.values(facts.usage).every(isCount)).toBe(true)
      }),
    )
  })

  test('gets the same answer streamed, in whatever pieces it arrives, as whole', () => {
    fc.assert(
      fc.property(told(format), lineEnd, someCuts, ({ answer, stream }, end, cuts) => {
        const relay = new TranslatedStream(frames(client, format), emptyFacts())
        const got = relayed(relay, cut(stream.replaceAll('\n', end), cuts))
        expect(relay.progress).toBe('done')
        expect(reassemble(client.name, got)).toEqual(translated(client, format, answer, emptyFacts()))
      }),
    )
  })

  test('gets a frame as soon as the provider has sent one that says something', () => {
    fc.assert(
      fc.property(told(format), ({ stream }) => {
        const pushed = frames(client, format)
        const facts = emptyFacts()
        for (const { event, data } of eventsOf(stream)) {
          const before = facts.outputLength
          pushed.push(event, data, facts)
          const hasText = facts.outputLength > before
          expect(pushed.take() === '' && hasText).toBe(false)
        }
      }),
    )
  })

  test('is answered with the facts that the provider’s own clients’ answers have', () => {
    fc.assert(
      fc.property(told(format), lineEnd, ({ answer, stream }, end) => {
        const [whole, streamed] = [emptyFacts(), emptyFacts()]
        translated(client, format, answer, whole)
        relayed(new TranslatedStream(frames(client, format), streamed), cut(stream.replaceAll('\n', end), []))
        expect([whole, streamed]).toEqual(nativeFacts(format, answer, stream))
      }),
    )
  })
})

const NOTHING: Reply = {
  id: null,
  model: null,
  created: null,
  parts: [],
  finish: 'stop',
  stopSequence: null,
  usage: NO_USAGE,
}

function isCount(count: number | null): boolean {
  return count === null || (Number.isSafeInteger(count) && count >= 0)
}

/** The frames of a stream, some of which are replaced or have something wrong in them. */
function brokenStream(format: WireFormat) {
  return told(format).chain(({ stream }) => {
    const events = eventsOf(stream).map(({ event, data }) => ({ event, body: parseObject(data) ?? {} }))
    return fc.tuple(
      ...events.map(({ event, body }) =>
        fc.record({
          event: fc.constant(event),
          body: fc.oneof(
            { arbitrary: fc.constant(body), weight: 3 },
            corrupted(fc.constant(body)),
            anyReplyBody,
          ),
        }),
      ),
    )
  })
}

/** What the tap of the native path learns of an answer, whole and streamed, but for the ids it holds. */
function nativeFacts(format: WireFormat, answer: JsonObject, stream: string) {
  const { endpoint }: Client = nativeOf(format)
  const [whole, streamed] = [emptyFacts(), emptyFacts()]
  endpoint.readAnswer(answer, whole)
  relayed(new AnswerStream(endpoint, streamed, 'show'), [Buffer.from(stream)])
  return [whole, streamed].map(facts => ({ ...facts, issued: null }))
}
