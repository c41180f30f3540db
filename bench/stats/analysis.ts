// What a result page says of an experiment, from its summaries: everything for every metric.
import {
  adjustByBenjaminiHochberg,
  adjustByHolm,
  analyseGroupSequential,
  checkGuardrail,
  checkShares,
  checkSharesAnytime,
  compare,
  compareSequentially,
  type EffectPrior,
  effectPosterior,
  type GroupSequentialPlan,
  type LookEffect,
} from '@weir/core/stats'
import type { ExperimentSummaries, VariantSummaries } from './metrics.ts'

const PRIOR: EffectPrior = { kind: 'normal', mean: 0, variance: 0.01, scale: 'relative' }
const PLAN = { alpha: 0.05, alternative: 'two_sided', spending: { family: 'obrien_fleming' } } as const
/** Looks so far, of five planned. */
const LOOKS = [0.2, 0.4, 0.6]

/**
 * For each metric: the fixed-horizon test and the always-valid sequence on both scales, a guardrail, the group-sequential
 * analysis at its third look, and the posterior; over all metrics both corrections; and both checks of shares.
 *
 * @returns the sum of all p values and effects, so that all of it is worked out
 */
export function analyse({ control, variant }: ExperimentSummaries): number {
  const p = control.metrics.map((metric, i) => {
    const other = variant.metrics[i]
    if (other === undefined) throw new Error(`no metric ${i}`)
    return analyseMetric(metric, other)
  })
  const family = { name: 'metrics', tests: p.map((value, i) => ({ id: `metric ${i}`, p: value })) }
  const corrected = [adjustByHolm(family), adjustByBenjaminiHochberg(family)]
  const adjusted = corrected.flatMap(each => (each.kind === 'adjusted' ? each.tests : []))
  return sharesOf(control, variant) + adjusted.reduce((sum, test) => sum + (test.adjusted ?? 0), 0)
}

type Metric = VariantSummaries['metrics'][number]

/** The p value of the fixed-horizon test, in [0, 1]. */
function analyseMetric(control: Metric, variant: Metric): number {
  const absolute = estimated(compare(control, variant))
  const relative = estimated(compare(control, variant, { scale: 'relative' }))
  const sequences = (['absolute', 'relative'] as const).map(scale =>
    estimated(compareSequentially(control, variant, { scale })),
  )
  const guardrail = checkGuardrail(options => compareSequentially(control, variant, options), {
    margin: 0.02,
    better: 'lower',
    scale: 'relative',
  })
  const looks = analyseGroupSequential(planOf(absolute), looksOf(absolute))
  const posterior = effectPosterior(
    { ...relative, standardError: relative.standardError ?? 0, controlMean: 1 },
    { prior: PRIOR, better: 'higher', level: 0.95 },
  )
  if (guardrail.kind !== 'guardrail' || posterior.kind !== 'posterior') throw new Error('no answer')
  const total = sequences.reduce((sum, { p }) => sum + (p ?? 0), estimated(looks).p ?? 0)
  if (!Number.isFinite(total + posterior.effect)) throw new Error('no number')
  return absolute.p ?? 1
}

function estimated<Answer extends { readonly kind: string }>(
  answer: Answer,
): Extract<Answer, { kind: 'estimate' }> {
  if (answer.kind !== 'estimate') throw new Error(JSON.stringify(answer))
  return answer as Extract<Answer, { kind: 'estimate' }>
}

interface Effect {
  readonly effect: number
  readonly standardError: number | null
  readonly n: LookEffect['n']
}

function planOf({ standardError }: Effect): GroupSequentialPlan {
  const plannedInformation = 1 / ((standardError ?? 1) ** 2 * (LOOKS.at(-1) ?? 1))
  return { ...PLAN, plannedInformation, nullEffect: 0, scale: 'absolute' }
}

/** Earlier looks had the same effect with fewer units. */
function looksOf({ effect, standardError, n }: Effect): readonly LookEffect[] {
  return LOOKS.map(time => {
    const share = time / (LOOKS.at(-1) ?? 1)
    return {
      effect,
      standardError: (standardError ?? 1) / Math.sqrt(share),
      n: { control: Math.round(n.control * share), variant: Math.round(n.variant * share) },
    }
  })
}

function sharesOf(control: VariantSummaries, variant: VariantSummaries): number {
  const [counts, shares] = [
    [control.n, variant.n],
    [1, 1],
  ]
  const checks = [checkShares(counts, shares), checkSharesAnytime(counts, shares)]
  return checks.reduce((sum, check) => sum + (check.kind === 'checked' ? check.p : 1), 0)
}
