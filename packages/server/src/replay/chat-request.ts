// Turns an arrival into the chat request that goes out: body, the header for the simulated provider, and whose it is.
import { createHash } from 'node:crypto'
import type { Draw } from './draws.ts'
import { asObject, type JsonObject } from './json-value.ts'
import type { Arrival, Prompt, RecordedBody } from './trace/arrival.ts'
import type { Words } from './words.ts'

interface RequestSettings {
  /** What goes out as `model`: the router. */
  readonly model: string
  /** Divides the trace's times and the simulated provider's. */
  readonly speed: number
  /** Tokens per chunk of a simulated stream. */
  readonly tokensPerChunk: number
}

export interface ChatRequest {
  /** JSON. */
  readonly body: string
  /** Value of the `x-sim` header. */
  readonly simulation: string
  readonly stream: boolean
  /** The `user` sent; null when none. */
  readonly user: string | null
  /** Equal for requests whose system prompt and first user message are equal: the same conversation to a gateway. */
  readonly opening: string
  /** The `metadata` sent; null when none. */
  readonly metadata: JsonObject | null
}

export function buildRequest(
  arrival: Arrival,
  draw: Draw,
  settings: RequestSettings,
  words: Words,
): ChatRequest {
  const { index, prompt, answerTokens } = arrival
  const recorded = prompt.kind === 'recorded' ? prompt.body : null
  const user = draw.user ?? recorded?.user ?? null
  const stream = recorded?.stream ?? draw.stream
  const body = {
    ...(prompt.kind === 'recorded' ? prompt.body : madeUp(index, prompt, answerTokens, words)),
    model: settings.model,
    ...(user === null ? {} : { user }),
    stream,
    ...(stream ? { stream_options: { ...optionsOf(recorded), include_usage: true } } : {}),
  }
  const simulation = simulationOf(arrival, settings)
  const metadata = asObject(recorded?.['metadata'])
  return { body: JSON.stringify(body), simulation, stream, user, opening: openingOf(arrival), metadata }
}

type LengthsOnly = Exclude<Prompt, { kind: 'recorded' }>

function madeUp(index: number, prompt: LengthsOnly, answerTokens: number | null, words: Words): object {
  const content =
    prompt.kind === 'length'
      ? words.ofLength(index, prompt.tokens)
      : words.ofBlocks(prompt.blocks, prompt.tokens)
  return { messages: [{ role: 'user', content }], max_tokens: answerTokens }
}

function optionsOf(recorded: RecordedBody | null): object {
  return asObject(recorded?.['stream_options']) ?? {}
}

function simulationOf({ answerTokens }: Arrival, { speed, tokensPerChunk }: RequestSettings): string {
  const shared = [`tokens_per_chunk=${tokensPerChunk}`, `speed=${speed}`]
  return (answerTokens === null ? shared : [`output_tokens=${answerTokens}`, ...shared]).join('; ')
}

function openingOf({ index, prompt }: Arrival): string {
  // No two prompts made up from lengths are equal.
  if (prompt.kind === 'length') return `request-${index}`
  return digest(prompt.kind === 'blocks' ? [prompt.tokens, prompt.blocks] : openingMessages(prompt.body))
}

function openingMessages({ messages }: RecordedBody): readonly unknown[] {
  const system = messages.filter(message => message.role === 'system' || message.role === 'developer')
  return [system, messages.find(message => message.role === 'user') ?? null]
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 22)
}
