// Anthropic's messages: what a request asks for, the whole message, and token counting. The request's schema and rules
// and the stream are beside it. What the model says is a list of content blocks: a further kind is a member of `Block`.
import { type Answer, jsonAnswer } from './answer.ts'
import { type ModelCall, modelEndpoint } from './endpoint.ts'
import { type Ask, answerWith, countDeltas, type Generation, type Output, type Usage } from './generation.ts'
import { DOCUMENT_TOKENS, IMAGE_TOKENS } from './media.ts'
import {
  type Content,
  type ContentBlock,
  MESSAGES_FIELDS,
  type MessagesBody,
  messagesSchema,
  PROMPT_FIELDS,
  type PromptBody,
  promptSchema,
} from './messages-request.ts'
import { brokenMessagesRule } from './messages-rules.ts'
import { type Block, messageFrames, messagesErrorFrame, toolUseHead } from './messages-stream.ts'
import type { Reasoning } from './reasoning.ts'
import { seal, sign } from './signature.ts'
import { countTokens } from './text.ts'

export const messagesEndpoint = modelEndpoint(
  messagesSchema,
  (call, body) => {
    const broken = brokenMessagesRule(body)
    if (broken) return broken
    const id = `msg_${call.random.id(24)}`
    return answerWith(call, askOf(body), generation => {
      const blocks = generation.outputs.flatMap(output => blocksOf(call, body, output))
      return body.stream
        ? streamAnswer(call, id, generation, blocks)
        : wholeAnswer(call, id, generation, blocks)
    })
  },
  MESSAGES_FIELDS,
)

export const countTokensEndpoint = modelEndpoint(
  promptSchema,
  (_call, body) => jsonAnswer({ input_tokens: countPrompt(body) }),
  PROMPT_FIELDS,
)

const askOf = (body: MessagesBody): Ask => ({
  inputTokens: countPrompt(body),
  maxTokens: body.max_tokens,
  choices: 1,
  tools: (body.tools ?? []).map(({ name, input_schema }) => ({ name, parameters: input_schema ?? {} })),
  toolChoice: readToolChoice(body.tool_choice),
  toolCalls: body.tool_choice?.disable_parallel_tool_use ? 'one' : 'many',
  lastTurn: endsWithToolResult(body) ? 'tool' : 'user',
  format: readFormat(body.output_config),
  stop: body.stop_sequences ?? [],
  reasoning: readReasoning(body),
})

const readFormat = (config: MessagesBody['output_config']): Ask['format'] =>
  config?.format ? { kind: 'json_schema', schema: config.format.schema } : { kind: 'text' }

/** An effort alone makes the model think too, but a forced call leaves it no room. */
const readReasoning = ({ thinking, output_config, tool_choice }: MessagesBody): Reasoning => {
  const effort = output_config?.effort
  if (thinking?.type === 'disabled') return { effort: 'none', thoughts: 'counted' }
  if (!thinking) {
    const forced = tool_choice?.type === 'any' || tool_choice?.type === 'tool'
    return { effort: forced ? 'none' : (effort ?? 'none'), thoughts: 'sent' }
  }
  const budget = thinking.type === 'enabled' ? thinking.budget_tokens : undefined
  const thoughts = thinking.display === 'omitted' ? 'counted' : 'sent'
  return { effort: effort ?? 'high', budget, thoughts }
}

const countPrompt = ({ system, messages }: PromptBody): number =>
  messages.reduce((sum, { content }) => sum + countContent(content), countContent(system ?? ''))

const countContent = (content: Content): number => {
  if (typeof content === 'string') return countTokens(content)
  return content.reduce((sum, block) => sum + countBlock(block), 0)
}

const countBlock = ({ type, text, content, source }: ContentBlock): number => {
  const own = countTokens(text ?? '') + countMedium(type, source)
  if (typeof content === 'string') return own + countTokens(content)
  return (content ?? []).reduce(
    (sum, part) => sum + countTokens(part.text ?? '') + (part.type === 'image' ? IMAGE_TOKENS : 0),
    own,
  )
}

const countMedium = (type: string, source: ContentBlock['source']): number => {
  if (type === 'image') return IMAGE_TOKENS
  if (type !== 'document' || typeof source !== 'object') return 0
  if (source.type === 'text') return countTokens(source.data ?? '')
  if (source.type !== 'content') return DOCUMENT_TOKENS
  const parts = typeof source.content === 'string' ? [{ text: source.content }] : (source.content ?? [])
  return parts.reduce((sum, { text }) => sum + countTokens(text ?? ''), 0)
}

const endsWithToolResult = ({ messages }: MessagesBody): boolean => {
  const content = messages.at(-1)?.content
  return Array.isArray(content) && content.some(block => block.type === 'tool_result')
}

const readToolChoice = (choice: MessagesBody['tool_choice']): Ask['toolChoice'] => {
  if (choice?.type === 'tool' && choice.name !== undefined) return { name: choice.name }
  if (choice?.type === 'any') return 'required'
  return choice?.type === 'none' ? 'none' : 'auto'
}

const blocksOf = (call: ModelCall, body: MessagesBody, output: Output): Block[] => {
  const { kind, pieces, calls } = output
  const thoughts = thoughtsOf(call, body, output)
  const said = pieces.length > 0 || (kind !== 'tool_calls' && thoughts.length === 0)
  return [
    ...thoughts,
    ...(said ? [{ kind: 'text' as const, pieces }] : []),
    ...calls.map(({ id, name, pieces }): Block => ({ kind: 'tool_use', id: `toolu_${id}`, name, pieces })),
  ]
}

/** Thoughts that are omitted leave a block with their signature. */
const thoughtsOf = (call: ModelCall, { thinking }: MessagesBody, { thought, reasoning }: Output): Block[] => {
  const omitted = thinking && thinking.type !== 'disabled' && thinking.display === 'omitted' && reasoning > 0
  const shown: Block[] =
    thought.length > 0 || omitted
      ? [{ kind: 'thinking', pieces: thought, signature: sign(thought.join('')) }]
      : []
  return call.directives.redacted_thinking
    ? [...shown, { kind: 'redacted_thinking', pieces: [], data: seal(call.random.id(24)) }]
    : shown
}

const stopReasonOf = ({ kind, finish, stopSequence }: Output): string => {
  if (finish === 'length') return 'max_tokens'
  if (kind === 'refusal') return 'refusal'
  if (stopSequence !== null) return 'stop_sequence'
  return kind === 'tool_calls' ? 'tool_use' : 'end_turn'
}

/** Anthropic's input count leaves out what came from the cache and what went into it. */
const usageOf = (usage: Usage) => ({
  input_tokens: usage.input - usage.cached - usage.cacheWritten,
  cache_creation_input_tokens: usage.cacheWritten,
  cache_read_input_tokens: usage.cached,
  output_tokens: usage.output,
  output_tokens_details: { thinking_tokens: usage.reasoning },
  server_tool_use: null,
})

/** What only a whole message's usage says, and the one that opens a stream. */
const termsOf = ({ cacheWritten }: Usage) => ({
  cache_creation: { ephemeral_5m_input_tokens: cacheWritten, ephemeral_1h_input_tokens: 0 },
  inference_geo: null,
  service_tier: 'standard',
  speed: 'standard',
})

const blockObject = (block: Block) => {
  const text = block.pieces.join('')
  switch (block.kind) {
    case 'text':
      return { type: 'text', text, citations: null }
    case 'thinking':
      return { type: 'thinking', thinking: text, signature: block.signature }
    case 'redacted_thinking':
      return { type: 'redacted_thinking', data: block.data }
    case 'tool_use':
      return { ...toolUseHead(block), input: JSON.parse(text) as unknown }
  }
}

const headOf = (call: ModelCall, id: string) => ({
  id,
  type: 'message',
  role: 'assistant',
  model: call.modelName,
  container: null,
  diagnostics: null,
})

const stopOf = (outputs: readonly Output[]) => {
  const reason = outputs.map(stopReasonOf)[0] ?? 'end_turn'
  const details = reason === 'refusal' ? { type: 'refusal', category: null, explanation: null } : null
  return { stop_reason: reason, stop_sequence: outputs[0]?.stopSequence ?? null, stop_details: details }
}

const wholeAnswer = (
  call: ModelCall,
  id: string,
  { outputs, usage, totalMs }: Generation,
  blocks: readonly Block[],
): Answer => {
  const message = { ...headOf(call, id), content: blocks.map(blockObject), ...stopOf(outputs) }
  return jsonAnswer(
    usage ? { ...message, usage: { ...usageOf(usage), ...termsOf(usage) } } : message,
    totalMs,
  )
}

const streamAnswer = (
  call: ModelCall,
  id: string,
  { outputs, usage, tokensPerChunk, pace }: Generation,
  blocks: readonly Block[],
): Answer => {
  const parts = {
    head: headOf(call, id),
    blocks,
    stop: stopOf(outputs),
    usage: usage && usageOf(usage),
    usageTerms: usage ? termsOf(usage) : {},
  }
  return {
    kind: 'stream',
    frames: messageFrames(parts, tokensPerChunk),
    contentFrames: outputs.reduce((sum, output) => sum + countDeltas(output, tokensPerChunk), 0),
    pace,
    errorFrame: messagesErrorFrame,
  }
}
