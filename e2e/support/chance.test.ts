// The interval against figures of SciPy's binom.ppf.
import { expect, it } from 'vitest'
import { binomialInterval } from './chance.ts'

it.each([
  // binom.ppf([0.0005, 0.9995], 200, 0.8), and so on.
  [200, 0.8, 0.999, 141, 178],
  [50, 0.8, 0.95, 34, 45],
  [10, 0.5, 0.9, 2, 8],
])('of %i draws with probability %d at level %d is %i to %i', (n, p, level, low, high) => {
  expect(binomialInterval(n, p, level)).toEqual([low, high])
})
