// A refusal: the gateway's own answer to a request it will not or cannot serve. Data until it is written.
import type { FieldProblem } from '../provider/wire-format.ts'
import type { ErrorCode } from './error-table.ts'

export interface Refusal {
  readonly kind: 'refusal'
  readonly code: ErrorCode
  readonly message: string
  readonly param: string | null
  /** Replaces the table's status: an upstream's own 5xx is passed on as it was. */
  readonly status?: number
  /** Every field at fault, when that can be more than one; the message lists them, too. */
  readonly problems?: readonly FieldProblem[]
  /** Seconds for `retry-after`. */
  readonly retryAfter?: number
}

export function refuse(code: ErrorCode, message: string, param: string | null = null): Refusal {
  return { kind: 'refusal', code, message, param }
}
