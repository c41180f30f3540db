// Adjusted p values of R's multtest, as the tests of statsmodels hold them, and of Spotify's confidence.
import { describe, expect, it } from 'vitest'
import type { Invalid } from '../result.ts'
import { adjustByBenjaminiHochberg } from './benjamini-hochberg.ts'
import { adjustByBenjaminiYekutieli } from './benjamini-yekutieli.ts'
import { adjustByBonferroni } from './bonferroni.ts'
import type { AdjustedFamily, Family } from './family.ts'
import { adjustByHochberg } from './hochberg.ts'
import { adjustByHolm } from './holm.ts'

function adjusted(by: (family: Family) => AdjustedFamily | Invalid, ps: readonly number[]) {
  const result = by({ name: 'family', tests: ps.map((p, i) => ({ id: `${i}`, p })) })
  if (result.kind !== 'adjusted') throw new Error(JSON.stringify(result))
  return result.tests.map(test => test.adjusted ?? Number.NaN)
}

describe('R multtest mt.rawp2adjp (statsmodels stats/tests/test_multi.py, res_multtest1)', () => {
  const raw = [
    5.23656777208e-5, 2.8140506198e-4, 1.49877310796e-2, 2.02732688798e-2, 0.177096952723, 0.642193923795,
    0.680845947633, 0.71626938238, 0.838541367553, 0.967833824309,
  ]
  const last = 0.967833824309
  it.each([
    [
      'Bonferroni',
      adjustByBonferroni,
      [5.23656777208e-4, 2.8140506198e-3, 0.149877310796, 0.202732688798, 1, 1, 1, 1, 1, 1],
    ],
    [
      'Holm',
      adjustByHolm,
      [5.23656777208e-4, 2.53264555782e-3, 0.1199018486368, 0.14191288215860001, 1, 1, 1, 1, 1, 1],
    ],
    [
      'Hochberg',
      adjustByHochberg,
      [
        5.23656777208e-4,
        2.53264555782e-3,
        0.1199018486368,
        0.14191288215860001,
        last,
        last,
        last,
        last,
        last,
        last,
      ],
    ],
    [
      'BH',
      adjustByBenjaminiHochberg,
      [
        5.23656777208e-4,
        1.4070253099e-3,
        0.04995910359866667,
        0.0506831721995,
        0.354193905446,
        0.895336727975,
        0.895336727975,
        0.895336727975,
        0.93171263061444454,
        last,
      ],
    ],
    [
      'BY',
      adjustByBenjaminiYekutieli,
      [
        1.5337740764175588e-3, 4.1211324652269442e-3, 0.14632862843720582, 0.14844940238274187, 1, 1, 1, 1, 1,
        1,
      ],
    ],
  ])('by %s', (_name, by, expected) => {
    adjusted(by, raw).forEach((p, i) => {
      expect(p).toBeCloseTo(expected[i] ?? Number.NaN, 14)
    })
  })
})

describe('pairwise p values', () => {
  it('by Holm: R pairwise.prop.test of four shares of smokers (statsmodels res_ppt_pvals_holm)', () => {
    const raw = [
      0.00533824886503131, 0.8327574849753566, 0.1880573726722516, 0.002026764254350234, 0.1309487516334318,
      0.1076118730631731,
    ]
    const expected = [
      0.02669124432515654, 0.8327574849753566, 0.4304474922526926, 0.0121605855261014, 0.4304474922526926,
      0.4304474922526926,
    ]
    adjusted(adjustByHolm, raw).forEach((p, i) => {
      expect(p).toBeCloseTo(expected[i] ?? Number.NaN, 14)
    })
  })

  it('by Bonferroni: spotify/confidence tests/frequentist/test_chisquared.py, test_multiple_difference', () => {
    const raw = [9.553332e-1, 1.6766844e-1, 3.347427e-5, 7.48661891e-2, 3.97715314e-8]
    const expected = [1, 8.38342202e-1, 1.6737135e-4, 3.74330946e-1, 1.98857657e-7]
    adjusted(adjustByBonferroni, raw).forEach((p, i) => {
      expect(p / (expected[i] ?? Number.NaN)).toBeCloseTo(1, 7)
    })
  })
})
