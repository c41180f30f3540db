// Boundaries of designs of five looks, and what they use on average.
import {
  characteristics,
  classicalBoundaries,
  type Spending,
  sizeOf,
  spendingBoundaries,
} from '@weir/core/stats'
import type { Axis, Figure, Panel, Series } from '../plot.ts'
import { curveOf, spaced } from './figure-parts.ts'

const TIMES = [0.2, 0.4, 0.6, 0.8, 1]
const ERROR = { alpha: 0.05, alternative: 'two_sided' } as const
const POWER = 0.8

const time: Axis = {
  label: 'information time, share of the most planned',
  scale: 'linear',
  from: 0,
  to: 1,
  ticks: [0, 0.2, 0.4, 0.6, 0.8, 1],
}
const bound: Axis = { label: 'z', scale: 'linear', from: 1.5, to: 5, ticks: [1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5] }
const effect: Axis = {
  label: 'true effect by that planned for',
  scale: 'linear',
  from: 0,
  to: 2,
  ticks: [0, 0.5, 1, 1.5, 2],
}
const used: Axis = {
  label: 'information, one look = 1',
  scale: 'linear',
  from: 0,
  to: 1.4,
  ticks: [0, 0.2, 0.4, 0.6, 0.8, 1, 1.2, 1.4],
}

interface Looked {
  readonly time: number
  readonly z: number | null
}

interface Design {
  readonly name: string
  readonly boundaries: readonly Looked[]
}

export function groupSequentialFigure(): Figure {
  const designs = designsOfFiveLooks()
  return {
    title: 'Group-sequential designs of five looks',
    description:
      'Left: boundaries at two-sided alpha .05. O’Brien-Fleming spending begins at 4.9 and ends at 2.03, Pocock spending stays near 2.4, Hwang-Shih-DeCani with gamma -2 lies between; the classical Pocock is level at 2.41. Right: information used on average at power .8: all designs use a little more than one look when there is no effect, and half of it or less when the effect is twice that planned for.',
    panels: [boundaryPanel(designs), usedPanel(designs)],
  }
}

function designsOfFiveLooks(): readonly Design[] {
  const classical = classicalBoundaries({ ...ERROR, shape: 'pocock' }, TIMES)
  return [
    { name: "O'Brien-Fleming", boundaries: spent({ family: 'obrien_fleming' }) },
    { name: 'HSD, gamma -2', boundaries: spent({ family: 'hwang_shih_decani', gamma: -2 }) },
    { name: 'Pocock', boundaries: spent({ family: 'pocock' }) },
    { name: 'classical Pocock', boundaries: 'kind' in classical ? [] : classical },
  ]
}

function spent(spending: Spending): readonly Looked[] {
  const boundaries = spendingBoundaries({ ...ERROR, spending }, TIMES)
  return 'kind' in boundaries ? [] : boundaries
}

function boundaryPanel(designs: readonly Design[]): Panel {
  const series = designs.map(
    ({ name, boundaries }): Series => ({
      name,
      style: 'curve',
      points: boundaries.flatMap(look => (look.z === null ? [] : [[look.time, look.z]])),
    }),
  )
  const oneLook: Series = { ...curveOf('one look', [0, 1], () => 1.96), style: 'dashed' }
  return { title: 'Boundaries, two-sided alpha .05', x: time, y: bound, series: [...series, oneLook] }
}

function usedPanel(designs: readonly Design[]): Panel {
  const series = designs.map(({ name, boundaries }) => {
    const size = sizeOf(ERROR, boundaries, POWER)
    if (size.kind !== 'size') throw new Error(`no size of ${name}`)
    return curveOf(
      name,
      spaced(effect, 20),
      share => size.inflation * expectedTime(boundaries, share * size.drift),
    )
  })
  return { title: 'Used on average, power .8', x: effect, y: used, series }
}

function expectedTime(boundaries: readonly Looked[], drift: number): number {
  const answer = characteristics('two_sided', boundaries, drift)
  if (answer.kind !== 'characteristics') throw new Error('no characteristics')
  return answer.expectedTime
}
