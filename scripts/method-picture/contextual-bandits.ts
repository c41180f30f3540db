// Two arms whose rewards depend on the request: what is learnt of them, and the shares that follow.
import {
  addContext,
  drawNormal,
  fitLinear,
  inverseGapShares,
  type LinearFit,
  linearBelief,
  linearBound,
  type NormalBelief,
  noContexts,
  seededRng,
  thompsonShares,
} from '@weir/core/stats'
import type { Axis, Figure, Series } from '../plot.ts'
import { curveOf, expectKind, spaced, unitAxis } from './figure-parts.ts'

/** Expected score at length 0, and its change by thousand tokens. */
const ARMS = [
  { name: 'small model', at0: 0.8, slope: -0.4 },
  { name: 'large model', at0: 0.6, slope: 0 },
]
const REQUESTS = 60
const DEVIATION = 0.15
const GAMMA = 40

const length = unitAxis('length of the request, thousand tokens')
const score: Axis = {
  label: "judge's score",
  scale: 'linear',
  from: 0.3,
  to: 1,
  ticks: [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1],
}

export function contextualFigure(): Figure {
  const fits = learnt()
  return {
    title: 'Two arms and the length of the request',
    description: `Left: fitted scores of a small model, falling with length, and of a large one, level, after ${REQUESTS} requests on each; dashed, LinUCB's indices above them. Right: the share of the small model falls with length, from nearly all to nearly none by Thompson sampling, and more gently by inverse gaps.`,
    panels: [
      {
        title: `Fitted after ${REQUESTS} requests on each`,
        x: length,
        y: score,
        series: ARMS.flatMap(({ name }, arm) => fittedSeries(name, place => beliefsAt(fits, place)[arm])),
      },
      {
        title: 'Share of the small model',
        x: length,
        y: unitAxis('share'),
        series: [
          curveOf('Thompson', places, place => thompsonShare(beliefsAt(fits, place))),
          curveOf(`gaps, gamma ${GAMMA}`, places, place => gapShare(beliefsAt(fits, place))),
        ],
      },
    ],
  }
}

const places = spaced(length, 50)

function learnt(): readonly LinearFit[] {
  const rng = seededRng(7)
  return ARMS.map(({ at0, slope }) => {
    let arm = expectKind(noContexts(2, 1), 'linear_arm')
    for (let i = 0; i < REQUESTS; i++) {
      const at = (i + 0.5) / REQUESTS
      const reward = at0 + slope * at + DEVIATION * drawNormal(rng)
      arm = expectKind(addContext(arm, [1, at], reward), 'linear_arm')
    }
    return expectKind(fitLinear(arm), 'linear_fit')
  })
}

function beliefsAt(fits: readonly LinearFit[], place: number): readonly NormalBelief[] {
  return fits.map(fit => expectKind(linearBelief(fit, [1, place], DEVIATION), 'normal'))
}

function fittedSeries(
  name: string,
  beliefAt: (place: number) => NormalBelief | undefined,
): readonly Series[] {
  const bound = curveOf(`${name}: bound`, places, place => linearBound(beliefAt(place) ?? none))
  return [curveOf(name, places, place => beliefAt(place)?.mean ?? 0), { ...bound, style: 'dashed' }]
}

const none: NormalBelief = { kind: 'normal', mean: 0, deviation: 0 }

function thompsonShare(beliefs: readonly NormalBelief[]): number {
  return expectKind(thompsonShares(beliefs, 'higher', { kind: 'best' }), 'shares').shares[0] ?? 0
}

function gapShare(beliefs: readonly NormalBelief[]): number {
  const scores = beliefs.map(({ mean }) => mean)
  return expectKind(inverseGapShares(scores, GAMMA, 0), 'shares').shares[0] ?? 0
}
