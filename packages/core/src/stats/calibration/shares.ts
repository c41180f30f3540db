// Alarms about shares (sample ratio mismatch) of splits that work.

import { checkShares } from '../check/share-check.ts'
import {
  observeUnit,
  readShareSequence,
  type ShareSequence,
  startShareSequence,
} from '../check/share-sequence.ts'
import { normalQuantile } from '../distribution/normal.ts'
import type { Rng } from '../rng/rng.ts'
import { type Law, rejects, type Scenario } from './law.ts'

/** Alarms of a thousandth are the custom; what can be told from 2,000 repetitions is a twentieth. */
const ALPHA = 0.05
const UNITS = 600
/** What Pearson's statistic of two variants exceeds with that probability at a single look. */
const CHI_SQUARE = normalQuantile(ALPHA / 2) ** 2

/** @param sharesAt - asked for, by the number of units before */
function everyUnit(
  name: string,
  seed: number,
  start: readonly number[],
  sharesAt: (n: number, rng: Rng) => readonly number[],
  broken: Law,
): Scenario {
  return {
    name: `shares at every unit, ${name}`,
    data: `${name}; looks from the first to ${UNITS} units`,
    seed,
    laws: [rejects('lindon_malek', 'holds'), broken],
    prepare: () => rng => {
      let state = startShareSequence(start)
      const counts = start.map(() => 0)
      const expected = start.map(() => 0)
      let hasAlarmed = false
      for (let n = 0; n < UNITS && state.kind === 'share_sequence'; n++) {
        const shares = sharesAt(n, rng)
        const variant = draw(rng, shares)
        counts[variant] = (counts[variant] ?? 0) + 1
        shares.forEach((share, i) => {
          expected[i] = (expected[i] ?? 0) + share
        })
        state = observeUnit(state, variant, shares)
        hasAlarmed ||= n >= 100 && chiSquareOf(counts, expected) > CHI_SQUARE
      }
      return [isAlarm(state), hasAlarmed]
    },
  }
}

function isAlarm(state: ShareSequence | { readonly kind: 'invalid' }): boolean {
  if (state.kind === 'invalid') return true
  const check = readShareSequence(state)
  return check.kind !== 'checked' || check.p <= ALPHA
}

/** Pearson's statistic. */
function chiSquareOf(counts: readonly number[], expected: readonly number[]): number {
  let sum = 0
  for (let i = 0; i < counts.length; i++) {
    const share = expected[i] ?? 0
    sum += ((counts[i] ?? 0) - share) ** 2 / share
  }
  return sum
}

/** Shares sum to 1. */
function draw(rng: Rng, shares: readonly number[]): number {
  let u = rng.uniform()
  for (const [i, share] of shares.entries()) {
    u -= share
    if (u < 0) return i
  }
  return shares.length - 1
}

const EVEN = [0.5, 0.5]
const naive = rejects('chi-square at every unit', 'broken')

const oneLook: Scenario = {
  name: 'shares, one look',
  data: '2000 units at 80 / 15 / 5; 100 units of 20 requests',
  seed: 54,
  laws: [
    rejects('chi-square of units', 'holds'),
    rejects('chi-square of units, at .001', 'holds', 0.001),
    rejects('chi-square of requests', 'broken'),
  ],
  prepare: () => rng => {
    const counts = [0, 0, 0]
    for (let n = 0; n < 2000; n++) {
      const variant = draw(rng, [0.8, 0.15, 0.05])
      counts[variant] = (counts[variant] ?? 0) + 1
    }
    const requests = [0, 0]
    for (let n = 0; n < 100; n++) {
      const variant = draw(rng, EVEN)
      requests[variant] = (requests[variant] ?? 0) + 20
    }
    const [units, wrong] = [checkShares(counts, [80, 15, 5]), checkShares(requests, EVEN)]
    return [
      units.kind === 'checked' && units.p < 0.05,
      units.kind === 'checked' && units.p < 0.001,
      wrong.kind === 'checked' && wrong.p < 0.05,
    ]
  },
}

export const shareScenarios: readonly Scenario[] = [
  everyUnit('even split', 51, EVEN, () => EVEN, naive),
  everyUnit(
    '90 / 10 re-weighted to 50 / 50',
    52,
    [0.9, 0.1],
    n => (n < UNITS / 2 ? [0.9, 0.1] : EVEN),
    naive,
  ),
  everyUnit(
    'a propensity for each decision',
    53,
    EVEN,
    (_n, rng) => {
      const share = 0.05 + 0.9 * rng.uniform()
      return [1 - share, share]
    },
    naive,
  ),
  oneLook,
]
