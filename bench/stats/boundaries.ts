// The boundaries that are timed: of every family, at 20 equally spaced looks.
import {
  asymmetricBoundaries,
  classicalBoundaries,
  futilityDesign,
  type Spending,
  spendingBoundaries,
} from '@weir/core/stats'

const LOOKS = Array.from({ length: 20 }, (_, i) => (i + 1) / 20)
const OBRIEN_FLEMING: Spending = { family: 'obrien_fleming' }
const POCOCK: Spending = { family: 'pocock' }

const spendings: Readonly<Record<string, Spending>> = {
  'spending, O’Brien-Fleming': OBRIEN_FLEMING,
  'spending, Pocock': POCOCK,
  'spending, Hwang-Shih-DeCani -4': { family: 'hwang_shih_decani', gamma: -4 },
  'spending, power 3': { family: 'power', rho: 3 },
  'spending, points': { family: 'points', points: [{ time: 0.5, share: 0.2 }] },
}

/** Each gives a number that depends on all of its work, so that none of it can be left out. */
export const boundaries: Readonly<Record<string, () => number>> = {
  ...Object.fromEntries(Object.entries(spendings).map(([name, spending]) => [name, () => spent(spending)])),
  'classical, O’Brien-Fleming': () => classical('obrien_fleming'),
  'classical, Pocock': () => classical('pocock'),
  'asymmetric, efficacy and harm': asymmetric,
  'futility, with its size': futility,
}

function spent(spending: Spending): number {
  return total(spendingBoundaries({ alpha: 0.05, alternative: 'two_sided', spending }, LOOKS))
}

function classical(shape: 'obrien_fleming' | 'pocock'): number {
  return total(classicalBoundaries({ shape, alpha: 0.05, alternative: 'two_sided' }, LOOKS))
}

function asymmetric(): number {
  const [upper, lower] = [
    { error: 0.025, spending: OBRIEN_FLEMING },
    { error: 0.01, spending: POCOCK },
  ]
  const looks = asymmetricBoundaries({ upper, lower, crossing: 'binding' }, LOOKS)
  if ('kind' in looks) throw new Error(looks.kind)
  return looks.reduce((sum, look) => sum + (look.upper ?? 0) + (look.lower ?? 0), 0)
}

function futility(): number {
  const error = { alpha: 0.025, spending: OBRIEN_FLEMING, beta: 0.1, betaSpending: OBRIEN_FLEMING }
  const design = futilityDesign({ ...error, futility: 'non_binding' }, LOOKS)
  return design.kind === 'futility_design' ? design.drift : Number.NaN
}

function total(found: ReturnType<typeof spendingBoundaries>): number {
  return 'kind' in found ? Number.NaN : found.reduce((sum, { z }) => sum + (z ?? 0), 0)
}
