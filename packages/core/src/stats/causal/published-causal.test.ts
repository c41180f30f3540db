// Published studies of non-compliance and of effects that differ, beyond those beside each method.
import { describe, expect, it } from 'vitest'
import studies from '../test/fixtures/meta-analyses.json' with { type: 'json' }
import { complierEffect, intentionToTreat, summariseCompliance } from './compliance.ts'
import { jamesStein, shrinkSubgroups } from './subgroups.ts'

/** Units with the same outcome, all served by the variant under test or none. */
function* alike(n: number, outcome: number, served: number) {
  for (let i = 0; i < n; i++) yield [outcome, served] as const
}

function summary(...groups: readonly (readonly [number, number, number])[]) {
  const units = groups.flatMap(([n, outcome, served]) => [...alike(n, outcome, served)])
  const made = summariseCompliance(units)
  if (made.kind !== 'compliance') throw new Error(made.expected)
  return made
}

// Sommer and Zeger (1991), Statistics in Medicine 10(1), table 1; analysed by Imbens and Rubin (2015), Causal Inference
// for Statistics, Social, and Biomedical Sciences, chapter 23: infants who survived, as assigned and as given vitamin A.
describe('the vitamin A trial of Sommer and Zeger (1991)', () => {
  const control = summary([74, 0, 0], [11_514, 1, 0])
  const variant = summary([12, 0, 1], [9663, 1, 1], [34, 0, 0], [2385, 1, 0])

  it('has an intention-to-treat effect of .0026, standard error .0009', () => {
    const result = intentionToTreat(control, variant)
    if (result.kind !== 'estimate') throw new Error('no estimate')
    expect(result.effect).toBeCloseTo(0.0026, 4)
    expect(result.standardError).toBeCloseTo(0.0009, 4)
  })

  it('has an effect of .0032 on compliers, standard error .0012, of whom there are .8000', () => {
    for (const interval of ['delta', 'anderson_rubin'] as const) {
      const result = complierEffect(control, variant, { interval })
      if (result.kind !== 'estimate') throw new Error('no estimate')
      expect(result.effect).toBeCloseTo(0.0032, 4)
      expect(result.standardError).toBeCloseTo(0.0012, 4)
      expect(result.compliance).toBeCloseTo(0.8, 4)
    }
  })
})

describe("James and Stein's estimates of 18 batting averages", () => {
  // Efron (2010), Large-Scale Inference, table 1.1, column James-Stein.
  it.each([
    [0, 18, 0.294],
    [1, 17, 0.289],
    [2, 16, 0.285],
    [3, 15, 0.28],
    [4, 14, 0.275],
    [6, 13, 0.27],
    [7, 12, 0.266],
    [8, 11, 0.261],
    [10, 10, 0.256],
    [15, 9, 0.252],
    [16, 8, 0.247],
    [17, 7, 0.242],
  ])('take player %d with %d hits in 45 to %d', (player, _hits, expected) => {
    const hits = [18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7]
    const mean = hits.reduce((a, b) => a + b) / 45 / 18
    const result = jamesStein(
      hits.map(h => h / 45),
      Math.sqrt((mean * (1 - mean)) / 45),
    )
    if (result.kind !== 'james_stein') throw new Error('refused')
    expect(result.effects[player]).toBeCloseTo(expected, 3)
  })
})

describe('effects that differ between studies, by the moments of DerSimonian and Laird', () => {
  function of(effects: readonly number[], variances: readonly number[]) {
    const result = shrinkSubgroups(
      effects.map((effect, i) => ({ effect, standardError: Math.sqrt(variances[i] ?? 0) })),
      0.95,
    )
    if (result.kind !== 'subgroups') throw new Error(JSON.stringify(result))
    return result
  }

  it('Kacker (2004): mean 62.39013860 with standard error .24574967 (R metafor, by statsmodels results_meta.exk1_dl)', () => {
    const result = of(studies.kacker.effects, studies.kacker.variances)
    expect(result.mean.effect).toBeCloseTo(62.3901386044504, 10)
    expect(result.mean.standardError).toBeCloseTo(0.245749668040304, 10)
    expect(Math.abs(Math.sqrt(result.betweenVariance) - 0.5359)).toBeLessThan(1e-3)
    expect(result.heterogeneity.q).toBeCloseTo(24.801897741835, 9)
    expect(result.heterogeneity.p).toBeCloseTo(0.00167935146372742, 12)
    expect(result.heterogeneity.share).toBeCloseTo(0.67744403741711, 10)
  })

  it('BCG vaccine: log risk ratio -.7141 in [-1.0644, -.3638] (R metafor, test_misc_metan_vs_rma.uni_with_dat.bcg.r)', () => {
    const { trials } = studies.bcg
    const logs = trials.map(([a = 0, b = 0, c = 0, d = 0]) => Math.log(a / (a + b) / (c / (c + d))))
    const variances = trials.map(([a = 0, b = 0, c = 0, d = 0]) => 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d))
    const { mean, betweenVariance } = of(logs, variances)
    expect(mean.effect).toBeCloseTo(-0.7141, 4)
    expect(mean.effect - 1.959964 * mean.standardError).toBeCloseTo(-1.0644, 4)
    expect(mean.effect + 1.959964 * mean.standardError).toBeCloseTo(-0.3638, 4)
    expect(betweenVariance).toBeCloseTo(0.3088, 4)
  })
})
