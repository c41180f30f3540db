import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { sum } from '../../numeric/sum.ts'
import { drawNormal, seededRng } from '../../rng/rng.ts'
import { exitProbabilities, expectedTime, looksOf } from './exit.ts'
import fixture from './fixtures/group.json' with { type: 'json' }

function constantLooks(looks: number, z: number) {
  return looksOf(
    'two_sided',
    Array.from({ length: looks }, (_, k) => ({ time: (k + 1) / looks, z })),
  )
}

describe('probabilities of stopping', () => {
  // gsDesign, tests/testthat/test-outputs.R (test.Deming.gsProb): naive 1.96 at every look, one side.
  // Armitage, McPherson and Rowe (1969), table 2: both sides .083, .126, .193, .248.
  test.each([
    [2, 0.042, 0.083],
    [4, 0.063, 0.126],
    [10, 0.097, 0.193],
    [20, 0.124, 0.248],
  ])('of %d looks at 1.96 are what Armitage, McPherson and Rowe (1969) give', (looks, oneSide, bothSides) => {
    const exits = exitProbabilities(constantLooks(looks, 1.959963984540054), 0)
    expect(sum(exits.upper)).toBeCloseTo(oneSide, 3)
    expect(Math.abs(sum([...exits.upper, ...exits.lower]) - bothSides)).toBeLessThan(6e-4)
  })

  // gsDesign, tests/testthat/test-c-numerics-regression.R: gsProbability with information .3, .6, 1.
  test.each([
    [
      -0.25,
      [0.358276535928559, 0.0804375200442274, 0.0379541059065421],
      [0.0041829967861875, 0.00596407884275666, 0.00854522426818119],
    ],
    [
      0,
      [0.308537538725987, 0.0658271483061993, 0.0281699654253188],
      [0.00620966532577613, 0.00996166709538417, 0.0156648014320317],
    ],
    [
      0.25,
      [0.26208501204865, 0.052087603770101, 0.0197314332763651],
      [0.00906213856022171, 0.0160735550179362, 0.0271031723267736],
    ],
  ])('with asymmetric bounds at drift %d are those of gsDesign', (drift, lower, upper) => {
    const looks = [
      { information: 0.3, lower: -0.5, upper: 2.5 },
      { information: 0.6, lower: -0.75, upper: 2.25 },
      { information: 1, lower: -1, upper: 2 },
    ]
    const exits = exitProbabilities(looks, drift)
    for (let k = 0; k < 3; k++) {
      expect(Math.abs((exits.lower[k] ?? 0) - (lower[k] ?? 0))).toBeLessThan(2e-8)
      expect(Math.abs((exits.upper[k] ?? 0) - (upper[k] ?? 0))).toBeLessThan(2e-8)
    }
  })

  test.each(fixture.mvn)(
    `at $times within $upper, drift $drift, agree with the multivariate normal distribution (source: ${fixture.source})`,
    ({ times, upper, drift, exits }) => {
      const looks = looksOf(
        'two_sided',
        times.map((time, k) => ({ time, z: upper[k] ?? null })),
      )
      const found = exitProbabilities(looks, drift).upper
      // SciPy integrates three and more dimensions by quasi Monte Carlo.
      for (const [k, exit] of exits.entries()) expect(Math.abs((found[k] ?? 0) / exit - 1)).toBeLessThan(1e-6)
    },
  )

  it('agree with simulated Brownian paths (seed 20250101)', () => {
    const looks = looksOf('two_sided', [
      { time: 0.2, z: 2.4 },
      { time: 0.5, z: null },
      { time: 0.6, z: 2.2 },
      { time: 1, z: 2 },
    ])
    const exits = exitProbabilities(looks, 1)
    const rng = seededRng(20250101)
    const repetitions = 20_000
    const above = [0, 0, 0, 0]
    for (let r = 0; r < repetitions; r++) {
      let score = 0
      let time = 0
      for (const [k, look] of looks.entries()) {
        const gained = look.information - time
        score += gained + Math.sqrt(gained) * drawNormal(rng)
        time = look.information
        const z = score / Math.sqrt(time)
        if (z >= (look.upper ?? Infinity)) above[k] = (above[k] ?? 0) + 1
        if (Math.abs(z) >= (look.upper ?? Infinity)) break
      }
    }
    expect(exits.upper[1]).toBe(0)
    for (const [k, exit] of exits.upper.entries()) {
      const error = Math.sqrt((exit * (1 - exit)) / repetitions)
      expect(Math.abs((above[k] ?? 0) / repetitions - exit)).toBeLessThanOrEqual(4 * error)
    }
  })

  it('mirror with the drift', () => {
    const drift = fc.double({ min: -6, max: 6, noNaN: true })
    fc.assert(
      fc.property(drift, theta => {
        const there = exitProbabilities(constantLooks(4, 2.2), theta)
        const back = exitProbabilities(constantLooks(4, 2.2), -theta)
        for (const [k, exit] of there.upper.entries()) {
          expect(Math.abs((back.lower[k] ?? 0) - exit)).toBeLessThan(1e-14)
        }
      }),
      { numRuns: 30 },
    )
  })

  it('sum to one when the last look stops everything', () => {
    const looks = [
      { information: 0.4, lower: -1, upper: 2.5 },
      { information: 0.45, lower: null, upper: 2.2 },
      { information: 1, lower: 1.9, upper: 1.9 },
    ]
    for (const drift of [-30, -2, 0, 2, 30]) {
      const exits = exitProbabilities(looks, drift)
      expect(sum([...exits.upper, ...exits.lower])).toBeCloseTo(1, 12)
    }
  })

  it('shorten a test that often stops', () => {
    const looks = constantLooks(2, 2)
    expect(expectedTime(looks, { upper: [0.25, 0.1], lower: [0.15, 0.1] })).toBeCloseTo(0.8, 12)
  })

  const open = (information: number) => ({ information, lower: null, upper: null })
  const closed = (information: number) => ({ information, lower: -2.2, upper: 2.1 })

  it('are the same with looks at which none can stop, also at the very time of others', () => {
    const time = fc.double({ min: 0.01, max: 3, noNaN: true })
    const drift = fc.double({ min: -5, max: 5, noNaN: true })
    fc.assert(
      fc.property(fc.array(time, { maxLength: 6 }), drift, (others, theta) => {
        const looks = [...[0.5, 0.5, 1].map(open), ...others.map(open), ...[0.5, 1, 1.7].map(closed)]
        // Stable: at the same time those that stop none come first here, and last when they are turned round.
        const first = looks.toSorted((a, b) => a.information - b.information)
        const last = looks.toReversed().toSorted((a, b) => a.information - b.information)
        const plain = exitProbabilities([0.5, 1, 1.7].map(closed), theta)
        for (const order of [first, last]) {
          const found = exitProbabilities(order, theta)
          const isClosed = (_: number, k: number) => order[k]?.upper !== null
          expect(found.upper.filter(isClosed)).toEqual(plain.upper)
          expect(found.lower.filter(isClosed)).toEqual(plain.lower)
          expect(sum(found.upper)).toBe(sum(plain.upper))
        }
      }),
    )
  })

  it('are 0 and 1 under any drift that is large enough', () => {
    const size = fc.double({ min: 3, max: 308, noNaN: true }).map(log => 10 ** log)
    const times = fc.constantFrom([0.5, 1], [0.5, 0.50006, 3], [1, 2, 1e9], [1e-9, 1e9])
    fc.assert(
      fc.property(size, times, fc.boolean(), (drift, informations, isTwoSided) => {
        const looks = informations.map(information => {
          return { information, lower: isTwoSided ? -2 : null, upper: 2 }
        })
        if (drift * Math.sqrt(informations[0] ?? 1) < 60) return
        expect(sum(exitProbabilities(looks, drift).upper)).toBeCloseTo(1, 12)
        const lower = sum(exitProbabilities(looks, -drift).lower)
        expect(lower).toBeCloseTo(isTwoSided ? 1 : 0, 12)
        expect(sum(exitProbabilities(looks, -drift).upper)).toBeLessThan(1e-100)
      }),
    )
  })

  it('are no numbers at looks so close together that they would take for ever', () => {
    const looks = [0.5, 0.5000000001].map(information => ({ information, lower: -2, upper: 2 }))
    expect(exitProbabilities(looks, 0)).toEqual({
      upper: [Number.NaN, Number.NaN],
      lower: [Number.NaN, Number.NaN],
    })
  })
})
