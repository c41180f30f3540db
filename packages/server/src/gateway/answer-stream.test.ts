import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { messages } from '../provider/anthropic/messages.ts'
import { chat } from '../provider/openai/chat.ts'
import { responses } from '../provider/openai/responses.ts'
import { type Endpoint, emptyFacts } from '../provider/wire-format.ts'
import { AnswerStream } from './answer-stream.ts'

/** Frames by what they are to the relay: `before` and `content` pass on, `usage` may be hidden, `done` is held back. */
interface Frame {
  readonly is: 'before' | 'content' | 'usage' | 'done'
  readonly data: string
  readonly event?: string
}

const text = fc.constantFrom('Hello', ' world', 'é😀', '\u2028', '"quoted"', 'data: x', '\\n', ' ')

const chatFrame = (is: Frame['is'], choices: unknown[], extra: object = {}): Frame => ({
  is,
  data: JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', choices, ...extra }),
})
const chatUsage = { usage: { prompt_tokens: 9, completion_tokens: 12, total_tokens: 21 } }

const chatStream = fc
  .array(text, { maxLength: 6 })
  .map((texts): Frame[] => [
    chatFrame('before', [], { prompt_filter_results: [] }),
    chatFrame('before', [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }]),
    ...texts.map(content => chatFrame('content', [{ index: 0, delta: { content }, finish_reason: null }])),
    chatFrame('content', [{ index: 0, delta: {}, finish_reason: 'stop' }]),
    chatFrame('usage', [], chatUsage),
    { is: 'done', data: '[DONE]' },
  ])

const named = (is: Frame['is'], body: { type: string }): Frame => ({
  is,
  event: body.type,
  data: JSON.stringify(body),
})

const messagesStream = fc.array(text, { maxLength: 6 }).map((texts): Frame[] => [
  named('before', { type: 'message_start', message: { usage: { input_tokens: 9, output_tokens: 1 } } } as {
    type: string
  }),
  named('before', { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } } as {
    type: string
  }),
  named('before', { type: 'ping' }),
  ...texts.map(each =>
    named('content', {
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'text_delta', text: each },
    } as { type: string }),
  ),
  named(texts.length === 0 ? 'before' : 'content', { type: 'content_block_stop' }),
  named('content', {
    type: 'message_delta',
    delta: { stop_reason: 'end_turn' },
    usage: { output_tokens: 12 },
  } as { type: string }),
  named('done', { type: 'message_stop' }),
])

const responsesStream = fc.array(text, { minLength: 1, maxLength: 6 }).map((texts): Frame[] => [
  named('before', { type: 'response.created' }),
  named('before', { type: 'response.in_progress' }),
  named('before', { type: 'response.output_item.added', item: { type: 'message' } } as { type: string }),
  ...texts.map(delta => named('content', { type: 'response.output_text.delta', delta } as { type: string })),
  named('content', { type: 'response.output_text.done' }),
  named('done', {
    type: 'response.completed',
    response: { status: 'completed', usage: { input_tokens: 9, output_tokens: 12 } },
  } as { type: string }),
])

const streams = fc.oneof(
  chatStream.map(frames => ({ endpoint: chat, frames })),
  messagesStream.map(frames => ({ endpoint: messages, frames })),
  responsesStream.map(frames => ({ endpoint: responses, frames })),
)

const written = (frame: Frame, eol: string) =>
  `${frame.event === undefined ? '' : `event: ${frame.event}${eol}`}data: ${frame.data}${eol}${eol}`

interface Relayed {
  readonly given: string
  readonly tail: string
  readonly stream: AnswerStream
}

/** Pushes bytes cut at these places and opens the stream at its first content, as an attempt does. */
function relay(endpoint: Endpoint, bytes: Buffer, cuts: readonly number[], usage: 'hide' | 'show'): Relayed {
  const stream = new AnswerStream(endpoint, emptyFacts(), usage)
  const given: Buffer[] = []
  const edges = [0, ...cuts.map(cut => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length]
  let opened = false
  edges.slice(1).forEach((edge, index) => {
    stream.push(Buffer.from(bytes.subarray(edges[index], edge)))
    if (opened || stream.progress === 'opening') return
    opened = true
    stream.open(chunk => given.push(chunk) > 0)
  })
  return { given: Buffer.concat(given).toString(), tail: Buffer.concat(stream.tail).toString(), stream }
}

describe('a stream, wherever its bytes are cut', () => {
  test('reaches the client as it was, but for the usage it did not ask for and the end that is held back', () => {
    fc.assert(
      fc.property(
        streams,
        fc.constantFrom('\n', '\r\n'),
        fc.array(fc.nat(), { maxLength: 30 }),
        fc.constantFrom('hide' as const, 'show' as const),
        fc.boolean(),
        ({ endpoint, frames }, eol, cuts, usage, commented) => {
          const comment = commented ? `: keep-alive${eol}${eol}` : ''
          const all = frames.map(frame => comment + written(frame, eol))
          const result = relay(endpoint, Buffer.from(all.join('')), cuts, usage)
          const passed = frames.map((frame, index) => {
            if (frame.is === 'done') return comment
            return frame.is === 'usage' && usage === 'hide' ? comment : all[index]
          })
          expect(result.given).toBe(passed.join(''))
          expect(result.tail).toBe(written(frames.at(-1) as Frame, eol))
          expect(result.stream.progress).toBe('done')
          expect(result.stream.facts.usage).toMatchObject({ input: 9, output: 12 })
        },
      ),
      { numRuns: 400 },
    )
  })

  test('tells the same facts', () => {
    fc.assert(
      fc.property(streams, fc.array(fc.nat(), { maxLength: 30 }), ({ endpoint, frames }, cuts) => {
        const bytes = Buffer.from(frames.map(frame => written(frame, '\n')).join(''))
        expect(relay(endpoint, bytes, cuts, 'show').stream.facts).toEqual(
          relay(endpoint, bytes, [], 'show').stream.facts,
        )
      }),
    )
  })

  test('gives nothing away before its first content', () => {
    fc.assert(
      fc.property(streams, fc.nat(), ({ endpoint, frames }, at) => {
        const stream = new AnswerStream(endpoint, emptyFacts(), 'hide')
        const first = frames.findIndex(frame => frame.is === 'content')
        const before = Buffer.from(
          frames
            .slice(0, first)
            .map(frame => written(frame, '\n'))
            .join(''),
        )
        const cut = at % (before.length + 1)
        stream.push(before.subarray(0, cut))
        stream.push(before.subarray(cut))
        expect(stream.progress).toBe('opening')
        // Half a frame of content is no content.
        stream.push(Buffer.from(written(frames[first] as Frame, '\n').slice(0, -1)))
        expect(stream.progress).toBe('opening')
        stream.push(Buffer.from('\n'))
        expect(stream.progress).toBe('content')
        const given: Buffer[] = []
        stream.open(chunk => given.push(chunk) > 0)
        expect(Buffer.concat(given).toString()).toBe(
          before.toString() + written(frames[first] as Frame, '\n'),
        )
      }),
    )
  })
})

const content = written(chatFrame('content', [{ index: 0, delta: { content: 'Hi' } }]), '\n')
const error = 'data: {"error":{"message":"overloaded","type":"server_error","code":"x"}}\n\n'

describe('a stream that fails', () => {
  test('before its content keeps its error from the client', () => {
    const { given, stream } = relay(chat, Buffer.from(error), [], 'show')
    expect([given, stream.progress]).toEqual(['', 'error'])
    expect(stream.facts.error).toEqual({ message: 'overloaded', type: 'server_error', code: 'x' })
  })

  test('after its content passes on what came before, and neither the error nor anything behind it', () => {
    const { given, tail, stream } = relay(chat, Buffer.from(content + error + content), [], 'show')
    expect([given, tail, stream.progress]).toEqual([content, '', 'error'])
  })

  test('by one unreadable frame does not fail: the client gets it as it came', () => {
    const broken = 'data: {"choices":[{"del\n\n'
    const { given, stream } = relay(chat, Buffer.from(content + broken + content), [], 'show')
    expect([given, stream.progress]).toEqual([content + broken + content, 'content'])
  })

  test('by a frame without an end is given up instead of being collected for ever', () => {
    const stream = new AnswerStream(chat, emptyFacts(), 'show')
    stream.push(Buffer.from(content))
    const chunk = Buffer.alloc(9 * 2 ** 20, 'x')
    stream.push(chunk)
    expect(stream.progress).toBe('content')
    stream.push(chunk)
    expect(stream.progress).toBe('error')
    expect(stream.facts.error?.code).toBe('frame_too_large')
  })
})

test('what comes behind the end is held back with it', () => {
  const done = 'data: [DONE]\n\n'
  const { given, tail } = relay(chat, Buffer.from(content + done + ': bye\n\n'), [], 'show')
  expect([given, tail]).toEqual([content, `${done}: bye\n\n`])
})

test('a client that cannot take more makes the stream ask for a pause', () => {
  const stream = new AnswerStream(chat, emptyFacts(), 'show')
  expect(stream.push(Buffer.from(content))).toBe(true)
  expect(stream.open(() => false)).toBe(false)
  expect(stream.push(Buffer.from(content))).toBe(false)
})
