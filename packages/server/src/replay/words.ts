// Prompts of an exact number of words, cut from one prepared text: the simulated provider counts a word as a token.
// Different requests get different prompts, because equal openings would count as one conversation.
import { blockTokens } from './trace/mooncake.ts'

const textWords = 16_384

const syllables = [
  'ka',
  'lo',
  'mi',
  'ne',
  'pu',
  'ra',
  'so',
  'ti',
  've',
  'wa',
  'xo',
  'yu',
  'ze',
  'bi',
  'do',
  'fe',
]

export interface Words {
  /** A prompt of `tokens` words (>= 1) that no other `index` gets. */
  ofLength(index: number, tokens: number): string
  /** A prompt of `tokens` words; equal block ids give equal words in equal places. */
  ofBlocks(blocks: readonly number[], tokens: number): string
}

export function prepareWords(): Words {
  const { text, starts } = buildText()
  const cut = (from: number, count: number): string => {
    const parts: string[] = []
    for (let left = count, at = from % textWords; left > 0; at = 0) {
      const taken = Math.min(left, textWords - at)
      parts.push(text.slice(starts[at], (starts[at + taken] ?? 0) - 1))
      left -= taken
    }
    return parts.join(' ')
  }
  const headed = (head: string, from: number, tokens: number) =>
    tokens === 1 ? head : `${head} ${cut(from, tokens - 1)}`
  // A prime step spreads the starting points over the whole text.
  const ofLength = (index: number, tokens: number) => headed(`request-${index}`, index * 7919, tokens)
  const ofBlocks = (blocks: readonly number[], tokens: number) =>
    blocks
      .map((id, i) => headed(`block-${id}`, id * 7919, Math.min(blockTokens, tokens - i * blockTokens)))
      .join(' ')
  return { ofLength, ofBlocks }
}

function buildText(): { readonly text: string; readonly starts: Uint32Array } {
  const starts = new Uint32Array(textWords + 1)
  let text = ''
  for (let i = 0; i < textWords; i++) {
    starts[i] = text.length
    text += `${wordAt(i)} `
  }
  starts[textWords] = text.length
  return { text, starts }
}

function wordAt(i: number): string {
  // An odd multiplier permutes the 4,096 words of three syllables.
  const mixed = (i * 2467) % 4096
  return [mixed >> 8, (mixed >> 4) & 15, mixed & 15].map(digit => syllables[digit]).join('')
}
