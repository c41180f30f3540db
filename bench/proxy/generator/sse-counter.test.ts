// Counting SSE events must not depend on how the bytes were cut.
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { SseCounter } from './sse-counter.ts'

const event = fc.stringMatching(/^data: [a-zä]{0,8}(\ndata: [a-z]{1,4})?$/).map(text => `${text}\n\n`)

/** Cuts a buffer at the given positions. */
function cut(bytes: Buffer, positions: readonly number[]): Buffer[] {
  const ends = [...new Set(positions.map(at => at % (bytes.length + 1)))].sort((a, b) => a - b)
  return [...ends, bytes.length].map((end, index) => bytes.subarray(index === 0 ? 0 : ends[index - 1], end))
}

it('counts each event once and sees [DONE], wherever the stream is cut', () => {
  fc.assert(
    fc.property(fc.array(event), fc.array(fc.nat(500)), (events, positions) => {
      const counter = new SseCounter()
      const bytes = Buffer.from(`${events.join('')}data: [DONE]\n\n`)
      for (const part of cut(bytes, positions)) counter.push(part)
      expect(counter.events).toBe(events.length + 1)
      expect(counter.done).toBe(true)
    }),
  )
})

it('counts no comments, wherever the stream is cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(event, fc.constant(': ping\n\n'))),
      fc.array(fc.nat(500)),
      (frames, positions) => {
        const counter = new SseCounter()
        const bytes = Buffer.from(`${frames.join('')}data: [DONE]\n\n`)
        for (const part of cut(bytes, positions)) counter.push(part)
        expect(counter.events).toBe(frames.filter(frame => !frame.startsWith(':')).length + 1)
      },
    ),
  )
})

it('knows no event before its blank line', () => {
  const counter = new SseCounter()
  counter.push(Buffer.from('data: half\n'))
  expect(counter.events).toBe(0)
  counter.push(Buffer.from('\n'))
  expect(counter.events).toBe(1)
})

it('is not done when bytes follow [DONE], or when only part of it came', () => {
  const partial = new SseCounter()
  partial.push(Buffer.from('data: [DONE]\n'))
  expect(partial.done).toBe(false)
  const followed = new SseCounter()
  followed.push(Buffer.from('data: [DONE]\n\ndata: more\n\n'))
  expect(followed.done).toBe(false)
})
