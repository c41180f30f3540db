// The event sequence of a streamed response: created, in progress, each output item from its opening to its end, completed.
import { eventFrame, type Frame, type Phase } from './answer.ts'
import type { Output, ToolCall } from './generation.ts'
import type { Random } from './random.ts'
import type { StoredResponse } from './stores.ts'
import { chunkPieces } from './text.ts'

/** One item of a response's output: as it opens, as it ends, and what streams between. */
export type OutputItem = {
  readonly kind: 'text' | 'refusal' | 'function_call'
  readonly id: string
  readonly opened: object
  readonly finished: object
  readonly pieces: readonly string[]
}

export const itemsOf = (output: Output, random: Random): OutputItem[] =>
  output.kind === 'tool_calls'
    ? output.calls.map(call => functionCallItem(call, random))
    : [messageItem(output, random)]

const functionCallItem = ({ id: callId, name, pieces }: ToolCall, random: Random): OutputItem => {
  const id = `fc_${random.id(48)}`
  const item = { id, type: 'function_call', call_id: `call_${callId}`, name }
  return {
    kind: 'function_call',
    id,
    opened: { ...item, status: 'in_progress', arguments: '' },
    finished: { ...item, status: 'completed', arguments: pieces.join('') },
    pieces,
  }
}

const messageItem = (output: Exclude<Output, { kind: 'tool_calls' }>, random: Random): OutputItem => {
  const { kind, pieces } = output
  const id = `msg_${random.id(48)}`
  const item = { id, type: 'message', role: 'assistant' }
  const status = output.finish === 'length' ? 'incomplete' : 'completed'
  return {
    kind,
    id,
    opened: { ...item, status: 'in_progress', content: [] },
    finished: { ...item, status, content: [partOf(kind, pieces.join(''))] },
    pieces,
  }
}

const partOf = (kind: 'text' | 'refusal', text: string) =>
  kind === 'text'
    ? { type: 'output_text', text, annotations: [], logprobs: [] }
    : { type: 'refusal', refusal: text }

type Emit = (type: string, fields: object, phase: Phase, tokens?: number) => Frame

const numbering = (): Emit => {
  let sequence = 0
  return (type, fields, phase, tokens = 0) =>
    eventFrame(type, JSON.stringify({ type, sequence_number: sequence++, ...fields }), phase, tokens)
}

export const responseFrames = function* (
  started: StoredResponse,
  items: readonly OutputItem[],
  finished: StoredResponse,
  perChunk: number,
): Generator<Frame> {
  const emit = numbering()
  yield emit('response.created', { response: started }, 'open')
  yield emit('response.in_progress', { response: started }, 'open')
  for (const [index, item] of items.entries()) {
    yield emit('response.output_item.added', { output_index: index, item: item.opened }, 'open')
    if (item.kind === 'function_call') yield* argumentFrames(emit, item, index, perChunk)
    else yield* messageFrames(emit, item, item.kind, index, perChunk)
    yield emit('response.output_item.done', { output_index: index, item: item.finished }, 'close')
  }
  yield emit(`response.${String(finished['status'])}`, { response: finished }, 'end')
}

const argumentFrames = function* (
  emit: Emit,
  item: OutputItem,
  index: number,
  perChunk: number,
): Generator<Frame> {
  const at = { item_id: item.id, output_index: index }
  for (const { text, tokens } of chunkPieces(item.pieces, perChunk)) {
    yield emit('response.function_call_arguments.delta', { ...at, delta: text }, 'content', tokens)
  }
  yield emit('response.function_call_arguments.done', { ...at, arguments: item.pieces.join('') }, 'close')
}

const messageFrames = function* (
  emit: Emit,
  item: OutputItem,
  kind: 'text' | 'refusal',
  index: number,
  perChunk: number,
): Generator<Frame> {
  const at = { item_id: item.id, output_index: index, content_index: 0 }
  const whole = item.pieces.join('')
  const name = kind === 'text' ? 'response.output_text' : 'response.refusal'
  const extra = kind === 'text' ? { logprobs: [] } : {}
  yield emit('response.content_part.added', { ...at, part: partOf(kind, '') }, 'open')
  for (const { text, tokens } of chunkPieces(item.pieces, perChunk)) {
    yield emit(`${name}.delta`, { ...at, delta: text, ...extra }, 'content', tokens)
  }
  yield emit(`${name}.done`, { ...at, [kind]: whole, ...extra }, 'close')
  yield emit('response.content_part.done', { ...at, part: partOf(kind, whole) }, 'close')
}

/** The stream's own error event; `sent` is the number of events before it. */
export const responseErrorFrame = (sent: number): string => {
  const message = 'The server had an error while processing your request. Sorry about that!'
  const event = { type: 'error', code: 'server_error', message, param: null, sequence_number: sent }
  return `event: error\ndata: ${JSON.stringify(event)}\n\n`
}
