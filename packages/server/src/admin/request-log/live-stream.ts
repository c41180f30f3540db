// Requests as they come in, to one client, as server-sent events. A client that reads too slowly misses some and is told
// how many; nothing waits for it.
import type { UnderlyingDefaultSource } from 'node:stream/web'
import type { RequestEvent } from '@weir/core/event'

/** Calls back with requests as they come in, and with how many were left out before them; stops when the result is called. */
export type Follow = (follower: (events: readonly RequestEvent[], missed: number) => void) => () => void

export interface LiveStreamOptions {
  readonly follow: Follow
  readonly passes: (event: RequestEvent) => boolean
  readonly stopping: AbortSignal
  readonly isStillKnown: () => Promise<boolean>
  /** Called once, however it ends. */
  readonly onEnd: () => void
}

type EndReason = 'stopping' | 'unauthenticated'

/** Requests that wait for a client. */
export const BUFFERED = 1_000
/** How often it is looked whether the client may still see this. */
const CHECK_MS = 5_000
/** Silence that nobody on the way takes for a dead connection. */
const HEARTBEAT_CHECKS = 3

class LiveStream implements UnderlyingDefaultSource<Uint8Array> {
  readonly #options: LiveStreamOptions
  readonly #encoder = new TextEncoder()
  readonly #stopped = () => this.#finish('stopping')
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined
  #unfollow: (() => void) | undefined
  #timer: NodeJS.Timeout | undefined
  #checks = 0
  #missed = 0

  constructor(options: LiveStreamOptions) {
    this.#options = options
    this.#unfollow = options.follow((events, missed) => this.#take(events, missed))
  }

  start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.#controller = controller
    // At once, so that the client knows it is connected.
    this.#write(': requests as they come in\n\n')
    this.#timer = setInterval(() => void this.#check(), CHECK_MS)
    this.#options.stopping.addEventListener('abort', this.#stopped)
    if (this.#options.stopping.aborted) this.#stopped()
  }

  /** There is room again. */
  pull(): void {
    this.#tellMissed()
  }

  cancel(): void {
    this.#close()
  }

  #take(events: readonly RequestEvent[], missed: number): void {
    this.#missed += missed
    for (const event of events.filter(this.#options.passes)) {
      this.#tellMissed()
      if (this.#room() > 0) this.#write(frame('request', event))
      else this.#missed++
    }
  }

  #tellMissed(): void {
    if (this.#missed === 0 || this.#room() <= 0) return
    this.#write(frame('missed', { requests: this.#missed }))
    this.#missed = 0
  }

  async #check(): Promise<void> {
    this.#checks++
    if (this.#checks % HEARTBEAT_CHECKS === 0 && this.#room() > 0) this.#write(': still here\n\n')
    const isKnown = await this.#options.isStillKnown().catch(() => false)
    if (!isKnown) this.#finish('unauthenticated')
  }

  #room(): number {
    return this.#controller?.desiredSize ?? 0
  }

  #write(text: string): void {
    this.#controller?.enqueue(this.#encoder.encode(text))
  }

  #finish(reason: EndReason): void {
    if (this.#unfollow === undefined) return
    this.#write(frame('end', { reason }))
    this.#controller?.close()
    this.#close()
  }

  #close(): void {
    if (this.#unfollow === undefined) return
    this.#unfollow()
    this.#unfollow = undefined
    clearInterval(this.#timer)
    this.#options.stopping.removeEventListener('abort', this.#stopped)
    this.#options.onEnd()
  }
}

/** @throws whatever `follow` throws, before anything has begun */
export function liveStream(options: LiveStreamOptions): ReadableStream<Uint8Array> {
  return new ReadableStream(new LiveStream(options), new CountQueuingStrategy({ highWaterMark: BUFFERED }))
}

/** JSON has no line feeds, so it is one line of data. */
function frame(event: 'request' | 'missed' | 'end', data: object): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}
