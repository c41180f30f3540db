// The upstream's reading of HTTP must not depend on how the bytes were cut.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RequestReader } from './request-reader.ts'

const withLength = (body: string): string =>
  `POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`

const chunked = (parts: readonly string[]): string =>
  'POST /v1/chat/completions HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n' +
  parts.map(part => `${Buffer.byteLength(part).toString(16)}\r\n${part}\r\n`).join('') +
  '0\r\n\r\n'

const request = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 60 }).map(body => ({ body, wire: withLength(body) })),
  fc
    .array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }), { maxLength: 4 })
    .map(parts => ({ body: parts.join(''), wire: chunked(parts) })),
)

describe('RequestReader', () => {
  it('finds every request of a connection with its body, wherever the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(request, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 40 }),
        (sent, size) => {
          const bytes = Buffer.from(sent.map(each => each.wire).join(''))
          const reader = new RequestReader()
          const bodies: string[] = []
          for (let at = 0; at < bytes.length; at += size) {
            bodies.push(...reader.push(bytes.subarray(at, at + size)).map(each => each.body.toString()))
          }
          expect(bodies).toEqual(sent.map(each => each.body))
        },
      ),
    )
  })

  it('takes a request without framing headers as one without a body', () => {
    const [only] = new RequestReader().push(Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'))
    expect(only).toEqual({ head: 'GET / HTTP/1.1\r\nHost: x', body: Buffer.alloc(0) })
  })

  it('refuses a chunk size that is no number', () => {
    const broken = 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'
    expect(() => new RequestReader().push(Buffer.from(broken))).toThrow('malformed chunk size')
  })
})
