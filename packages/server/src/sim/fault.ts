// Faults as directives: what a model's rates draw takes the same form, and the same way, as what a header asks for.
import type { SimModel } from './config.ts'
import {
  contextLengthExceeded,
  type ErrorAnswer,
  errorAnswer,
  errorOfStatus,
  type WireFormat,
} from './error.ts'
import type { Directives } from './header.ts'
import type { Random } from './random.ts'

type Drawn = { -readonly [Name in keyof Directives]: Directives[Name] }

/** Share of drawn tool-call answers that call two tools at once. */
const PARALLEL_SHARE = 0.25

/**
 * Draws once for the faults that exclude each other and once for each of the others, always in the same order,
 * so that a directive never shifts what is drawn after it. A fault in the header silences the drawn ones.
 */
export const drawFaults = (
  model: SimModel,
  random: Random,
  mode: 'stream' | 'whole',
  asked: Directives,
): Directives => {
  const { rates } = model
  const fault = drawExclusive(model, random.uniform())
  const breaks = random.uniform() < rates.stream_break && mode === 'stream'
  const refuses = random.uniform() < rates.refusal
  const callsTool = random.uniform() < rates.tool_call
  const calls = random.uniform() < PARALLEL_SHARE ? 2 : 1
  const drawn: Drawn = {}
  if (breaks) drawn.break = 'mid'
  if (refuses) drawn.refusal = true
  if (callsTool) drawn.tool_call = calls
  if (!asksFault(asked)) return { ...drawn, ...fault }
  delete drawn.break
  return drawn
}

const asksFault = (asked: Directives): boolean =>
  asked.error !== undefined || asked.hang !== undefined || asked.break !== undefined

const drawExclusive = ({ rates, retry_after_s }: SimModel, uniform: number): Directives => {
  const faults: readonly (readonly [rate: number, fault: Directives])[] = [
    [rates.error_429, { error: 429, retry_after: String(retry_after_s) }],
    [rates.error_500, { error: 500 }],
    [rates.error_503, { error: 503 }],
    [rates.hang, { hang: 'headers' }],
  ]
  let passed = 0
  for (const [rate, fault] of faults) {
    passed += rate
    if (uniform < passed) return fault
  }
  return {}
}

/** The error a directive asks for, or null. It waits only if the header says how long (`ttft_ms`), over the speed. */
export const errorAsked = (directives: Directives, wire: WireFormat, speed: number): ErrorAnswer | null => {
  const afterMs = (directives.ttft_ms ?? 0) / (directives.speed ?? speed)
  if (directives.error !== undefined) {
    return errorOfStatus(directives.error, { headers: retryHeaders(directives), afterMs })
  }
  if (directives.model_gone) {
    return errorAnswer(404, 'The model has been deprecated.', {
      code: 'model_not_found',
      param: 'model',
      afterMs,
    })
  }
  return directives.context_length ? { ...contextLengthExceeded(wire, 8192, 10_000), afterMs } : null
}

const retryHeaders = ({ retry_after, retry_after_ms }: Directives): Record<string, string> => ({
  ...(retry_after === undefined ? {} : { 'retry-after': retry_after }),
  ...(retry_after_ms === undefined ? {} : { 'retry-after-ms': retry_after_ms }),
})
