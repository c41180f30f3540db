// Sends one chat request through the gateway and measures its answer. It never throws: what goes wrong is a failure in
// the result.
import type { Usage } from '@weir/core/event'
import type { Dispatcher } from 'undici'
import { readChatAnswer, readErrorAnswer } from './chat-answer.ts'
import type { ChatRequest } from './chat-request.ts'
import { createChatStream } from './chat-stream.ts'
import { type Failure, failureBeforeAnswer, failureInAnswer } from './failure.ts'
import type { Gateway } from './gateway.ts'
import { type Labels, labelsOf, noLabels } from './labels.ts'

export interface CallResult {
  readonly labels: Labels
  /** Null when the request was answered in full. */
  readonly failure: Failure | null
  /** Null when the answer did not say. */
  readonly usage: Usage | null
  /** Milliseconds from sending to the end of the answer. */
  readonly latencyMs: number
  /** Milliseconds from sending to the first content of a stream; null without one. */
  readonly firstTokenMs: number | null
}

interface Answer {
  readonly failure: Failure | null
  readonly usage: Usage | null
  readonly firstContentAt: number | null
}

type Response = Dispatcher.ResponseData

export async function callGateway(
  gateway: Gateway,
  request: ChatRequest,
  signal: AbortSignal,
): Promise<CallResult> {
  const { now } = gateway.clock
  const started = now()
  const response = await send(gateway, request, signal)
  const answer = 'class' in response ? unanswered(response) : await read(response, request, now, signal)
  return {
    labels: 'class' in response ? noLabels : labelsOf(response.headers),
    failure: answer.failure,
    usage: answer.usage,
    latencyMs: now() - started,
    firstTokenMs: answer.firstContentAt === null ? null : answer.firstContentAt - started,
  }
}

async function send(
  gateway: Gateway,
  request: ChatRequest,
  signal: AbortSignal,
): Promise<Response | Failure> {
  try {
    return await gateway.pool.request({
      method: 'POST',
      path: `${gateway.basePath}/chat/completions`,
      headers: {
        authorization: `Bearer ${gateway.key}`,
        'content-type': 'application/json',
        'x-sim': request.simulation,
      },
      body: request.body,
      signal,
    })
  } catch (error) {
    return failureBeforeAnswer(error, signal)
  }
}

function read(
  response: Response,
  request: ChatRequest,
  now: () => number,
  signal: AbortSignal,
): Promise<Answer> {
  return response.statusCode === 200 && request.stream
    ? readStream(response, now, signal)
    : readPlain(response, signal)
}

async function readPlain({ statusCode, body }: Response, signal: AbortSignal): Promise<Answer> {
  try {
    const text = await body.text()
    if (statusCode !== 200) return unanswered(readErrorAnswer(statusCode, text))
    return { ...readChatAnswer(text), firstContentAt: null }
  } catch (error) {
    // A status that says no is the reason, whatever became of its body.
    if (statusCode !== 200) return unanswered(readErrorAnswer(statusCode, ''))
    return unanswered(failureInAnswer(error, signal, 'answer_cut'))
  }
}

async function readStream(response: Response, now: () => number, signal: AbortSignal): Promise<Answer> {
  const type = String(response.headers['content-type'] ?? 'no content type')
  if (!type.startsWith('text/event-stream')) return readMistyped(response, type, signal)
  const stream = createChatStream(now)
  try {
    for await (const bytes of response.body) stream.push(bytes as Uint8Array)
    return stream.end(null)
  } catch (error) {
    return stream.end(failureInAnswer(error, signal, 'stream_cut'))
  }
}

async function readMistyped(response: Response, type: string, signal: AbortSignal): Promise<Answer> {
  const { failure } = await readPlain(response, signal)
  const wrong = { class: 'bad_answer', detail: `${type} where an event stream was asked for` } as const
  return unanswered(failure ?? wrong)
}

function unanswered(failure: Failure): Answer {
  return { failure, usage: null, firstContentAt: null }
}
