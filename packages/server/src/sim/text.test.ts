import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { randomFrom } from './random.ts'
import { chunkPieces, countTokens, multibyteCorpus, proseCorpus, splitTokens } from './text.ts'

const texts = fc.array(
  fc.constantFrom(' ', '\n', '\t', '\u3000', '\u00a0', '\u0085', 'a', 'bc', '東', '👩‍👧', '"'),
  { maxLength: 40 },
)

describe('splitTokens', () => {
  it('cuts any text into pieces that join to it, as many as it has tokens', () => {
    fc.assert(
      fc.property(texts, parts => {
        const text = parts.join('')
        const pieces = splitTokens(text)
        expect(pieces.join('')).toBe(text)
        if (text.trim() !== '') expect(pieces.length).toBe(countTokens(text))
      }),
    )
  })
})

describe('countTokens', () => {
  it.each([
    ['', 0],
    ['   ', 0],
    ['one', 1],
    [' one  two\nthree\t', 3],
    ['a\u3000b\u00a0c', 3],
  ])('counts %j as %i', (text, count) => {
    expect(countTokens(text)).toBe(count)
  })
})

describe('a corpus', () => {
  it.each([
    ['prose', proseCorpus],
    ['multibyte', multibyteCorpus],
  ])('of %s gives text of exactly the tokens asked for', (_, build) => {
    const corpus = build(randomFrom('corpus'))
    for (const count of [0, 1, 7, 20_000]) {
      expect(countTokens(corpus.take(randomFrom(`take ${count}`), count).join(''))).toBe(count)
    }
  })
})

describe('chunkPieces', () => {
  it('keeps text and tokens whole', () => {
    const chunks = [...chunkPieces(['a', ' b', ' c'], 2)]
    expect(chunks).toEqual([
      { text: 'a b', tokens: 2 },
      { text: ' c', tokens: 1 },
    ])
  })
})
