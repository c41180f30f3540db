// Loads with streamed requests: a number kept in flight for a while, or a number opened and held.
import { setTimeout as sleep } from 'node:timers/promises'
import { percentiles } from '../../measure/quantile.ts'
import { STREAM_CHUNKS } from '../workload.ts'
import { ChatCaller } from './chat-caller.ts'
import type { StreamOutcome, StreamsOpened, Target } from './order.ts'
import { SseCounter } from './sse-counter.ts'
import { Tally } from './tally.ts'

/** The first chunk names the role; the second is the first with content. */
const FIRST_CONTENT = 2
const OPENING_BATCH = 50

/** What is known of a stream that ended. Held streams are cut short by the upstream, so their length is free. */
type Length = 'full' | 'any'

class StreamLoad {
  readonly caller: ChatCaller
  readonly #fullLength: number
  readonly tally = new Tally()
  readonly firstContent: number[] = []
  readonly gaps: number[] = []
  readonly startedAt = performance.now()
  reads = 0
  chunks = 0

  constructor(target: Target, connections: number) {
    this.caller = new ChatCaller(target, 'streamed', connections)
    this.#fullLength = target.streamChunks
  }

  /** Calls once; `onFirstContent` fires at most once, `onEnd` exactly once. */
  stream(length: Length, onFirstContent: () => void, onEnd: () => void): void {
    const counter = new SseCounter()
    const sentAt = performance.now()
    let lastReadAt = 0
    this.caller.call({
      onData: bytes => {
        const now = performance.now()
        const before = counter.events
        counter.push(bytes)
        this.reads++
        if (lastReadAt > 0) this.gaps.push(now - lastReadAt)
        lastReadAt = now
        if (before < FIRST_CONTENT && counter.events >= FIRST_CONTENT) {
          this.firstContent.push(now - sentAt)
          onFirstContent()
        }
      },
      onEnd: error => {
        this.tally.add(error ?? problemOf(counter, length === 'full' ? this.#fullLength : undefined))
        this.chunks += counter.done ? counter.events - 1 : counter.events
        onEnd()
      },
    })
  }

  outcome(): StreamOutcome {
    return {
      kind: 'streams',
      seconds: (performance.now() - this.startedAt) / 1000,
      completed: this.tally.completed,
      errors: this.tally.errors,
      error: this.tally.firstError,
      requestIds: this.caller.requestIds,
      chunks: this.chunks,
      timeToFirstContent: percentiles(this.firstContent),
      gap: percentiles(this.gaps),
      readsPerStream: this.reads / this.tally.settled,
    }
  }
}

function problemOf(counter: SseCounter, expected: number | undefined): string | undefined {
  if (!counter.done) return `stream ended without [DONE] after ${counter.events} chunks`
  const chunks = counter.events - 1
  if (expected !== undefined && chunks !== expected) return `stream of ${chunks} chunks, not ${expected}`
  return undefined
}

export interface StreamRhythm {
  readonly concurrency: number
  readonly seconds: number
  /** The upstream's interval between the chunks of a stream. */
  readonly paceMs: number
}

/** Fractional part steps of the golden ratio: evenly spread, and in step with no interval. */
const GOLDEN = 0.618_033_988_749_895

/**
 * Keeps `concurrency` streams open for `seconds`, then lets those open run to their end. Starts are spread over the
 * length of a stream: streams begun together would stay together, and their chunks would come in bursts.
 */
export async function streamLoop(target: Target, rhythm: StreamRhythm): Promise<StreamOutcome> {
  const load = new StreamLoad(target, rhythm.concurrency)
  const stopAt = load.startedAt + rhythm.seconds * 1000
  const lengthMs = STREAM_CHUNKS * rhythm.paceMs
  const streamUntil = async (_: unknown, index: number) => {
    await sleep(((index * GOLDEN) % 1) * lengthMs)
    while (performance.now() < stopAt) {
      await new Promise<void>(ended => load.stream('full', () => {}, ended))
    }
  }
  await Promise.all(Array.from({ length: rhythm.concurrency }, streamUntil))
  const outcome = load.outcome()
  await load.caller.close()
  return outcome
}

/** Streams opened and not yet ended, and the promise that all of them have. */
export class HeldStreams {
  readonly #load: StreamLoad
  readonly #ends: Promise<void>[] = []

  constructor(target: Target, connections: number) {
    this.#load = new StreamLoad(target, connections)
  }

  /** Resolves when each stream has had content or has failed. Opened in batches, so no listen queue overflows. */
  async open(streams: number): Promise<StreamsOpened> {
    for (let opened = 0; opened < streams; opened += OPENING_BATCH) {
      await Promise.all(
        Array.from({ length: Math.min(OPENING_BATCH, streams - opened) }, () => this.#openOne()),
      )
    }
    return { kind: 'opened', opened: this.#load.firstContent.length, error: this.#load.tally.firstError }
  }

  #openOne(): Promise<void> {
    return new Promise(hasContentOrFailed => {
      this.#ends.push(
        new Promise(ended =>
          this.#load.stream('any', hasContentOrFailed, () => {
            hasContentOrFailed()
            ended()
          }),
        ),
      )
    })
  }

  async ended(): Promise<StreamOutcome> {
    await Promise.all(this.#ends)
    const outcome = this.#load.outcome()
    await this.#load.caller.close()
    return outcome
  }
}
