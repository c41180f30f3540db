// The search for the least value of a function of one number.

const golden = (Math.sqrt(5) - 1) / 2

/**
 * The point in [low, high] at which a function is least, by golden section.
 *
 * @param f - falling up to some point and rising from there on; may be infinite at the ends
 *
 * Accuracy: 1e-12 of the width, or where rounding makes f flat: about the root of a double's precision.
 * Source: Kiefer (1953), Proceedings of the American Mathematical Society 4(3), doi:10.1090/S0002-9939-1953-0055639-3.
 */
export function argMin(f: (x: number) => number, low: number, high: number): number {
  let [a, b] = [low, high]
  let [left, right] = [b - golden * (b - a), a + golden * (b - a)]
  let [fLeft, fRight] = [f(left), f(right)]
  for (let step = 0; step < 60; step++) {
    if (fLeft <= fRight) {
      ;[b, right, fRight] = [right, left, fLeft]
      left = b - golden * (b - a)
      fLeft = f(left)
    } else {
      ;[a, left, fLeft] = [left, right, fRight]
      right = a + golden * (b - a)
      fRight = f(right)
    }
  }
  return (a + b) / 2
}
