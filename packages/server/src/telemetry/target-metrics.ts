// What Prometheus is told of targets: the calls they got, how those went and how long they took.
import type { RequestEvent } from '@weir/core/event'
import { type KnownLabels, resultOf } from './known-labels.ts'
import type { MetricFamilies } from './metric-families.ts'

export class TargetMetrics {
  readonly #known: KnownLabels
  readonly #attempts
  readonly #durations
  readonly #retries
  readonly #fallbacks

  constructor(families: MetricFamilies, known: KnownLabels) {
    this.#known = known
    this.#attempts = families.counter(
      'weir_attempts_total',
      ['target', 'result'],
      'Calls to targets, by how they went.',
    )
    this.#durations = families.latency(
      'weir_attempt_duration_seconds',
      ['target'],
      'Time of a call to a target until its answer, or until the first content of a stream.',
    )
    this.#retries = families.counter('weir_retries_total', ['target'], 'Calls to the same target again.')
    this.#fallbacks = families.counter(
      'weir_fallbacks_total',
      ['target'],
      'Calls to a target after another one failed.',
    )
  }

  observe({ attempts }: RequestEvent): void {
    for (const [index, attempt] of attempts.entries()) {
      const target = this.#known.target(attempt.target)
      this.#attempts.inc({ target, result: resultOf(attempt) })
      this.#durations.observe({ target }, attempt.ms / 1000)
      const before = attempts[index - 1]
      if (before === undefined) continue
      const isRetry = before.target === attempt.target && before.variant === attempt.variant
      ;(isRetry ? this.#retries : this.#fallbacks).inc({ target })
    }
  }
}
