// Capturing as the stages of a request do it. What goes wrong here is a bug, and never the client's concern: the request
// is then not captured.
import type { CaptureEvent, RequestEvent } from '@weir/core/event'
import type { Exchange } from '../exchange.ts'
import type { CapturedWords } from './capture.ts'

/** Keeps what may be kept of the body, when the request is captured at all. */
export function capturePrompt(exchange: Exchange, body: string, identities: readonly string[]): void {
  attempt(exchange, () => exchange.capture?.takePrompt(body, identities))
}

/** Called once, when the answer is over. */
export function finishCapture(exchange: Exchange): CapturedWords | undefined {
  return attempt(exchange, () => exchange.capture?.finish(exchange.answer.text.opening))
}

/** @param request - the event of the same request */
export function captureEvent(request: RequestEvent, words: CapturedWords): CaptureEvent {
  return {
    kind: 'capture',
    version: 1,
    request_id: request.request_id,
    at: request.at,
    tenant: request.tenant,
    router: request.router ?? '',
    unit: request.unit,
    ...words,
  }
}

function attempt<T>(exchange: Exchange, step: () => T): T | undefined {
  try {
    return step()
  } catch (bug) {
    exchange.capture?.release()
    exchange.capture = null
    exchange.gateway.reportBug(bug)
    return undefined
  }
}
