// Stages the frames of a stream with the faults asked for: what goes out, in which order, and how it ends.
import type { Frame, StreamAnswer } from './answer.ts'
import type { Directives } from './header.ts'

/** `eof` ends the body properly, `break` destroys the socket, `stall` leaves it open and silent. */
export type Ending = 'eof' | 'break' | 'stall'

const COMMENT: Frame = { text: ': keep-alive\n\n', phase: 'early', tokens: 0 }
const LATE_COMMENT: Frame = { ...COMMENT, phase: 'open' }

/**
 * Half-way (`mid`) is after half of the content frames, at least one. `malformed` and `stall_after` count
 * every frame but comments, from 1.
 */
export const stageFrames = function* (
  answer: StreamAnswer,
  directives: Directives,
): Generator<Frame, Ending, void> {
  if (directives.empty) return 'eof'
  if (directives.comment) yield COMMENT
  if (directives.error_event === 'first') {
    yield errorFrameOf(answer, directives, 0)
    return 'eof'
  }
  const middle = Math.max(1, Math.floor(answer.contentFrames / 2))
  let sent = 0
  let content = 0
  for (const frame of answer.frames) {
    if (sent === directives.stall_after) return 'stall'
    if (frame.phase === 'content' && content === 0) {
      if (directives.hang === 'first_token') return 'stall'
      if (directives.comment) yield LATE_COMMENT
    }
    if (content >= middle) {
      const ending = yield* endMidway(answer, directives, frame, sent)
      if (ending) return ending
    }
    if (frame.phase === 'end' && directives.no_done) return 'eof'
    sent++
    if (frame.phase === 'content') content++
    yield sent === directives.malformed ? breakJson(frame) : frame
  }
  return 'eof'
}

const endMidway = function* (
  answer: StreamAnswer,
  directives: Directives,
  next: Frame,
  sent: number,
): Generator<Frame, Ending | null, void> {
  if (directives.hang === 'mid') return 'stall'
  if (directives.break === 'mid') return 'break'
  if (directives.truncate) {
    yield { ...next, text: next.text.slice(0, Math.ceil(next.text.length / 2)) }
    return 'eof'
  }
  if (directives.error_event !== 'mid') return null
  yield errorFrameOf(answer, directives, sent)
  return 'eof'
}

const errorFrameOf = (answer: StreamAnswer, directives: Directives, sent: number): Frame => ({
  text: answer.errorFrame(sent, directives.error_event_status),
  phase: 'open',
  tokens: 0,
})

/** Cuts the end off the data, so that the frame is well-formed SSE around JSON that is not. */
const breakJson = (frame: Frame): Frame => {
  const data = frame.text.lastIndexOf('data: ') + 'data: '.length
  const kept = Math.ceil((frame.text.length - 2 - data) / 2)
  return { ...frame, text: `${frame.text.slice(0, data + kept)}\n\n` }
}
