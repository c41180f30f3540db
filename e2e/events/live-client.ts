// Follows requests live, as a client of the control API does.
import { endWithFile } from '../support/clean-up.ts'

export interface LiveEvent {
  readonly event: string
  readonly data: Readonly<Record<string, unknown>>
}

export interface LiveClient {
  readonly status: number
  readonly headers: Headers
  /** What came so far. */
  readonly events: readonly LiveEvent[]
  /** Resolves when the other side has ended it. */
  readonly ended: Promise<void>
  /** Goes away. */
  close(): Promise<void>
}

/**
 * Resolves when the answer has begun, whatever it is.
 *
 * @param credential - a token, or the headers that stand for one
 * @param query - with its `?`
 */
export async function follow(
  controlUrl: string,
  credential: string | Readonly<Record<string, string>>,
  query = '',
): Promise<LiveClient> {
  const abort = new AbortController()
  endWithFile(() => abort.abort())
  const response = await fetch(`${controlUrl}/api/v1/requests/live${query}`, {
    headers: typeof credential === 'string' ? { authorization: `Bearer ${credential}` } : credential,
    signal: abort.signal,
  })
  const { status, headers, body } = response
  const events: LiveEvent[] = []
  const ended = read(status === 200 ? body : null, events)
  const close = () => {
    abort.abort()
    return ended.catch(() => {})
  }
  // Whoever closes it does not ask how it ended.
  ended.catch(() => {})
  return { status, headers, events, ended, close }
}

async function read(body: ReadableStream<Uint8Array> | null, events: LiveEvent[]): Promise<void> {
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    const frames = text.split('\n\n')
    text = frames.pop() ?? ''
    events.push(...frames.filter(frame => !frame.startsWith(':')).map(parse))
  }
}

function parse(frame: string): LiveEvent {
  const field = (name: string) =>
    frame
      .split('\n')
      .find(line => line.startsWith(`${name}: `))
      ?.slice(name.length + 2) ?? ''
  return { event: field('event'), data: JSON.parse(field('data')) as LiveEvent['data'] }
}
