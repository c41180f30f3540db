import { describe, expect, it } from 'vitest'
import type { NormalBelief } from '../bayes/belief.ts'
import { history } from './fixtures/contexts.ts'
import { addContext, fitLinear, type LinearArm, linearBelief, linearBound, noContexts } from './linear.ts'

const contexts = history.slice(0, 2)

function ok(arm: ReturnType<typeof addContext>): LinearArm {
  if (arm.kind !== 'linear_arm') throw new Error(arm.expected)
  return arm
}

function fit(arm: LinearArm) {
  const fitted = fitLinear(arm)
  if (fitted.kind !== 'linear_fit') throw new Error(fitted.expected)
  return fitted
}

function belief(result: ReturnType<typeof linearBelief>): NormalBelief {
  if (result.kind !== 'normal') throw new Error(result.expected)
  return result
}

/** Beliefs of arms 1, 2 and 3 in both contexts. */
function fitted(decisions: readonly number[], rewards: readonly number[], width: number) {
  const fits = [1, 2, 3].map(arm =>
    fit(
      history.reduce(
        (state, context, i) =>
          decisions[i] === arm ? ok(addContext(state, context, rewards[i] ?? 0)) : state,
        ok(noContexts(5, 1)),
      ),
    ),
  )
  return contexts.map(context => fits.map(each => belief(linearBelief(each, context, width))))
}

describe('linear rewards', () => {
  it('have the means of MABWiser tests/test_linucb.py, test_alpha0_expectations', () => {
    const beliefs = fitted([1, 1, 1, 2, 2, 2, 3, 3, 3, 1], [0, 0, 0, 0, 0, 0, 1, 1, 1, 1], 1)
    const expected = [
      [-0.018378378378378413, 0, 0.9966292134831471],
      [0.14054054054054055, 0, 0.43258426966292074],
    ]
    beliefs.forEach((arms, c) => {
      arms.forEach(({ mean }, a) => {
        expect(mean).toBeCloseTo(expected[c]?.[a] ?? Number.NaN, 12)
      })
    })
  })

  it('have the bounds of MABWiser tests/test_linucb.py, test_alpha1_expectations', () => {
    const beliefs = fitted([1, 1, 1, 2, 2, 3, 3, 3, 3, 3], [0, 0, 1, 0, 0, 0, 0, 1, 1, 1], 1)
    const expected = [
      [0.9790312458954391, 1.1617706239438832, 1.4247056229871702],
      [0.8896475809353053, 0.923364043088837, 1.457085577251709],
    ]
    beliefs.forEach((arms, c) => {
      arms.forEach((arm, a) => {
        expect(linearBound(arm)).toBeCloseTo(expected[c]?.[a] ?? Number.NaN, 12)
      })
    })
  })

  it('are learnt more narrowly with every context, and widen with the width', () => {
    const empty = ok(noContexts(2, 1))
    const one = ok(addContext(empty, [1, 2], 3))
    const deviation = (arm: LinearArm, width: number) =>
      belief(linearBelief(fit(arm), [1, 1], width)).deviation
    expect(deviation(empty, 1)).toBeCloseTo(Math.SQRT2, 12)
    expect(deviation(one, 1)).toBeLessThan(deviation(empty, 1))
    expect(deviation(one, 3)).toBeCloseTo(3 * deviation(one, 1), 12)
  })

  it.each([
    ['features', noContexts(0, 1)],
    ['ridge', noContexts(2, 0)],
    ['context', addContext(ok(noContexts(2, 1)), [1], 1)],
    ['context', addContext(ok(noContexts(2, 1)), [1, Number.NaN], 1)],
    ['reward', addContext(ok(noContexts(2, 1)), [1, 1], Infinity)],
    ['context', linearBelief(fit(ok(noContexts(2, 1))), [1], 1)],
    ['width', linearBelief(fit(ok(noContexts(2, 1))), [1, 1], 0)],
    ['arm', fitLinear(ok(addContext(ok(noContexts(2, 1)), [1e200, 1e200], 1)))],
    ['arm', fitLinear(ok(addContext(ok(noContexts(2, 1)), [1e9, 1e9], 1)))],
    // The squares are infinite, and the sum of an infinite product and its opposite no number.
    [
      'arm',
      fitLinear(
        [1, -1].reduce((arm, sign) => ok(addContext(arm, [1e200, sign * 1e200], 1)), ok(noContexts(2, 1))),
      ),
    ],
  ])('are invalid by %s', (argument, result) => {
    expect(result).toMatchObject({ kind: 'invalid', argument })
  })
})
