// Three variants by what is believed of them at each size: chance to be best, and what choosing costs.
import { type BestOfMany, type BetaBelief, bestOfBetas } from '@weir/core/stats'
import type { Axis, Figure, Series } from '../plot.ts'
import { expectKind, spaced, unitAxis } from './figure-parts.ts'

const SOLVED = [0.3, 0.31, 0.33]

const units: Axis = {
  label: 'units on each variant, of which as many are solved as expected',
  scale: 'logarithmic',
  from: 100,
  to: 30_000,
  ticks: [100, 300, 1000, 3000, 10_000, 30_000],
}

const loss: Axis = {
  label: 'share of units solved',
  scale: 'linear',
  from: 0,
  to: 0.06,
  ticks: [0, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06],
}

export function bestOfManyFigure(): Figure {
  const looks = spaced(units, 40).map(n => ({ n, answer: answerAt(n) }))
  const seriesOf = (what: 'best' | 'expectedLoss'): readonly Series[] =>
    SOLVED.map((rate, variant) => ({
      name: `${rate} solved`,
      style: 'curve',
      points: looks.map(({ n, answer }) => [n, answer[what][variant] ?? 0]),
    }))
  return {
    title: 'Probability to be best, and expected loss',
    description:
      'Three variants of which .30, .31 and .33 of the units are solved, by units on each. With 1,000 the best has a probability of .79 only, while the loss expected of choosing it is already .0023.',
    panels: [
      { title: 'Probability to be best', x: units, y: unitAxis('probability'), series: seriesOf('best') },
      { title: 'Expected loss of choosing it', x: units, y: loss, series: seriesOf('expectedLoss') },
    ],
  }
}

function answerAt(n: number): BestOfMany {
  const beliefs = SOLVED.map((rate): BetaBelief => ({ kind: 'beta', a: 1 + n * rate, b: 1 + n * (1 - rate) }))
  return expectKind(bestOfBetas(beliefs, 'higher'), 'best_of_many')
}
