// Raw effects of subgroups and what is left of them after shrinking: the eight schools.
import { shrinkSubgroups } from '@weir/core/stats'
import type { Axis, Figure, Series } from '../plot.ts'
import { curveOf, expectKind, spaced } from './figure-parts.ts'

/** Rubin (1981): effects of coaching and their standard errors. */
const SCHOOLS = [
  [28, 15],
  [8, 10],
  [-3, 16],
  [7, 11],
  [-1, 9],
  [1, 11],
  [18, 10],
  [12, 18],
] as const

const raw: Axis = {
  label: 'estimate by itself',
  scale: 'linear',
  from: -10,
  to: 30,
  ticks: [-10, 0, 10, 20, 30],
}
const shrunken: Axis = { ...raw, label: 'posterior mean' }
const apart: Axis = {
  label: 'distance between effects, times that seen',
  scale: 'linear',
  from: 0.5,
  to: 4,
  ticks: [0.5, 1, 2, 3, 4],
}
const kept: Axis = {
  label: 'share kept of the distance to the mean',
  scale: 'linear',
  from: 0,
  to: 1,
  ticks: [0, 0.25, 0.5, 0.75, 1],
}

export function subgroupsFigure(): Figure {
  const answer = shrink(1)
  const dots: Series = {
    name: 'schools',
    style: 'dots',
    points: SCHOOLS.map(([effect], i) => [effect, answer.effects[i]?.effect ?? 0]),
  }
  const none: Series = { ...curveOf('unshrunken', [-10, 30], x => x), style: 'dashed' }
  const all: Series = curveOf('mean of all', [-10, 30], () => answer.mean.effect)
  return {
    title: 'Effects in subgroups, shrunken',
    description:
      'Left: the eight schools of Rubin (1981). Estimates from -3 to 28 are drawn to between 5 and 12, near the mean of all, 7.7. Right: the same schools with their effects further apart; the further, the more of them is kept, and the more of those with small standard errors.',
    panels: [
      { title: 'Eight schools', x: raw, y: shrunken, series: [dots, none, all] },
      { title: 'Had the effects been further apart', x: apart, y: kept, series: keptBySchool() },
    ],
  }
}

function shrink(times: number) {
  const subgroups = SCHOOLS.map(([effect, standardError]) => ({ effect: times * effect, standardError }))
  return expectKind(shrinkSubgroups(subgroups, 0.95), 'subgroups')
}

/** Of schools with small, middling and large errors. */
function keptBySchool(): readonly Series[] {
  const looks = spaced(apart, 28).map(times => ({ times, effects: shrink(times).effects }))
  return [4, 0, 7].map(school => ({
    name: `error ${SCHOOLS[school]?.[1] ?? 0}`,
    style: 'curve',
    points: looks.map(({ times, effects }) => [times, 1 - (effects[school]?.shrinkage ?? 0)]),
  }))
}
