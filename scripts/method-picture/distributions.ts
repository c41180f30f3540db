// Upper tails on a logarithmic axis: computed as such, and as one minus the lower tail.
import { normalCdf, normalUpperTail, studentUpperTail } from '@weir/core/stats'
import type { Axis, Figure } from '../plot.ts'
import { curveOf, spaced } from './figure-parts.ts'

const statistic: Axis = {
  label: 'statistic, standard errors',
  scale: 'linear',
  from: 0,
  to: 36,
  ticks: [0, 6, 12, 18, 24, 30, 36],
}
const digits: Axis = {
  label: 'decimal logarithm of p',
  scale: 'linear',
  from: -300,
  to: 0,
  ticks: [-300, -250, -200, -150, -100, -50, 0],
}
const few: Axis = { ...digits, from: -30, ticks: [-30, -25, -20, -15, -10, -5, 0] }
const near: Axis = { ...statistic, to: 12, ticks: [0, 2, 4, 6, 8, 10, 12] }

export function distributionsFigure(): Figure {
  return {
    title: 'Upper tails',
    description:
      'Left: the upper tail of the normal distribution falls to 1e-284 at 36; one minus the lower tail ends at 1e-16, where the statistic is 8.3. Right: tails of t with 3, 10 and 100 degrees of freedom beside the normal one.',
    panels: [
      {
        title: 'Normal distribution',
        x: statistic,
        y: digits,
        series: [
          curveOf('normalUpperTail', spaced(statistic, 72), z => Math.log10(normalUpperTail(z))),
          curveOf('1 - normalCdf', spaced(statistic, 72), z => Math.log10(1 - normalCdf(z))),
        ],
      },
      {
        title: "Student's t",
        x: near,
        y: few,
        series: [
          ...[3, 10, 100].map(df =>
            curveOf(`t, ${df} degrees`, spaced(near, 48), t => Math.log10(studentUpperTail(t, df))),
          ),
          { ...curveOf('normal', spaced(near, 48), z => Math.log10(normalUpperTail(z))), style: 'dashed' },
        ],
      },
    ],
  }
}
