// The shortest ways to ask a gateway for a chat answer.
import { KEY } from '../support/gateway.ts'

export interface ChatOptions {
  readonly model?: string
  readonly stream?: true
  readonly user?: string
  readonly key?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

/** Asks the gateway at `url` for a chat answer; the model is `demo` unless it is named. */
export function chat(url: string, options: ChatOptions = {}): Promise<Response> {
  const { model = 'demo', stream, user, key = KEY, headers, signal } = options
  return fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model, stream, user, messages: [{ role: 'user', content: 'Hello' }] }),
    ...(signal === undefined ? {} : { signal }),
  })
}

/** The request id that the gateway gave an answer. */
export function requestIdOf(response: Response): string {
  return response.headers.get('x-weir-request-id') ?? ''
}
