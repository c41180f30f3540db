// An HTTP client without manners: writes any bytes to a socket, at any pace, and reads what comes back. For what no
// HTTP library would send.
import { createConnection, type Socket } from 'node:net'
import { endWithFile } from '../support/clean-up.ts'
import { until } from '../support/until.ts'

/** One answer as it stood on the wire. */
export interface RawAnswer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** The body as sent: a chunked one with its chunk sizes. */
  readonly body: string
}

export interface RawClient {
  readonly socket: Socket
  write(bytes: string | Buffer): void
  /** Ends the sending side and goes on reading. */
  halfClose(): void
  /** Everything received so far. */
  received(): string
  /** `end`: the gateway closed in good order; `error`: the connection was reset. Pending while it is open. */
  readonly closed: Promise<'end' | 'error'>
  /** The answers received so far, each with its whole body. */
  answers(): RawAnswer[]
  /** The first answer, once its whole body is there. */
  answer(): Promise<RawAnswer>
}

/** Connects to the gateway at `url`. The socket is destroyed with the test file. */
export async function connectRaw(url: string): Promise<RawClient> {
  const { hostname, port } = new URL(url)
  const socket = createConnection({ host: hostname, port: Number(port), allowHalfOpen: true })
  endWithFile(() => socket.destroy())
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  const closed = new Promise<'end' | 'error'>(resolve => {
    socket.once('end', () => {
      resolve('end')
      socket.end()
    })
    socket.once('error', () => resolve('error'))
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
  })
  const received = () => Buffer.concat(chunks).toString('latin1')
  const answers = () => parseAnswers(received())
  return {
    socket,
    write: bytes => void socket.write(bytes),
    halfClose: () => void socket.end(),
    received,
    closed,
    answers,
    answer: () => until('an answer', () => answers()[0]),
  }
}

/** The text of a request with the length of its body. */
export function rawRequest(path: string, headers: Readonly<Record<string, string>>, body: string): string {
  const lines = Object.entries({
    host: 'weir',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  })
  return `POST ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`
}

function parseAnswers(text: string): RawAnswer[] {
  const headEnd = text.indexOf('\r\n\r\n')
  if (headEnd < 0) return []
  const [statusLine = '', ...lines] = text.slice(0, headEnd).split('\r\n')
  const headers = Object.fromEntries(
    lines.map(line => [
      line.slice(0, line.indexOf(':')).toLowerCase(),
      line.slice(line.indexOf(':') + 1).trim(),
    ]),
  )
  const rest = text.slice(headEnd + 4)
  const end = bodyEnd(rest, headers)
  if (end === undefined) return []
  const answer = { status: Number(statusLine.split(' ')[1]), headers, body: rest.slice(0, end) }
  return [answer, ...parseAnswers(rest.slice(end))]
}

/** Where the body ends in `rest`; undefined while it is not whole. */
function bodyEnd(rest: string, headers: Readonly<Record<string, string>>): number | undefined {
  if (headers['transfer-encoding'] === 'chunked') {
    const last = rest.indexOf('\r\n0\r\n\r\n')
    return last < 0 ? undefined : last + '\r\n0\r\n\r\n'.length
  }
  const length = Number(headers['content-length'] ?? 0)
  return rest.length < length ? undefined : length
}
