// Neutral turns, written as the messages of a request.
import type { Losses } from '../translation/loss.ts'
import type { TextPart, Turn } from '../translation/prompt.ts'
import type { JsonObject } from '../wire-format.ts'
import { shortContent, writeAssistantPart, writeText, writeUserPart } from './messages-blocks.ts'

interface Message {
  readonly role: 'user' | 'assistant' | 'system'
  readonly blocks: readonly JsonObject[]
}

/** The messages of a request to `model`, without those that Anthropic would refuse as empty. */
export function writeMessages(turns: readonly Turn[], model: string, losses: Losses): readonly JsonObject[] {
  const writer = new MessageWriter(takesSystemMessages(model), losses)
  for (const [index, turn] of turns.entries()) writer.write(turn, turns[index + 1])
  return trimPrefill(writer.close()).map(({ role, blocks }) => ({ role, content: shortContent(blocks) }))
}

/**
 * Whether a model takes system messages between turns. Documented for Claude Opus 4.8 ("Mid-conversation system
 * messages"); other models refuse the role.
 */
function takesSystemMessages(model: string): boolean {
  const [, major, minor] = /claude-opus-(\d)(?:[-.](\d)(?!\d))?/.exec(model) ?? []
  const version = Number(major ?? 0) * 10 + Number(minor ?? 0)
  return version >= 48
}

class MessageWriter {
  readonly #messages: Message[] = []
  readonly #hasSystem: boolean
  readonly #losses: Losses
  /** Instructions that wait for a user turn, since nothing may stand before its tool results. */
  #waiting: readonly JsonObject[] = []

  constructor(hasSystem: boolean, losses: Losses) {
    this.#hasSystem = hasSystem
    this.#losses = losses
  }

  write(turn: Turn, next: Turn | undefined): void {
    if (turn.role === 'instruction') return this.#writeInstruction(turn.parts, next)
    if (turn.role === 'user') {
      return this.#writeUser(turn.parts.flatMap(part => writeUserPart(part, this.#losses)))
    }
    this.#flush()
    this.#push(
      'assistant',
      turn.parts.flatMap(part => writeAssistantPart(part, this.#losses)),
    )
  }

  close(): readonly Message[] {
    this.#flush()
    return this.#messages
  }

  #push(role: Message['role'], blocks: readonly JsonObject[]): void {
    if (blocks.length > 0) this.#messages.push({ role, blocks })
  }

  #flush(): void {
    this.#push('user', this.#waiting)
    this.#waiting = []
  }

  #writeUser(blocks: readonly JsonObject[]): void {
    const results = blocks.filter(block => block.type === 'tool_result')
    const others = blocks.filter(block => block.type !== 'tool_result')
    this.#push('user', [...results, ...this.#waiting, ...others])
    this.#waiting = []
  }

  /**
   * A system message may stand only behind a user's message, at the end or before an answer. Elsewhere, and for
   * models that know none, the instruction keeps its place and is said by the user.
   */
  #writeInstruction(parts: readonly TextPart[], next: Turn | undefined): void {
    const blocks = parts.flatMap(writeText)
    const last = this.#messages.at(-1)
    if (blocks.length === 0) return
    if (this.#hasSystem && last?.role === 'user' && (next === undefined || next.role === 'assistant')) {
      return this.#push('system', blocks)
    }
    this.#losses.hint('system')
    if (last?.role !== 'user') this.#waiting = [...this.#waiting, ...blocks]
    else this.#messages.splice(-1, 1, { role: 'user', blocks: [...last.blocks, ...blocks] })
  }
}

/** Anthropic refuses a last assistant text that ends in white space. */
function trimPrefill(messages: readonly Message[]): readonly Message[] {
  const last = messages.at(-1)
  const block = last?.blocks.at(-1)
  if (last?.role !== 'assistant' || typeof block?.text !== 'string') return messages
  const blocks = [...last.blocks.slice(0, -1), { ...block, text: block.text.trimEnd() }]
  return [...messages.slice(0, -1), { role: last.role, blocks }]
}
