// Bandits that see a context before each decision: what they lose, against choices that do not look at it.
import { inverseGapShares } from '../bandit/falcon.ts'
import {
  addContext,
  fitLinear,
  type LinearArm,
  type LinearFit,
  linearBelief,
  linearBound,
  noContexts,
} from '../bandit/linear.ts'
import { drawThompson } from '../bandit/thompson.ts'
import type { NormalBelief } from '../bayes/belief.ts'
import type { Invalid } from '../result.ts'
import type { Rng } from '../rng/rng.ts'
import type { Expected, Measurement } from './measurement.ts'
import { normalDraws } from './normal-draws.ts'

/** Of each arm: mean reward = first + second * x + third * y, in contexts (1, x, y) with x, y uniform in [-1, 1). */
const ARMS: readonly (readonly number[])[] = [
  [0.5, 0.5, 0],
  [0.5, -0.5, 0],
  [0.45, 0, 0.5],
]
const NOISE = 0.5
const UNITS = 120
/** Decisions from one fit to the next. */
const BATCH = 10
/** Of beliefs: as wide as the noise. */
const WIDTH = NOISE

type Context = readonly number[]

/** One decision: an arm by what is believed of each, and how many decisions there have been. */
type Choose = (beliefs: readonly NormalBelief[], rng: Rng, units: number) => number

interface Policy {
  readonly name: string
  /** What it sees of a context. */
  readonly see: (context: Context) => Context
  readonly choose: Choose
  readonly expected: Expected
}

const byBound: Choose = beliefs => indexOfGreatest(beliefs.map(linearBound))
const byThompson: Choose = (beliefs, rng) => drawThompson(rng, beliefs, 'higher')
const byInverseGap: Choose = (beliefs, rng, units) => {
  const gamma = 4 * Math.sqrt(ARMS.length * units)
  const result = inverseGapShares(
    beliefs.map(({ mean }) => mean),
    gamma,
    0,
  )
  if (result.kind !== 'shares') throw new Error(result.kind)
  return drawOf(result.shares, rng.uniform())
}

const whole = (context: Context) => context
const nothing = () => [1]
/** Half of what uniform choices lose, at most. */
const LEARNS: Expected = { kind: 'within', low: 0, high: 0.5 }

/** Those that ignore the context can but find the arm that is best on average, of which there is hardly one. */
const POLICIES: readonly Policy[] = [
  { name: 'LinUCB', see: whole, choose: byBound, expected: LEARNS },
  { name: 'linear Thompson', see: whole, choose: byThompson, expected: LEARNS },
  { name: 'inverse gap', see: whole, choose: byInverseGap, expected: LEARNS },
  { name: 'Thompson, contexts ignored', see: nothing, choose: byThompson, expected: outside(LEARNS) },
]

function outside({ low, high }: { readonly low: number; readonly high: number }): Expected {
  return { kind: 'outside', low, high }
}

function indexOfGreatest(values: readonly number[]): number {
  return values.indexOf(Math.max(...values))
}

function drawOf(shares: readonly number[], u: number): number {
  let left = u
  const drawn = shares.findIndex(share => (left -= share) < 0)
  return drawn < 0 ? shares.length - 1 : drawn
}

function meansIn(context: Context): readonly number[] {
  return ARMS.map(arm => arm.reduce((sum, coefficient, i) => sum + coefficient * (context[i] ?? 0), 0))
}

/** Mean reward lost in one run, over that of uniform choices. */
function lossOf({ see, choose }: Policy, rng: Rng): number {
  const noise = normalDraws(rng)
  const features = see([1, 0, 0]).length
  const arms = ARMS.map(() => valid(noContexts(features, 1)))
  let fits: readonly LinearFit[] = arms.map(arm => valid(fitLinear(arm)))
  let [lost, lostByUniform] = [0, 0]
  for (let n = 0; n < UNITS; n++) {
    const context = [1, 2 * rng.uniform() - 1, 2 * rng.uniform() - 1]
    const [seen, means] = [see(context), meansIn(context)]
    const taken = choose(
      fits.map(fit => valid(linearBelief(fit, seen, WIDTH))),
      rng,
      n + 1,
    )
    const [mean, best] = [means[taken] ?? 0, Math.max(...means)]
    arms[taken] = addedTo(arms[taken], seen, mean + NOISE * noise())
    lost += best - mean
    lostByUniform += best - means.reduce((sum, each) => sum + each / means.length, 0)
    if (n % BATCH === BATCH - 1) fits = arms.map(arm => valid(fitLinear(arm)))
  }
  return lost / lostByUniform
}

function addedTo(arm: LinearArm | undefined, context: Context, reward: number): LinearArm {
  if (arm === undefined) throw new Error('no arm')
  return valid(addContext(arm, context, reward))
}

function valid<Value extends { readonly kind: string }>(result: Value): Exclude<Value, Invalid> {
  if (isInvalid(result)) throw new Error('invalid')
  return result as Exclude<Value, Invalid>
}

function isInvalid(result: { readonly kind: string }): result is Invalid {
  return result.kind === 'invalid'
}

export const contextualRegret: Measurement = {
  name: 'bandit, contexts',
  data: `3 arms linear in a context of 2 numbers, noise of deviation ${NOISE}, ${UNITS} decisions, fitted anew after every ${BATCH}; reward lost by that lost by uniform choices`,
  seed: 88,
  quantities: POLICIES.map(({ name, expected }) => ({ what: name, expected })),
  prepare: () => rng => POLICIES.map(policy => lossOf(policy, rng)),
}
