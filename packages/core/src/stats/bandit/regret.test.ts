import { describe, expect, it } from 'vitest'
import { type Rng, seededRng } from '../rng/rng.ts'
import { drawThompson } from './thompson.ts'
import { bernoulliDivergence, klUcb, ucb1 } from './ucb.ts'

const means = [0.5, 0.4, 0.3]
const best = 0.5

interface Arm {
  n: number
  successes: number
}

type Choose = (arms: readonly Arm[], rng: Rng) => number

function highest(result: ReturnType<typeof ucb1>): number {
  if (result.kind === 'indices') return result.indices.indexOf(Math.max(...result.indices))
  throw new Error(JSON.stringify(result))
}

const policies: Record<string, Choose> = {
  uniform: (_arms, rng) => Math.floor(rng.uniform() * 3),
  thompson: (arms, rng) =>
    drawThompson(
      rng,
      arms.map(({ n, successes }) => ({ kind: 'beta', a: 1 + successes, b: 1 + n - successes })),
      'higher',
    ),
  ucb1: arms =>
    highest(
      ucb1(
        arms.map(({ n, successes }) => ({ n, mean: successes / n })),
        1,
      ),
    ),
  klUcb: arms => highest(klUcb(arms, 0)),
}

/** Regret, in successes lost, after `horizons[i]` units each, a mean over `runs`. */
function regret(choose: Choose, horizons: readonly number[], runs: number): readonly number[] {
  const totals = horizons.map(() => 0)
  for (let run = 0; run < runs; run++) {
    const rng = seededRng(1000 + run)
    const arms: Arm[] = means.map(() => ({ n: 0, successes: 0 }))
    let lost = 0
    for (let t = 0; t < Math.max(...horizons); t++) {
      const taken = t < 3 ? t : choose(arms, rng)
      const [arm, mean] = [arms[taken], means[taken]]
      if (arm === undefined || mean === undefined) throw new Error(`no arm ${taken}`)
      arm.n++
      if (rng.uniform() < mean) arm.successes++
      lost += best - mean
      const mark = horizons.indexOf(t + 1)
      if (mark >= 0) totals[mark] = (totals[mark] ?? 0) + lost / runs
    }
  }
  return totals
}

/** Lai and Robbins (1985): no consistent policy's regret grows more slowly than this times ln t. */
const laiRobbins = means
  .slice(1)
  .reduce((sum, mean) => sum + (best - mean) / bernoulliDivergence(mean, best), 0)

describe('regret (seeded; arms of 0.5, 0.4, 0.3)', () => {
  const horizons = [200, 2000]
  const [, uniform = 0] = regret(policies['uniform'] ?? (() => 0), horizons, 30)

  it.each([
    ['thompson', 10, 1.6],
    ['klUcb', 20, 1.6],
    ['ucb1', 20, 6],
  ])(
    'of %s is below that of uniform choices and grows as ln t, near the slope of Lai and Robbins (%d runs, at most %d times it)',
    (name, runs, most) => {
      const [early = 0, late = 0] = regret(policies[name] ?? (() => 0), horizons, runs)
      expect(uniform).toBeCloseTo(2000 * 0.1, -1)
      expect(late).toBeLessThan(0.7 * uniform)
      // Uniform choices: ten times the units, ten times the regret.
      expect(late).toBeLessThan(6 * early)
      const slope = (late - early) / Math.log(10)
      expect(slope / laiRobbins).toBeGreaterThan(0.4)
      expect(slope / laiRobbins).toBeLessThan(most)
    },
  )
})
