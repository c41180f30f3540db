// Bodies up to a limit. Hono's own limit makes a new Request of a chunked one, which the Node adapter's cannot become.
import type { MiddlewareHandler } from 'hono'
import type { AdminEnv } from './env.ts'
import { problem } from './problem.ts'

/** @param unlimited - paths whose routes read bodies of any size by themselves */
export function limitBody(maxBytes: number, unlimited: readonly string[]): MiddlewareHandler<AdminEnv> {
  const refusal = {
    detail: `a body may have ${maxBytes} bytes`,
    // What is left of the body is not read.
    headers: { connection: 'close' },
  }
  return async (c, next) => {
    if (unlimited.includes(c.req.path)) return next()
    const declared = c.req.header('content-length')
    if (Number(declared ?? 0) > maxBytes) return problem(c, 'body_too_large', refusal)
    if (declared === undefined && c.req.raw.body !== null) {
      const body = await readUpTo(c.req.raw.body, maxBytes)
      if (body === undefined) return problem(c, 'body_too_large', refusal)
      // Hono keeps promises there, whatever its type says.
      Object.assign(c.req.bodyCache, { arrayBuffer: Promise.resolve(body) })
    }
    return next()
  }
}

/** Undefined when there is more. */
async function readUpTo(
  stream: ReadableStream<Uint8Array>,
  maxBytes: number,
): Promise<ArrayBuffer | undefined> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of stream) {
    size += chunk.length
    if (size > maxBytes) return undefined
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks)).buffer
}
