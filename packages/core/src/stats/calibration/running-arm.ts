// The sums of one variant, unit by unit: as much as a look after every unit can afford.
import type { MeanSummary } from '../summary/summary.ts'
import { REQUESTS } from './population.ts'

/** Plain sums: exact enough for values near 1, and twice as fast as what is proof against any. */
export class RunningArm {
  n = 0
  sum = 0
  squares = 0

  add(value: number): void {
    this.n++
    this.sum += value
    this.squares += value * value
  }

  /** That many units with the same value. */
  addAlike(value: number, units: number): void {
    this.n += units
    this.sum += units * value
    this.squares += units * value * value
  }

  get mean(): number {
    return this.sum / this.n
  }

  /** Of one unit, with n - 1. */
  get variance(): number {
    return (this.squares - (this.sum * this.sum) / this.n) / (this.n - 1)
  }

  summary(): MeanSummary {
    return { kind: 'mean', n: this.n, mean: this.mean, m2: this.variance * (this.n - 1) }
  }
}

/** The difference of the means in standard errors. */
export function zOf(control: RunningArm, variant: RunningArm): number {
  return (variant.mean - control.mean) / Math.sqrt(errorVariance(control) + errorVariance(variant))
}

/** The variance of its mean: that of one unit over n. */
export function errorVariance({ n, sum, squares }: RunningArm): number {
  return (squares - (sum * sum) / n) / (n * (n - 1))
}

/** That many values. */
export function armOf(n: number, draw: () => number): RunningArm {
  const arm = new RunningArm()
  for (let i = 0; i < n; i++) arm.add(draw())
  return arm
}

/** The difference of two failure rates, of units with `REQUESTS` requests each, as if requests were independent. */
export function zPerRequest(control: RunningArm, variant: RunningArm): number {
  const variance = ({ mean, n }: RunningArm) => (mean * (1 - mean)) / (n * REQUESTS)
  return (variant.mean - control.mean) / Math.sqrt(variance(control) + variance(variant))
}
