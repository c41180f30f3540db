// The mean of values in [0, 1] by betting against every mean it could be: the tightest exact sequence for few values.
import { insufficient, invalid, type Result } from '../../../result.ts'
import { independentUnits, type OneSampleEstimate } from './one-sample.ts'

const TRUNCATION = 0.5

/**
 * What is bet and won so far. Takes in values one by one, in O(grid) time each; the one mutable thing here.
 *
 * Formula: for each mean m of a grid two gamblers, K+' = K+ (1 + l+ (x - m)) and K-' = K- (1 - l- (x - m)), with
 * l+ = min(l, 1 / (2 m)), l- = min(l, 1 / (2 (1 - m))), l = sqrt(2 ln(2 / alpha) / (v n ln(n + 1))); before value n:
 * mean = (1/2 + sum) / n and v = (1/4 + sum of (x_i - mean_i)^2) / n, mean_i counting x_i in.
 *
 * Source: Waudby-Smith and Ramdas (2024), JRSS B 86(1), theorem 3, doi:10.1093/jrsssb/qkad009.
 * Reference: confseq `hedged_cs`, which bets with ln(1 / alpha) and takes alpha = 0.05 for K- whatever it is told.
 */
export class HedgedCapital {
  readonly #alpha: number
  readonly #grid: number
  readonly #up: Float64Array
  readonly #down: Float64Array
  #n = 0
  #sum = 0
  #squares = 0

  /**
   * @param alpha - in (0, 1): the bets are made for it
   * @param grid - whole number >= 2: means tested are 0, 1 / grid, ..., 1
   */
  constructor(alpha = 0.05, grid = 1000) {
    this.#alpha = alpha
    this.#grid = grid
    // What is out of range, `sequence` tells.
    const size = Number.isSafeInteger(grid) && grid > 0 ? grid + 1 : 0
    this.#up = new Float64Array(size)
    this.#down = new Float64Array(size)
  }

  /** @param value - in [0, 1]; whatever lies outside is cut to it */
  add(value: number): void {
    const x = Math.min(1, Math.max(0, value))
    const n = ++this.#n
    const variance = (0.25 + this.#squares) / n
    const bet = Math.sqrt((2 * Math.log(2 / this.#alpha)) / (variance * n * Math.log(n + 1)))
    this.#place(x, bet)
    this.#sum += x
    this.#squares += (x - (0.5 + this.#sum) / (n + 1)) ** 2
  }

  #place(x: number, bet: number): void {
    for (let i = 0; i <= this.#grid; i++) {
      const mean = i / this.#grid
      const up = Math.min(bet, TRUNCATION / mean)
      const down = Math.min(bet, TRUNCATION / (1 - mean))
      this.#up[i] = (this.#up[i] ?? 0) + Math.log1p(up * (x - mean))
      this.#down[i] = (this.#down[i] ?? 0) + Math.log1p(-down * (x - mean))
    }
  }

  /** ln of the hedged capital, max(K+, K-) / 2, against the mean `index / grid`: an e value. */
  logE(index: number): number {
    return Math.max(this.#up[index] ?? Number.NaN, this.#down[index] ?? Number.NaN) - Math.LN2
  }

  /**
   * The exact confidence sequence of the mean.
   *
   * @returns method `hedged_capital_sequence`; the ends are those of the grid just outside the means that no gambler has
   *   grown rich against; `insufficient` without a value
   *
   * Assumes values whose mean, given all before, is always the same.
   */
  sequence(): Result<OneSampleEstimate> {
    if (!(this.#alpha > 0 && this.#alpha < 1)) return invalid('alpha', 'in (0, 1)')
    if (!Number.isSafeInteger(this.#grid) || this.#grid < 2) return invalid('grid', 'a whole number >= 2')
    if (!Number.isFinite(this.#sum)) return invalid('value', 'a number')
    if (this.#n === 0) return insufficient('too_few_units', 1)
    const value = this.#sum / this.#n
    const best = this.#best()
    return {
      kind: 'estimate',
      method: 'hedged_capital_sequence',
      value,
      interval: {
        kind: 'sequence',
        level: 1 - this.#alpha,
        lower: this.#end(best, -1) / this.#grid,
        upper: this.#end(best, 1) / this.#grid,
      },
      n: this.#n,
      guarantee: { kind: 'exact' },
      assumptions: [independentUnits],
    }
  }

  /** The mean that least was won against. */
  #best(): number {
    let best = 0
    for (let i = 1; i <= this.#grid; i++) if (this.logE(i) < this.logE(best)) best = i
    return best
  }

  /**
   * The first index on this side of the best that is excluded, or the end of the grid. Capital is quasi-convex in m, so
   * that nothing beyond it is left. The best itself, excluded or not, stands for all means up to its neighbours.
   */
  #end(best: number, step: 1 | -1): number {
    const edge = step === 1 ? this.#grid : 0
    let index = best
    while (index !== edge && (index === best || this.logE(index) < -Math.log(this.#alpha))) index += step
    return index
  }
}
