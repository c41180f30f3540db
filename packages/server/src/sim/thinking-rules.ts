// What Anthropic's API refuses of thinking: settings that exclude each other, and thoughts that are not its own.
import { type ErrorAnswer, errorAnswer } from './error.ts'
import type { ContentBlock, MessagesBody } from './messages-request.ts'
import { isSeal, sign } from './signature.ts'

const GUIDE = 'https://docs.claude.com/en/docs/build-with-claude/extended-thinking'

const refuse = (message: string): ErrorAnswer => errorAnswer(400, message)

/** The first rule of thinking a request breaks, or null. */
export const brokenThinkingRule = (body: MessagesBody): ErrorAnswer | null =>
  checkThoughts(body) ?? checkSettings(body) ?? checkLastTurn(body)

const checkSettings = (body: MessagesBody): ErrorAnswer | null => {
  const { thinking, tool_choice: choice, temperature = 1, top_p = 1, top_k } = body
  if (!thinking || thinking.type === 'disabled') return null
  if (thinking.type === 'enabled' && body.max_tokens <= thinking.budget_tokens) {
    return refuse(`\`max_tokens\` must be greater than \`thinking.budget_tokens\`. Please consult ${GUIDE}`)
  }
  if (choice?.type === 'any' || choice?.type === 'tool') {
    return refuse('Thinking may not be enabled when tool_choice forces tool use.')
  }
  if (temperature !== 1) {
    return refuse(`\`temperature\` may only be set to 1 when thinking is enabled. Please consult ${GUIDE}`)
  }
  if (top_k) return refuse(`\`top_k\` must be unset when thinking is enabled. Please consult ${GUIDE}`)
  return top_p < 0.95
    ? refuse('`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled.')
    : null
}

const checkThoughts = ({ messages }: MessagesBody): ErrorAnswer | null => {
  for (const [index, { content }] of messages.entries()) {
    for (const [at, block] of (typeof content === 'string' ? [] : content).entries()) {
      const broken = checkThought(block, `messages.${index}.content.${at}`)
      if (broken) return broken
    }
  }
  return null
}

const checkThought = ({ type, thinking, signature, data }: ContentBlock, path: string) => {
  if (type === 'redacted_thinking') {
    return isSeal(data ?? '') ? null : refuse(`${path}: Invalid \`data\` in \`redacted_thinking\` block`)
  }
  if (type !== 'thinking') return null
  if (thinking === undefined) return refuse(`${path}.thinking.thinking: Field required`)
  if (signature === undefined) return refuse(`${path}.thinking.signature: Field required`)
  return signature === sign(thinking) ? null : refuse(`${path}: Invalid \`signature\` in \`thinking\` block`)
}

/** With a budget, a turn that goes on after tool results must show the thoughts it began with. */
const checkLastTurn = ({ thinking, messages }: MessagesBody): ErrorAnswer | null => {
  if (thinking?.type !== 'enabled') return null
  const index = messages.findLastIndex(({ role }) => role === 'assistant')
  const content = messages[index]?.content
  if (typeof content !== 'object' || !content.some(({ type }) => type === 'tool_use')) return null
  const first = content[0]?.type ?? ''
  if (first === 'thinking' || first === 'redacted_thinking') return null
  return refuse(
    `messages.${index}.content.0.type: Expected \`thinking\` or \`redacted_thinking\`, but found \`${first}\`. ` +
      'When `thinking` is enabled, a final `assistant` message must start with a thinking block (preceeding the ' +
      `lastmost set of \`tool_use\` and \`tool_result\` blocks). Please consult ${GUIDE}`,
  )
}
