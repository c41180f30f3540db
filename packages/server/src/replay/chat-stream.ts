// Follows one streamed chat completion: when its first content came, what it used, and whether it ended as it should.
import type { Usage } from '@weir/core/event'
import { describeError } from './chat-answer.ts'
import type { Failure } from './failure.ts'
import { asObject, type JsonObject, parseObject } from './json-value.ts'
import { createSseReader, type SseFrame } from './sse-reader.ts'
import { usageOf } from './usage.ts'

interface ChatStream {
  /** Takes the next bytes, cut anywhere. */
  push(bytes: Uint8Array): void
  /** What the stream turned out to be; `cut` says how the connection was lost, null when it ended in good order. */
  end(cut: Failure | null): StreamedAnswer
}

interface StreamedAnswer {
  readonly failure: Failure | null
  readonly usage: Usage | null
  /** When the first content came, on the clock of `now`; null when none did. */
  readonly firstContentAt: number | null
}

/** Delta fields that carry content; `role` alone and a finish reason do not. */
const contentFields = ['content', 'reasoning_content', 'reasoning', 'refusal', 'tool_calls', 'function_call']

/** @param now - monotonic milliseconds */
export function createChatStream(now: () => number): ChatStream {
  let firstContentAt: number | null = null
  let usage: Usage | null = null
  let failure: Failure | null = null
  let done = false
  const takeChunk = (chunk: JsonObject) => {
    if (firstContentAt === null && hasContent(chunk)) firstContentAt = now()
    usage = usageOf(chunk) ?? usage
  }
  const takeFrame = (frame: SseFrame) => {
    if (done) return
    if (frame.data === '[DONE]') {
      done = true
      return
    }
    const chunk = parseObject(frame.data)
    failure ??= failureOf(frame, chunk)
    if (chunk !== null) takeChunk(chunk)
  }
  return {
    push: createSseReader(takeFrame),
    end: cut => ({ failure: failure ?? (done ? null : (cut ?? noDone)), usage, firstContentAt }),
  }
}

const noDone: Failure = { class: 'stream_no_done', detail: 'the stream ended without [DONE]' }

function failureOf(frame: SseFrame, chunk: JsonObject | null): Failure | null {
  // Some APIs send `error: null` on every good chunk.
  if (frame.event === 'error' || (chunk !== null && (chunk['error'] ?? null) !== null)) {
    return { class: 'stream_error', detail: describeError(chunk ?? {}, 'an error event') }
  }
  return chunk === null ? { class: 'stream_malformed', detail: 'an event that is not a JSON object' } : null
}

function hasContent(chunk: JsonObject): boolean {
  const choices = chunk['choices']
  return Array.isArray(choices) && choices.some(choice => deltaHasContent(asObject(choice)))
}

function deltaHasContent(choice: JsonObject | null): boolean {
  const delta = asObject(choice?.['delta'])
  return delta !== null && contentFields.some(field => isFilled(delta[field]))
}

function isFilled(value: unknown): boolean {
  if (typeof value === 'string' || Array.isArray(value)) return value.length > 0
  return typeof value === 'object' && value !== null
}
