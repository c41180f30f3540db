// Where a continuous function crosses zero, between two points at which it has opposite signs.

/** A point of the function. */
export interface Point {
  readonly x: number
  readonly y: number
}

/** Stop when the bracket is no wider than `x`, or the function within `y` of zero. Both >= 0, not both 0. */
export type Tolerance = Point

/**
 * A root by Chandrupatla's method: inverse quadratic steps where they are safe, halving where they are not. The first
 * step is the chord's, as most functions here are nearly straight.
 *
 * @param f - continuous
 * @param low - one end of the bracket, with the value of f there
 * @param high - the other end, where f has the opposite sign
 * @returns the best point found; null if there is no change of sign
 *
 * Source: Chandrupatla (1997), Advances in Engineering Software 28(3), doi:10.1016/S0965-9978(96)00051-8.
 */
export function rootBetween(
  f: (x: number) => number,
  low: Point,
  high: Point,
  tolerance: Tolerance,
): number | null {
  let [a, b] = [high, low]
  if (!(a.y * b.y <= 0)) return null
  let fraction = Math.min(0.9, Math.max(0.1, b.y / (b.y - a.y) || 0))
  for (let step = 0; step < 200; step++) {
    const best = Math.abs(a.y) < Math.abs(b.y) ? a : b
    const least = (2 * Number.EPSILON * Math.abs(best.x) + tolerance.x / 2) / Math.abs(a.x - b.x)
    if (!(least <= 0.5) || Math.abs(best.y) <= tolerance.y) return best.x
    const x = b.x + Math.min(1 - least, Math.max(least, fraction)) * (a.x - b.x)
    const next: Point = { x, y: f(x) }
    const isSameSide = Math.sign(next.y) === Math.sign(b.y)
    const last = isSameSide ? b : a
    if (!isSameSide) a = b
    b = next
    fraction = nextFraction(a, b, last)
  }
  return b.x
}

/** The point of f at x. */
export function pointOf(f: (x: number) => number, x: number): Point {
  return { x, y: f(x) }
}

/** As `rootBetween`, of ends at which f is still to be evaluated. */
export function findRoot(f: (x: number) => number, low: number, high: number, tolerance: Tolerance) {
  return rootBetween(f, pointOf(f, low), pointOf(f, high), tolerance)
}

/** How far from b, the newest point, towards a, across the root, the next trial lies: by the parabola through all three. */
function nextFraction(a: Point, b: Point, last: Point): number {
  const xi = (b.x - a.x) / (last.x - a.x)
  const phi = (b.y - a.y) / (last.y - a.y)
  const isSafe = phi ** 2 < xi && (1 - phi) ** 2 < 1 - xi
  if (!isSafe) return 0.5
  const first = (b.y / (a.y - b.y)) * (last.y / (a.y - last.y))
  const second = ((last.x - b.x) / (a.x - b.x)) * (b.y / (last.y - b.y)) * (a.y / (last.y - a.y))
  return first + second
}
