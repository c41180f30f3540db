// Deterministic integrals over pieces of a line, for what has no closed form: probabilities to be best, expected losses.
import { gaussLegendre } from './gauss-legendre.ts'

/** Nodes a piece: the densities met here are smooth on the scale of a piece, and 20 then leave nothing but rounding. */
const { points, weights } = gaussLegendre(20)

/**
 * Visits every node between the least and the greatest of the breaks, with its weight, piece by piece.
 *
 * @param breaks - finite, in any order; the integrand has to be smooth between neighbours
 */
export function visitNodes(breaks: readonly number[], visit: (x: number, weight: number) => void): void {
  const sorted = Float64Array.from(breaks).sort()
  for (let piece = 1; piece < sorted.length; piece++) {
    const low = sorted[piece - 1] ?? 0
    const half = ((sorted[piece] ?? 0) - low) / 2
    if (half > 0) points.forEach((point, i) => visit(low + half * (1 + point), half * (weights[i] ?? 0)))
  }
}

/** The integral of `integrand` from the least to the greatest of the breaks; see `visitNodes`. */
export function integrate(breaks: readonly number[], integrand: (x: number) => number): number {
  let total = 0
  visitNodes(breaks, (x, weight) => {
    total += weight * integrand(x)
  })
  return total
}
