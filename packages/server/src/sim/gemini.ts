// Gemini's generateContent and streamGenerateContent: what a request asks for, the whole answer, the chunks of a stream.
import { type Answer, dataFrame, type Frame, jsonAnswer } from './answer.ts'
import { type Call, callModel, type Handler, type ModelCall, readBody } from './endpoint.ts'
import { errorBody, errorOfStatus } from './error.ts'
import {
  GEMINI_FIELDS,
  type GeminiBody,
  type GeminiContent,
  type GeminiPart,
  geminiCountSchema,
  geminiSchema,
} from './gemini-request.ts'
import { brokenGeminiRule } from './gemini-rules.ts'
import {
  type Ask,
  answerWith,
  countDeltas,
  countVisible,
  type Generation,
  type Output,
  type Usage,
} from './generation.ts'
import { DOCUMENT_TOKENS, IMAGE_TOKENS } from './media.ts'
import type { Effort, Reasoning } from './reasoning.ts'
import { seal } from './signature.ts'
import { chunkPieces, countTokens } from './text.ts'

type Mode = 'stream' | 'whole'

const contentEndpoint =
  (mode: Mode): Handler =>
  call => {
    const read = readBody(call, geminiSchema, GEMINI_FIELDS)
    if (read.kind === 'error') return { answer: read, directives: call.directives }
    return callModel(call, call.id, mode, ready => answerContent(ready, read.body, mode))
  }

export const generateContentEndpoint = contentEndpoint('whole')

export const streamGenerateContentEndpoint = contentEndpoint('stream')

export const countGeminiTokensEndpoint: Handler = call => {
  const read = readBody(call, geminiCountSchema)
  if (read.kind === 'error') return { answer: read, directives: call.directives }
  return callModel(call, call.id, 'whole', () =>
    jsonAnswer({ totalTokens: countContents(read.body.contents) }),
  )
}

const answerContent = (call: ModelCall, body: GeminiBody, mode: Mode): Answer => {
  const broken = brokenGeminiRule(body)
  if (broken) return broken
  return answerWith(call, askOf(body), generation => {
    if (mode === 'whole') return wholeAnswer(call, generation)
    return isSse(call) ? streamAnswer(call, generation) : listAnswer(call, generation)
  })
}

const isSse = ({ request }: Call): boolean => /[?&]alt=sse(&|$)/.test(request.path)

const askOf = (body: GeminiBody): Ask => {
  const config = body.generationConfig ?? {}
  const calling = body.toolConfig?.functionCallingConfig
  return {
    inputTokens: countContents([
      ...(body.systemInstruction ? [body.systemInstruction] : []),
      ...body.contents,
    ]),
    maxTokens: config.maxOutputTokens,
    choices: config.candidateCount ?? 1,
    tools: readTools(body, calling?.allowedFunctionNames),
    toolChoice: calling?.mode === 'ANY' ? 'required' : calling?.mode === 'NONE' ? 'none' : 'auto',
    toolCalls: 'many',
    lastTurn: body.contents.at(-1)?.parts?.some(part => part.functionResponse) ? 'tool' : 'user',
    format: readFormat(config),
    stop: config.stopSequences ?? [],
    reasoning: readReasoning(config.thinkingConfig),
  }
}

const readTools = ({ tools = [] }: GeminiBody, allowed: readonly string[] | undefined): Ask['tools'] =>
  tools
    .flatMap(tool => tool.functionDeclarations ?? [])
    .filter(({ name }) => !allowed?.length || allowed.includes(name))
    .map(({ name, parameters, parametersJsonSchema }) => ({
      name,
      parameters: parametersJsonSchema ?? parameters ?? {},
    }))

type Config = NonNullable<GeminiBody['generationConfig']>

const readFormat = ({ responseMimeType, responseSchema, responseJsonSchema }: Config): Ask['format'] => {
  if (responseMimeType !== 'application/json') return { kind: 'text' }
  const schema = responseJsonSchema ?? responseSchema
  return schema ? { kind: 'json_schema', schema } : { kind: 'json_object' }
}

const LEVELS: Readonly<Record<string, Effort>> = {
  minimal: 'minimal',
  low: 'low',
  medium: 'medium',
  high: 'high',
}

/** A budget of 0 turns thinking off, -1 leaves it to the model. */
const readReasoning = (thinking: Config['thinkingConfig']): Reasoning => {
  if (!thinking || thinking.thinkingBudget === 0) return { effort: 'none', thoughts: 'counted' }
  const { thinkingBudget = -1, thinkingLevel = 'high', includeThoughts } = thinking
  return {
    effort: LEVELS[thinkingLevel.toLowerCase()] ?? 'high',
    budget: thinkingBudget < 0 ? undefined : thinkingBudget,
    thoughts: includeThoughts ? 'sent' : 'counted',
  }
}

const countContents = (contents: readonly GeminiContent[]): number =>
  contents.flatMap(({ parts }) => parts ?? []).reduce((sum, part) => sum + countPart(part), 0)

const countPart = ({ text, thought, inlineData, fileData, functionResponse }: GeminiPart): number => {
  if (text !== undefined) return thought ? 0 : countTokens(text)
  if (functionResponse) return countTokens(JSON.stringify(functionResponse.response))
  const type = inlineData?.mimeType ?? fileData?.mimeType
  if (type === undefined) return 0
  return type.startsWith('image/') ? IMAGE_TOKENS : DOCUMENT_TOKENS
}

/** Output counts leave out the thoughts, the total does not. */
const usageOf = (usage: Usage, said: number) => ({
  promptTokenCount: usage.input,
  candidatesTokenCount: said,
  totalTokenCount: usage.input + said + usage.reasoning,
  ...(usage.cached > 0 ? { cachedContentTokenCount: usage.cached } : {}),
  ...(usage.reasoning > 0 ? { thoughtsTokenCount: usage.reasoning } : {}),
  promptTokensDetails: [{ modality: 'TEXT', tokenCount: usage.input }],
})

const finishOf = ({ kind, finish }: Output): string => {
  if (kind === 'refusal') return 'SAFETY'
  return finish === 'length' ? 'MAX_TOKENS' : 'STOP'
}

/** A step of a stream; a whole answer is all of them put together. */
type Step = { readonly part: object; readonly tokens: number; readonly thought: boolean }

/** A refused answer has no parts. The first call carries the signature of the thoughts before it. */
const stepsOf = function* (call: ModelCall, output: Output, perChunk: number): Generator<Step> {
  for (const { text, tokens } of chunkPieces(output.thought, perChunk)) {
    yield { part: { text, thought: true }, tokens, thought: true }
  }
  if (output.kind === 'refusal') return
  for (const { text, tokens } of chunkPieces(output.pieces, perChunk)) {
    yield { part: { text }, tokens, thought: false }
  }
  for (const [index, { id, name, pieces }] of output.calls.entries()) {
    const functionCall = { id, name, args: JSON.parse(pieces.join('')) as unknown }
    const signed = output.reasoning > 0 && index === 0 ? { thoughtSignature: signatureOf(call) } : {}
    yield { part: { functionCall, ...signed }, tokens: pieces.length, thought: false }
  }
}

const signatureOf = ({ random }: ModelCall): string => seal(random.id(24))

const headOf = (call: ModelCall) => ({ modelVersion: call.modelName, responseId: call.random.id(22) })

const candidateOf = (index: number, parts: readonly object[], finish: string | null) => ({
  ...(parts.length > 0 ? { content: { parts, role: 'model' } } : {}),
  ...(finish === null ? {} : { finishReason: finish }),
  index,
})

const wholeAnswer = (call: ModelCall, { outputs, usage, totalMs }: Generation): Answer => {
  const head = headOf(call)
  const candidates = outputs.map((output, index) =>
    candidateOf(index, partsOf(call, output), finishOf(output)),
  )
  const said = outputs.reduce(
    (sum, output) => sum + (output.kind === 'refusal' ? 0 : countVisible(output)),
    0,
  )
  const counts = usage ? { usageMetadata: usageOf(usage, said) } : {}
  return jsonAnswer({ candidates, ...counts, ...head }, totalMs)
}

const partsOf = (call: ModelCall, output: Output): object[] => {
  const steps = [...stepsOf(call, output, Number.POSITIVE_INFINITY)]
  const last = steps.at(-1)
  const signed = output.reasoning > 0 && output.calls.length === 0 && last && !last.thought
  return steps.map(({ part }) =>
    signed && part === last.part ? { ...part, thoughtSignature: signatureOf(call) } : part,
  )
}

const streamAnswer = (call: ModelCall, generation: Generation): Answer => ({
  kind: 'stream',
  frames: contentFrames(call, generation),
  contentFrames: generation.outputs.reduce((sum, output) => sum + countFrames(output, generation), 0),
  pace: generation.pace,
  errorFrame: geminiErrorFrame,
})

/** A call comes in one piece; a refused text not at all. */
const countFrames = (output: Output, { tokensPerChunk }: Generation): number => {
  const pieces = output.kind === 'refusal' ? [] : output.pieces
  return countDeltas({ ...output, pieces, calls: [] }, tokensPerChunk) + output.calls.length
}

/** Without `alt=sse` the chunks are the items of one JSON array. */
const listAnswer = (call: ModelCall, generation: Generation): Answer => {
  const chunks = [...contentFrames(call, generation)].map(frame =>
    frame.text.slice('data: '.length).trimEnd(),
  )
  const answer = jsonAnswer(null, generation.totalMs)
  return { ...answer, body: `[${chunks.join(',\n')}]` }
}

/** Each chunk counts what was said so far; the last of each candidate says why it ended. */
const contentFrames = function* (
  call: ModelCall,
  { outputs, usage, tokensPerChunk }: Generation,
): Generator<Frame> {
  const head = headOf(call)
  let said = 0
  const chunk = (candidate: object): string => {
    const counts = usage ? { usageMetadata: usageOf(usage, said) } : {}
    return JSON.stringify({ candidates: [candidate], ...counts, ...head })
  }
  for (const [index, output] of outputs.entries()) {
    for (const { part, tokens, thought } of stepsOf(call, output, tokensPerChunk)) {
      if (!thought) said += tokens
      yield dataFrame(chunk(candidateOf(index, [part], null)), 'content', tokens)
    }
    yield dataFrame(chunk(candidateOf(index, lastParts(call, output), finishOf(output))), 'end')
  }
}

const lastParts = (call: ModelCall, output: Output): object[] => {
  if (output.kind === 'refusal') return []
  const signed = output.reasoning > 0 && output.calls.length === 0
  return [{ text: '', ...(signed ? { thoughtSignature: signatureOf(call) } : {}) }]
}

const geminiErrorFrame = (_sent: number, status = 503): string =>
  `data: ${JSON.stringify(errorBody('google', errorOfStatus(status), ''))}\n\n`
