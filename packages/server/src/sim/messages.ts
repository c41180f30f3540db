// Anthropic's messages: the request's schema, the whole message, and token counting. Its stream is beside it.
// What the model says is a list of content blocks: a further kind of block is a further member of `Block`.
import { z } from 'zod'
import { type Answer, jsonAnswer } from './answer.ts'
import { type ModelCall, modelEndpoint } from './endpoint.ts'
import { type Ask, answerWith, countDeltas, type Generation, type Output, type Usage } from './generation.ts'
import { type Block, messageFrames, messagesErrorFrame, toolUseHead } from './messages-stream.ts'
import { countTokens } from './text.ts'

const schemaObject = z.record(z.string(), z.unknown())

const blockSchema = z.object({
  type: z.string(),
  text: z.string().optional(),
  content: z.union([z.string(), z.array(z.object({ text: z.string().optional() }))]).optional(),
})

const contentSchema = z.union([z.string(), z.array(blockSchema)])

const promptShape = {
  model: z.string(),
  messages: z
    .array(z.object({ role: z.enum(['user', 'assistant', 'system']), content: contentSchema }))
    .min(1),
  system: contentSchema.optional(),
  tools: z.array(z.object({ name: z.string(), input_schema: schemaObject.optional() })).optional(),
}

const messagesSchema = z.object({
  ...promptShape,
  max_tokens: z.int().min(1),
  stream: z.boolean().optional(),
  temperature: z.number().min(0).max(1).optional(),
  tool_choice: z
    .object({
      type: z.enum(['auto', 'any', 'tool', 'none']),
      name: z.string().optional(),
      disable_parallel_tool_use: z.boolean().optional(),
    })
    .optional(),
})

type MessagesBody = z.output<typeof messagesSchema>

export const messagesEndpoint = modelEndpoint(messagesSchema, (call, body) => {
  const id = `msg_${call.random.id(24)}`
  return answerWith(call, askOf(body), generation =>
    body.stream ? streamAnswer(call, id, generation) : wholeAnswer(call, id, generation),
  )
})

export const countTokensEndpoint = modelEndpoint(z.object(promptShape), (_call, body) =>
  jsonAnswer({ input_tokens: countPrompt(body) }),
)

const askOf = (body: MessagesBody): Ask => ({
  inputTokens: countPrompt(body),
  maxTokens: body.max_tokens,
  choices: 1,
  tools: (body.tools ?? []).map(({ name, input_schema }) => ({ name, parameters: input_schema ?? {} })),
  toolChoice: readToolChoice(body.tool_choice),
  toolCalls: body.tool_choice?.disable_parallel_tool_use ? 'one' : 'many',
  lastTurn: endsWithToolResult(body) ? 'tool' : 'user',
  format: { kind: 'text' },
})

const countPrompt = ({ system, messages }: Pick<MessagesBody, 'system' | 'messages'>): number =>
  messages.reduce((sum, { content }) => sum + countContent(content), countContent(system ?? ''))

const countContent = (content: z.output<typeof contentSchema>): number => {
  if (typeof content === 'string') return countTokens(content)
  return content.reduce((sum, block) => sum + countBlock(block), 0)
}

const countBlock = ({ text, content }: z.output<typeof blockSchema>): number => {
  const own = countTokens(text ?? '')
  if (typeof content === 'string') return own + countTokens(content)
  return (content ?? []).reduce((sum, part) => sum + countTokens(part.text ?? ''), own)
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

const blocksOf = (output: Output): Block[] =>
  output.kind === 'tool_calls'
    ? output.calls.map(({ id, name, pieces }) => ({ kind: 'tool_use', id: `toolu_${id}`, name, pieces }))
    : [{ kind: 'text', pieces: output.pieces }]

const stopReasonOf = ({ kind, finish }: Output): string => {
  if (finish === 'length') return 'max_tokens'
  if (kind === 'refusal') return 'refusal'
  return kind === 'tool_calls' ? 'tool_use' : 'end_turn'
}

/** Anthropic's input count leaves out what came from the cache. */
const usageOf = (usage: Usage) => ({
  input_tokens: usage.input - usage.cached,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: usage.cached,
  output_tokens: usage.output,
  output_tokens_details: { thinking_tokens: usage.reasoning },
  server_tool_use: null,
})

/** What only a whole message's usage says, and the one that opens a stream. */
const USAGE_TERMS = { cache_creation: null, inference_geo: null, service_tier: 'standard', speed: 'standard' }

const blockObject = (block: Block) => {
  const text = block.pieces.join('')
  return block.kind === 'text'
    ? { type: 'text', text, citations: null }
    : { ...toolUseHead(block), input: JSON.parse(text) as unknown }
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
  return { stop_reason: reason, stop_sequence: null, stop_details: details }
}

const wholeAnswer = (call: ModelCall, id: string, { outputs, usage, totalMs }: Generation): Answer => {
  const content = outputs.flatMap(blocksOf).map(blockObject)
  const message = { ...headOf(call, id), content, ...stopOf(outputs) }
  return jsonAnswer(usage ? { ...message, usage: { ...usageOf(usage), ...USAGE_TERMS } } : message, totalMs)
}

const streamAnswer = (call: ModelCall, id: string, generation: Generation): Answer => {
  const { outputs, usage, tokensPerChunk, pace } = generation
  const parts = {
    head: headOf(call, id),
    blocks: outputs.flatMap(blocksOf),
    stop: stopOf(outputs),
    usage: usage && usageOf(usage),
    usageTerms: USAGE_TERMS,
  }
  return {
    kind: 'stream',
    frames: messageFrames(parts, tokensPerChunk),
    contentFrames: outputs.reduce((sum, output) => sum + countDeltas(output, tokensPerChunk), 0),
    pace,
    errorFrame: messagesErrorFrame,
  }
}
