import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSseReader, type SseFrame } from './sse-reader.ts'

const encoder = new TextEncoder()

function readPieces(pieces: readonly Uint8Array[]): SseFrame[] {
  const frames: SseFrame[] = []
  const push = createSseReader(frame => frames.push(frame))
  for (const piece of pieces) push(piece)
  return frames
}

function readText(text: string): SseFrame[] {
  return readPieces([encoder.encode(text)])
}

function cutAt(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const ends = [...cuts.map(cut => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b)
  return ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end))
}

describe('the reader of server-sent events', () => {
  it.each([
    ['one event', 'data: a\n\n', [{ event: '', data: 'a' }]],
    ['no space after the colon', 'data:a\n\n', [{ event: '', data: 'a' }]],
    ['a second space, which is kept', 'data:  a\n\n', [{ event: '', data: ' a' }]],
    ['several lines of data', 'data: a\ndata: b\n\n', [{ event: '', data: 'a\nb' }]],
    ['a named event', 'event: error\ndata: a\n\n', [{ event: 'error', data: 'a' }]],
    [
      'a name that holds for one event',
      'event: x\ndata: a\n\ndata: b\n\n',
      [
        { event: 'x', data: 'a' },
        { event: '', data: 'b' },
      ],
    ],
    [
      'comments and other fields',
      ': hold\nid: 1\nretry: 5\ndata: a\nunknown\n\n',
      [{ event: '', data: 'a' }],
    ],
    ['a field without a colon', 'data\n\n', [{ event: '', data: '' }]],
    ['an event without data', 'event: ping\n\n', []],
    [
      'CRLF',
      'data: a\r\n\r\ndata: b\r\n\r\n',
      [
        { event: '', data: 'a' },
        { event: '', data: 'b' },
      ],
    ],
    [
      'CR',
      'data: a\r\rdata: b\r\r',
      [
        { event: '', data: 'a' },
        { event: '', data: 'b' },
      ],
    ],
    ['a byte order mark', '\uFEFFdata: a\n\n', [{ event: '', data: 'a' }]],
    ['an event the end interrupts', 'data: a\n\ndata: b\n', [{ event: '', data: 'a' }]],
  ])('reads %s', (_what, text, frames) => {
    expect(readText(text)).toEqual(frames)
  })

  it('reads the same however the bytes are cut', () => {
    const line = fc.oneof(
      fc.string({ unit: 'grapheme' }).map(text => `data: ${text.replace(/[\r\n]/g, '')}`),
      fc.constantFrom('event: error', ': comment', '', '', 'data: {"a":"é🙂漢"}'),
    )
    const text = fc
      .array(fc.tuple(line, fc.constantFrom('\n', '\r\n', '\r')), { maxLength: 12 })
      .map(lines => lines.flat().join(''))
    fc.assert(
      fc.property(text, fc.array(fc.nat(400), { maxLength: 20 }), (text, cuts) => {
        expect(readPieces(cutAt(encoder.encode(text), cuts))).toEqual(readText(text))
      }),
    )
  })

  it('reads the same one byte at a time', () => {
    const text = '\uFEFFevent: x\r\ndata: é🙂漢\r\n\r\n: c\rdata: 2\r\r'
    const bytes = encoder.encode(text)
    expect(readPieces(Array.from(bytes, byte => Uint8Array.of(byte)))).toEqual(readText(text))
    expect(readText(text)).toEqual([
      { event: 'x', data: 'é🙂漢' },
      { event: '', data: '2' },
    ])
  })
})
