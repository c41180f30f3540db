// How much wider a sequence is than the interval of one look, and the p value that a difference needs.
import { normalQuantile, sequenceRadius, sequenceRho } from '@weir/core/stats'
import type { Axis, Figure, Series } from '../plot.ts'
import { curveOf, spaced } from './figure-parts.ts'

const ALPHA = 0.05
const TUNED = [1000, 5000, 50_000]

const units: Axis = {
  label: 'units on both variants',
  scale: 'logarithmic',
  from: 200,
  to: 1_000_000,
  ticks: [200, 1000, 5000, 50_000, 1_000_000],
}
const ratio: Axis = {
  label: 'half-width, standard errors',
  scale: 'linear',
  from: 1.5,
  to: 6,
  ticks: [1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6],
}

export function sequenceWidthFigure(): Figure {
  return {
    title: 'Width of the asymptotic sequence',
    description:
      'Half-width in standard errors by units, at alpha .05, tuned for 1,000, 5,000 and 50,000 units. Each is least near the units it is tuned for: 3.03 two-sided where one look takes 1.96, 2.77 one-sided where one look takes 1.64. Before, it is much wider, after, a little.',
    panels: [
      { title: 'Two-sided, tuned for', x: units, y: ratio, series: widths('two_sided', ALPHA / 2) },
      { title: 'One-sided, tuned for', x: units, y: ratio, series: widths('one_sided', ALPHA) },
    ],
  }
}

function widths(sides: 'one_sided' | 'two_sided', tail: number): readonly Series[] {
  const places = spaced(units, 60)
  const curves = TUNED.map(tuned => {
    const rho = sequenceRho(tuned, ALPHA, sides)
    return curveOf(tuned.toLocaleString('en-US'), places, n => sequenceRadius(n, rho, ALPHA, sides))
  })
  return [...curves, { ...curveOf('one look', places, () => -normalQuantile(tail)), style: 'dashed' }]
}
