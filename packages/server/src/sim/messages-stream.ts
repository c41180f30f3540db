// The event sequence of a streamed Anthropic message: message_start, each content block, message_delta, message_stop.
import { eventFrame, type Frame, type Phase } from './answer.ts'
import { errorBody, errorOfStatus } from './error.ts'
import { chunkPieces } from './text.ts'

/** One content block. `pieces` are one token each; those of a tool use join to its input as JSON. */
export type Block = { readonly pieces: readonly string[] } & (
  | { readonly kind: 'text' }
  | { readonly kind: 'thinking'; readonly signature: string }
  | { readonly kind: 'redacted_thinking'; readonly data: string }
  | { readonly kind: 'tool_use'; readonly id: string; readonly name: string }
)

type ToolUse = Extract<Block, { kind: 'tool_use' }>

/** A message in the parts its stream sends apart. */
export type MessageParts = {
  readonly head: object
  readonly blocks: readonly Block[]
  readonly stop: object
  readonly usage: object | null
  readonly usageTerms: object
}

const event = (type: string, fields: object, phase: Phase, tokens = 0): Frame =>
  eventFrame(type, JSON.stringify({ type, ...fields }), phase, tokens)

export const toolUseHead = ({ id, name }: ToolUse) => ({
  type: 'tool_use',
  id,
  name,
  caller: { type: 'direct' },
})

const openedBlock = (block: Block) => {
  switch (block.kind) {
    case 'text':
      return { type: 'text', text: '', citations: null }
    case 'thinking':
      return { type: 'thinking', thinking: '', signature: '' }
    case 'redacted_thinking':
      return { type: 'redacted_thinking', data: block.data }
    case 'tool_use':
      return { ...toolUseHead(block), input: {} }
  }
}

const deltaOf = (block: Block, text: string) => {
  if (block.kind === 'tool_use') return { type: 'input_json_delta', partial_json: text }
  return block.kind === 'text' ? { type: 'text_delta', text } : { type: 'thinking_delta', thinking: text }
}

export const messageFrames = function* (
  { head, blocks, stop, usage, usageTerms }: MessageParts,
  perChunk: number,
): Generator<Frame> {
  const started = { ...head, content: [], stop_reason: null, stop_sequence: null, stop_details: null }
  const message = usage ? { ...started, usage: { ...usage, output_tokens: 1, ...usageTerms } } : started
  yield event('message_start', { message }, 'open')
  for (const [index, block] of blocks.entries()) {
    yield event('content_block_start', { index, content_block: openedBlock(block) }, 'open')
    if (index === 0) yield event('ping', {}, 'open')
    for (const { text, tokens } of chunkPieces(block.pieces, perChunk)) {
      yield event('content_block_delta', { index, delta: deltaOf(block, text) }, 'content', tokens)
    }
    if (block.kind === 'thinking') {
      const delta = { type: 'signature_delta', signature: block.signature }
      yield event('content_block_delta', { index, delta }, 'open')
    }
    yield event('content_block_stop', { index }, 'close')
  }
  yield event('message_delta', usage ? { delta: stop, usage } : { delta: stop }, 'close')
  yield event('message_stop', {}, 'end')
}

export const messagesErrorFrame = (_sent: number, status = 529): string =>
  `event: error\ndata: ${JSON.stringify(errorBody('anthropic', errorOfStatus(status), ''))}\n\n`
