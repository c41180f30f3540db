// E values, and the p values that stay valid however often one looks.
import type { Estimate, Insufficient, Invalid } from '../../../result.ts'

/**
 * An e value from its logarithm, cut where doubles end, so that it can be reported.
 *
 * @param logE - any number, or -inf
 * @returns in [0, 1.8e308]
 */
export function eValue(logE: number): number {
  return Math.min(Math.exp(logE), Number.MAX_VALUE)
}

/**
 * The always-valid p value of an e process at one look: min(1, 1 / e).
 *
 * Source: Ville (1939); Johari, Koomen, Pekelis and Walsh (2022), Operations Research 70(3), doi:10.1287/opre.2021.2135.
 */
export function alwaysValidP(logE: number): number {
  return Math.min(1, Math.exp(-logE))
}

/** What is kept from look to look. Start with `NO_LOOKS`. */
export interface Looks {
  /** The smallest p so far, in [0, 1]: it may be taken at any look, or on stopping, and is valid. */
  readonly minP: number
}

/** Before the first look: the least p so far is 1. */
export const NO_LOOKS: Looks = { minP: 1 }

/**
 * Takes in one more look. Only p may be carried on by its minimum: the largest e value so far is not an e value.
 *
 * @param answer - of an always-valid method, the same at every look; anything without a p value changes nothing
 */
export function takeLook(looks: Looks, answer: Answer): Looks {
  return 'p' in answer && answer.p !== null && answer.p < looks.minP ? { minP: answer.p } : looks
}

type Answer = Estimate | { readonly kind: 'evidence'; readonly p: number } | Insufficient | Invalid

/**
 * The evidence of independent experiments against one hypothesis: their product.
 *
 * @param es - e values, >= 0, independent, or each made knowing those before it; none: 1
 * @returns >= 0; NaN if one is negative or not a number
 *
 * Source: Vovk and Wang (2021), Annals of Statistics 49(3), section 4, doi:10.1214/20-AOS2020.
 */
export function combineIndependent(es: readonly number[]): number {
  if (!es.every(e => e >= 0)) return Number.NaN
  if (es.includes(0)) return 0
  return eValue(es.reduce((log, e) => log + Math.log(e), 0))
}

/**
 * The evidence of tests that may depend on each other in any way: their mean, which nothing valid beats throughout.
 *
 * @param es - e values, >= 0, at least one
 * @returns >= 0; NaN for none, or if one is negative or not a number
 *
 * Source: Vovk and Wang (2021), proposition 3.1, doi:10.1214/20-AOS2020.
 */
export function combineDependent(es: readonly number[]): number {
  if (es.length === 0 || !es.every(e => e >= 0)) return Number.NaN
  return Math.min(
    Number.MAX_VALUE,
    es.reduce((sum, e) => sum + e / es.length, 0),
  )
}
