import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { measureRepetition, REPETITION_WINDOW } from './repetition.ts'

const words = (count: number, from = 0) => Array.from({ length: count }, (_, at) => `w${from + at}`).join(' ')

describe('repetition', () => {
  test.each<[string, string, number | null]>([
    ['is unknown of nothing', '', null],
    ['is unknown of 52 words, which make 49 sequences', words(52), null],
    ['is none in 53 different words', words(53), 0],
    ['is nearly all of one word again and again', 'the '.repeat(103), 0.99],
    // 100 words make 97 sequences; the second hundred repeats all of them, and 3 stand across the seam.
    ['counts what a second time says again', `${words(100)} ${words(100)}`, round(97 / 197)],
    ['counts the sequences, not the words', `${words(60)} ${words(60).split(' ').toReversed().join(' ')}`, 0],
    ['takes a character for a word where there are no spaces', '你好世界'.repeat(25), round(93 / 97)],
    ['takes signs for words', '| --- '.repeat(30), round(113 / 117)],
    [
      'does not mind how words are parted',
      `${words(53)}\n\n${words(53).replaceAll(' ', ' \t')}`,
      round(50 / 103),
    ],
    ['knows words of other alphabets', 'привет мир '.repeat(53), round(101 / 103)],
  ])('%s', (_, text, repetition) => {
    expect(measureRepetition(text)).toBe(repetition)
  })

  test('is that of the end of a long text', () => {
    const loop = 'and then again '.repeat(REPETITION_WINDOW)
    expect(measureRepetition(`${words(5000)} ${loop}`)).toBe(measureRepetition(loop))
    expect(measureRepetition(`${loop} ${words(5000)}`)).toBe(0)
  })

  test('is a share of any text, and of the same text the same', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 3000 }), text => {
        const repetition = measureRepetition(text) ?? 0
        expect(repetition).toBeGreaterThanOrEqual(0)
        expect(repetition).toBeLessThanOrEqual(1)
        expect(measureRepetition(text) ?? 0).toBe(repetition)
      }),
    )
  })

  test('is what counting by hand gives', () => {
    const letters = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 53, maxLength: 400 })
    fc.assert(
      fc.property(letters, units => {
        const sequences = units.slice(3).map((_, at) => units.slice(at, at + 4).join(' '))
        const repeated = sequences.length - new Set(sequences).size
        expect(measureRepetition(units.join(' '))).toBe(round(repeated / sequences.length))
      }),
    )
  })
})

function round(share: number): number {
  return Math.round(1000 * share) / 1000
}
