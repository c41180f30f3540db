// The endpoints the upstream has, one a wire format, and how a request to each says that it wants a stream.
import { CHAT_PATH } from '../workload.ts'
import type { Answers } from './answers.ts'
import { chatAnswers } from './chat-answers.ts'
import { geminiAnswers } from './gemini-answers.ts'
import { messagesAnswers } from './messages-answers.ts'
import type { UpstreamModel } from './order.ts'
import type { UpstreamRequest } from './request-reader.ts'

export interface Endpoint {
  /** What the request line of its requests begins with. */
  readonly requestLine: string
  readonly wantsStream: (request: UpstreamRequest) => boolean
  readonly answers: Answers
}

/** Whoever writes a body anew spaces it as JSON.stringify does, like the client. */
const asksInBody = ({ body }: UpstreamRequest): boolean => body.includes('"stream":true')

/** The most used first: every request looks for its endpoint from the start. */
export const endpointsOf = (model: UpstreamModel): readonly Endpoint[] => [
  { requestLine: `POST ${CHAT_PATH} `, wantsStream: asksInBody, answers: chatAnswers(model) },
  { requestLine: 'POST /v1/messages ', wantsStream: asksInBody, answers: messagesAnswers(model) },
  {
    requestLine: `POST /v1beta/models/${model}:generateContent `,
    wantsStream: () => false,
    answers: geminiAnswers(model),
  },
  {
    requestLine: `POST /v1beta/models/${model}:streamGenerateContent?alt=sse `,
    wantsStream: () => true,
    answers: geminiAnswers(model),
  },
]

export const wantsUsage = ({ body }: UpstreamRequest): boolean => body.includes('"include_usage":true')
