import { expect, it } from 'vitest'
import {
  formatCount,
  formatDuration,
  formatNanoUsd,
  formatProbability,
  formatShare,
  plural,
} from './quantity.ts'

it.each([
  [formatDuration(null), '-'],
  [formatDuration(0.4), '0 ms'],
  [formatDuration(999.4), '999 ms'],
  [formatDuration(999.6), '1.00 s'],
  [formatDuration(59_994), '59.99 s'],
  [formatDuration(59_999), '1:00.0 min'],
  [formatDuration(175_080), '2:55.1 min'],
  [formatDuration(3_600_000), '60:00.0 min'],
  [formatShare(null), '-'],
  [formatShare(0.80034), '80.03 %'],
  [formatNanoUsd(null), '-'],
  [formatNanoUsd(0), '$0.000000'],
  [formatNanoUsd(210_000), '$0.000210'],
  [formatNanoUsd(57_351_234_567), '$57.35'],
  [formatProbability(0.4578), '= 0.458'],
  [formatProbability(3.502e-42), '= 3.5e-42'],
  [formatProbability(0), '< 5e-324'],
  [formatCount(19_366), '19,366'],
  [plural(1, 'unit'), '1 unit'],
  [plural(0, 'unit'), '0 units'],
])('a quantity is written %s', (written, expected) => {
  expect(written).toBe(expected)
})
