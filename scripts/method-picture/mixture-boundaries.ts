// The boundaries in deviations of the sum, by time: where each is tight, and what it costs before and after.
import {
  betaBinomialMixture,
  gammaExponentialMixture,
  gammaPoissonMixture,
  normalMixture,
  normalQuantile,
  stitchedBoundary,
} from '@weir/core/stats'
import type { Axis, Figure, Series } from '../plot.ts'
import { curveOf, spaced } from './figure-parts.ts'

const ALPHA = 0.05
const tuning = { intrinsicTime: 100, alpha: ALPHA }

const time: Axis = {
  label: 'intrinsic time v, sum of the variances',
  scale: 'logarithmic',
  from: 10,
  to: 100_000,
  ticks: [10, 100, 1000, 10_000, 100_000],
}
const deviations: Axis = {
  label: 'boundary / sqrt v',
  scale: 'linear',
  from: 1,
  to: 6,
  ticks: [1, 2, 3, 4, 5, 6],
}
const places = spaced(time, 60)

export function boundaryFigure(): Figure {
  return {
    title: 'Boundaries tuned for v = 100',
    description:
      'Boundaries at alpha .05, divided by the square root of time. Left, one-sided and tuned for v = 100: normal and beta-binomial are least near there, 1.7 times the quantile of a single look; those for skewed sums are higher early; the stitched one is higher late and rises least. Right, the two-sided normal tuned for 100, 1,000 and 10,000: each is least at its time, 1.55 times the quantile of a single look, steep before and rising slowly after.',
    panels: [
      { title: 'One-sided, alpha .05, tuned for v = 100', x: time, y: deviations, series: oneSided() },
      { title: 'Two-sided normal, tuned for', x: time, y: deviations, series: tunedFor() },
    ],
  }
}

function oneSided(): readonly Series[] {
  const boundaries = [
    ['normal', normalMixture(tuning, 'one_sided')],
    ['gamma-exp., c = 2', gammaExponentialMixture(tuning, 2)],
    ['gamma-Poisson, c = 2', gammaPoissonMixture(tuning, 2)],
    ['beta-binomial', betaBinomialMixture(tuning, 0.2, 0.8, 'one_sided')],
  ] as const
  return [
    ...boundaries.map(([name, mixture]) =>
      curveOf(name, places, v => mixture.boundary(v, ALPHA) / Math.sqrt(v)),
    ),
    curveOf('stitched, c = 0', places, v => stitchedBoundary(v, ALPHA, 10, 0) / Math.sqrt(v)),
    oneLook(normalQuantile(1 - ALPHA)),
  ]
}

function tunedFor(): readonly Series[] {
  const curves = [100, 1000, 10_000].map(intrinsicTime => {
    const mixture = normalMixture({ intrinsicTime, alpha: ALPHA }, 'two_sided')
    return curveOf(`v = ${intrinsicTime}`, places, v => mixture.boundary(v, ALPHA) / Math.sqrt(v))
  })
  return [...curves, oneLook(normalQuantile(1 - ALPHA / 2))]
}

/** What one planned look would need. */
function oneLook(z: number): Series {
  return { ...curveOf('one look', places, () => z), style: 'dashed' }
}
