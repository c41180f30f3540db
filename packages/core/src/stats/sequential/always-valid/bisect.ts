// Where a property that holds on one side of a point and not on the other changes.

/**
 * The point between `inside`, where the property holds, and `outside`, where it does not, at which it changes.
 *
 * @param holds - true at `inside`; changes once on the way to `outside`
 * @returns the last point found at which it holds, so that an interval's end errs by one rounding at most
 *
 * Accuracy: neighbouring doubles, or 1e-300 near zero.
 */
export function bisect(holds: (x: number) => boolean, inside: number, outside: number): number {
  let near = inside
  let far = outside
  while (Math.abs(far - near) > 1e-300) {
    const middle = near + (far - near) / 2
    if (middle === near || middle === far) break
    if (holds(middle)) near = middle
    else far = middle
  }
  return near
}
