// What the tap learns of a translated answer, read from its neutral form: the same for every pair of formats.
import { type AnswerFacts, addText, addToolCall, type FrameKind } from '../wire-format.ts'
import type { Finish, Reply, ReplyContent, ReplyPart, ReplyUsage } from './reply.ts'

/** Reads a whole reply. */
export function readReplyFacts(reply: Reply, facts: AnswerFacts): void {
  for (const part of reply.parts) readContent(part, facts)
  readFinish(reply.finish, facts)
  readUsage(reply.usage, facts)
}

function readContent(part: ReplyContent, facts: AnswerFacts): void {
  if (part.kind === 'text') addText(facts, part.text)
  if (part.kind === 'reasoning' || part.kind === 'refusal') facts.hiddenLength += part.text.length
  if (part.kind === 'refusal') facts.refusal = true
  if (part.kind !== 'tool_call') return
  addToolCall(facts, part.name)
  facts.hiddenLength += part.input.length
}

/** Reads one part of a stream, and says what a frame of it would be. */
export function readPartFacts(part: ReplyPart, facts: AnswerFacts): FrameKind {
  switch (part.kind) {
    case 'start':
    case 'ping':
      return 'meta'
    case 'text':
      addText(facts, part.text)
      return part.text === '' ? 'meta' : 'content'
    case 'call':
      addToolCall(facts, part.name)
      return 'content'
    case 'refusal':
      facts.refusal = true
      facts.hiddenLength += part.text.length
      return 'content'
    case 'finish':
      readFinish(part.finish, facts)
      return 'content'
    case 'usage':
      readUsage(part.usage, facts)
      return 'meta'
    case 'error':
      facts.error = part.error
      return 'error'
    case 'done':
      return 'done'
    case 'reasoning':
      facts.hiddenLength += part.text.length
      return 'content'
    case 'input':
      facts.hiddenLength += part.json.length
      return 'content'
    case 'signature':
    case 'redacted':
      return 'content'
  }
}

function readFinish(finish: Finish, facts: AnswerFacts): void {
  facts.finishReason = finish
  if (finish === 'refusal' || finish === 'filter') facts.refusal = true
}

function readUsage(usage: ReplyUsage, facts: AnswerFacts): void {
  facts.usage = {
    input: usage.input,
    cached_input: usage.cachedInput,
    output: usage.output,
    reasoning: usage.reasoning,
  }
}
