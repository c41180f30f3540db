// Intervals of the ratio of two proportions when events are few.
import { compareProportions, type ProportionOptions } from '../test/proportion.ts'
import { drawBinomial } from './binomial-draw.ts'
import { isMissed, misses, type Scenario } from './law.ts'

const UNITS = 300
const RATES = { control: 0.03, variant: 0.05 } as const
const TRUTH = RATES.variant / RATES.control - 1

/** Whether an interval leaves out the truth, each pair of counts worked out once. */
function missesOf(options: ProportionOptions): (control: number, variant: number) => boolean {
  const known = new Map<number, boolean>()
  return (control, variant) => {
    const key = control * (UNITS + 1) + variant
    const missed = known.get(key) ?? workOut(options, control, variant)
    known.set(key, missed)
    return missed
  }
}

function workOut(options: ProportionOptions, control: number, variant: number): boolean {
  const of = (successes: number) => ({ kind: 'proportion', n: UNITS, successes }) as const
  return isMissed(compareProportions(of(control), of(variant), { ...options, scale: 'relative' }), TRUTH)
}

const fewEvents: Scenario = {
  name: 'intervals, ratios of few events',
  data: `${UNITS} units on each variant, 3 % and 5 % succeed`,
  seed: 309,
  laws: [
    misses('proportion_score', 'holds'),
    misses('proportion_score, Miettinen and Nurminen', 'holds'),
    misses('proportion_log', 'holds'),
    misses('proportion_fieller', 'holds'),
    misses('proportion_delta', 'broken'),
  ],
  prepare: () => {
    const methods = [
      missesOf({ relative: 'score' }),
      missesOf({ relative: 'score', variance: 'miettinen_nurminen' }),
      missesOf({ relative: 'log' }),
      missesOf({ relative: 'fieller' }),
      missesOf({ relative: 'delta' }),
    ]
    return rng => {
      const [control, variant] = [
        drawBinomial(rng, UNITS, RATES.control),
        drawBinomial(rng, UNITS, RATES.variant),
      ]
      return methods.map(misses => misses(control, variant))
    }
  },
}

export const scoreRatioScenarios: readonly Scenario[] = [fewEvents]
