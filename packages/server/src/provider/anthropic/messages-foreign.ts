// Thinking in a messages request that Anthropic would refuse: blocks that other vendors' reasoning was written into.
import { asArray, asObject } from '../json.ts'
import { isMarked, MARK_IN_JSON } from '../translation/mark.ts'
import type { ForeignReasoning, JsonObject, JsonPath } from '../wire-format.ts'

export const foreignThinking: ForeignReasoning = { mark: MARK_IN_JSON, find }

function find(body: JsonObject): readonly JsonPath[] {
  const messages = asArray(body.messages)
  const paths = messages.flatMap(pathsIn)
  const mayThink = paths.length === 0 || asObject(body.thinking)?.type !== 'enabled'
  return mayThink || !goesOnUnthought(messages.map(withoutForeign)) ? paths : [...paths, ['thinking']]
}

/** A message of which nothing would be left goes as a whole: Anthropic takes no empty ones. */
function pathsIn(message: unknown, index: number): readonly JsonPath[] {
  const blocks = asArray(asObject(message)?.content)
  const places = blocks.flatMap((block, at) => (isForeign(block) ? [at] : []))
  if (places.length === 0) return []
  return places.length === blocks.length
    ? [['messages', index]]
    : places.map(at => ['messages', index, 'content', at])
}

function isForeign(block: unknown): boolean {
  const { type, signature } = asObject(block) ?? {}
  return type === 'thinking' && isMarked(signature)
}

function withoutForeign(message: unknown): unknown {
  const own = asObject(message)
  if (!Array.isArray(own?.content)) return message
  return { ...own, content: own.content.filter(block => !isForeign(block)) }
}

/**
 * Whether a request goes on from results of tools in a turn that did not begin with thinking. A model that thinks by a
 * budget refuses that ("Extended thinking", preserving thinking blocks), also when the turn is another vendor's.
 */
export function goesOnUnthought(messages: readonly unknown[]): boolean {
  const results = blocksOf(messages.at(-1))
  if (!results.some(block => block.type === 'tool_result')) return false
  const turn = messages.findLast(message => asObject(message)?.role === 'assistant')
  const [first] = blocksOf(turn)
  return first !== undefined && first.type !== 'thinking' && first.type !== 'redacted_thinking'
}

function blocksOf(message: unknown): readonly JsonObject[] {
  return asArray(asObject(message)?.content).map(block => asObject(block) ?? {})
}
