import { REFUSAL_OPENING, REPETITION_WINDOW } from '@weir/core/signal'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AnswerText, type Kept, MAX_WHOLE } from './answer-text.ts'

function collect(kept: Kept, pieces: readonly string[]): AnswerText {
  const text = new AnswerText(kept)
  for (const piece of pieces) text.add(piece)
  return text
}

/** A text of many pieces, each of some length. */
const somePieces = fc.array(
  fc.nat({ max: 900 }).map(length => 'abcdefghij'.repeat(length).slice(0, length)),
  { maxLength: 60 },
)

describe('what is kept of an answer', () => {
  test('begins and ends as the answer does, in whatever pieces it came', () => {
    fc.assert(
      fc.property(fc.constantFrom<Kept>('ends', 'whole'), somePieces, (kept, pieces) => {
        const text = collect(kept, pieces)
        const all = pieces.join('')
        expect(text.opening.slice(0, REFUSAL_OPENING)).toBe(all.slice(0, REFUSAL_OPENING))
        expect(text.ending.slice(-REPETITION_WINDOW)).toBe(all.slice(-REPETITION_WINDOW))
        expect(text.whole).toBe(kept === 'whole' ? all : null)
      }),
    )
  })

  test('is bounded, however long the answer', () => {
    for (const piece of ['x', 'xyz '.repeat(100), 'long '.repeat(10_000)]) {
      const text = collect('ends', Array<string>(5000).fill(piece))
      expect(text.opening.length + text.ending.length).toBeLessThanOrEqual(3000)
    }
  })

  test('begins with as much as was asked for, in whatever pieces it came', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Kept>('ends', 'whole'),
        fc.nat({ max: 9000 }),
        somePieces,
        (kept, opening, pieces) => {
          const text = new AnswerText(kept, opening)
          for (const piece of pieces) text.add(piece)
          const all = pieces.join('')
          expect(text.opening.slice(0, opening)).toBe(all.slice(0, opening))
          expect(text.ending.slice(-REPETITION_WINDOW)).toBe(all.slice(-REPETITION_WINDOW))
        },
      ),
    )
  })

  test('is not the whole of what is longer than can be checked', () => {
    expect(collect('whole', Array<string>(MAX_WHOLE / 1024).fill('x'.repeat(1024))).whole).toHaveLength(
      MAX_WHOLE,
    )
    const long = collect('whole', Array<string>(MAX_WHOLE / 1024 + 2).fill('x'.repeat(1024)))
    expect(long.whole?.length).toBeUndefined()
    expect(long.ending.length).toBeLessThanOrEqual(3000)
    expect(collect('whole', ['x'.repeat(MAX_WHOLE + 1)]).whole?.length).toBeUndefined()
  })
})
