// Text and tokens: the simulated provider counts one token per whitespace-separated word, and says it knows that.
import type { Random } from './random.ts'

const OPENERS = 'The,A,This,Every,One,Another,Such a,Any'.split(',')
const ADJECTIVES = 'short,careful,plain,early,steady,common,useful,small,clear,recent,likely,open'.split(',')
const NOUNS =
  'answer,model,request,team,budget,result,question,reader,system,change,measure,sample,choice,cost'.split(
    ',',
  )
const VERBS = 'shows,changes,explains,needs,follows,keeps,improves,limits,describes,supports'.split(',')
const ENDINGS =
  'over time,in most cases,with little effort,when it matters,before the next step,without delay'.split(',')
const MULTIBYTE =
  '東京の空,こんにちは,世界,数据,模型 结果,안녕하세요,👩‍👩‍👧‍👦,🚀,🇯🇵 🎉,é́clair,naïve,Ω≈ç√,मौसम,🧑🏽‍💻,漢字,👍🏿'.split(
    ',',
  )

export type Corpus = {
  /** `count` pieces of running text, one token each; joined they are the text, which has no leading space. */
  take(random: Random, count: number): string[]
}

const SENTENCES = 1024

const pick = (random: Random, words: readonly string[]): string => words[random.below(words.length)] ?? ''

const proseSentence = (random: Random): string => {
  const subject = `${pick(random, OPENERS)} ${pick(random, ADJECTIVES)} ${pick(random, NOUNS)}`
  const rest = `${pick(random, VERBS)} the ${pick(random, NOUNS)} ${pick(random, ENDINGS)}`
  return `${subject} ${rest}.`
}

const multibyteSentence = (random: Random): string =>
  Array.from({ length: 6 }, () => pick(random, MULTIBYTE)).join(' ')

const buildCorpus = (sentences: readonly string[]): Corpus => {
  const words = sentences.map(sentence => sentence.split(' '))
  const pieces = words.flat().map(word => ` ${word}`)
  const starts: number[] = []
  let start = 0
  for (const sentence of words) {
    starts.push(start)
    start += sentence.length
  }
  return {
    take: (random, count) => {
      const from = starts[random.below(starts.length)] ?? 0
      return Array.from({ length: count }, (_, index) => {
        const piece = pieces[(from + index) % pieces.length] ?? ''
        return index === 0 ? piece.slice(1) : piece
      })
    },
  }
}

/** Plain English-looking prose. Answers are cut from it, so making one costs no drawing per word. */
export const proseCorpus = (random: Random): Corpus =>
  buildCorpus(Array.from({ length: SENTENCES }, () => proseSentence(random)))

/** Emoji (with joiners and modifiers), CJK, Hangul, Devanagari and combining marks: 2 to 25 bytes a character. */
export const multibyteCorpus = (random: Random): Corpus =>
  buildCorpus(Array.from({ length: SENTENCES }, () => multibyteSentence(random)))

/** Cuts text into one-token pieces that join to the very same text. */
export const splitTokens = (text: string): string[] => {
  const pieces = text.match(/\s*\S+(?:\s+$)?/g)
  if (pieces) return pieces
  return text === '' ? [] : [text]
}

const isSpace = (code: number): boolean =>
  code < 0xa0 ? code === 32 || (code >= 9 && code <= 13) : /\s/.test(String.fromCharCode(code))

/** Counts whitespace-separated words without allocating: prompts may be megabytes. */
export const countTokens = (text: string): number => {
  let count = 0
  let inside = false
  for (let at = 0; at < text.length; at++) {
    const space = isSpace(text.charCodeAt(at))
    if (!space && !inside) count++
    inside = !space
  }
  return count
}

/** Joins `perChunk` pieces at a time: the deltas of a stream. */
export const chunkPieces = function* (
  pieces: readonly string[],
  perChunk: number,
): Generator<{ readonly text: string; readonly tokens: number }> {
  for (let at = 0; at < pieces.length; at += perChunk) {
    const chunk = pieces.slice(at, at + perChunk)
    yield { text: chunk.join(''), tokens: chunk.length }
  }
}
