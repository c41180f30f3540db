// Power by units, and the smallest effect found by units, for one look and for looking all the time.
import { type DesignOptions, detectableEffect, powerOf } from '@weir/core/stats'
import type { Axis, Figure } from '../plot.ts'
import { curveOf, expectKind, spaced, unitAxis } from './figure-parts.ts'

const METRIC = { kind: 'proportion', proportion: 0.2 } as const
const EFFECT = 0.05

const units: Axis = {
  label: 'units on both variants',
  scale: 'linear',
  from: 200,
  to: 8200,
  ticks: [200, 2200, 4200, 6200, 8200],
}
const effect: Axis = {
  label: 'smallest effect found with power .8',
  scale: 'linear',
  from: 0,
  to: 0.2,
  ticks: [0, 0.05, 0.1, 0.15, 0.2],
}

const DESIGNS: readonly (readonly [name: string, options: DesignOptions])[] = [
  ['one look', {}],
  ['five looks, 1.025', { sequential: { kind: 'factor', factor: 1.025 } }],
  ['every look', { sequential: { kind: 'confidence_sequence', tuning: 5000, formula: 'last_look' } }],
  ['split 90/10', { shares: [9, 1] }],
]

export function sampleSizeFigure(): Figure {
  const places = spaced(units, 40)
  return {
    title: 'Power and the smallest effect',
    description:
      'A proportion of .2. Left: power to find .05 more by units: .8 with 2,182 by one look, with 4,186 when looked at all the time and told at the end. Right: the smallest effect found with power .8 falls as one over the root of the units. A split of 90/10 asks for nearly three times the units of an even one.',
    panels: [
      {
        title: 'Power to find .05 more than .2',
        x: units,
        y: unitAxis('power'),
        series: DESIGNS.map(([name, options]) =>
          curveOf(name, places, n => expectKind(powerOf(METRIC, EFFECT, n, options), 'power').power),
        ),
      },
      {
        title: 'Smallest effect at a proportion of .2',
        x: units,
        y: effect,
        series: DESIGNS.map(([name, options]) =>
          curveOf(
            name,
            places,
            n => expectKind(detectableEffect(METRIC, n, options), 'detectable_effect').effect,
          ),
        ),
      },
    ],
  }
}
