// The shares that splits are configured to have, beside which the shares of requests can be read.
import { BUCKETS, countBuckets } from '@weir/core/assignment'
import type { RouteSnapshot } from '@weir/core/config'
import { Gauge, type Registry } from 'prom-client'
import { type LabelSource, splitsOf } from './known-labels.ts'

export class WeightMetrics {
  readonly #weights

  constructor(registry: Registry) {
    this.#weights = new Gauge({
      name: 'weir_variant_weight_ratio',
      help: 'The share of its route that a variant is configured to be assigned.',
      labelNames: ['router', 'route', 'assigned'],
      registers: [registry],
    })
  }

  configure(source: LabelSource): void {
    this.#weights.reset()
    for (const { router, route } of splitsOf(source)) {
      const shares = sharesOf(route)
      for (const { id } of route.variants)
        this.#weights.set({ router, route: route.id, assigned: id }, shares.get(id) ?? 0)
    }
  }
}

/** Only the first group is assigned to; the others are walked to when it has failed. */
function sharesOf({ groups: [first] }: RouteSnapshot): Map<string, number> {
  const counts = first === undefined ? new Map<string, number>() : countBuckets(first.table)
  return new Map([...counts].map(([id, buckets]) => [id, buckets / BUCKETS]))
}
