// Two experiments on the same units: does the effect of one depend on the variant of the other?
import { sum } from '../numeric/sum.ts'
import { insufficient, invalid, isRefusal, type Result } from '../result.ts'
import type { MeanSummary, ProportionSummary, RatioSummary } from '../summary/summary.ts'
import { refuseDifferentCaps } from '../test/caps.ts'
import { type TestEstimate, waldEstimate } from '../test/estimate.ts'
import { readOptions, type TestOptions } from '../test/options.ts'
import { type Sample, sampleOf } from '../test/sample.ts'

type Cell = MeanSummary | ProportionSummary | RatioSummary

/** Units by their variants in both experiments: control or variant of the first, then of the second. */
export interface TwoByTwo {
  readonly controlControl: Cell
  readonly controlVariant: Cell
  readonly variantControl: Cell
  readonly variantVariant: Cell
}

export interface InteractionEstimate extends TestEstimate {
  /** Effects of the first experiment among those on the control, and on the variant, of the second. */
  readonly effects: { readonly onControl: number; readonly onVariant: number }
}

/**
 * Tests whether the effect of the first experiment differs between the variants of the second.
 *
 * Formula: I = (VV - CV) - (VC - CC) of cell means; se^2 = sum s^2 / n over the cells; t with Satterthwaite's degrees
 * of freedom (sum v)^2 / sum v^2 / (n - 1), v = s^2 / n.
 *
 * @param cells - of one metric, 2 units each or more, cut to the same caps
 * @returns scale `absolute`; `n`: units in the cells of the first experiment's control and variant; `insufficient` with
 *   `no_variance` when the values of a cell are all equal
 *
 * Assumes that the experiments were randomised independently; a unit is in one cell. The interaction has four times the
 * variance of a main effect on the same units: absence of evidence for one is weak evidence of absence.
 * Source: Kohavi, Tang and Xu (2020), Trustworthy Online Controlled Experiments, chapter 4; Satterthwaite (1946),
 * Biometrics Bulletin 2(6), doi:10.2307/3002019.
 * Reference: statsmodels 0.13.5 `OLS` with `HC2`, which for these cells is the same (`fixtures/interaction.py`).
 */
export function testInteraction(cells: TwoByTwo, options: TestOptions = {}): Result<InteractionEstimate> {
  const settings = readOptions(options)
  if (isRefusal(settings)) return settings
  if (settings.scale !== 'absolute') return invalid('scale', "'absolute'")
  const capped = refuseCaps(cells)
  if (capped !== null) return capped
  const [cc, cv, vc, vv] = [
    sampleOf(cells.controlControl),
    sampleOf(cells.controlVariant),
    sampleOf(cells.variantControl),
    sampleOf(cells.variantVariant),
  ]
  if (isRefusal(cc)) return cc
  if (isRefusal(cv)) return cv
  if (isRefusal(vc)) return vc
  if (isRefusal(vv)) return vv
  const samples = [cc, cv, vc, vv]
  const variance = samples.reduce((sum, s) => sum + s.variance / s.n, 0)
  if (!samples.every(s => s.variance > 0)) return insufficient('no_variance', null)
  const effects = { onControl: vc.mean - cc.mean, onVariant: vv.mean - cv.mean }
  const estimate = waldEstimate(
    {
      method: 'interaction',
      effect: effects.onVariant - effects.onControl,
      standardError: Math.sqrt(variance),
      degreesOfFreedom: degreesOfFreedom(samples, variance),
      n: { control: cc.n + cv.n, variant: vc.n + vv.n },
      assumptions: [{ what: 'both experiments were randomised independently', state: 'not_checked' }],
    },
    settings,
  )
  return isRefusal(estimate) ? estimate : { ...estimate, effects }
}

/** `invalid` when the cells were winsorised differently. */
function refuseCaps({ controlControl, controlVariant, variantControl, variantVariant }: TwoByTwo) {
  const others = [controlVariant, variantControl, variantVariant]
  return (
    others.map(cell => refuseDifferentCaps(controlControl, cell)).find(refusal => refusal !== null) ?? null
  )
}

function degreesOfFreedom(samples: readonly Sample[], variance: number): number {
  const parts = samples.map(({ n, variance: v }) => (v / n / variance) ** 2 / (n - 1))
  return 1 / sum(parts)
}
