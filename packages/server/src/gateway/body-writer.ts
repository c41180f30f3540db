// Writes the body of a stream to a client, one buffer a chunk. Node's own chunked encoding hands four pieces to every
// write; here they are one, which is most of what a relayed chunk costs beyond the system call.
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** Copying more than this costs more than four pieces do: bytes. */
const MAX_COPY = 32_768

export interface BodyWriter {
  /** False when the client cannot take more now; `drained` is called when it can again. */
  write(bytes: Buffer): boolean
}

/** A writer for an answer whose head has been written. `drained` is called each time a pause is over. */
export function openBody(res: ServerResponse, drained: () => void): BodyWriter {
  res.on('drain', drained)
  res.flushHeaders()
  const { socket } = res
  // A pipelined answer has no socket until its turn, and HTTP/1.0 knows no chunks.
  if (socket === null || !res.chunkedEncoding) return { write: bytes => res.write(bytes) }
  // One listener, however many writes follow before the first one told to pause takes effect.
  let waiting = false
  const onDrain = () => {
    waiting = false
    drained()
  }
  const write = (bytes: Buffer) => {
    if (bytes.length > MAX_COPY) return res.write(bytes)
    const flowing = writeChunk(socket, bytes)
    if (!flowing && !waiting) {
      waiting = true
      socket.once('drain', onDrain)
    }
    return flowing
  }
  return { write }
}

function writeChunk(socket: Socket, bytes: Buffer): boolean {
  if (bytes.length === 0 || socket.destroyed) return true
  if (socket.writableCorked === 0) {
    // What comes in one turn goes out in one write.
    socket.cork()
    process.nextTick(uncork, socket)
  }
  return socket.write(frameChunk(bytes))
}

function uncork(socket: Socket): void {
  socket.uncork()
}

/** A chunk of RFC 9112, 7.1: its size in hex, the bytes, each followed by CRLF. */
function frameChunk(bytes: Buffer): Buffer {
  const size = bytes.length.toString(16)
  const chunk = Buffer.allocUnsafe(size.length + bytes.length + 4)
  let at = chunk.write(size, 0, 'latin1')
  chunk[at++] = 0x0d
  chunk[at++] = 0x0a
  at += bytes.copy(chunk, at)
  chunk[at++] = 0x0d
  chunk[at] = 0x0a
  return chunk
}
