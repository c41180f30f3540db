// OpenAI's Responses API: the request's schema, the response object, and the stored ones. Its stream is beside it.
import { z } from 'zod'
import { type Answer, jsonAnswer } from './answer.ts'
import { type ModelCall, modelEndpoint, plainEndpoint } from './endpoint.ts'
import { errorAnswer } from './error.ts'
import { type Ask, answerWith, countDeltas, type Generation, type Usage } from './generation.ts'
import { itemsOf, type OutputItem, responseErrorFrame, responseFrames } from './responses-stream.ts'
import { keep, type StoredResponse } from './stores.ts'
import { countTokens } from './text.ts'

const schemaObject = z.record(z.string(), z.unknown())

const itemSchema = z.object({
  type: z.string().optional(),
  role: z.string().optional(),
  content: z.union([z.string(), z.array(z.object({ text: z.string().optional() }))]).nullish(),
  output: z.unknown(),
})

const responseSchema = z.object({
  model: z.string(),
  input: z.union([z.string(), z.array(itemSchema).min(1)]),
  instructions: z.string().nullish(),
  stream: z.boolean().nullish(),
  store: z.boolean().nullish(),
  previous_response_id: z.string().nullish(),
  max_output_tokens: z.int().min(1).nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  tools: z.array(z.looseObject({ type: z.string(), name: z.string().optional() })).nullish(),
  tool_choice: z
    .union([
      z.enum(['none', 'auto', 'required']),
      z.looseObject({ type: z.string(), name: z.string().optional() }),
    ])
    .nullish(),
  text: z
    .looseObject({ format: z.looseObject({ type: z.string(), schema: schemaObject.optional() }).optional() })
    .nullish(),
})

type ResponseBody = z.output<typeof responseSchema>

const KEPT_RESPONSES = 1000

export const responsesEndpoint = modelEndpoint(responseSchema, (call, body) => {
  const previous = body.previous_response_id
  if (previous && !call.sim.stores.responses.has(previous)) {
    return errorAnswer(400, `Previous response with id '${previous}' not found.`, {
      param: 'previous_response_id',
      code: 'previous_response_not_found',
    })
  }
  return answerWith(call, askOf(body), generation =>
    body.stream ? streamAnswer(call, body, generation) : wholeAnswer(call, body, generation),
  )
})

export const getResponseEndpoint = plainEndpoint(call => {
  const stored = call.sim.stores.responses.get(call.id)
  return stored ? jsonAnswer(stored) : noSuchResponse(call.id)
})

export const deleteResponseEndpoint = plainEndpoint(call =>
  call.sim.stores.responses.delete(call.id)
    ? jsonAnswer({ id: call.id, object: 'response', deleted: true })
    : noSuchResponse(call.id),
)

const noSuchResponse = (id: string) =>
  errorAnswer(404, `Response with id '${id}' not found.`, { param: 'response_id' })

const askOf = (body: ResponseBody): Ask => ({
  inputTokens: countTokens(body.instructions ?? '') + countInput(body.input),
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
})

const countInput = (input: ResponseBody['input']): number => {
  if (typeof input === 'string') return countTokens(input)
  return input.reduce((sum, item) => sum + countItem(item), 0)
}

const countItem = ({ content, output }: z.output<typeof itemSchema>): number => {
  const told = typeof output === 'string' ? countTokens(output) : 0
  if (typeof content === 'string') return told + countTokens(content)
  return (content ?? []).reduce((sum, part) => sum + countTokens(part.text ?? ''), told)
}

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
  input_tokens_details: { cached_tokens: usage.cached },
  output_tokens: usage.output,
  output_tokens_details: { reasoning_tokens: usage.reasoning },
  total_tokens: usage.input + usage.output,
})

/** The response before any output: what `response.created` carries, and what the finished one is made from. */
const startedResponse = (call: ModelCall, body: ResponseBody): StoredResponse => ({
  id: `resp_${call.random.id(48)}`,
  object: 'response',
  created_at: call.now,
  status: 'in_progress',
  background: false,
  error: null,
  incomplete_details: null,
  instructions: body.instructions ?? null,
  max_output_tokens: body.max_output_tokens ?? null,
  model: call.modelName,
  output: [],
  parallel_tool_calls: body.parallel_tool_calls ?? true,
  previous_response_id: body.previous_response_id ?? null,
  reasoning: { effort: null, summary: null },
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
  started: StoredResponse,
  items: readonly OutputItem[],
  { outputs, usage }: Generation,
): StoredResponse => {
  const cut = outputs.some(output => output.finish === 'length')
  return {
    ...started,
    status: cut ? 'incomplete' : 'completed',
    incomplete_details: cut ? { reason: 'max_output_tokens' } : null,
    output: items.map(item => item.finished),
    usage: usage ? usageOf(usage) : null,
  }
}

const prepare = (call: ModelCall, body: ResponseBody, generation: Generation) => {
  const items = generation.outputs.flatMap(output => itemsOf(output, call.random))
  const started = startedResponse(call, body)
  const finished = finishedResponse(started, items, generation)
  if (body.store !== false) keep(call.sim.stores.responses, finished, KEPT_RESPONSES)
  return { items, started, finished }
}

const wholeAnswer = (call: ModelCall, body: ResponseBody, generation: Generation): Answer =>
  jsonAnswer(prepare(call, body, generation).finished, generation.totalMs)

const streamAnswer = (call: ModelCall, body: ResponseBody, generation: Generation): Answer => {
  const { outputs, tokensPerChunk, pace } = generation
  const { items, started, finished } = prepare(call, body, generation)
  return {
    kind: 'stream',
    frames: responseFrames(started, items, finished, tokensPerChunk),
    contentFrames: outputs.reduce((sum, output) => sum + countDeltas(output, tokensPerChunk), 0),
    pace,
    errorFrame: responseErrorFrame,
  }
}
