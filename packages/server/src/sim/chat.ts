// OpenAI's chat completions: what a request asks for, the whole answer, and the chunks of a stream. The request's
// schema and rules are beside it.
import { type Answer, dataFrame, type Frame, jsonAnswer } from './answer.ts'
import { CHAT_FIELDS, type ChatBody, chatSchema } from './chat-request.ts'
import { brokenChatRule } from './chat-rules.ts'
import { type ModelCall, modelEndpoint } from './endpoint.ts'
import {
  type Ask,
  answerWith,
  countDeltas,
  type Generation,
  type Output,
  type Tool,
  type ToolCall,
  type Usage,
} from './generation.ts'
import { DOCUMENT_TOKENS, IMAGE_TOKENS } from './media.ts'
import { openaiErrorFrame } from './openai-stream.ts'
import { roundRobin } from './round-robin.ts'
import { chunkPieces, countTokens } from './text.ts'

export const chatEndpoint = modelEndpoint(
  chatSchema,
  (call, body) => {
    const broken = brokenChatRule(body, call.sim.stores.files)
    if (broken) return broken
    const id = `chatcmpl-${call.random.id(29)}`
    return answerWith(call, askOf(body), generation =>
      body.stream ? streamAnswer(call, body, id, generation) : wholeAnswer(call, id, generation),
    )
  },
  CHAT_FIELDS,
)

const askOf = (body: ChatBody): Ask => ({
  inputTokens: body.messages.reduce((sum, message) => sum + countContent(message.content), 0),
  maxTokens: body.max_completion_tokens ?? body.max_tokens ?? undefined,
  choices: body.n ?? 1,
  tools: (body.tools ?? []).flatMap(readTool),
  toolChoice: readToolChoice(body.tool_choice),
  toolCalls: body.parallel_tool_calls === false ? 'one' : 'many',
  lastTurn: body.messages.at(-1)?.role === 'tool' ? 'tool' : 'user',
  format: readFormat(body.response_format),
  stop: [body.stop ?? []].flat(),
  reasoning: { effort: body.reasoning_effort ?? 'none', thoughts: 'counted' },
})

const PART_TOKENS: Readonly<Record<string, number>> = { image_url: IMAGE_TOKENS, file: DOCUMENT_TOKENS }

const countContent = (content: ChatBody['messages'][number]['content']): number => {
  if (typeof content === 'string') return countTokens(content)
  return (content ?? []).reduce(
    (sum, part) => sum + countTokens(part.text ?? '') + (PART_TOKENS[part.type] ?? 0),
    0,
  )
}

const readTool = (tool: NonNullable<ChatBody['tools']>[number]): Tool[] =>
  tool.function ? [{ name: tool.function.name, parameters: tool.function.parameters ?? {} }] : []

const readToolChoice = (choice: ChatBody['tool_choice']): Ask['toolChoice'] => {
  if (typeof choice === 'string') return choice
  return choice?.function ? { name: choice.function.name } : 'auto'
}

const readFormat = (format: ChatBody['response_format']): Ask['format'] =>
  format?.type === 'json_schema'
    ? { kind: 'json_schema', schema: format.json_schema.schema ?? {} }
    : { kind: format?.type ?? 'text' }

const identity = (call: ModelCall, id: string, object: string) => ({
  id,
  object,
  created: call.now,
  model: call.modelName,
  service_tier: 'default',
  system_fingerprint: `fp_sim_${call.sim.config.seed}`,
})

export const openaiUsage = (usage: Usage) => ({
  prompt_tokens: usage.input,
  completion_tokens: usage.output,
  total_tokens: usage.input + usage.output,
  prompt_tokens_details: {
    cached_tokens: usage.cached,
    ...(usage.cacheWritten > 0 ? { cache_write_tokens: usage.cacheWritten } : {}),
    audio_tokens: 0,
  },
  completion_tokens_details: {
    reasoning_tokens: usage.reasoning,
    audio_tokens: 0,
    accepted_prediction_tokens: 0,
    rejected_prediction_tokens: 0,
  },
})

const wholeAnswer = (call: ModelCall, id: string, generation: Generation): Answer => {
  const { outputs, usage, totalMs } = generation
  const choices = outputs.map((output, index) => ({
    index,
    message: messageOf(output),
    logprobs: null,
    finish_reason: output.finish,
  }))
  const body = { ...identity(call, id, 'chat.completion'), choices }
  return jsonAnswer(usage ? { ...body, usage: openaiUsage(usage) } : body, totalMs)
}

/** OpenAI itself keeps thoughts to itself; compatible services send them as `reasoning_content`. */
const messageOf = ({ kind, thought, pieces, calls }: Output) => {
  const text = pieces.length > 0 ? pieces.join('') : null
  return {
    role: 'assistant',
    content: kind === 'text' ? (text ?? '') : kind === 'tool_calls' ? text : null,
    refusal: kind === 'refusal' ? text : null,
    annotations: [],
    ...(thought.length > 0 ? { reasoning_content: thought.join('') } : {}),
    ...(kind === 'tool_calls' ? { tool_calls: calls.map(toolCallObject) } : {}),
  }
}

const toolCallObject = ({ id, name, pieces }: ToolCall) => ({
  id: `call_${id}`,
  type: 'function',
  function: { name, arguments: pieces.join('') },
})

const streamAnswer = (call: ModelCall, body: ChatBody, id: string, generation: Generation): Answer => {
  const { outputs, tokensPerChunk, pace } = generation
  return {
    kind: 'stream',
    frames: chatFrames(call, body, id, generation),
    // Each call opens with a delta of its own.
    contentFrames: outputs.reduce(
      (sum, output) => sum + countDeltas(output, tokensPerChunk) + output.calls.length,
      0,
    ),
    pace,
    errorFrame: openaiErrorFrame,
  }
}

/** With `include_usage` every chunk has `usage: null` but an extra last one, which has the usage and no choices. */
const chatFrames = function* (
  call: ModelCall,
  body: ChatBody,
  id: string,
  { outputs, usage, tokensPerChunk }: Generation,
): Generator<Frame> {
  const head = JSON.stringify(identity(call, id, 'chat.completion.chunk')).slice(0, -1)
  const asked = body.stream_options?.include_usage === true && usage !== null
  const tail = asked ? ',"usage":null}' : '}'
  const chunk = (choice: number, delta: object, finish: string | null) =>
    `${head},"choices":[{"index":${choice},"delta":${JSON.stringify(delta)},"logprobs":null,` +
    `"finish_reason":${JSON.stringify(finish)}}]${tail}`

  for (const [index, output] of outputs.entries()) {
    const content = output.kind === 'text' ? '' : null
    yield dataFrame(chunk(index, { role: 'assistant', content, refusal: null }, null), 'open')
  }
  const choices = outputs.map((output, index) => deltas(output, index, tokensPerChunk))
  for (const { choice, delta, tokens } of roundRobin(choices)) {
    // Choices are made side by side: only the first one's tokens take time.
    yield dataFrame(chunk(choice, delta, null), 'content', choice === 0 ? tokens : 0)
  }
  for (const [index, output] of outputs.entries()) {
    yield dataFrame(chunk(index, {}, output.finish), 'close')
  }
  if (asked) {
    yield dataFrame(`${head},"choices":[],"usage":${JSON.stringify(openaiUsage(usage))}}`, 'close')
  }
  yield dataFrame('[DONE]', 'end')
}

type Delta = { readonly choice: number; readonly delta: object; readonly tokens: number }

const deltas = function* (output: Output, choice: number, perChunk: number): Generator<Delta> {
  const { kind, thought, pieces, calls } = output
  for (const { text, tokens } of chunkPieces(thought, perChunk)) {
    yield { choice, delta: { reasoning_content: text }, tokens }
  }
  const field = kind === 'refusal' ? 'refusal' : 'content'
  for (const { text, tokens } of chunkPieces(pieces, perChunk)) {
    yield { choice, delta: { [field]: text }, tokens }
  }
  for (const [index, call] of calls.entries()) yield* callDeltas(call, index, choice, perChunk)
}

const callDeltas = function* (
  { id, name, pieces }: ToolCall,
  index: number,
  choice: number,
  perChunk: number,
): Generator<Delta> {
  const opener = { index, id: `call_${id}`, type: 'function', function: { name, arguments: '' } }
  yield { choice, delta: { tool_calls: [opener] }, tokens: 0 }
  for (const { text, tokens } of chunkPieces(pieces, perChunk)) {
    yield { choice, delta: { tool_calls: [{ index, function: { arguments: text } }] }, tokens }
  }
}
