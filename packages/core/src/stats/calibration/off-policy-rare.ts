// Off-policy estimates of rewards that hardly ever come: how many decisions it takes until the intervals hold.
import {
  doublyRobustValue,
  ipsValue,
  type PolicyOptions,
  type PolicyValue,
  snipsValue,
} from '../bandit/off-policy.ts'
import type { Result } from '../result.ts'
import type { Rng } from '../rng/rng.ts'
import { momentsFromSums } from '../summary/from-sums.ts'
import { drawBinomial } from './binomial-draw.ts'
import { misses, type Scenario } from './law.ts'

/** Two kinds of contexts, equally frequent: reward rates of two arms, and the chance with which the log has the second. */
const CONTEXTS = [
  { rates: [0.01, 0.02], logged: 0.2 },
  { rates: [0.02, 0.01], logged: 0.7 },
] as const
/** The policy in question takes the better arm with this chance. */
const TARGET = 0.9
const TRUTH = 0.02 * TARGET + 0.01 * (1 - TARGET)

/** Decisions that are alike in all that the estimates see. */
interface Cell {
  /** Of all decisions. */
  readonly share: number
  readonly weight: number
  readonly reward: 0 | 1
  /** Doubly robust row's first column, with a model that knows the arms and not the contexts. */
  readonly robust: number
}

/** Each context, arm and reward: eight cells. */
export const CELLS: readonly Cell[] = CONTEXTS.flatMap(({ rates, logged }, kind) =>
  ([0, 1] as const).flatMap(arm => {
    const propensity = arm === 1 ? logged : 1 - logged
    const target = (arm === 1) === (kind === 0) ? TARGET : 1 - TARGET
    const weight = target / propensity
    return ([0, 1] as const).map((reward): Cell => {
      const rate = reward === 1 ? rates[arm] : 1 - rates[arm]
      return { share: 0.5 * propensity * rate, weight, reward, robust: 0.015 + weight * (reward - 0.015) }
    })
  }),
)

/** How many of n decisions fall into each cell. */
export function drawCells(rng: Rng, n: number): readonly number[] {
  let [left, rest] = [n, 1]
  return CELLS.map(({ share }) => {
    const count = drawBinomial(rng, left, Math.min(1, share / rest))
    left -= count
    rest -= share
    return count
  })
}

type Row = (cell: Cell) => readonly number[]

const importance: Row = ({ weight, reward }) => [weight * reward, weight, 0]
const robustRow: Row = ({ weight, reward, robust }) => [robust, weight, 0, weight * reward]

function momentsOf(counts: readonly number[], row: Row) {
  const rows = CELLS.map(row)
  const columns = rows[0]?.length ?? 0
  const total = (of: (values: readonly number[]) => number) =>
    rows.reduce((sum, values, i) => sum + (counts[i] ?? 0) * of(values), 0)
  const indices = Array.from({ length: columns }, (_, i) => i)
  const moments = momentsFromSums(
    counts.reduce((sum, count) => sum + count, 0),
    indices.map(i => total(values => values[i] ?? 0)),
    indices.map(i => indices.map(j => total(values => (values[i] ?? 0) * (values[j] ?? 0)))),
  )
  if ('kind' in moments) throw new Error(moments.argument)
  return moments
}

/** IPS, SNIPS and the doubly robust estimate of a log with so many decisions in each cell. */
export function valuesOf(counts: readonly number[], options: PolicyOptions): readonly Result<PolicyValue>[] {
  const [plain, doubly] = [momentsOf(counts, importance), momentsOf(counts, robustRow)]
  return [ipsValue(plain, options), snipsValue(plain, options), doublyRobustValue(doubly, options)]
}

/** Without an answer nothing is missed. */
function isMissed(value: Result<PolicyValue>): boolean {
  if (value.kind !== 'policy_value') return false
  return TRUTH < (value.interval.lower ?? -Infinity) || TRUTH > (value.interval.upper ?? Infinity)
}

const ONE: PolicyOptions = { level: 0.95, looks: { kind: 'one' } }
/** Decisions from which the normal intervals hold, some 750 of them rewarded; and a tenth of them. */
const MANY = 50_000
const FEW = 5000

const rare: Scenario = {
  name: 'off-policy, rare rewards',
  data: `${MANY} decisions, or ${FEW}, of which 1.5 % are rewarded; two kinds of contexts, propensities of 0.2 to 0.8`,
  seed: 86,
  laws: [
    misses(`ips, ${MANY} decisions`, 'holds'),
    misses(`snips, ${MANY} decisions`, 'holds'),
    misses(`doubly_robust, ${MANY} decisions`, 'holds'),
    misses(`ips, ${FEW} decisions`, 'reported'),
    misses(`snips, ${FEW} decisions`, 'reported'),
    misses(`doubly_robust, ${FEW} decisions`, 'reported'),
    misses('ips, 500 decisions', 'broken'),
  ],
  prepare: () => rng => {
    const [many, few, fewest] = [MANY, FEW, 500].map(n => valuesOf(drawCells(rng, n), ONE).map(isMissed))
    return [...(many ?? []), ...(few ?? []), fewest?.[0] ?? false]
  },
}
const LOOKS = 20

/** The asymptotic sequence, which waits for rewards, at looks from the first decisions on. */
const looks: Scenario = {
  name: 'off-policy, rare rewards, looks',
  data: `1.5 % of decisions are rewarded; ${LOOKS} looks, each with 1.5 times the decisions of the one before, from 100 on`,
  seed: 87,
  laws: [
    misses('ips, asymptotic sequence', 'holds'),
    misses('snips, asymptotic sequence', 'holds'),
    misses('doubly_robust, asymptotic sequence', 'holds'),
    misses('ips at every look', 'broken'),
  ],
  prepare: () => {
    const every: PolicyOptions = { level: 0.95, looks: { kind: 'every', tunedFor: 5000 } }
    return rng => {
      const errors = [false, false, false, false]
      let counts: readonly number[] = CELLS.map(() => 0)
      for (let look = 0, n = 0; look < LOOKS; look++) {
        const next = Math.round(100 * 1.5 ** look)
        const added = drawCells(rng, next - n)
        counts = counts.map((count, i) => count + (added[i] ?? 0))
        n = next
        valuesOf(counts, every).forEach((value, i) => {
          errors[i] ||= isMissed(value)
        })
        errors[3] ||= valuesOf(counts, ONE).some(isMissed)
      }
      return errors
    }
  },
}

export const rareOffPolicyScenarios: readonly Scenario[] = [rare, looks]
