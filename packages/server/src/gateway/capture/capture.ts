// What is kept of a request's words, for routers that capture: drawn before it is called, redacted before anything is
// written, and written beside its event. A request that is not drawn costs a look at its router.
import type { CaptureEvent } from '@weir/core/event'
import type { ActiveCapture, Decision } from '@weir/core/routing'
import type { CaptureMemory } from './capture-memory.ts'
import { cutText } from './cut-text.ts'

/**
 * How much more than is kept is looked at, so that what goes on behind the cut is found all the same: UTF-16 units.
 * Keys and tokens are shorter.
 */
const MARGIN = 4096

/** A prompt and its answer as they may be kept. */
export type CapturedWords = Pick<CaptureEvent, 'prompt' | 'answer' | 'truncated' | 'redactions'>

export class Capture {
  readonly #rules: ActiveCapture
  readonly #memory: CaptureMemory
  #reserved: number
  #prompt = ''
  #isPromptCut = false
  #redactions = 0

  constructor(rules: ActiveCapture, memory: CaptureMemory, reserved: number) {
    this.#rules = rules
    this.#memory = memory
    this.#reserved = reserved
  }

  /** How much of the answer has to be collected: UTF-16 units. */
  get answerLength(): number {
    return this.#rules.size + MARGIN
  }

  /**
   * Keeps what may be kept of a body; the body itself can be let go of.
   *
   * @param identities - who asks, as far as the body says so
   */
  takePrompt(body: string, identities: readonly string[]): void {
    const { text, isCut, redactions } = this.#keep(body, identities)
    this.#prompt = text
    this.#isPromptCut = isCut
    this.#redactions = redactions
  }

  /** Called once, when the answer is over. */
  finish(answer: string): CapturedWords {
    this.release()
    const { text, isCut, redactions } = this.#keep(answer, [])
    const truncated: CapturedWords['truncated'] = []
    if (this.#isPromptCut) truncated.push('prompt')
    if (isCut) truncated.push('answer')
    return { prompt: this.#prompt, answer: text, truncated, redactions: this.#redactions + redactions }
  }

  /** Gives back the room that it took. */
  release(): void {
    this.#memory.release(this.#reserved)
    this.#reserved = 0
  }

  #keep(whole: string, identities: readonly string[]) {
    const { size, redactor } = this.#rules
    const { text, redactions } = redactor.redact(whole.slice(0, size + MARGIN), size, identities)
    const kept = cutText(text, size)
    return { text: kept, isCut: whole.length > size || kept.length < text.length, redactions }
  }
}

/**
 * Draws whether the request is captured; null when it is not, or when captures that are under way take all the room.
 *
 * @param length - of the body, UTF-16 units
 */
export function drawCapture(decision: Decision, length: number, memory: CaptureMemory): Capture | null {
  const rules = decision.router?.capture ?? null
  if (rules === null || Math.random() >= rules.rate) return null
  const room = Math.min(length, rules.size) + rules.size + MARGIN
  return memory.reserve(room) ? new Capture(rules, memory, room) : null
}

/** Units that stand for nobody, or that no client names. */
const IMPERSONAL: ReadonlySet<string> = new Set(['key', 'request', 'conversation'])

/** Who asks, as far as the body says so: these words of it are no more kept than the unit in the event. */
export function identitiesIn({ unit }: Decision, user: string | undefined): string[] {
  const named = unit === null || IMPERSONAL.has(unit.source) ? '' : unit.id
  const ids = new Set([user ?? '', named])
  ids.delete('')
  return [...ids]
}
