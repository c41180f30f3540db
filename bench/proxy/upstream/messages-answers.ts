// Answers in Anthropic's format, to `/v1/messages`: the same words in as many chunks as the chat answers have.
import { STREAM_CHUNKS } from '../workload.ts'
import {
  ANSWER_TEXT,
  type Answers,
  httpChunk,
  repeated,
  STREAM_END,
  STREAM_HEAD,
  STREAMED_WORD,
  TOKENS,
  wholeResponse,
} from './answers.ts'

/** A message as both deliveries begin it; the fields are those of Anthropic's "Create a Message". */
const message = (model: string, content: readonly object[], stopReason: string | null, output: number) => ({
  id: 'msg_b3nch0001',
  type: 'message',
  role: 'assistant',
  model,
  content,
  stop_reason: stopReason,
  stop_sequence: null,
  usage: {
    input_tokens: TOKENS.input,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    output_tokens: output,
  },
})

const event = (type: string, fields: object): string =>
  httpChunk(`event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`)

/** The events of Anthropic's "Streaming messages", the ping that follows the first block's start included. */
const opening = (model: string): string =>
  event('message_start', { message: message(model, [], null, 1) }) +
  event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }) +
  event('ping', {})

const ending = (): string =>
  event('content_block_stop', { index: 0 }) +
  event('message_delta', {
    delta: { stop_reason: 'end_turn', stop_sequence: null },
    usage: { output_tokens: TOKENS.output },
  }) +
  event('message_stop', {}) +
  STREAM_END

/** Answers of one model. Usage is always told. */
export function messagesAnswers(model: string): Answers {
  const delta = { type: 'text_delta', text: STREAMED_WORD }
  const end = Buffer.from(ending())
  return {
    whole: wholeResponse(
      '200 OK',
      message(model, [{ type: 'text', text: ANSWER_TEXT }], 'end_turn', TOKENS.output),
    ),
    streamOpening: Buffer.from(STREAM_HEAD + opening(model)),
    middle: repeated(event('content_block_delta', { index: 0, delta }), STREAM_CHUNKS - 2),
    streamEnding: end,
    streamEndingWithUsage: end,
  }
}
