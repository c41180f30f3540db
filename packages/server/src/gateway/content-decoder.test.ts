import { once } from 'node:events'
import {
  brotliCompressSync,
  constants,
  createBrotliCompress,
  createGzip,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { contentDecoder } from './content-decoder.ts'

interface Decoded {
  readonly bytes: Buffer
  readonly error: string | null
}

/** Decodes chunks and waits for the end or the error, whichever is told; both would be told of. */
function decode(encoding: string, chunks: readonly Buffer[]): Promise<Decoded> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = []
    let settled = 0
    const settle = (error: string | null) => {
      if (++settled > 1) reject(new Error('it ended twice'))
      setImmediate(() => resolve({ bytes: Buffer.concat(parts), error }))
    }
    const decoder = contentDecoder(encoding, {
      data: chunk => parts.push(chunk),
      end: () => settle(null),
      error: settle,
    })
    for (const chunk of chunks) decoder.write(chunk)
    decoder.end()
  })
}

function cut(bytes: Buffer, at: readonly number[]): Buffer[] {
  const edges = [0, ...at.map(place => place % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length]
  return edges.slice(1).map((edge, index) => bytes.subarray(edges[index], edge))
}

const text = Buffer.from('data: {"choices":[{"delta":{"content":"é😀"}}]}\n\n'.repeat(50))
const encoders: [string, (bytes: Buffer) => Buffer][] = [
  ['gzip', gzipSync],
  ['x-gzip', gzipSync],
  [' GZIP ', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
  ['zstd', zstdCompressSync],
]

describe.each(encoders)('an answer in %j', (encoding, encode) => {
  test('is decoded wherever it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(), { maxLength: 5 }), async cuts => {
        expect(await decode(encoding, cut(encode(text), cuts))).toEqual({ bytes: text, error: null })
      }),
      { numRuns: 15 },
    )
  })

  test('that stops in the middle is an error', async () => {
    const { error } = await decode(encoding, [encode(text).subarray(0, -6)])
    expect(error).toBe(`the answer is not valid ${encoding}`)
  })

  test('that is something else is an error', async () => {
    const { error } = await decode(encoding, [Buffer.from('<html>not compressed at all</html>')])
    expect(error).toBe(`the answer is not valid ${encoding}`)
  })
})

test.each([
  ['gzip', () => createGzip({ flush: constants.Z_SYNC_FLUSH })],
  ['br', () => createBrotliCompress({ flush: constants.BROTLI_OPERATION_FLUSH })],
] as const)('a stream in %s is decoded as it comes, not at its end', async (encoding, createEncoder) => {
  const encoder = createEncoder()
  const seen: string[] = []
  let notify = () => {}
  const decoder = contentDecoder(encoding, {
    data: chunk => {
      seen.push(chunk.toString())
      notify()
    },
    end: () => {},
    error: message => seen.push(`error: ${message}`),
  })
  encoder.on('data', (chunk: Buffer) => decoder.write(chunk))
  for (const frame of ['data: 1\n\n', 'data: 2\n\n']) {
    const came = new Promise<void>(resolve => {
      notify = resolve
    })
    encoder.write(frame)
    await came
    expect(seen.join('')).toContain(frame)
  }
  encoder.end()
  await once(encoder, 'end')
  decoder.end()
  expect(seen.join('')).toBe('data: 1\n\ndata: 2\n\n')
})

test.each(['compress', 'gzip, br', 'sdch', ''])(
  'the encoding %j is an error and not passed on undecoded',
  async encoding => {
    expect(await decode(encoding, [text])).toEqual({
      bytes: Buffer.alloc(0),
      error: `the answer has the unknown content-encoding "${encoding}"`,
    })
  },
)
