// The words of an answer, collected as they pass: as much of them as signals are computed from, and no more.
import { REFUSAL_OPENING, REPETITION_WINDOW } from '@weir/core/signal'

/** A longer answer is not checked for being JSON: UTF-16 units. */
export const MAX_WHOLE = 2 ** 20

/** How much more than its ends may have been collected before the middle is let go of: UTF-16 units. */
const SLACK = 1024

/** How much may have been collected when only the ends are kept: UTF-16 units. */
const SHORT = REPETITION_WINDOW + SLACK

/** How much may be collected in pieces: UTF-16 units. */
const MAX_PIECES = 256

/** Which parts of an answer are kept: its two ends, or all of it up to `MAX_WHOLE`. */
export type Kept = 'ends' | 'whole'

export class AnswerText {
  #kept: Kept
  readonly #openingLength: number
  /** What has been said and not been let go of. */
  #text = ''
  /** The first words, once the middle has been let go of. */
  #opening: string | undefined
  /** The length of `#text` at which to look at it next. */
  #due = MAX_PIECES

  /** @param opening - how much of the beginning is kept in any case: UTF-16 units */
  constructor(kept: Kept, opening = REFUSAL_OPENING) {
    this.#kept = kept
    this.#openingLength = opening
  }

  add(text: string): void {
    this.#text += text
    if (this.#text.length > this.#due) this.#tidy()
  }

  /** How the answer begins: as much of it as was asked for, or all there is. */
  get opening(): string {
    return this.#opening ?? this.#text
  }

  /** What is enough to judge how it ends. */
  get ending(): string {
    return this.#text
  }

  /** All of it; null when it was not to be kept, or grew too long. */
  get whole(): string | null {
    return this.#kept === 'whole' ? this.#text : null
  }

  #tidy(): void {
    if (this.#text.length > this.#most) this.#dropMiddle()
    else join(this.#text)
    const { length } = this.#text
    // Joining copies: what grows long is joined when it has doubled, so that all copies together stay in proportion.
    const isLong = this.#most > SHORT
    const pieces = isLong ? Math.max(length, MAX_PIECES) : MAX_PIECES
    this.#due = Math.min(length + pieces, this.#most)
  }

  get #most(): number {
    return Math.max(this.#kept === 'whole' ? MAX_WHOLE : SHORT, this.#openingLength)
  }

  #dropMiddle(): void {
    this.#kept = 'ends'
    this.#opening ??= this.#text.slice(0, this.#openingLength)
    this.#text = this.#text.slice(-REPETITION_WINDOW)
  }
}

const ANYTHING = /[^]/

/**
 * A text that was added up of small pieces takes many times its memory. V8 joins it for a search; of the ways to search
 * this is one that the optimizer does not leave out when nobody asks for what was found.
 */
function join(text: string): void {
  ANYTHING.test(text)
}
