// Sends one chat request through an undici Pool at dispatch level and tells what came back, and when.
import { type Dispatcher, Pool } from 'undici'
import { CHAT_PATH, chatRequests, type Delivery, REQUEST_ID_HEADER, USER_HEADER } from '../workload.ts'
import type { Target } from './order.ts'

export interface CallHandlers {
  /** Bytes of an answer with status 200, as they come. */
  onData?(chunk: Buffer): void
  /** Once per call: undefined when the answer ended as HTTP says it should, else what went wrong. */
  onEnd(error: string | undefined): void
}

const MAX_ERROR_TEXT = 300

export class ChatCaller {
  readonly requestIds: string[] = []
  readonly #pool: Pool
  readonly #options: readonly Dispatcher.DispatchOptions[]
  #next = 0

  constructor(target: Target, delivery: Delivery, connections: number) {
    this.#pool = new Pool(target.origin, {
      connections,
      pipelining: 1,
      headersTimeout: 30_000,
      bodyTimeout: 60_000,
    })
    this.#options = chatRequests(delivery).map(({ user, body }) => ({
      path: CHAT_PATH,
      method: 'POST',
      headers: { ...target.headers, 'content-type': 'application/json', [USER_HEADER]: user },
      body: Buffer.from(body),
    }))
  }

  call(handlers: CallHandlers): void {
    const options = this.#options[this.#next++ % this.#options.length]
    if (options === undefined) throw new Error('the workload is empty')
    this.#pool.dispatch(options, this.#handler(handlers))
  }

  #handler(handlers: CallHandlers): Dispatcher.DispatchHandler {
    let status = 0
    let refusal = ''
    return {
      onRequestStart() {},
      onResponseStart: (_controller, code, headers) => {
        status = code
        const id = headers[REQUEST_ID_HEADER]
        if (typeof id === 'string') this.requestIds.push(id)
      },
      onResponseData(_controller, chunk) {
        if (status === 200) handlers.onData?.(chunk)
        else refusal += chunk.toString()
      },
      onResponseEnd() {
        handlers.onEnd(status === 200 ? undefined : `status ${status}: ${refusal.slice(0, MAX_ERROR_TEXT)}`)
      },
      onResponseError(_controller, error) {
        handlers.onEnd(error.message)
      },
    }
  }

  close(): Promise<void> {
    return this.#pool.destroy()
  }
}
