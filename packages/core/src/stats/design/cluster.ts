// What it costs that values come in clusters, such as the requests of a user.
import { sum } from '../numeric/sum.ts'
import { insufficient, invalid, type Result } from '../result.ts'

export interface DesignEffect {
  readonly kind: 'design_effect'
  /** Variance by that of as many independent values, >= 0. */
  readonly designEffect: number
  readonly meanSize: number
  /** Standard deviation of the sizes by their mean, >= 0. */
  readonly sizeVariation: number
}

/**
 * The design effect of clusters: units needed by those needed without clusters.
 *
 * Formula: 1 + ((cv^2 + 1) m - 1) ICC, with m the mean size and cv its coefficient of variation; for equal sizes
 * 1 + (m - 1) ICC.
 *
 * @param sizes - values of each cluster, > 0; of a pilot
 * @param icc - intraclass correlation, in [0, 1]: share of the variance that is between clusters
 *
 * Assumes an analysis over values; variances of a ratio over units (`ratioPilot`) have the clusters in them already.
 * Source: Eldridge, Ashby and Kerry (2006), International Journal of Epidemiology 35(5), eq. 2, doi:10.1093/ije/dyl129;
 * Kish (1965), Survey Sampling, for equal sizes.
 */
export function clusterDesignEffect(sizes: readonly number[], icc: number): Result<DesignEffect> {
  if (!(icc >= 0 && icc <= 1)) return invalid('icc', 'in [0, 1]')
  if (sizes.length === 0) return insufficient('too_few_units', 1)
  if (!sizes.every(size => size > 0 && size < Infinity)) return invalid('sizes', '> 0 and finite')
  const meanSize = sum(sizes) / sizes.length
  const squares = sizes.reduce((sum, size) => sum + (size - meanSize) ** 2, 0)
  const sizeVariation = Math.sqrt(squares / sizes.length) / meanSize
  const designEffect = 1 + ((sizeVariation ** 2 + 1) * meanSize - 1) * icc
  if (!Number.isFinite(designEffect))
    return invalid('sizes', 'of a size that can be squared without overflow')
  return { kind: 'design_effect', designEffect, meanSize, sizeVariation }
}
