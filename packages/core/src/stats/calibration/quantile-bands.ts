// All quantiles at once, by the boundary that is closer near 0 and 1: whatever the distribution.
import { doubleStitchedBoundary } from '../sequential/always-valid/quantile/quantile-radii.ts'
import { misses, type Scenario } from './law.ts'

const ALPHA = 0.05
const VALUES = 1000
const TUNED_FOR = 100
/** Values between two looks. */
const STEP = 50
/** Quantiles looked at: every half percent, as many as cells of the values but one. */
const CELLS = 200

/** By look: how many values more, and how many less, than expected below each quantile are within the boundary. */
interface Band {
  readonly n: number
  readonly above: Float64Array
  readonly below: Float64Array
}

type Boundary = (p: number, n: number) => number

/** The boundary for too few values below a quantile is that for too many above it. */
export function bandsBy(boundary: Boundary): readonly Band[] {
  return Array.from({ length: (VALUES - TUNED_FOR) / STEP + 1 }, (_, look) => {
    const n = TUNED_FOR + look * STEP
    const at = (p: (i: number) => number) =>
      Float64Array.from({ length: CELLS - 1 }, (__, i) => boundary(p(i + 1), n))
    return { n, above: at(i => i / CELLS), below: at(i => 1 - i / CELLS) }
  })
}

/** Whether the counts of values by cell leave the band anywhere. */
function leaves({ n, above, below }: Band, cells: Int32Array): boolean {
  let count = 0
  for (let i = 0; i < CELLS - 1; i++) {
    count += cells[i] ?? 0
    const excess = count - (n * (i + 1)) / CELLS
    if (excess > (above[i] ?? 0) || -excess > (below[i] ?? 0)) return true
  }
  return false
}

const bands: Scenario = {
  name: 'every value, quantiles near 0 and 1',
  data: `${CELLS - 1} quantiles of any values at once; a look at every ${STEP}th from ${TUNED_FOR} to ${VALUES} values`,
  seed: 305,
  laws: [
    misses('double stitched boundary', 'holds'),
    misses('3 standard errors of each quantile at every look', 'broken'),
  ],
  prepare: () => {
    const methods = [
      bandsBy((p, n) => doubleStitchedBoundary(p, n, ALPHA, TUNED_FOR)),
      bandsBy((p, n) => 3 * Math.sqrt(n * p * (1 - p))),
    ]
    return rng => {
      const cells = new Int32Array(CELLS)
      const errors = [false, false]
      let n = 0
      for (let look = 0; n < VALUES; look++) {
        const next = TUNED_FOR + look * STEP
        for (; n < next; n++) {
          const cell = Math.floor(CELLS * rng.uniform())
          cells[cell] = (cells[cell] ?? 0) + 1
        }
        methods.forEach((band, i) => {
          const at = band[look]
          if (at !== undefined) errors[i] ||= leaves(at, cells)
        })
      }
      return errors
    }
  },
}

export const quantileBandScenarios: readonly Scenario[] = [bands]
