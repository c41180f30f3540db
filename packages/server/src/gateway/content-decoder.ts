// Decodes compressed answers of providers that compress although they were asked not to.
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createZstdDecompress,
} from 'node:zlib'

export interface Decoder {
  write(chunk: Buffer): void
  end(): void
  /** Calls `done` when everything written so far has come out. */
  drain(done: () => void): void
}

export interface DecodedSink {
  data(chunk: Buffer): void
  end(): void
  error(message: string): void
}

/** A decoder for a `content-encoding`; flushes as it goes, so that streams stay streams. */
export function contentDecoder(encoding: string, sink: DecodedSink): Decoder {
  const transform = openTransform(encoding)
  if (transform === undefined) {
    queueMicrotask(() => sink.error(`the answer has the unknown content-encoding "${encoding}"`))
    return { write: () => {}, end: () => {}, drain: done => done() }
  }
  transform.on('data', chunk => sink.data(chunk))
  transform.on('end', () => sink.end())
  transform.on('error', () => sink.error(`the answer is not valid ${encoding}`))
  return {
    write: chunk => void transform.write(chunk),
    end: () => void transform.end(),
    // Writes are worked off in order, and an empty one waits for its turn like any other.
    drain: done => void transform.write(Buffer.alloc(0), () => done()),
  }
}

function openTransform(encoding: string): NodeJS.ReadWriteStream | undefined {
  switch (encoding.trim().toLowerCase()) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip({ flush: constants.Z_SYNC_FLUSH })
    case 'deflate':
      return createInflate({ flush: constants.Z_SYNC_FLUSH })
    case 'br':
      return createBrotliDecompress({ flush: constants.BROTLI_OPERATION_FLUSH })
    case 'zstd':
      return createZstdDecompress()
    default:
      return undefined
  }
}
