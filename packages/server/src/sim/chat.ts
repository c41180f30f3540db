// OpenAI's chat completions: the request's schema, the whole answer, and the chunks of a stream.
import { z } from 'zod'
import { type Answer, dataFrame, type Frame, jsonAnswer } from './answer.ts'
import { type ModelCall, modelEndpoint } from './endpoint.ts'
import { errorAnswer } from './error.ts'
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
import { openaiErrorFrame } from './openai-stream.ts'
import { roundRobin } from './round-robin.ts'
import { chunkPieces, countTokens } from './text.ts'

const schemaObject = z.record(z.string(), z.unknown())

const messageSchema = z.object({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool', 'function']),
  content: z
    .union([z.string(), z.array(z.object({ type: z.string(), text: z.string().optional() }))])
    .nullish(),
})

const toolSchema = z.object({
  type: z.string(),
  function: z.object({ name: z.string(), parameters: schemaObject.nullish() }).optional(),
})

const toolChoiceSchema = z.union([
  z.enum(['none', 'auto', 'required']),
  z.object({ type: z.string(), function: z.object({ name: z.string() }).optional() }),
])

const formatSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text') }),
  z.object({ type: z.literal('json_object') }),
  z.object({ type: z.literal('json_schema'), json_schema: z.object({ schema: schemaObject.optional() }) }),
])

const chatSchema = z.object({
  model: z.string(),
  messages: z.array(messageSchema).min(1),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  max_tokens: z.int().positive().nullish(),
  max_completion_tokens: z.int().positive().nullish(),
  n: z.int().min(1).max(128).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  tools: z.array(toolSchema).nullish(),
  tool_choice: toolChoiceSchema.nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  response_format: formatSchema.nullish(),
})

type ChatBody = z.output<typeof chatSchema>

export const chatEndpoint = modelEndpoint(chatSchema, (call, body) => {
  if (body.stream_options && !body.stream) {
    const message = "The 'stream_options' parameter is only allowed when 'stream' is enabled."
    return errorAnswer(400, message, { param: 'stream_options' })
  }
  const id = `chatcmpl-${call.random.id(29)}`
  return answerWith(call, askOf(body), generation =>
    body.stream ? streamAnswer(call, body, id, generation) : wholeAnswer(call, id, generation),
  )
})

const askOf = (body: ChatBody): Ask => ({
  inputTokens: body.messages.reduce((sum, message) => sum + countContent(message.content), 0),
  maxTokens: body.max_completion_tokens ?? body.max_tokens ?? undefined,
  choices: body.n ?? 1,
  tools: (body.tools ?? []).flatMap(readTool),
  toolChoice: readToolChoice(body.tool_choice),
  toolCalls: body.parallel_tool_calls === false ? 'one' : 'many',
  lastTurn: body.messages.at(-1)?.role === 'tool' ? 'tool' : 'user',
  format: readFormat(body.response_format),
})

const countContent = (content: ChatBody['messages'][number]['content']): number => {
  if (typeof content === 'string') return countTokens(content)
  return (content ?? []).reduce((sum, part) => sum + countTokens(part.text ?? ''), 0)
}

const readTool = (tool: z.output<typeof toolSchema>): Tool[] =>
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
  prompt_tokens_details: { cached_tokens: usage.cached, audio_tokens: 0 },
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

const messageOf = (output: Output) => {
  const message = { role: 'assistant', content: null, refusal: null, annotations: [] }
  if (output.kind === 'tool_calls') return { ...message, tool_calls: output.calls.map(toolCallObject) }
  const text = output.pieces.join('')
  return output.kind === 'text' ? { ...message, content: text } : { ...message, refusal: text }
}

const toolCallObject = ({ id, name, pieces }: ToolCall) => ({
  id: `call_${id}`,
  type: 'function',
  function: { name, arguments: pieces.join('') },
})

const streamAnswer = (call: ModelCall, body: ChatBody, id: string, generation: Generation): Answer => {
  const { outputs, tokensPerChunk, pace } = generation
  const openers = outputs.map(output => (output.kind === 'tool_calls' ? output.calls.length : 0))
  return {
    kind: 'stream',
    frames: chatFrames(call, body, id, generation),
    contentFrames: outputs.reduce(
      (sum, output, index) => sum + countDeltas(output, tokensPerChunk) + (openers[index] ?? 0),
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
  if (output.kind !== 'tool_calls') {
    const field = output.kind === 'text' ? 'content' : 'refusal'
    for (const { text, tokens } of chunkPieces(output.pieces, perChunk)) {
      yield { choice, delta: { [field]: text }, tokens }
    }
    return
  }
  for (const [index, { id, name, pieces }] of output.calls.entries()) {
    const opener = { index, id: `call_${id}`, type: 'function', function: { name, arguments: '' } }
    yield { choice, delta: { tool_calls: [opener] }, tokens: 0 }
    for (const { text, tokens } of chunkPieces(pieces, perChunk)) {
      yield { choice, delta: { tool_calls: [{ index, function: { arguments: text } }] }, tokens }
    }
  }
}
