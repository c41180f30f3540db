// Answers in OpenAI's format, to `/v1/chat/completions`.
import { STREAM_CHUNKS } from '../workload.ts'
import {
  ANSWER_TEXT,
  type Answers,
  httpChunk,
  repeated,
  STREAM_END,
  STREAM_HEAD,
  STREAMED_WORD,
  sseFrame,
  TOKENS,
  wholeResponse,
} from './answers.ts'

const USAGE = {
  prompt_tokens: TOKENS.input,
  completion_tokens: TOKENS.output,
  total_tokens: TOKENS.input + TOKENS.output,
}

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
export function chatAnswers(model: string): Answers {
  const content = httpChunk(streamChunk(model, { content: STREAMED_WORD }, null))
  const finish = httpChunk(streamChunk(model, {}, 'stop'))
  const done = httpChunk('data: [DONE]\n\n') + STREAM_END
  return {
    whole: wholeAnswer(model),
    streamOpening: Buffer.from(
      STREAM_HEAD + httpChunk(streamChunk(model, { role: 'assistant', content: '' }, null)),
    ),
    middle: repeated(content, STREAM_CHUNKS - 2),
    streamEnding: Buffer.from(finish + done),
    streamEndingWithUsage: Buffer.from(finish + httpChunk(usageChunk(model)) + done),
  }
}
