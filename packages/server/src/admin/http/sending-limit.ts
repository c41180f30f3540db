// How long clients of the control port may take to send a request. Node's own limit is one for all paths, and cuts off
// a large file that still comes in.
import type { IncomingMessage, ServerResponse } from 'node:http'

interface Sending {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  /** Bytes of its connection at the last check; null before the first. */
  seen: number | null
}

/**
 * A request has to be whole at the second check after its headers came. A file may take as long as bytes of it have come
 * between any two checks, and its answer has not been sent.
 */
export class SendingLimit {
  readonly #sending = new Set<Sending>()
  readonly #isFile: (path: string) => boolean

  /** @param isFile - whether a path takes files of any size */
  constructor(isFile: (path: string) => boolean) {
    this.#isFile = isFile
  }

  watch(req: IncomingMessage, res: ServerResponse): void {
    const sending: Sending = { req, res, seen: null }
    this.#sending.add(sending)
    // Not that of `res`: a body may still come in when its answer is out.
    req.once('close', () => this.#sending.delete(sending))
  }

  check(): void {
    for (const sending of this.#sending) {
      if (sending.req.complete || sending.req.destroyed) this.#sending.delete(sending)
      else if (this.#isLate(sending)) cutOff(sending)
    }
  }

  #isLate(sending: Sending): boolean {
    const { req, res, seen } = sending
    const { bytesRead } = req.socket
    sending.seen = bytesRead
    if (seen === null) return false
    return bytesRead === seen || res.writableEnded || !this.#isFile(pathOf(req))
  }
}

function cutOff({ req, res }: Sending): void {
  if (!res.headersSent) req.socket.write('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n')
  req.socket.destroySoon()
}

const pathOf = ({ url = '' }: IncomingMessage) => url.split('?', 1)[0] ?? ''
