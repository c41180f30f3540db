// What Anthropic's API refuses in a message's prompt that its schema allows, in the API's words.
import { type ErrorAnswer, errorAnswer } from './error.ts'
import { hasOpenObject } from './json-schema.ts'
import type { Content, ContentBlock, MessagesBody, PromptBody } from './messages-request.ts'
import { brokenThinkingRule } from './thinking-rules.ts'

const refuse = (message: string): ErrorAnswer => errorAnswer(400, message)

/** Content block types, as the API reference lists those of a request ("Create a Message"). */
const BLOCKS = [
  'bash_code_execution_tool_result',
  'code_execution_tool_result',
  'container_upload',
  'document',
  'image',
  'redacted_thinking',
  'search_result',
  'server_tool_use',
  'text',
  'text_editor_code_execution_tool_result',
  'thinking',
  'tool_result',
  'tool_search_tool_result',
  'tool_use',
  'web_fetch_tool_result',
  'web_search_tool_result',
]

const ROLE_OF: Readonly<Record<string, string>> = {
  thinking: 'assistant',
  redacted_thinking: 'assistant',
  tool_use: 'assistant',
  tool_result: 'user',
}

const ID_PATTERN = /^[a-zA-Z0-9_-]+$/

/** The first rule a prompt breaks, or null. */
export const brokenMessagesRule = (body: MessagesBody): ErrorAnswer | null =>
  checkTools(body) ??
  checkFormat(body) ??
  checkSystem(body.system) ??
  checkMessages(body) ??
  checkToolTurns(body) ??
  brokenThinkingRule(body)

const checkTools = ({ tools = [], tool_choice: choice }: PromptBody): ErrorAnswer | null => {
  const names = tools.map(({ name }) => name)
  if (new Set(names).size < names.length) return refuse('tools: Tool names must be unique.')
  if (choice && names.length === 0) {
    return refuse('tool_choice: tool_choice may only be specified while providing tools.')
  }
  const unknown = choice?.type === 'tool' && !names.includes(choice.name ?? '')
  return unknown ? refuse(`Tool '${choice.name}' not found in provided tools`) : null
}

const checkFormat = ({ output_config }: PromptBody): ErrorAnswer | null =>
  output_config?.format && hasOpenObject(output_config.format.schema)
    ? refuse(
        "output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly set to false",
      )
    : null

const checkSystem = (system: Content | undefined): ErrorAnswer | null =>
  typeof system === 'string' ? null : checkTexts(system ?? [], 'system')

const checkTexts = (blocks: readonly ContentBlock[], where: string): ErrorAnswer | null => {
  const texts = blocks.filter(({ type }) => type === 'text').map(({ text }) => text ?? '')
  if (texts.includes('')) return refuse(`${where}: text content blocks must be non-empty`)
  const blank = texts.some(text => text.trim() === '')
  return blank ? refuse(`${where}: text content blocks must contain non-whitespace text`) : null
}

const checkMessages = ({ messages }: PromptBody): ErrorAnswer | null => {
  for (const [index, { role, content }] of messages.entries()) {
    const last = index === messages.length - 1
    if (content.length === 0 && !(last && role === 'assistant')) {
      return refuse(
        `messages.${index}: all messages must have non-empty content except for the optional final assistant message`,
      )
    }
    const broken = typeof content === 'string' ? null : checkBlocks(content, role, index)
    if (broken) return broken
  }
  return checkEnd(messages)
}

/** A final assistant message is what the answer goes on from. */
const checkEnd = (messages: PromptBody['messages']): ErrorAnswer | null => {
  const last = messages.at(-1)
  if (last?.role !== 'assistant') return null
  const text = typeof last.content === 'string' ? last.content : (last.content.at(-1)?.text ?? '')
  return /\s$/.test(text)
    ? refuse('messages: final assistant content cannot end with trailing whitespace')
    : null
}

const checkBlocks = (blocks: readonly ContentBlock[], role: string, index: number): ErrorAnswer | null => {
  for (const [at, block] of blocks.entries()) {
    const broken = checkBlock(block, role, `messages.${index}.content.${at}`)
    if (broken) return broken
  }
  return checkTexts(blocks, 'messages')
}

const checkBlock = (block: ContentBlock, role: string, path: string): ErrorAnswer | null => {
  const { type } = block
  if (!BLOCKS.includes(type)) {
    const tags = BLOCKS.map(tag => `'${tag}'`).join(', ')
    return refuse(
      `${path}: Input tag '${type}' found using 'type' does not match any of the expected tags: ${tags}`,
    )
  }
  const owner = ROLE_OF[type] ?? role
  if (owner !== role) return refuse(`${path}: \`${type}\` blocks can only be in \`${owner}\` messages`)
  if (type === 'tool_use') return checkToolUse(block, `${path}.tool_use`)
  if (type !== 'tool_result') return null
  return block.tool_use_id === undefined ? refuse(`${path}.tool_result.tool_use_id: Field required`) : null
}

const checkToolUse = ({ id, name, input }: ContentBlock, path: string): ErrorAnswer | null => {
  if (id === undefined) return refuse(`${path}.id: Field required`)
  if (!ID_PATTERN.test(id)) return refuse(`${path}.id: String should match pattern '${ID_PATTERN.source}'`)
  if (name === undefined) return refuse(`${path}.name: Field required`)
  const isObject = typeof input === 'object' && input !== null && !Array.isArray(input)
  return isObject ? null : refuse(`${path}.input: Input should be a valid dictionary`)
}

/** Consecutive messages of one role, which the API takes as one. */
type Turn = { readonly role: string; readonly index: number; readonly blocks: readonly ContentBlock[] }

const turnsOf = (messages: PromptBody['messages']): Turn[] => {
  const turns: Turn[] = []
  for (const [index, { role, content }] of messages.entries()) {
    const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : content
    const open = turns.at(-1)
    if (open?.role === role) turns[turns.length - 1] = { ...open, blocks: [...open.blocks, ...blocks] }
    else turns.push({ role, index, blocks })
  }
  return turns
}

const idsOf = (blocks: readonly ContentBlock[], type: 'tool_use' | 'tool_result'): string[] =>
  blocks
    .filter(block => block.type === type)
    .map(block => (type === 'tool_use' ? block.id : block.tool_use_id) ?? '')

const checkToolTurns = ({ messages }: PromptBody): ErrorAnswer | null => {
  const turns = turnsOf(messages)
  for (const [at, turn] of turns.entries()) {
    const broken = checkResults(turn, turns[at - 1]) ?? checkAnswered(turn, turns[at + 1])
    if (broken) return broken
  }
  return null
}

const checkResults = (turn: Turn, before: Turn | undefined): ErrorAnswer | null => {
  const uses = idsOf(before?.blocks ?? [], 'tool_use')
  const stray = turn.blocks.findIndex(
    ({ type, tool_use_id }) => type === 'tool_result' && !uses.includes(tool_use_id ?? ''),
  )
  if (stray < 0) return null
  return refuse(
    `messages.${turn.index}.content.${stray}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ` +
      `${turn.blocks[stray]?.tool_use_id}. Each \`tool_result\` block must have a corresponding \`tool_use\` block ` +
      'in the previous message.',
  )
}

/** Results count only where they come first in the next turn. */
const checkAnswered = (turn: Turn, next: Turn | undefined): ErrorAnswer | null => {
  const uses = idsOf(turn.blocks, 'tool_use')
  if (new Set(uses).size < uses.length) {
    return refuse(`messages.${turn.index}: \`tool_use\` ids must be unique`)
  }
  const blocks = next?.blocks ?? []
  const others = blocks.findIndex(({ type }) => type !== 'tool_result')
  const results = idsOf(others < 0 ? blocks : blocks.slice(0, others), 'tool_result')
  const open = uses.filter(id => !results.includes(id))
  if (open.length === 0) return null
  return refuse(
    `messages.${turn.index}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ` +
      `${open.join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
  )
}
