// The search for the least value of a function of one number.

/** Golden section: the point in [low, high] at which a convex function is least, to 1e-12 of the width. */
export function argMin(f: (x: number) => number, low: number, high: number): number {
  const golden = (Math.sqrt(5) - 1) / 2
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
