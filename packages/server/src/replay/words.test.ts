import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { prepareWords } from './words.ts'

const words = prepareWords()

function count(prompt: string): number {
  return prompt.split(/\s+/).length
}

describe('made-up prompts', () => {
  it('have exactly the asked number of words, each one token', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.integer({ min: 1, max: 40_000 }), (index, tokens) => {
        const prompt = words.ofLength(index, tokens)
        expect(count(prompt)).toBe(tokens)
        expect(prompt).toBe(prompt.trim())
      }),
      { numRuns: 50 },
    )
  })

  it.each([1, 511, 512, 513, 6758, 126_195])('of blocks have exactly %d words', tokens => {
    const blocks = Array.from({ length: Math.ceil(tokens / 512) }, (_, i) => i * 31)
    expect(count(words.ofBlocks(blocks, tokens))).toBe(tokens)
  })

  it('differ from request to request, also at one word', () => {
    const prompts = Array.from({ length: 20_000 }, (_, index) => words.ofLength(index, 1 + (index % 3)))
    expect(new Set(prompts).size).toBe(prompts.length)
  })

  it('share the words of shared prefix blocks and no block else', () => {
    const one = words.ofBlocks([0, 5, 6], 1300).split(' ')
    const other = words.ofBlocks([0, 5, 9], 1400).split(' ')
    expect(one.slice(0, 1024)).toEqual(other.slice(0, 1024))
    expect(one[1024]).not.toBe(other[1024])
    expect(words.ofBlocks([7], 512)).not.toBe(words.ofBlocks([8], 512))
  })

  it('need no escaping in JSON', () => {
    const prompt = words.ofLength(3, 5000)
    expect(JSON.stringify(prompt)).toHaveLength(prompt.length + 2)
  })
})
