// The event sequence of a streamed response: created, in progress, each output item from its opening to its end, completed.
import { eventFrame, type Frame, type Phase } from './answer.ts'
import { errorOfStatus } from './error.ts'
import type { Output, ToolCall } from './generation.ts'
import type { Random } from './random.ts'
import type { ResponseObject } from './stores.ts'
import { chunkPieces } from './text.ts'

/** One item of a response's output: as it opens, as it ends, and what streams between. */
export type OutputItem = {
  readonly kind: 'text' | 'refusal' | 'function_call' | 'reasoning'
  readonly id: string
  readonly opened: object
  readonly finished: object
  readonly pieces: readonly string[]
}

export const itemsOf = (output: Output, random: Random): OutputItem[] => {
  const { kind, thought, pieces, calls } = output
  const said = kind !== 'tool_calls' || pieces.length > 0
  return [
    ...(thought.length > 0 ? [reasoningItem(thought, random)] : []),
    ...(said ? [messageItem(output, random)] : []),
    ...calls.map(call => functionCallItem(call, random)),
  ]
}

const summaryOf = (text: string) => ({ type: 'summary_text', text })

const reasoningItem = (pieces: readonly string[], random: Random): OutputItem => {
  const id = `rs_${random.id(48)}`
  const item = { id, type: 'reasoning' }
  return {
    kind: 'reasoning',
    id,
    opened: { ...item, summary: [] },
    finished: { ...item, summary: [summaryOf(pieces.join(''))] },
    pieces,
  }
}

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

const messageItem = (output: Output, random: Random): OutputItem => {
  const { pieces } = output
  const kind = output.kind === 'refusal' ? 'refusal' : 'text'
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
  started: ResponseObject,
  items: readonly OutputItem[],
  finished: ResponseObject,
  perChunk: number,
): Generator<Frame> {
  const emit = numbering()
  yield emit('response.created', { response: started }, 'open')
  yield emit('response.in_progress', { response: started }, 'open')
  for (const [index, item] of items.entries()) {
    yield emit('response.output_item.added', { output_index: index, item: item.opened }, 'open')
    yield* itemFrames(emit, item, index, perChunk)
    yield emit('response.output_item.done', { output_index: index, item: item.finished }, 'close')
  }
  yield emit(`response.${String(finished['status'])}`, { response: finished }, 'end')
}

const itemFrames = (emit: Emit, item: OutputItem, index: number, perChunk: number): Generator<Frame> => {
  switch (item.kind) {
    case 'function_call':
      return argumentFrames(emit, item, index, perChunk)
    case 'reasoning':
      return summaryFrames(emit, item, index, perChunk)
    case 'text':
    case 'refusal':
      return messageFrames(emit, item, item.kind, index, perChunk)
  }
}

const summaryFrames = function* (
  emit: Emit,
  item: OutputItem,
  index: number,
  perChunk: number,
): Generator<Frame> {
  const at = { item_id: item.id, output_index: index, summary_index: 0 }
  const whole = item.pieces.join('')
  yield emit('response.reasoning_summary_part.added', { ...at, part: summaryOf('') }, 'open')
  for (const { text, tokens } of chunkPieces(item.pieces, perChunk)) {
    yield emit('response.reasoning_summary_text.delta', { ...at, delta: text }, 'content', tokens)
  }
  yield emit('response.reasoning_summary_text.done', { ...at, text: whole }, 'close')
  yield emit('response.reasoning_summary_part.done', { ...at, part: summaryOf(whole) }, 'close')
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
export const responseErrorFrame = (sent: number, status = 500): string => {
  const { message, code } = errorOfStatus(status)
  const event = { type: 'error', code: code ?? 'server_error', message, param: null, sequence_number: sent }
  return `event: error\ndata: ${JSON.stringify(event)}\n\n`
}
