// The way from frames to the socket: optional compression flushed per write, optional cutting into small pieces.
import type { ServerResponse } from 'node:http'
import { setImmediate } from 'node:timers/promises'
import { constants, createBrotliCompress, createGzip } from 'node:zlib'

export type Outlet = {
  /** A promise only when the next write must wait for it: back-pressure, compression, or cutting. */
  write(bytes: string | Uint8Array): Promise<void> | undefined
  end(): void
}

export type Encoding = 'gzip' | 'br'

/** `pieceBytes`: cut into writes of that many bytes, each in a turn of its own, whatever it tears apart. */
export const openOutlet = (
  response: ServerResponse,
  encoding: Encoding | undefined,
  pieceBytes: number | undefined,
): Outlet => {
  const outlet = pieceBytes === undefined ? direct(response) : cutting(response, pieceBytes)
  return encoding === undefined ? outlet : compressing(outlet, encoding)
}

const direct = (response: ServerResponse): Outlet => ({
  write: bytes => {
    if (response.destroyed || response.write(bytes)) return undefined
    return new Promise(resolve => response.once('drain', resolve))
  },
  end: () => void response.end(),
})

const cutting = (response: ServerResponse, pieceBytes: number): Outlet => {
  const outlet = direct(response)
  return {
    ...outlet,
    write: async bytes => {
      const whole = Buffer.from(bytes)
      for (let at = 0; at < whole.length && !response.destroyed; at += pieceBytes) {
        await outlet.write(whole.subarray(at, at + pieceBytes))
        await setImmediate()
      }
    },
  }
}

const compressing = (outlet: Outlet, encoding: Encoding): Outlet => {
  const packer = encoding === 'gzip' ? createGzip() : createBrotliCompress()
  const flush = encoding === 'gzip' ? constants.Z_SYNC_FLUSH : constants.BROTLI_OPERATION_FLUSH
  let packed: Buffer[] = []
  packer.on('data', (bytes: Buffer) => packed.push(bytes))
  const drain = async () => {
    const bytes = Buffer.concat(packed)
    packed = []
    await outlet.write(bytes)
  }
  return {
    write: async bytes => {
      packer.write(bytes)
      await new Promise<void>(resolve => packer.flush(flush, resolve))
      await drain()
    },
    end: () => {
      packer.once('end', () => void drain().then(() => outlet.end()))
      packer.end()
    },
  }
}
