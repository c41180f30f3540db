// Units by day of three kinds of traffic, as observed and as foretold.
import { runTime } from '@weir/core/stats'
import type { Axis, Figure, Point, Series } from '../plot.ts'
import { expectKind } from './figure-parts.ts'

const FIRST = 1000
const OBSERVED = 14
const LAST = 42

const days: Axis = { label: 'days', scale: 'linear', from: 0, to: LAST, ticks: [0, 7, 14, 21, 28, 35, 42] }
const units: Axis = {
  label: 'units so far',
  scale: 'linear',
  from: 0,
  to: 25_000,
  ticks: [0, 5000, 10_000, 15_000, 20_000, 25_000],
}
const needed: Axis = {
  label: 'units needed',
  scale: 'linear',
  from: 0,
  to: 25_000,
  ticks: [0, 5000, 10_000, 15_000, 20_000, 25_000],
}
const daysToRun: Axis = {
  label: 'days to run',
  scale: 'linear',
  from: 0,
  to: LAST,
  ticks: [0, 7, 14, 21, 28, 35, 42],
}

/** New units of a day by those of the day before. */
const KINDS = [
  { name: 'all new, 1', ratio: 1 },
  { name: 'some back, .95', ratio: 0.95 },
  { name: 'most back, .8', ratio: 0.8 },
]

export function runTimeFigure(): Figure {
  return {
    title: 'Units by day, and days by units',
    description:
      'Left: units of three kinds of traffic; 14 days were observed, the rest is foretold: without end when all are new, towards 20,000 when each day brings .95 of the new units of the day before, and towards 5,000 at .8. Right: the days that so many units take; the curves end where more units never come.',
    panels: [
      {
        title: `Units by day; dots: ${OBSERVED} days observed`,
        x: days,
        y: units,
        series: KINDS.flatMap(({ name, ratio }): readonly Series[] => [
          { name, style: 'curve', points: answers(ratio).map(answer => [answer.days, answer.units]) },
          { name: '', style: 'dots', points: seenBy(ratio) },
        ]),
      },
      {
        title: 'Days that so many units take',
        x: needed,
        y: daysToRun,
        series: KINDS.map(
          ({ name, ratio }): Series => ({
            name,
            style: 'curve',
            points: answers(ratio).map(answer => [answer.needed, answer.days]),
          }),
        ),
      },
    ],
  }
}

function newUnits(ratio: number): readonly number[] {
  return Array.from({ length: OBSERVED }, (_, day) => FIRST * ratio ** day)
}

function seenBy(ratio: number): readonly Point[] {
  let seen = 0
  return newUnits(ratio).map((count, day) => {
    seen += count
    return [day + 1, seen]
  })
}

/** Days for 20, 40, ... units, as long as so many come and the axis reaches. */
function answers(ratio: number) {
  const traffic = { newUnits: newUnits(ratio), coverage: 1 }
  return Array.from({ length: 1250 }, (_, i) => 20 * (i + 1)).flatMap(count => {
    const answer = runTime(count, traffic)
    if (answer.kind === 'never_enough') return []
    const { days: taken, units: had } = expectKind(answer, 'run_time')
    return taken > LAST ? [] : [{ needed: count, days: taken, units: had }]
  })
}
