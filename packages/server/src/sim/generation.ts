// What the model says and how fast: drawn once, in one shape, for every text endpoint. Knows no wire format.
import type { Answer, Pace } from './answer.ts'
import { logNormal } from './distribution.ts'
import { type Ended, endText } from './ending.ts'
import type { ModelCall } from './endpoint.ts'
import { contextLengthExceeded } from './error.ts'
import type { Directives } from './header.ts'
import { exampleOf, type JsonSchema, jsonText } from './json-schema.ts'
import { countReasoning, drawThought, NO_REASONING, type Reasoning } from './reasoning.ts'
import { splitTokens } from './text.ts'

export type Tool = { readonly name: string; readonly parameters: JsonSchema }

/** What a request of any text endpoint asks for. */
export type Ask = {
  readonly inputTokens: number
  /** Cuts off what would be longer. */
  readonly maxTokens: number | undefined
  readonly choices: number
  readonly tools: readonly Tool[]
  readonly toolChoice: 'none' | 'auto' | 'required' | { readonly name: string }
  readonly toolCalls: 'one' | 'many'
  /** A model that has just been told a tool's result answers in text. */
  readonly lastTurn: 'user' | 'tool'
  readonly format:
    | { readonly kind: 'text' }
    | { readonly kind: 'json_object' }
    | { readonly kind: 'json_schema'; readonly schema: JsonSchema }
  /** A text ends before the first of them. */
  readonly stop: readonly string[]
  readonly reasoning: Reasoning
}

/** What an endpoint without tools, formats and reasoning asks for; the rest is its own. */
export const PLAIN_ASK = {
  choices: 1,
  tools: [],
  toolChoice: 'none',
  toolCalls: 'one',
  lastTurn: 'user',
  format: { kind: 'text' },
  stop: [],
  reasoning: NO_REASONING,
} as const satisfies Omit<Ask, 'inputTokens' | 'maxTokens'>

type Finish = 'stop' | 'length' | 'tool_calls'

export type ToolCall = {
  /** Letters and digits; each wire format adds its prefix. */
  readonly id: string
  readonly name: string
  /** One token each; joined they are the JSON of the arguments. */
  readonly pieces: readonly string[]
}

type Said = Omit<Ended, 'finish'> & {
  readonly kind: 'text' | 'refusal' | 'tool_calls'
  readonly calls: readonly ToolCall[]
  readonly finish: Finish
}

/** One choice. `pieces` are one token each and join to the text, which may stand before tool calls too. */
export type Output = Said & {
  /** Tokens of reasoning, sent or not. */
  readonly reasoning: number
  /** The thoughts that are sent, one token each. */
  readonly thought: readonly string[]
}

export type Usage = {
  /** Includes `cached` and `cacheWritten`. */
  readonly input: number
  readonly cached: number
  readonly cacheWritten: number
  /** Includes `reasoning`. */
  readonly output: number
  readonly reasoning: number
}

export type Generation = {
  readonly outputs: readonly Output[]
  /** Null when the request header asks for an answer without usage. */
  readonly usage: Usage | null
  readonly pace: Pace
  readonly tokensPerChunk: number
  /** Until the last token, for an answer sent whole. */
  readonly totalMs: number
}

const REFUSAL = 'I’m sorry, but I can’t help with that.'

/** Draws the answer and has it rendered; a prompt longer than the context window is refused. */
export const answerWith = (call: ModelCall, ask: Ask, render: (generation: Generation) => Answer): Answer => {
  const limit = call.model.context_window
  return ask.inputTokens > limit
    ? contextLengthExceeded(call.wire, limit, ask.inputTokens)
    : render(generate(call, ask))
}

const generate = (call: ModelCall, ask: Ask): Generation => {
  const { directives } = call
  const pace = drawPace(call)
  const outputs = Array.from({ length: ask.choices }, () => drawOutput(call, ask))
  const longest = Math.max(...outputs.map(countSent))
  return {
    outputs,
    usage: directives.usage === 'none' ? null : countUsage(ask, outputs, directives),
    pace,
    tokensPerChunk: directives.tokens_per_chunk ?? 1,
    totalMs: pace.firstTokenMs + longest * pace.tokenMs,
  }
}

/** Draws even what a directive replaces, so that a directive changes nothing but what it names. */
export const drawPace = ({ directives, model, random, sim }: ModelCall): Pace => {
  const { median_ms, sigma } = model.time_to_first_token
  const drawn = logNormal(random, median_ms, sigma)
  const speed = directives.speed ?? sim.config.speed
  return {
    firstTokenMs: (directives.ttft_ms ?? drawn) / speed,
    tokenMs: 1000 / (directives.tokens_per_second ?? model.tokens_per_second) / speed,
  }
}

const countUsage = (ask: Ask, outputs: readonly Output[], directives: Directives): Usage => {
  const reasoning = outputs.reduce((sum, output) => sum + output.reasoning, 0)
  const visible = outputs.reduce((sum, output) => sum + countVisible(output), 0)
  const cached = Math.min(directives.cached_tokens ?? 0, ask.inputTokens)
  return {
    input: ask.inputTokens,
    cached,
    cacheWritten: Math.min(directives.cache_write_tokens ?? 0, ask.inputTokens - cached),
    output: visible + reasoning,
    reasoning,
  }
}

/** Tokens of an output without its reasoning. */
export const countVisible = ({ pieces, calls }: Output): number =>
  calls.reduce((sum, call) => sum + call.pieces.length, pieces.length)

/** What takes the model's time to send: thoughts that are only counted take none. */
const countSent = (output: Output): number => countVisible(output) + output.thought.length

const drawOutput = (call: ModelCall, ask: Ask): Output => {
  const reasoning = countReasoning(call, ask.reasoning, ask.maxTokens)
  const said = drawSaid(call, ask, reasoning)
  return { ...said, reasoning, thought: drawThought(call, ask.reasoning, reasoning) }
}

const drawSaid = (call: ModelCall, ask: Ask, reasoning: number): Said => {
  const { directives, model, random } = call
  const { median, sigma } = model.output_tokens
  const length = Math.max(1, Math.round(logNormal(random, median, sigma)))
  if (directives.refusal) return refuse(directives)
  if (wantsTool(ask, directives)) return drawToolCalls(call, ask)
  const pieces = drawPieces(call, ask, directives.output_tokens ?? length)
  const exact = directives.output_tokens !== undefined || directives.text !== undefined
  const limit = exact || ask.maxTokens === undefined ? Number.POSITIVE_INFINITY : ask.maxTokens - reasoning
  const ended = endText(pieces, Math.max(0, limit), ask.stop)
  return { kind: 'text', calls: [], ...ended, finish: directives.length ? 'length' : ended.finish }
}

const refuse = (directives: Directives): Said => ({
  kind: 'refusal',
  pieces: splitTokens(directives.text ?? REFUSAL),
  calls: [],
  finish: directives.length ? 'length' : 'stop',
  stopSequence: null,
})

const drawPieces = (call: ModelCall, ask: Ask, length: number): string[] => {
  const { directives, random, sim } = call
  if (directives.text !== undefined) return splitTokens(directives.text)
  const corpus = directives.multibyte ? sim.multibyte : sim.prose
  if (ask.format.kind === 'text') return corpus.take(random, length)
  if (ask.format.kind === 'json_schema') return splitTokens(jsonText(exampleOf(ask.format.schema, random)))
  // `{`, `"answer":` and `}` are three tokens of the length.
  const answer = corpus.take(random, Math.max(1, length - 3)).join('')
  return splitTokens(jsonText({ answer }))
}

const wantsTool = (ask: Ask, directives: Directives): boolean => {
  if (ask.tools.length === 0 || ask.toolChoice === 'none') return false
  if (ask.toolChoice !== 'auto') return true
  return ask.lastTurn !== 'tool' && directives.tool_call !== undefined
}

/** A text the directives give is said before the calls. */
const drawToolCalls = ({ directives, random }: ModelCall, ask: Ask): Said => {
  const { toolChoice } = ask
  const named = typeof toolChoice === 'object' ? ask.tools.filter(tool => tool.name === toolChoice.name) : []
  const tools = named.length > 0 ? named : ask.tools
  const count = ask.toolCalls === 'many' ? (directives.tool_call ?? 1) : 1
  const first = random.below(tools.length)
  const chosen = Array.from({ length: count }, (_, index) => tools[(first + index) % tools.length])
  const calls = chosen
    .filter(tool => tool !== undefined)
    .map(tool => ({
      id: random.id(24),
      name: tool.name,
      pieces: splitTokens(jsonText(exampleOf({ type: 'object', ...tool.parameters }, random))),
    }))
  return {
    kind: 'tool_calls',
    pieces: splitTokens(directives.text ?? ''),
    calls,
    finish: directives.length ? 'length' : 'tool_calls',
    stopSequence: null,
  }
}

/** How many deltas an output streams as, without what opens and closes them. */
export const countDeltas = ({ thought, pieces, calls }: Output, perChunk: number): number =>
  [thought, pieces, ...calls.map(call => call.pieces)].reduce(
    (sum, part) => sum + Math.ceil(part.length / perChunk),
    0,
  )
