// Spans on their way to a collector: in batches, one export at a time, from a queue that is bounded. What does not fit
// or cannot be delivered is dropped and counted, and nobody ever waits for it.
import type { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { Counter, Gauge, type Registry } from 'prom-client'
import type { Destination } from './otlp-settings.ts'

type ExportedSpan = Parameters<OTLPTraceExporter['export']>[0][number]

/** As the exporter takes it. Its enums are not those of our version of the API, but their numbers are the protocol's. */
export type FinishedSpan = Omit<ExportedSpan, 'kind' | 'status'> & {
  readonly kind: number
  readonly status: { readonly code: number }
}

/** Spans that may wait: a few seconds of a gateway under full load. */
const MAX_WAITING = 16_384
const BATCH = 512
const EVERY_MS = 1_000
const CLOSE_MS = 5_000
/** What goes wrong is logged no more often than this. */
const WARN_EVERY_MS = 60_000

interface Exporter {
  export(
    spans: FinishedSpan[],
    done: (result: { readonly code: number; readonly error?: Error }) => void,
  ): void
  shutdown(): Promise<void>
}

export class SpanExporter {
  readonly #warn: (message: string) => void
  readonly #sent
  readonly #dropped
  readonly #gauge
  #waiting: FinishedSpan[] = []
  #exporter: Promise<Exporter> | undefined
  #timer: NodeJS.Timeout | undefined
  #sending: Promise<void> | undefined
  #warnedAt = Number.NEGATIVE_INFINITY

  constructor(registry: Registry, warn: (message: string) => void) {
    this.#warn = warn
    const registers = [registry]
    this.#sent = new Counter({
      name: 'weir_spans_sent_total',
      help: 'Spans that a collector took.',
      registers,
    })
    this.#dropped = new Counter({
      name: 'weir_spans_dropped_total',
      help: 'Spans that did not fit into the queue or could not be delivered.',
      labelNames: ['reason'],
      registers,
    })
    for (const reason of ['queue_full', 'export_failed']) this.#dropped.inc({ reason }, 0)
    this.#gauge = new Gauge({ name: 'weir_spans_waiting', help: 'Spans that wait to be sent.', registers })
  }

  /** To be called before metrics are read. */
  measure(): void {
    this.#gauge.set(this.#waiting.length)
  }

  /** Where spans go from now on; undefined: nowhere. */
  direct(destination: Destination | undefined): void {
    const before = this.#exporter
    void before?.then(exporter => exporter.shutdown()).catch(() => {})
    this.#exporter = destination === undefined ? undefined : openExporter(destination)
    if (destination === undefined) this.#waiting = []
  }

  get isOpen(): boolean {
    return this.#exporter !== undefined
  }

  add(spans: readonly FinishedSpan[]): void {
    const room = MAX_WAITING - this.#waiting.length
    if (spans.length > room) this.#dropped.inc({ reason: 'queue_full' }, spans.length - Math.max(0, room))
    this.#waiting.push(...spans.slice(0, Math.max(0, room)))
    if (this.#waiting.length >= BATCH) this.#send()
    else this.#timer ??= setTimeout(() => this.#send(), EVERY_MS).unref()
  }

  /** Sends what waits, within a few seconds. */
  async close(): Promise<void> {
    clearTimeout(this.#timer)
    const until = performance.now() + CLOSE_MS
    this.#send()
    while (this.#sending !== undefined && performance.now() < until)
      await Promise.race([this.#sending, deadline(until - performance.now())])
    const exporter = await this.#exporter
    await Promise.race([exporter?.shutdown(), deadline(1_000)])
  }

  #send(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#sending !== undefined || this.#waiting.length === 0 || this.#exporter === undefined) return
    const batch = this.#waiting.splice(0, BATCH)
    this.#sending = this.#deliver(this.#exporter, batch).finally(() => {
      this.#sending = undefined
      this.#send()
    })
  }

  async #deliver(opening: Promise<Exporter>, batch: FinishedSpan[]): Promise<void> {
    try {
      const exporter = await opening
      await new Promise<void>((resolve, reject) => {
        exporter.export(batch, ({ code, error }) => {
          if (code === 0) resolve()
          else reject(error ?? new Error('the collector refused them'))
        })
      })
      this.#sent.inc(batch.length)
    } catch (error) {
      this.#dropped.inc({ reason: 'export_failed' }, batch.length)
      this.#report(error)
    }
  }

  #report(error: unknown): void {
    const now = performance.now()
    if (now - this.#warnedAt < WARN_EVERY_MS) return
    this.#warnedAt = now
    // A collector's words may repeat what it was sent; what kind of error it is says enough.
    const { name, code } = error as { readonly name?: string; readonly code?: string | number }
    this.#warn(`spans could not be delivered (${code ?? name ?? 'unknown error'})`)
  }
}

/** Loaded when spans are to be sent: most gateways send none. */
async function openExporter({ protocol, options }: Destination): Promise<Exporter> {
  const { OTLPTraceExporter } =
    protocol === 'http/json'
      ? await import('@opentelemetry/exporter-trace-otlp-http')
      : await import('@opentelemetry/exporter-trace-otlp-proto')
  return new OTLPTraceExporter(options)
}

function deadline(ms: number): Promise<void> {
  return new Promise(resolve => {
    setTimeout(resolve, Math.max(0, ms)).unref()
  })
}
