// Metrics, spans and the request log, made from events in the event plane: nothing of it runs on the request path.
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources'
import { ATTR_SERVICE_NAME, ATTR_SERVICE_VERSION } from '@opentelemetry/semantic-conventions'
import type { Snapshot, TelemetryConfig } from '@weir/core/config'
import type { EventKind, OutcomeEvent, RecordedEvent, RequestEvent } from '@weir/core/event'
import type { Logger } from 'pino'
import { Counter, Gauge, Registry } from 'prom-client'
import type { EventObserver } from '../storage/event-store.ts'
import { AnswerMetrics } from './answer-metrics.ts'
import { KnownLabels, OTHER } from './known-labels.ts'
import { MetricFamilies } from './metric-families.ts'
import { destinationOf } from './otlp-settings.ts'
import { logRequest } from './request-log.ts'
import { RequestMetrics } from './request-metrics.ts'
import { type SpanContextOf, spansOf } from './request-spans.ts'
import { SpanExporter } from './span-exporter.ts'
import { TargetMetrics } from './target-metrics.ts'
import { WeightMetrics } from './weight-metrics.ts'

export interface TelemetryOptions {
  /** Where request lines and what goes wrong with exports are written. */
  readonly log: Logger
  /** The version of the program. */
  readonly version: string
  /** Undefined: the config says whether requests are logged. */
  readonly requestLog: 'requests' | undefined
}

export class Telemetry implements EventObserver {
  readonly #options: TelemetryOptions
  readonly #registry = new Registry()
  readonly #known = new KnownLabels(Date.now)
  readonly #families = new MetricFamilies(this.#registry)
  readonly #requests = new RequestMetrics(this.#families, this.#known)
  readonly #answers = new AnswerMetrics(this.#families, this.#known)
  readonly #targets = new TargetMetrics(this.#families, this.#known)
  readonly #weights = new WeightMetrics(this.#registry)
  readonly #exporter: SpanExporter
  readonly #events
  readonly #outcomes
  readonly #lag
  #spans: SpanContextOf
  #otlp: TelemetryConfig['otlp'] | null = null
  #isLogging: boolean

  constructor(options: TelemetryOptions) {
    this.#options = options
    this.#isLogging = options.requestLog === 'requests'
    this.#exporter = new SpanExporter(this.#registry, message => options.log.warn(message))
    this.#spans = { resource: resourceOf(options.version), version: options.version, providers: {} }
    const registers = [this.#registry]
    this.#events = new Counter({
      name: 'weir_events_total',
      help: 'Events that came out of the spool.',
      labelNames: ['kind'],
      registers,
    })
    this.#outcomes = new Counter({
      name: 'weir_outcomes_total',
      help: 'Outcomes that were reported, by name; names that are not built in count as one.',
      labelNames: ['name'],
      registers,
    })
    this.#lag = new Gauge({
      name: 'weir_event_lag_seconds',
      help: 'Time from the end of the last request seen to its event being counted here.',
      registers,
    })
  }

  /** With every snapshot that comes into force, the first one before any event. */
  configure(snapshot: Snapshot): void {
    const { telemetry } = snapshot.gateway
    this.#known.configure(snapshot)
    this.#requests.configure(snapshot)
    this.#weights.configure(snapshot)
    this.#spans = { ...this.#spans, providers: snapshot.providers }
    this.#isLogging = (this.#options.requestLog ?? telemetry.log) === 'requests'
    this.#directSpans(telemetry.otlp)
  }

  #directSpans(otlp: TelemetryConfig['otlp']): void {
    if (this.#otlp !== null && JSON.stringify(otlp) === JSON.stringify(this.#otlp)) return
    this.#otlp = otlp
    this.#exporter.direct(destinationOf(otlp, process.env, message => this.#options.log.warn(message)))
  }

  observe(events: readonly RecordedEvent[]): void {
    const counts = new Map<EventKind, number>()
    for (const event of events) {
      counts.set(event.kind, (counts.get(event.kind) ?? 0) + 1)
      if (event.kind === 'request') this.#observeRequest(event)
      else if (event.kind === 'outcome') this.#outcomes.inc({ name: nameOf(event) })
    }
    for (const [kind, count] of counts) this.#events.inc({ kind }, count)
    const last = events.findLast(event => event.kind === 'request')
    if (last !== undefined)
      this.#lag.set(Math.max(0, Date.now() - Date.parse(last.at) - last.total_ms) / 1000)
  }

  #observeRequest(event: RequestEvent): void {
    const split = this.#known.split(event)
    this.#requests.observe(event, split)
    this.#answers.observe(event, split)
    this.#targets.observe(event)
    if (this.#isLogging) logRequest(this.#options.log, event)
    if (this.#exporter.isOpen && event.span_sampled) this.#exporter.add(spansOf(event, this.#spans))
  }

  /** Prometheus' text format, version 0.0.4. */
  async metrics(): Promise<string> {
    if (this.#known.forget()) await this.#families.forget(this.#known)
    this.#exporter.measure()
    return this.#registry.metrics()
  }

  /** Sends the spans that wait, within a few seconds. */
  async close(): Promise<void> {
    await this.#exporter.close()
  }
}

const BUILT_IN_OUTCOMES: ReadonlySet<string> = new Set(['thumbs', 'rating', 'conversion', 'correction'])

function nameOf({ name }: OutcomeEvent): string {
  if (name.startsWith('score:')) return 'score'
  return BUILT_IN_OUTCOMES.has(name) ? name : OTHER
}

/** OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win. */
function resourceOf(version: string) {
  const own = resourceFromAttributes({ [ATTR_SERVICE_NAME]: 'weir', [ATTR_SERVICE_VERSION]: version })
  return own.merge(detectResources({ detectors: [envDetector] }))
}
