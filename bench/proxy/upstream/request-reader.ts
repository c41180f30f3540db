// Cuts a connection's bytes into HTTP/1.1 requests. Only what a load test's upstream needs, because node:http
// would cost more per request than the proxies measured. Must not be used outside the bench.

export interface UpstreamRequest {
  /** Request line and headers, without the blank line. */
  readonly head: string
  readonly body: Buffer
}

const HEAD_END = Buffer.from('\r\n\r\n')
const NOTHING = Buffer.alloc(0)

type BodyFraming = { readonly kind: 'length'; readonly bytes: number } | { readonly kind: 'chunked' }

function framingOf(head: string): BodyFraming {
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
  if (length !== undefined) return { kind: 'length', bytes: Number(length) }
  return /\r\ntransfer-encoding: *chunked/i.test(head) ? { kind: 'chunked' } : { kind: 'length', bytes: 0 }
}

interface Body {
  readonly body: Buffer
  readonly end: number
}

/** Body of a chunked request, or undefined while its last chunk is not there. Trailers are not expected. */
function chunkedBody(bytes: Buffer, start: number): Body | undefined {
  const parts: Buffer[] = []
  for (let at = start; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at)
    if (lineEnd < 0) return undefined
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16)
    if (!Number.isInteger(size)) throw new Error('upstream: malformed chunk size')
    const next = lineEnd + 2 + size + 2
    if (next > bytes.length) return undefined
    if (size === 0) return { body: Buffer.concat(parts), end: next }
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size))
    at = next
  }
}

function bodyOf(bytes: Buffer, start: number, framing: BodyFraming): Body | undefined {
  if (framing.kind === 'chunked') return chunkedBody(bytes, start)
  const end = start + framing.bytes
  return end > bytes.length ? undefined : { body: bytes.subarray(start, end), end }
}

export class RequestReader {
  #held: Buffer = NOTHING

  /** Takes bytes as they come off the socket; returns the requests they completed, in order. */
  push(bytes: Buffer): UpstreamRequest[] {
    this.#held = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes])
    const requests: UpstreamRequest[] = []
    for (let request = this.#next(); request !== undefined; request = this.#next()) requests.push(request)
    return requests
  }

  #next(): UpstreamRequest | undefined {
    const headEnd = this.#held.indexOf(HEAD_END)
    if (headEnd < 0) return undefined
    const head = this.#held.toString('latin1', 0, headEnd)
    const found = bodyOf(this.#held, headEnd + HEAD_END.length, framingOf(head))
    if (found === undefined) return undefined
    this.#held = this.#held.subarray(found.end)
    return { head, body: found.body }
  }
}
