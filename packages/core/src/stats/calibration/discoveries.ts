// Many tests watched at once: any false discovery where there is nothing, and the share of false ones where there is.

import { normalUpperTail } from '../distribution/normal.ts'
import { adjustByBenjaminiHochberg } from '../multiplicity/benjamini-hochberg.ts'
import { adjustByBenjaminiYekutieli } from '../multiplicity/benjamini-yekutieli.ts'
import type { Family } from '../multiplicity/family.ts'
import type { Rng } from '../rng/rng.ts'
import { sequenceLogE, sequenceRho } from '../sequential/always-valid/asymptotic/radius.ts'
import { eBenjaminiHochberg } from '../sequential/always-valid/evidence/e-benjamini-hochberg.ts'
import { combineDependent, combineIndependent } from '../sequential/always-valid/evidence/evidence.ts'
import { rejects, type Scenario } from './law.ts'
import type { Measurement } from './measurement.ts'
import { normalDraws } from './normal-draws.ts'

const ALPHA = 0.05
const TESTS = 20
const LOOKS = 20
/** Of the tests' statistics, all positive. */
const CORRELATION = 0.5
const RHO = sequenceRho(LOOKS, ALPHA, 'two_sided')

/** Sums of one increment for each test and look, correlated across tests. */
class Paths {
  readonly sums = new Float64Array(TESTS)
  readonly #draw: () => number
  readonly #drift: number
  #looks = 0

  /** @param drift - of the first half of the tests, at each look; the others have none */
  constructor(rng: Rng, drift: number) {
    this.#draw = normalDraws(rng)
    this.#drift = drift
  }

  /** `shared`: how much of the variance is common to all tests. */
  advance(shared: number): void {
    const common = Math.sqrt(shared) * this.#draw()
    const own = Math.sqrt(1 - shared)
    for (let i = 0; i < TESTS; i++) {
      const drift = i < TESTS / 2 ? this.#drift : 0
      this.sums[i] = (this.sums[i] ?? 0) + drift + common + own * this.#draw()
    }
    this.#looks++
  }

  z(i: number): number {
    return (this.sums[i] ?? 0) / Math.sqrt(this.#looks)
  }

  /** Two-sided, of the normal mixture. */
  evidence(): readonly number[] {
    return Array.from(this.sums, (_, i) => Math.exp(sequenceLogE(this.z(i), this.#looks, RHO, 'two_sided')))
  }
}

function discoveriesOf(es: readonly number[]): readonly boolean[] {
  const tests = es.map((e, i) => ({ id: `test ${i}`, e }))
  const result = eBenjaminiHochberg({ family: 'tests', tests }, ALPHA)
  if (result.kind === 'invalid') throw new Error(result.argument)
  return result.tests.map(({ isDiscovery }) => isDiscovery)
}

const nothing: Scenario = {
  name: 'every look, many tests',
  data: `${TESTS} tests without an effect, correlation ${CORRELATION}, ${LOOKS} looks; independent for the product`,
  seed: 48,
  laws: [
    rejects('mean of e values', 'holds'),
    rejects('product of independent e values', 'holds'),
    rejects('any discovery of e-BH', 'holds'),
    rejects('any e value of 20', 'broken'),
  ],
  prepare: () => rng => {
    const [correlated, independent] = [new Paths(rng, 0), new Paths(rng, 0)]
    const errors = [false, false, false, false]
    for (let look = 0; look < LOOKS; look++) {
      correlated.advance(CORRELATION)
      independent.advance(0)
      const es = correlated.evidence()
      errors[0] ||= combineDependent(es) >= 1 / ALPHA
      errors[1] ||= combineIndependent(independent.evidence()) >= 1 / ALPHA
      errors[2] ||= discoveriesOf(es).includes(true)
      errors[3] ||= es.some(e => e >= 1 / ALPHA)
    }
    return errors
  },
}

export const discoveryScenarios: readonly Scenario[] = [nothing]

/** The share of false ones among what is discovered; 0 without a discovery. The first half of the tests have an effect. */
function falseShare(isDiscovery: readonly boolean[]): number {
  const found = isDiscovery.filter(Boolean).length
  const wrong = isDiscovery.slice(TESTS / 2).filter(Boolean).length
  return found === 0 ? 0 : wrong / found
}

function familyOf(paths: Paths): Family {
  const p = Array.from(paths.sums, (_, i) => 2 * normalUpperTail(Math.abs(paths.z(i))))
  return { name: 'tests', tests: p.map((value, i) => ({ id: `test ${i}`, p: Math.min(1, value) })) }
}

function adjustedShare(adjust: typeof adjustByBenjaminiHochberg, family: Family): number {
  const result = adjust(family)
  if (!('tests' in result)) throw new Error(result.kind)
  return falseShare(result.tests.map(({ adjusted }) => (adjusted ?? 1) <= ALPHA))
}

const AT_MOST = { kind: 'within', low: 0, high: ALPHA } as const

/** What is left of the tests at the first look at which the most is discovered: stopping when it looks best. */
export const falseDiscoveries: Measurement = {
  name: 'false discoveries',
  data: `${TESTS} tests, correlation ${CORRELATION}, half of them with an effect; at the last of ${LOOKS} looks, or at the one with most discoveries`,
  seed: 49,
  quantities: [
    { what: 'Benjamini and Hochberg, one look', expected: AT_MOST },
    { what: 'Benjamini and Yekutieli, one look', expected: AT_MOST },
    { what: 'e-BH at the look with most discoveries', expected: AT_MOST },
    { what: 'p below 0.05, one look', expected: { ...AT_MOST, kind: 'outside' } },
  ],
  prepare: () => rng => {
    const paths = new Paths(rng, 0.6)
    let best: readonly boolean[] = []
    for (let look = 0; look < LOOKS; look++) {
      paths.advance(CORRELATION)
      const found = discoveriesOf(paths.evidence())
      if (found.filter(Boolean).length > best.filter(Boolean).length) best = found
    }
    const family = familyOf(paths)
    return [
      adjustedShare(adjustByBenjaminiHochberg, family),
      adjustedShare(adjustByBenjaminiYekutieli, family),
      falseShare(best),
      falseShare(family.tests.map(({ p }) => (p ?? 1) <= ALPHA)),
    ]
  },
}
