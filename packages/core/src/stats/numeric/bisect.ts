// Bisection, down to neighbouring doubles: where something changes once on a line.

/**
 * The point between `inside`, where a property holds, and `outside`, where it does not, at which it changes.
 *
 * @param holds - changes once on the way from `inside` to `outside`
 * @returns the last point found at which it holds, so that an interval's end errs by one rounding at most
 *
 * Accuracy: neighbouring doubles, or 1e-300 near zero; at most 1,100 evaluations, usually about 60.
 */
export function lastWhere(holds: (x: number) => boolean, inside: number, outside: number): number {
  return bracket(holds, inside, outside).near
}

/**
 * The x in [low, high] where a monotone function changes sign.
 *
 * @param f - continuous, and rising or falling throughout; may be infinite or flat, as `findRoot`'s may not
 * @returns the end nearer to the root when f has one sign throughout
 *
 * Accuracy: as good as f's own sign; as `lastWhere`.
 */
export function bisect(f: (x: number) => number, low: number, high: number): number {
  const rising = f(high) >= f(low)
  const { near, far } = bracket(x => f(x) < 0 === rising, low, high)
  return Math.abs(f(near)) <= Math.abs(f(far)) ? near : far
}

/** The first of 0..n for which a property holds; it holds for all from the first on, and is taken to hold for n. */
export function firstWhere(n: number, holds: (k: number) => boolean): number {
  let [low, high] = [0, n]
  while (low < high) {
    // Not half their sum, which beyond 2^53 rounds up to the upper one, for ever.
    const middle = low + Math.floor((high - low) / 2)
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}

function bracket(holds: (x: number) => boolean, inside: number, outside: number) {
  let [near, far] = [inside, outside]
  while (Math.abs(far - near) > 1e-300) {
    const middle = near + (far - near) / 2
    if (middle === near || middle === far) break
    if (holds(middle)) near = middle
    else far = middle
  }
  return { near, far }
}
