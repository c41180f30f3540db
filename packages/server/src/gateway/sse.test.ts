import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FrameSplitter, readFrameFields } from './sse.ts'

/** Cuts bytes at the given places and collects the frames that come out. */
function framesOf(bytes: Buffer, cuts: readonly number[]): { frames: string[]; rest: string } {
  const splitter = new FrameSplitter()
  const frames: string[] = []
  const edges = [0, ...cuts.map(cut => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length]
  edges.slice(1).forEach((edge, index) => {
    const pushed = splitter.push(bytes.subarray(edges[index], edge))
    let from = 0
    for (const end of pushed.ends) {
      frames.push(pushed.bytes.toString('utf8', from, end))
      from = end
    }
  })
  return { frames, rest: splitter.rest?.toString() ?? '' }
}

const frameText = fc.record({
  event: fc.option(fc.constantFrom('ping', 'message_start'), { nil: undefined }),
  data: fc.array(fc.constantFrom('{"a":"é😀"}', '[DONE]', 'x', ' leading', 'a:b'), {
    minLength: 1,
    maxLength: 2,
  }),
})

test('frames come out whole and in order wherever the bytes are cut, with LF, CRLF or CR', () => {
  fc.assert(
    fc.property(
      fc.array(frameText, { maxLength: 6 }),
      fc.constantFrom('\n', '\r\n', '\r'),
      fc.array(fc.nat(), { maxLength: 20 }),
      fc.constantFrom('', 'data: cut', ': comm'),
      (frames, eol, cuts, rest) => {
        const written = frames.map(frame => {
          const lines = frame.data.map(line => `data: ${line}`)
          return [...(frame.event === undefined ? [] : [`event: ${frame.event}`]), ...lines, '', ''].join(eol)
        })
        // A CR at the very end waits for a possible LF, so a CR stream needs one more byte to complete.
        const tail = eol === '\r' && rest === '' ? ':' : rest
        const result = framesOf(Buffer.from(written.join('') + tail), cuts)
        expect(result.frames).toEqual(written)
        expect(result.rest).toBe(tail)
        frames.forEach((frame, index) => {
          const fields = readFrameFields(Buffer.from(result.frames[index] ?? ''))
          expect(fields).toEqual({ event: frame.event, data: frame.data.join('\n') })
        })
      },
    ),
    { numRuns: 500 },
  )
})

test.each([
  ['data: x\n\n', { event: undefined, data: 'x' }],
  ['data:x\n\n', { event: undefined, data: 'x' }],
  ['data\n\n', { event: undefined, data: '' }],
  [': keep-alive\n\n', { event: undefined, data: undefined }],
  ['event: ping\ndata: {}\n\n', { event: 'ping', data: '{}' }],
  ['event: é\ndata:  é\n\n', { event: 'é', data: ' é' }],
  ['event: ping\ndata: a\ndata: b\n\n', { event: 'ping', data: 'a\nb' }],
  ['event: ping\ndata: a\rdata: b\n\n', { event: 'ping', data: 'a\nb' }],
  ['event: a\revent: b\ndata: c\n\n', { event: 'b', data: 'c' }],
  ['event: ping\n\n', { event: 'ping', data: undefined }],
  ['event: ping\ndata: a\n:', { event: 'ping', data: 'a' }],
  ['event: ping\ndata: a', { event: 'ping', data: 'a' }],
  ['data: a\ndata: b\n\n', { event: undefined, data: 'a\nb' }],
  ['id: 7\nretry: 10\ndata: a\n\n', { event: undefined, data: 'a' }],
])('reads the fields of %j', (frame, fields) => {
  expect(readFrameFields(Buffer.from(frame))).toEqual(fields)
})
