// Units until a mismatch is told, by its size: at one look, and at every look by each prior.
import { checkShares, checkSharesAnytime, type SharePrior } from '@weir/core/stats'
import type { Axis, Figure, Panel, Series } from '../plot.ts'
import { curveOf, spaced } from './figure-parts.ts'

const ALPHA = 0.01
const MOST = 1e9

const lost: Axis = {
  label: "share of the variant's units that is lost",
  scale: 'logarithmic',
  from: 0.005,
  to: 0.5,
  ticks: [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5],
}
const units: Axis = {
  label: 'units until p is .01',
  scale: 'logarithmic',
  from: 10,
  to: 1e7,
  ticks: [10, 100, 1000, 10_000, 100_000, 1e6],
}

type Check = (control: number, variant: number) => number

export function sampleRatioFigure(): Figure {
  return {
    title: 'Units until a mismatch is told',
    description:
      'Units that came as expected, until p reaches .01, by the share of the variant that is lost, on logarithmic axes. Looking at every unit takes two to three times the units of one look. A variant with 5 percent of the units needs about five times as many as an even split.',
    panels: [panelOf('Even split', 0.5), panelOf('Variant with 5 %', 0.05)],
  }
}

function panelOf(title: string, share: number): Panel {
  const shares = [1 - share, share]
  const prior = (alpha: readonly number[]): readonly SharePrior[] => [{ weight: 1, alpha }]
  const anytime =
    (priors?: readonly SharePrior[]): Check =>
    (control, variant) => {
      const check = checkSharesAnytime([control, variant], shares, priors)
      return check.kind === 'checked' ? check.p : 1
    }
  const checks: readonly (readonly [string, Check])[] = [
    ['every look', anytime()],
    ['alpha = 1', anytime(prior([1, 1]))],
    ['10,000 x share', anytime(prior(shares.map(each => 10_000 * each)))],
    ['one look', (control, variant) => oneLook([control, variant], shares)],
  ]
  const series = checks.map(
    ([name, check]): Series => curveOf(name, spaced(lost, 24), loss => unitsUntil(check, share, loss)),
  )
  return { title, x: lost, y: units, series }
}

function oneLook(observed: readonly number[], shares: readonly number[]): number {
  const check = checkShares(observed, shares)
  return check.kind === 'checked' ? check.p : 1
}

/** By bisection on the logarithm: evidence of counts in proportion grows with their number. */
function unitsUntil(check: Check, share: number, loss: number): number {
  const isTold = (n: number) =>
    check(Math.round(n * (1 - share)), Math.round(n * share * (1 - loss))) <= ALPHA
  let [low, high] = [1, MOST]
  while (high / low > 1.01) {
    const middle = Math.sqrt(low * high)
    if (isTold(middle)) high = middle
    else low = middle
  }
  return high
}
