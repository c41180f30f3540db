// The metrics of one subject: made alike, and rid together of what is no longer known.
import { Counter, Histogram, type LabelValues, type Registry } from 'prom-client'
import type { KnownLabels } from './known-labels.ts'

/** From an answer out of a cache to a long reasoning: seconds. */
const LATENCY_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300]

type Labels = Readonly<Partial<Record<string, string | number>>>

interface Family {
  get(): Promise<{ readonly values: readonly { readonly labels: Labels }[] }>
  remove(labels: Labels): void
}

export class MetricFamilies {
  readonly #registry: Registry
  readonly #families: Family[] = []

  constructor(registry: Registry) {
    this.#registry = registry
  }

  counter<Label extends string>(name: string, labelNames: readonly Label[], help: string): Counter<Label> {
    const counter = new Counter({ name, help, labelNames, registers: [this.#registry] })
    this.#families.push(familyOf(counter))
    return counter
  }

  /** Of times in seconds. */
  latency<Label extends string>(name: string, labelNames: readonly Label[], help: string): Histogram<Label> {
    const registers = [this.#registry]
    const histogram = new Histogram({ name, help, labelNames, registers, buckets: LATENCY_BUCKETS })
    this.#families.push(familyOf(histogram))
    return histogram
  }

  /** Drops the series of what is no longer known. */
  async forget(known: KnownLabels): Promise<void> {
    for (const family of this.#families) {
      const { values } = await family.get()
      for (const { labels } of values) if (!known.stillHas(labels)) removeSeries(family, labels)
    }
  }
}

function familyOf<Label extends string>(metric: Counter<Label> | Histogram<Label>): Family {
  return { get: () => metric.get(), remove: labels => metric.remove(labels as LabelValues<Label>) }
}

/** The buckets of a histogram have a label of their own, and are all of one series. */
function removeSeries(family: Family, labels: Labels): void {
  const { le: _, ...series } = labels
  family.remove(series)
}
