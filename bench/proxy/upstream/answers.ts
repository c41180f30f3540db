// The upstream's answers as ready bytes, framing included, so that serving one costs little more than its write.
import { STREAM_CHUNKS } from '../workload.ts'

export interface Answers {
  /** A whole non-streamed response, about 0.4 KB of JSON. */
  readonly whole: Buffer
  /** Response head of a stream plus its first chunk (the role), written at once as servers do. */
  readonly streamOpening: Buffer
  /** The chunks between the opening and the ending, each one HTTP chunk with one SSE frame. */
  readonly middle: readonly Buffer[]
  /** Finish reason and `[DONE]`; `streamEndingWithUsage` has the usage chunk between them. */
  readonly streamEnding: Buffer
  readonly streamEndingWithUsage: Buffer
  readonly notFound: Buffer
}

const USAGE = { prompt_tokens: 87, completion_tokens: 98, total_tokens: 185 }

const ANSWER_TEXT =
  'Yes, you can keep the scratched shelf. I can offer a partial refund to the card you paid with. ' +
  'Please send one photo of the edge.'

function wholeResponse(status: string, payload: object): Buffer {
  const body = JSON.stringify(payload)
  const length = Buffer.byteLength(body)
  return Buffer.from(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n${body}`,
  )
}

const httpChunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`

const sseFrame = (payload: object): string => `data: ${JSON.stringify(payload)}\n\n`

const STREAM_HEAD =
  'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n' +
  'cache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n'

function streamChunk(model: string, delta: object, finishReason: string | null): string {
  return sseFrame({
    id: 'chatcmpl-b3nch0001',
    object: 'chat.completion.chunk',
    created: 1_760_000_000,
    model,
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
  })
}

function usageChunk(model: string): string {
  return sseFrame({
    id: 'chatcmpl-b3nch0001',
    object: 'chat.completion.chunk',
    created: 1_760_000_000,
    model,
    choices: [],
    usage: USAGE,
  })
}

function wholeAnswer(model: string): Buffer {
  return wholeResponse('200 OK', {
    id: 'chatcmpl-b3nch0001',
    object: 'chat.completion',
    created: 1_760_000_000,
    model,
    choices: [{ index: 0, message: { role: 'assistant', content: ANSWER_TEXT }, finish_reason: 'stop' }],
    usage: USAGE,
  })
}

/** Answers of one model: `STREAM_CHUNKS` chunks a stream, the role first and the finish reason last. */
export function answersOf(model: string): Answers {
  const content = httpChunk(streamChunk(model, { content: ' word' }, null))
  const finish = httpChunk(streamChunk(model, {}, 'stop'))
  const done = `${httpChunk('data: [DONE]\n\n')}0\r\n\r\n`
  return {
    whole: wholeAnswer(model),
    streamOpening: Buffer.from(
      STREAM_HEAD + httpChunk(streamChunk(model, { role: 'assistant', content: '' }, null)),
    ),
    middle: Array.from({ length: STREAM_CHUNKS - 2 }, () => Buffer.from(content)),
    streamEnding: Buffer.from(finish + done),
    streamEndingWithUsage: Buffer.from(finish + httpChunk(usageChunk(model)) + done),
    notFound: wholeResponse('404 Not Found', { error: { message: 'no such path', type: 'not_found' } }),
  }
}
