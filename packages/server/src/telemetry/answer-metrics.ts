// What Prometheus is told of answers: how fast they were, what they took, and what is remarkable about them.
import type { RequestEvent } from '@weir/core/event'
import type { KnownLabels, SplitLabels } from './known-labels.ts'
import type { MetricFamilies } from './metric-families.ts'

const NANO = 1e9
const SERVED = ['router', 'route', 'served'] as const

export class AnswerMetrics {
  readonly #known: KnownLabels
  readonly #durations
  readonly #firstTokens
  readonly #tokens
  readonly #cost
  readonly #unpriced
  readonly #signals

  constructor(families: MetricFamilies, known: KnownLabels) {
    this.#known = known
    this.#durations = families.latency(
      'weir_request_duration_seconds',
      [...SERVED, 'stream'],
      'Time from the arrival of a request to the end of its answer, for requests that a variant answered.',
    )
    this.#firstTokens = families.latency(
      'weir_first_token_seconds',
      SERVED,
      'Time from the arrival of a streamed request to the first content sent to the client.',
    )
    this.#tokens = families.counter(
      'weir_tokens_total',
      [...SERVED, 'kind'],
      'Tokens of answers by kind; input includes cached_input, output includes reasoning.',
    )
    this.#cost = families.counter(
      'weir_cost_usd_total',
      SERVED,
      'Cost of answers in US dollars, where it is known.',
    )
    this.#unpriced = families.counter(
      'weir_unpriced_answers_total',
      SERVED,
      'Answers whose cost is not known: the model has no price, or its provider told no tokens.',
    )
    this.#signals = families.counter(
      'weir_answer_signals_total',
      [...SERVED, 'signal'],
      'Answers that show something: a refusal, nothing at all, or JSON that is none though JSON was asked for.',
    )
  }

  observe(event: RequestEvent, split: SplitLabels): void {
    if (event.served === null) return
    const labels = { ...split, served: this.#known.variant(split, event.served) }
    this.#durations.observe({ ...labels, stream: String(event.stream) }, event.total_ms / 1000)
    if (event.stream && event.first_token_ms !== null)
      this.#firstTokens.observe({ ...labels }, event.first_token_ms / 1000)
    for (const kind of ['input', 'cached_input', 'output', 'reasoning'] as const) {
      const tokens = event.usage[kind]
      if (tokens !== null && tokens > 0) this.#tokens.inc({ ...labels, kind }, tokens)
    }
    const { cost_nano_usd: cost } = event
    if (cost === null) this.#unpriced.inc({ ...labels })
    else this.#cost.inc({ ...labels }, cost / NANO)
    for (const signal of signalsOf(event)) this.#signals.inc({ ...labels, signal })
  }
}

function signalsOf({ refusal, empty, json }: RequestEvent): string[] {
  return [
    ...(refusal ? ['refusal'] : []),
    ...(empty ? ['empty'] : []),
    ...(json === 'invalid' ? ['invalid_json'] : []),
  ]
}
