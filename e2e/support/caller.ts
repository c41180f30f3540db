// Plain HTTP calls of the gateway, for tests that look at bytes, headers and frames rather than through an SDK.
import { KEY, type RunningGateway } from './gateway.ts'
import type { Ledger } from './ledger.ts'
import { parseEvents, type ServerSentEvent } from './server-sent-events.ts'

export interface Answered {
  readonly status: number
  readonly headers: Headers
  /** The request id the gateway gave it. */
  readonly id: string
  readonly text: string
  json(): Record<string, unknown>
  /** The events of a stream. */
  sse(): ServerSentEvent[]
}

export interface CallOptions {
  readonly headers?: Readonly<Record<string, string>>
  readonly key?: string
  readonly signal?: AbortSignal
}

export interface Caller {
  /** Posts a body as JSON, or bytes as they are, and reads the whole answer. */
  post(path: string, body: object | string, options?: CallOptions): Promise<Answered>
  /** A chat of one user message; `fields` are added to the body. */
  chat(model: string, fields?: object, options?: CallOptions): Promise<Answered>
}

export function callerOf(gateway: Pick<RunningGateway, 'url'>, ledger: Ledger): Caller {
  const post: Caller['post'] = async (path, body, options = {}) => {
    const response = await ledger.fetch(`${gateway.url}${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${options.key ?? KEY}`,
        'content-type': 'application/json',
        ...options.headers,
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    })
    return answered(response, await response.text())
  }
  return {
    post,
    chat: (model, fields = {}, options = {}) =>
      post(
        '/v1/chat/completions',
        { model, messages: [{ role: 'user', content: 'Hello' }], ...fields },
        options,
      ),
  }
}

function answered(response: Response, text: string): Answered {
  return {
    status: response.status,
    headers: response.headers,
    id: response.headers.get('x-weir-request-id') ?? 'none',
    text,
    json: () => JSON.parse(text) as Record<string, unknown>,
    sse: () => parseEvents(text),
  }
}

/** The text of a streamed chat, from its content deltas. */
export function chatText(events: readonly ServerSentEvent[]): string {
  return events
    .filter(event => event.data.startsWith('{'))
    .map(event => JSON.parse(event.data) as { choices?: { delta?: { content?: string } }[] })
    .map(chunk => chunk.choices?.[0]?.delta?.content ?? '')
    .join('')
}
