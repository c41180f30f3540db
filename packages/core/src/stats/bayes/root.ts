// The root of a rising function.

/**
 * Regula falsi, halving the value at an end that stays put twice (Illinois): `f` rises from <= 0 at `low` to >= 0 at
 * `high`. To 1e-13.
 */
export function rootBetween(f: (x: number) => number, low: number, high: number): number {
  let [a, b, fa, fb] = [low, high, f(low), f(high)]
  let moved = 0
  for (let step = 0; step < 100 && b - a > 1e-13 * (1 + Math.abs(a)); step++) {
    const secant = (a * fb - b * fa) / (fb - fa)
    const next = secant > a && secant < b ? secant : (a + b) / 2
    const value = f(next)
    if (value === 0) return next
    const side = Math.sign(value)
    if (side < 0) [a, fa, fb] = [next, value, moved === side ? fb / 2 : fb]
    else [b, fb, fa] = [next, value, moved === side ? fa / 2 : fa]
    moved = side
  }
  return (a + b) / 2
}
