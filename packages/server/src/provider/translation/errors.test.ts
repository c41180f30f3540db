// A provider's error, in every form that its documentation shows, ends the answer as an error for every client.
import { Buffer } from 'node:buffer'
import { describe, expect, test } from 'vitest'
import { AnswerStream } from '../../gateway/answer-stream.ts'
import type { StreamRelay } from '../../gateway/stream-relay.ts'
import { TranslatedStream } from '../../gateway/translated-stream.ts'
import { wireFormats } from '../registry.ts'
import { emptyFacts, type JsonObject, type WireFormat } from '../wire-format.ts'
import {
  type Client,
  echo,
  frames,
  nativeOf,
  pairs,
  providers,
  streamOf,
  translation,
} from './fixtures/pairs.ts'
import { eventsOf } from './fixtures/reassemble.ts'
import type { ReplyPart } from './reply.ts'

/** An error inside a stream: its frame, and the words that have to reach the event. */
interface StreamError {
  readonly source: string
  readonly frame: string
  readonly error: { readonly code: string | null; readonly type: string | null; readonly message: string }
}

const STREAM_ERRORS: Readonly<Record<WireFormat['name'], readonly StreamError[]>> = {
  anthropic: [
    {
      source: 'Anthropic, guide "Streaming messages", error events',
      frame:
        'event: error\ndata: {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}\n\n',
      error: { code: null, type: 'overloaded_error', message: 'Overloaded' },
    },
    {
      source: 'Anthropic, guide "Errors", with the request’s id',
      frame:
        'event: error\ndata: {"type":"error","error":{"type":"api_error","message":"Internal server error"},' +
        '"request_id":"req_011CSHoEeqs5C35K2UUqR7Fy"}\n\n',
      error: { code: null, type: 'api_error', message: 'Internal server error' },
    },
  ],
  openai: [
    {
      source: 'OpenAI, guide "Error codes": the error object, in a chunk of its own',
      frame:
        'data: {"error":{"message":"The server had an error while processing your request",' +
        '"type":"server_error","param":null,"code":null}}\n\n',
      error: {
        code: null,
        type: 'server_error',
        message: 'The server had an error while processing your request',
      },
    },
    {
      source: 'OpenRouter, guide "Errors": an error within a chunk',
      frame:
        'data: {"id":"gen-1","object":"chat.completion.chunk","created":1,"model":"m","provider":"p",' +
        '"error":{"code":"server_error","message":"Provider disconnected"},' +
        '"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]}\n\n',
      error: { code: 'server_error', type: null, message: 'Provider disconnected' },
    },
    {
      source: 'vLLM, OpenAI-compatible server: an error under `error`, its code a number',
      frame:
        'data: {"error": {"object": "error", "message": "out of memory", "type": "InternalServerError", ' +
        '"param": null, "code": 500}}\n\n',
      error: { code: '500', type: 'InternalServerError', message: 'out of memory' },
    },
    {
      source: 'vLLM, OpenAI-compatible server: the error’s fields on top',
      frame:
        'data: {"object": "error", "message": "out of memory", "type": "BadRequestError", "code": 400}\n\n',
      error: { code: '400', type: 'BadRequestError', message: 'out of memory' },
    },
  ],
}

const begun: readonly ReplyPart[] = [
  { kind: 'start', id: 'a1', model: 'm', created: 1 },
  { kind: 'text', text: 'Hel' },
]
const rest: readonly ReplyPart[] = [
  { kind: 'text', text: 'lo' },
  { kind: 'finish', finish: 'stop', stopSequence: null },
  { kind: 'done' },
]

/** What a client has got of a stream; the gateway does not finish one that failed. */
function read(stream: StreamRelay, text: string): string {
  const got: Buffer[] = []
  stream.open(bytes => got.push(bytes) > 0)
  stream.push(Buffer.from(text))
  return Buffer.concat([...got, ...stream.tail]).toString()
}

describe.each(
  pairs.flatMap(([client, format, ...pair]) =>
    STREAM_ERRORS[pair[1].name].map(error => [client, format, error.source, error, ...pair] as const),
  ),
)('a client of %s at a provider of %s: %s', (_client, _format, _source, { frame, error }, client, format) => {
  const begin = streamOf(format, begun)

  test('before any content is an error and nothing else', () => {
    const stream = new TranslatedStream(frames(client, format), emptyFacts())
    expect(read(stream, frame)).toBe('')
    expect(stream).toMatchObject({ progress: 'error', facts: { error, outputLength: 0 } })
  })

  test('in the middle of a stream ends it, whatever comes behind', () => {
    const stream = new TranslatedStream(frames(client, format), emptyFacts())
    const got = read(stream, begin + frame + streamOf(format, rest))
    expect(stream).toMatchObject({ progress: 'error', facts: { error, finishReason: null, outputLength: 3 } })
    expect(got).toBe(read(new TranslatedStream(frames(client, format), emptyFacts()), begin))
    expect(kindsOf(client, got + errorFrame(client))).toEqual(endingInError)
  })

  test('is the same error to clients that speak the provider’s format', () => {
    const stream = new AnswerStream(nativeOf(format).endpoint, emptyFacts(), 'show')
    read(stream, begin + frame)
    expect(stream).toMatchObject({ progress: 'error', facts: { error } })
  })
})

/** The gateway's last word to a client whose stream broke. */
function errorFrame({ endpoint }: Client): string {
  const error = {
    category: 'upstream',
    code: 'stream_broken',
    message: 'The stream broke.',
    param: null,
    requestId: 'wr_1',
    attempts: [],
  } as const
  return wireFormats.byName[endpoint.format].errorFrame(error, endpoint.path)
}

/** How a client's own API names what each event is. */
function kindsOf({ endpoint }: Client, stream: string): readonly string[] {
  return eventsOf(stream).map(({ event, data }) => endpoint.readFrame(event, data, emptyFacts()))
}

const endingInError = expect.toSatisfy(
  (kinds: readonly string[]) => kinds.indexOf('error') === kinds.length - 1 && !kinds.includes('done'),
) as unknown

const WHOLE_ERRORS: Readonly<Record<WireFormat['name'], JsonObject>> = {
  // Anthropic, guide "Errors".
  anthropic: { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
  // OpenRouter, guide "Errors": an error inside a 200.
  openai: { error: { type: 'overloaded_error', message: 'Overloaded' }, choices: [] },
}

test.each(pairs)('a client of %s is not answered with an error of %s', (_client, _format, client, format) => {
  const facts = emptyFacts()
  const answer = translation(client, format).answer(WHOLE_ERRORS[format.name], echo, facts)
  expect(answer).toEqual({
    kind: 'error',
    error: { code: null, type: 'overloaded_error', message: 'Overloaded' },
  })
  expect(facts).toEqual(emptyFacts())
})

test.each(providers.map(format => [format.name, format] as const))(
  'a stream of %s that ends early is not completed for any client',
  (_, format) => {
    for (const [, , client] of pairs) {
      const stream = new TranslatedStream(frames(client, format), emptyFacts())
      const kinds = kindsOf(client, read(stream, streamOf(format, begun)))
      expect(kinds.at(-1)).toBe('content')
      expect(stream.progress).toBe('content')
    }
  },
)
