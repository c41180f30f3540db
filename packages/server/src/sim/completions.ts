// OpenAI's legacy text completions.
import { z } from 'zod'
import { type Answer, dataFrame, type Frame, jsonAnswer } from './answer.ts'
import { openaiUsage } from './chat.ts'
import { type ModelCall, modelEndpoint } from './endpoint.ts'
import { type Ask, answerWith, countDeltas, type Generation, PLAIN_ASK } from './generation.ts'
import { openaiErrorFrame } from './openai-stream.ts'
import { roundRobin } from './round-robin.ts'
import { chunkPieces, countTokens } from './text.ts'

const promptSchema = z.union([
  z.string(),
  z.array(z.string()).min(1),
  z.array(z.int()).min(1),
  z.array(z.array(z.int())).min(1),
])

const completionSchema = z.object({
  model: z.string(),
  prompt: promptSchema,
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  max_tokens: z.int().positive().nullish(),
  n: z.int().min(1).max(128).nullish(),
  stop: z.union([z.string(), z.array(z.string()).max(4)]).nullish(),
})

type CompletionBody = z.output<typeof completionSchema>

export const completionsEndpoint = modelEndpoint(completionSchema, (call, body) => {
  const id = `cmpl-${call.random.id(29)}`
  return answerWith(call, askOf(body), generation =>
    body.stream ? streamAnswer(call, body, id, generation) : wholeAnswer(call, id, generation),
  )
})

const askOf = (body: CompletionBody): Ask => ({
  ...PLAIN_ASK,
  inputTokens: countPrompt(body.prompt),
  maxTokens: body.max_tokens ?? 16,
  choices: (body.n ?? 1) * countPrompts(body.prompt),
  stop: [body.stop ?? []].flat(),
})

/** Tokens of a text, or of texts, or given as numbers. */
export const countPrompt = (prompt: z.output<typeof promptSchema>): number => {
  if (typeof prompt === 'string') return countTokens(prompt)
  return prompt.reduce<number>((sum, part) => sum + countPart(part), 0)
}

const countPart = (part: string | number | number[]): number => {
  if (typeof part === 'string') return countTokens(part)
  return typeof part === 'number' ? 1 : part.length
}

const countPrompts = (prompt: CompletionBody['prompt']): number =>
  typeof prompt === 'string' || typeof prompt[0] === 'number' ? 1 : prompt.length

const identity = (call: ModelCall, id: string) => ({
  id,
  object: 'text_completion',
  created: call.now,
  model: call.modelName,
})

const wholeAnswer = (call: ModelCall, id: string, { outputs, usage, totalMs }: Generation): Answer => {
  const choices = outputs.map((output, index) => ({
    text: output.pieces.join(''),
    index,
    logprobs: null,
    finish_reason: output.finish,
  }))
  const body = { ...identity(call, id), choices }
  return jsonAnswer(usage ? { ...body, usage: openaiUsage(usage) } : body, totalMs)
}

const streamAnswer = (call: ModelCall, body: CompletionBody, id: string, generation: Generation): Answer => ({
  kind: 'stream',
  frames: completionFrames(call, body, id, generation),
  contentFrames: generation.outputs.reduce(
    (sum, output) => sum + countDeltas(output, generation.tokensPerChunk),
    0,
  ),
  pace: generation.pace,
  errorFrame: openaiErrorFrame,
})

const completionFrames = function* (
  call: ModelCall,
  body: CompletionBody,
  id: string,
  { outputs, usage, tokensPerChunk }: Generation,
): Generator<Frame> {
  const head = JSON.stringify(identity(call, id)).slice(0, -1)
  const asked = body.stream_options?.include_usage === true && usage !== null
  const tail = asked ? ',"usage":null}' : '}'
  const chunk = (index: number, text: string, finish: string | null) =>
    `${head},"choices":[${JSON.stringify({ text, index, logprobs: null, finish_reason: finish })}]${tail}`

  const choices = outputs.map((output, index) => indexed(output.pieces, index, tokensPerChunk))
  for (const { index, text, tokens } of roundRobin(choices)) {
    yield dataFrame(chunk(index, text, null), 'content', index === 0 ? tokens : 0)
  }
  for (const [index, output] of outputs.entries()) yield dataFrame(chunk(index, '', output.finish), 'close')
  if (asked) {
    yield dataFrame(`${head},"choices":[],"usage":${JSON.stringify(openaiUsage(usage))}}`, 'close')
  }
  yield dataFrame('[DONE]', 'end')
}

const indexed = function* (pieces: readonly string[], index: number, perChunk: number) {
  for (const chunk of chunkPieces(pieces, perChunk)) yield { ...chunk, index }
}
