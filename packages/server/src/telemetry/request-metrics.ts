// What Prometheus is told of requests: how many there were, who they were assigned to and how they ended.
// docs/telemetry.md lists every metric and label.
import type { RequestEvent } from '@weir/core/event'
import {
  errorClassOf,
  type KnownLabels,
  type LabelSource,
  NONE,
  type SplitLabels,
  splitsOf,
} from './known-labels.ts'
import type { MetricFamilies } from './metric-families.ts'

export class RequestMetrics {
  readonly #known: KnownLabels
  readonly #requests
  readonly #errors
  readonly #queueWaits

  constructor(families: MetricFamilies, known: KnownLabels) {
    this.#known = known
    this.#requests = families.counter(
      'weir_requests_total',
      ['router', 'route', 'assigned', 'served', 'reason', 'outcome'],
      'Requests, however they ended.',
    )
    this.#errors = families.counter(
      'weir_request_errors_total',
      ['router', 'route', 'assigned', 'error'],
      'Requests that were refused, failed, broke off or were cancelled, by the class of what ended them.',
    )
    this.#queueWaits = families.latency(
      'weir_queue_wait_seconds',
      [],
      'Time that requests waited for a place.',
    )
  }

  /**
   * Begins the series of every variant at 0: the rate of a series that appears with its first request leaves that one
   * out, and a variant that nobody was assigned would be missing.
   */
  configure(source: LabelSource): void {
    for (const { router, route } of splitsOf(source)) {
      const reason = router === NONE ? 'key_routing' : 'split'
      const labels = { router, route: route.id, reason, outcome: 'ok' }
      for (const { id } of route.variants) this.#requests.inc({ ...labels, assigned: id, served: id }, 0)
    }
  }

  observe(event: RequestEvent, split: SplitLabels): void {
    const assigned = this.#known.variant(split, event.assigned)
    const served = this.#known.variant(split, event.served)
    const { outcome } = event
    this.#requests.inc({ ...split, assigned, served, reason: event.reason ?? NONE, outcome })
    const error = errorClassOf(event)
    if (error !== null) this.#errors.inc({ ...split, assigned, error })
    this.#queueWaits.observe(event.queue_ms / 1000)
  }
}
