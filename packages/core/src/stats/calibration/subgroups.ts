// Effects in subgroups that are shrunk to their mean.
import { jamesStein } from '../causal/subgroups.ts'
import { normalCdf } from '../distribution/normal.ts'
import { visitNodes } from '../numeric/quadrature.ts'
import type { Rng } from '../rng/rng.ts'
import { misses, type Scenario } from './law.ts'
import type { Measurement } from './measurement.ts'
import { normalDraws } from './normal-draws.ts'

const GROUPS = 20
/** Standard deviation of the effects between subgroups, and standard error of each. */
const SPREAD = 0.1
const ERROR = 0.1

/** Of deviations between subgroups, beyond which nothing is left for as many subgroups. */
const pieces = [0, 0.05, 0.1, 0.2, 0.4, 1, 4]

interface Seen {
  readonly truths: readonly number[]
  readonly effects: readonly number[]
}

function seenOf(rng: Rng): Seen {
  const draw = normalDraws(rng)
  const truths = Array.from({ length: GROUPS }, () => SPREAD * draw())
  return { truths, effects: truths.map(truth => truth + ERROR * draw()) }
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/**
 * Posterior probability that a subgroup's effect is x at most, as `shrinkSubgroups` has it, for subgroups with one
 * standard error: the mean of all then does not depend on how far they differ, and is left out of the quadrature.
 */
export function posteriorCdf(effects: readonly number[], standardError: number, group: number, x: number) {
  const mean = meanOf(effects)
  const spread = effects.reduce((sum, effect) => sum + (effect - mean) ** 2, 0)
  const k = effects.length
  let [below, total] = [0, 0]
  visitNodes(pieces, (between, weight) => {
    const precision = 1 / (standardError ** 2 + between ** 2)
    const density =
      weight * Math.exp(((k - 1) / 2) * Math.log(precision * standardError ** 2) - (precision * spread) / 2)
    const pull = standardError ** 2 * precision
    const centre = mean + (1 - pull) * ((effects[group] ?? 0) - mean)
    const variance = (1 - pull) * standardError ** 2 + pull ** 2 / (k * precision)
    total += density
    below += density * normalCdf((x - centre) / Math.sqrt(variance))
  })
  return below / total
}

/** Whether the 95 % interval leaves out the truth. */
function leavesOut({ truths, effects }: Seen, group: number): boolean {
  const below = posteriorCdf(effects, ERROR, group, truths[group] ?? 0)
  return below < 0.025 || below > 0.975
}

const shrunken: Scenario = {
  name: 'subgroups',
  data: `${GROUPS} subgroups, effects of deviation ${SPREAD}, standard errors of ${ERROR}; of the one that looks best`,
  seed: 103,
  laws: [
    misses('shrunken interval of the largest', 'reported'),
    misses('shrunken interval of the first', 'reported'),
    misses('plain interval of the largest', 'broken'),
  ],
  prepare: () => rng => {
    const seen = seenOf(rng)
    const largest = seen.effects.indexOf(Math.max(...seen.effects))
    const off = Math.abs((seen.effects[largest] ?? 0) - (seen.truths[largest] ?? 0))
    return [leavesOut(seen, largest), leavesOut(seen, 0), off > 1.96 * ERROR]
  },
}

export const subgroupScenarios: readonly Scenario[] = [shrunken]

function squaredError(estimates: readonly number[], truths: readonly number[]): number {
  return estimates.reduce((sum, estimate, i) => sum + (estimate - (truths[i] ?? 0)) ** 2, 0)
}

/** By that of the effects as seen, which on average is 1. */
export const shrinkage: Measurement = {
  name: 'subgroups, squared error',
  data: `${GROUPS} subgroups, effects of deviation ${SPREAD}, standard errors of ${ERROR}; squared error of all by the squared standard errors`,
  seed: 107,
  quantities: [
    { what: 'james_stein', expected: { kind: 'within', low: 0, high: 0.6 } },
    { what: 'effects as seen', expected: { kind: 'within', low: 1, high: 1 } },
    { what: 'the mean of all for each', expected: { kind: 'outside', low: 0, high: 0.6 } },
  ],
  prepare: () => rng => {
    const { truths, effects } = seenOf(rng)
    const estimate = jamesStein(effects, ERROR)
    if (estimate.kind !== 'james_stein') throw new Error(estimate.kind)
    const mean = meanOf(effects)
    return [estimate.effects, effects, effects.map(() => mean)].map(
      estimates => squaredError(estimates, truths) / (GROUPS * ERROR ** 2),
    )
  },
}
