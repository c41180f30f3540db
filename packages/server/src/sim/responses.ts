// OpenAI's Responses API: what a request asks for, the response object, and the stored ones. The request's schema, the
// state it goes on from and the stream are beside it.
import { issueId } from './account.ts'
import { type Answer, jsonAnswer } from './answer.ts'
import { type ModelCall, modelEndpoint, plainEndpoint } from './endpoint.ts'
import { errorAnswer } from './error.ts'
import { type Ask, answerWith, countDeltas, type Generation, type Usage } from './generation.ts'
import { RESPONSE_FIELDS, type ResponseBody, responseSchema } from './responses-request.ts'
import { contextOf, conversationId, keepResponse } from './responses-state.ts'
import { itemsOf, type OutputItem, responseErrorFrame, responseFrames } from './responses-stream.ts'
import type { Context, ResponseObject } from './stores.ts'
import { countTokens } from './text.ts'

export const responsesEndpoint = modelEndpoint(
  responseSchema,
  (call, body) => {
    const context = contextOf(body, call.sim.stores)
    if ('kind' in context) return context
    return answerWith(call, askOf(body, context), generation =>
      body.stream
        ? streamAnswer(call, body, context, generation)
        : wholeAnswer(call, body, context, generation),
    )
  },
  RESPONSE_FIELDS,
)

export const getResponseEndpoint = plainEndpoint(call => {
  const stored = call.sim.stores.responses.get(call.id)
  return stored ? jsonAnswer(stored.object) : noSuchResponse(call.id)
})

export const deleteResponseEndpoint = plainEndpoint(call =>
  call.sim.stores.responses.delete(call.id)
    ? jsonAnswer({ id: call.id, object: 'response', deleted: true })
    : noSuchResponse(call.id),
)

const noSuchResponse = (id: string) =>
  errorAnswer(404, `Response with id '${id}' not found.`, { param: 'response_id' })

/** Instructions are of one turn: those of the turns before are not carried over. */
const askOf = (body: ResponseBody, context: Context): Ask => ({
  inputTokens: countTokens(body.instructions ?? '') + context.tokens,
  maxTokens: body.max_output_tokens ?? undefined,
  choices: 1,
  tools: (body.tools ?? []).flatMap(tool =>
    tool.type === 'function' && tool.name !== undefined
      ? [{ name: tool.name, parameters: (tool['parameters'] ?? {}) as Record<string, unknown> }]
      : [],
  ),
  toolChoice: readToolChoice(body.tool_choice),
  toolCalls: body.parallel_tool_calls === false ? 'one' : 'many',
  lastTurn:
    typeof body.input !== 'string' && body.input.at(-1)?.type === 'function_call_output' ? 'tool' : 'user',
  format: readFormat(body.text),
  stop: [],
  reasoning: {
    effort: body.reasoning?.effort ?? 'none',
    thoughts: body.reasoning?.summary ? 'sent' : 'counted',
  },
})

const readToolChoice = (choice: ResponseBody['tool_choice']): Ask['toolChoice'] => {
  if (typeof choice === 'string') return choice
  return choice?.name === undefined ? 'auto' : { name: choice.name }
}

const readFormat = (text: ResponseBody['text']): Ask['format'] => {
  const format = text?.format
  if (format?.type === 'json_schema') return { kind: 'json_schema', schema: format.schema ?? {} }
  return format?.type === 'json_object' ? { kind: 'json_object' } : { kind: 'text' }
}

const usageOf = (usage: Usage) => ({
  input_tokens: usage.input,
  input_tokens_details: { cached_tokens: usage.cached, cache_write_tokens: usage.cacheWritten },
  output_tokens: usage.output,
  output_tokens_details: { reasoning_tokens: usage.reasoning },
  total_tokens: usage.input + usage.output,
})

/** The response before any output: what `response.created` carries, and what the finished one is made from. */
const startedResponse = (call: ModelCall, body: ResponseBody): ResponseObject => ({
  id: `resp_${issueId(call, 48)}`,
  object: 'response',
  created_at: call.now,
  status: 'in_progress',
  background: false,
  conversation: conversationId(body) === null ? null : { id: conversationId(body) },
  error: null,
  incomplete_details: null,
  instructions: body.instructions ?? null,
  max_output_tokens: body.max_output_tokens ?? null,
  model: call.modelName,
  output: [],
  parallel_tool_calls: body.parallel_tool_calls ?? true,
  previous_response_id: body.previous_response_id ?? null,
  reasoning: { effort: body.reasoning?.effort ?? null, summary: body.reasoning?.summary ?? null },
  service_tier: 'default',
  store: body.store ?? true,
  temperature: 1,
  text: body.text ?? { format: { type: 'text' } },
  tool_choice: body.tool_choice ?? 'auto',
  tools: body.tools ?? [],
  top_p: 1,
  truncation: 'disabled',
  usage: null,
  user: null,
  metadata: body.metadata ?? {},
})

const finishedResponse = (
  started: ResponseObject,
  items: readonly OutputItem[],
  { outputs, usage }: Generation,
): ResponseObject => {
  const cut = outputs.some(output => output.finish === 'length')
  return {
    ...started,
    status: cut ? 'incomplete' : 'completed',
    incomplete_details: cut ? { reason: 'max_output_tokens' } : null,
    output: items.map(item => item.finished),
    usage: usage ? usageOf(usage) : null,
  }
}

const prepare = (call: ModelCall, body: ResponseBody, context: Context, generation: Generation) => {
  const items = generation.outputs.flatMap(output => itemsOf(output, call.random))
  const started = startedResponse(call, body)
  const finished = finishedResponse(started, items, generation)
  keepResponse(call.sim.stores, body, finished, context, generation)
  return { items, started, finished }
}

const wholeAnswer = (call: ModelCall, body: ResponseBody, context: Context, generation: Generation): Answer =>
  jsonAnswer(prepare(call, body, context, generation).finished, generation.totalMs)

const streamAnswer = (
  call: ModelCall,
  body: ResponseBody,
  context: Context,
  generation: Generation,
): Answer => {
  const { outputs, tokensPerChunk, pace } = generation
  const { items, started, finished } = prepare(call, body, context, generation)
  return {
    kind: 'stream',
    frames: responseFrames(started, items, finished, tokensPerChunk),
    contentFrames: outputs.reduce((sum, output) => sum + countDeltas(output, tokensPerChunk), 0),
    pace,
    errorFrame: responseErrorFrame,
  }
}
