import { describe, expect, it } from 'vitest'
import { createChatStream } from './chat-stream.ts'
import type { Failure } from './failure.ts'

const cut: Failure = { class: 'stream_cut', detail: 'other side closed' }

/** Pushes one event at a time; the clock's time is the event's position, from 1. */
function follow(events: readonly string[], end: Failure | null = null) {
  let time = 0
  const stream = createChatStream(() => time)
  for (const event of events) {
    time++
    stream.push(new TextEncoder().encode(`${event}\n\n`))
  }
  return stream.end(end)
}

const delta = (delta: object) => `data: ${JSON.stringify({ choices: [{ index: 0, delta }], usage: null })}`
const usage =
  'data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":3}}}'
const done = 'data: [DONE]'

describe('a followed stream', () => {
  it('that ends with [DONE] is answered, with its usage', () => {
    expect(follow([delta({ role: 'assistant', content: '' }), delta({ content: 'a' }), usage, done])).toEqual(
      {
        failure: null,
        usage: { input: 7, cached_input: 3, output: 2, reasoning: null },
        firstContentAt: 2,
      },
    )
  })

  it.each([
    ['text', { content: 'a' }],
    ['reasoning', { reasoning_content: 'a' }],
    ['a tool call', { tool_calls: [{ index: 0, function: { name: 'f' } }] }],
    ['a refusal', { refusal: 'no' }],
  ])('counts %s as first content', (_what, content) => {
    expect(
      follow([': hold', delta({ role: 'assistant', content: '' }), delta(content), done]).firstContentAt,
    ).toBe(3)
  })

  it('has no first content when there was none, and no usage when none was reported', () => {
    expect(follow([delta({ role: 'assistant', content: null, tool_calls: [] }), done])).toEqual({
      failure: null,
      usage: null,
      firstContentAt: null,
    })
  })

  it.each([
    ['stream_no_done', [delta({ content: 'a' }), usage], null],
    ['stream_no_done', [], null],
    ['stream_cut', [delta({ content: 'a' })], cut],
    ['stream_error', [delta({ content: 'a' }), 'data: {"error":{"message":"it broke"}}'], null],
    ['stream_error', [delta({ content: 'a' }), 'data: {"error":{"message":"it broke"}}', done], null],
    ['stream_error', [delta({ content: 'a' }), 'data: {"error":{"message":"it broke"}}'], cut],
    ['stream_error', ['event: error\ndata: {"error":{"message":"it broke"}}'], null],
    ['stream_malformed', [delta({ content: 'a' }), 'data: {"choi', usage, done], null],
    ['stream_malformed', ['data: 5', done], null],
  ] as const)('is a failure of class %s for %j', (kind, events, end) => {
    expect(follow(events, end).failure?.class).toBe(kind)
  })

  it('passes on what the error event says', () => {
    expect(follow(['data: {"error":{"message":"it broke"}}']).failure?.detail).toBe('it broke')
  })

  it('is answered when the connection is lost after [DONE]', () => {
    expect(follow([delta({ content: 'a' }), done], cut).failure).toBeNull()
  })

  it('ignores what comes after [DONE] and an `error` of null', () => {
    expect(follow(['data: {"choices":[],"error":null}', done, 'data: {"error":{}}']).failure).toBeNull()
  })
})
