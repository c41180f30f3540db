import fc from 'fast-check'
import { expect, it } from 'vitest'
import { endText } from './ending.ts'
import { splitTokens } from './text.ts'

it.each([
  ['nothing ends it', ['a', ' b'], 9, [], ['a', ' b'], 'stop', null],
  ['the limit', ['a', ' b', ' c'], 2, [], ['a', ' b'], 'length', null],
  ['no room at all', ['a'], 0, [], [], 'length', null],
  ['a sequence within a token', ['abc', ' d'], 9, ['c'], ['ab'], 'stop', 'c'],
  ['a sequence over two tokens', ['ab', ' cd'], 9, ['b c'], ['a'], 'stop', 'b c'],
  ['the first of two in the text', ['a', ' b', ' c'], 9, [' c', ' b'], ['a'], 'stop', ' b'],
  ['a sequence past the limit does not count', ['a', ' b'], 1, [' b'], ['a'], 'length', null],
  ['an empty sequence does not count', ['a'], 9, [''], ['a'], 'stop', null],
] as const)('ends a text: %s', (_, pieces, limit, sequences, kept, finish, stopSequence) => {
  expect(endText(pieces, limit, sequences)).toEqual({ pieces: kept, finish, stopSequence })
})

it('keeps the text up to the sequence, which it no longer holds', () => {
  fc.assert(
    fc.property(fc.string(), fc.string({ minLength: 1, maxLength: 2 }), (text, sequence) => {
      const ended = endText(splitTokens(text), Number.POSITIVE_INFINITY, [sequence])
      const kept = ended.pieces.join('')
      expect(kept).toBe(text.split(sequence)[0])
      expect(ended.stopSequence).toBe(text.includes(sequence) ? sequence : null)
    }),
  )
})
