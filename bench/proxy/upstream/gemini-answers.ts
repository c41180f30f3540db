// Answers in Gemini's format, to `generateContent` and `streamGenerateContent`: the same words in as many chunks with
// content as the chat answers have.
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

/** The fields of `GenerateContentResponse` in the Gemini API reference, "Generating content". */
const response = (model: string, text: string, finishReason: string | undefined) => ({
  candidates: [{ content: { parts: [{ text }], role: 'model' }, finishReason, index: 0 }],
  usageMetadata: {
    promptTokenCount: TOKENS.input,
    candidatesTokenCount: TOKENS.output,
    totalTokenCount: TOKENS.input + TOKENS.output,
  },
  modelVersion: model,
  responseId: 'b3nch0001',
})

/** Answers of one model. A stream has nothing before its content, and its last content brings the finish reason. */
export function geminiAnswers(model: string): Answers {
  const content = httpChunk(sseFrame(response(model, STREAMED_WORD, undefined)))
  const end = Buffer.from(httpChunk(sseFrame(response(model, STREAMED_WORD, 'STOP'))) + STREAM_END)
  return {
    whole: wholeResponse('200 OK', response(model, ANSWER_TEXT, 'STOP')),
    streamOpening: Buffer.from(STREAM_HEAD),
    middle: repeated(content, STREAM_CHUNKS - 3),
    streamEnding: end,
    streamEndingWithUsage: end,
  }
}
