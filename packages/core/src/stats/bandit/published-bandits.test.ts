// Numbers that MABWiser's tests assert (fidelity/mabwiser, Apache-2.0), beyond those beside each method.
import { describe, expect, it } from 'vitest'
import { history } from './fixtures/contexts.ts'
import { addContext, fitLinear, type LinearArm, linearBelief, linearBound, noContexts } from './linear.ts'
import { ucb1 } from './ucb.ts'

type Unit = readonly [context: readonly number[], reward: number]

function arm(units: readonly Unit[]): LinearArm {
  return units.reduce((state, [context, reward]) => {
    const next = addContext(state, context, reward)
    if (next.kind !== 'linear_arm') throw new Error(next.expected)
    return next
  }, noContexts(5, 1) as LinearArm)
}

function fit(units: readonly Unit[]) {
  const fitted = fitLinear(arm(units))
  if (fitted.kind !== 'linear_fit') throw new Error(fitted.expected)
  return fitted
}

function belief(units: readonly Unit[], context: readonly number[], width: number) {
  const found = linearBelief(fit(units), context, width)
  if (found.kind !== 'normal') throw new Error(found.expected)
  return found
}

describe('MABWiser tests/test_ridge.py', () => {
  const three: readonly Unit[] = [
    [[1, 0, 2, 1, 1], 3],
    [[3, 1, 2, 3, 4], 3],
    [[2, -1, 1, 0, 2], 1],
  ]
  const twelve: readonly Unit[] = [
    ...three,
    [[-1, 4, 2, 0, 1], 0],
    [[2, 2, 2, 2, 2], -1],
    [[3, 2, 1, 2, 3], 2],
    [[0, 0, 0, 0, 0], 1],
    [[2, 1, 1, 1, 2], 2],
    [[3, 2, 3, 2, 3], 1],
    [[8, 2, 3, 1, 0], 1],
    [[1, 2, -9, -7, 1], 0],
    [[0, 1, 1, 1, 1], 3],
  ]
  const partial: readonly Unit[] = [
    [[1, 0, 0, 0, 1], 3],
    [[0, 1, 2, 3, 4], 2],
    [[2, 0, 1, 0, 2], 1],
  ]
  it.each([
    ['test_fit, 3', three, [0.09161491, 0.00310559, 0.97515528, 0.32142857, -0.02018634]],
    ['test_fit, 12', twelve, [0.09927202, -0.17141953, 0.09091367, -0.03705452, 0.59027579]],
    ['test_partial_fit, before', partial, [0.47619048, 0.04761905, -0.5952381, 0.14285714, 0.66666667]],
    [
      'test_partial_fit, arm 1 after',
      [...partial, [[1, 1, 1, 1, 1], 1] as Unit],
      [0.53019146, 0.13402062, -0.56553756, 0.17525773, 0.61266568],
    ],
    [
      'test_partial_fit, arm 0 after',
      [[[2, 1, 2, 1, 2], 1] as Unit, [[3, 3, 3, 2, 1], 1] as Unit],
      [0.11940299, 0.01492537, 0.11940299, 0.04477612, 0.17910448],
    ],
  ])('%s: coefficients', (_name, units, coefficients) => {
    fit(units).coefficients.forEach((value, i) => {
      expect(value).toBeCloseTo(coefficients[i] ?? Number.NaN, 8)
    })
  })

  it('test_predict_ridge: 2.8167701863354', () => {
    expect(belief(three, [0, 1, 2, 3, 5], 1).mean).toBeCloseTo(2.8167701863354, 8)
  })
})

const contexts = history.slice(0, 2)

/** The index of the arm with the greatest bound, in each of the two contexts. */
function picks(
  more: readonly (readonly number[])[],
  decisions: string,
  rewards: readonly number[],
  width: number,
) {
  const all = [...history, ...more]
  const names = [...new Set(decisions)].sort()
  return contexts.map(context => {
    const bounds = names.map(name => {
      const units = all.flatMap((seen, i): readonly Unit[] =>
        decisions[i] === name ? [[seen, rewards[i] ?? 0]] : [],
      )
      return linearBound(belief(units, context, width))
    })
    return names[bounds.indexOf(Math.max(...bounds))]
  })
}

describe('MABWiser tests/test_linucb.py', () => {
  it('test_unused_arm: an arm never taken has the bounds 6.244997998398398 and 2.23606797749979', () => {
    const bounds = contexts.map(context => linearBound(belief([], context, 1)))
    expect(bounds[0]).toBeCloseTo(6.244997998398398, 12)
    expect(bounds[1]).toBeCloseTo(2.23606797749979, 12)
  })

  it.each([
    ['t1', [], '1113223131', [0, 1, 1, 0, 1, 0, 1, 1, 1, 1], 0.24, ['2', '1']],
    ['t2', [], '1113223131', [0, 1, 1, 0, 1, 0, 1, 1, 1, 1], 1.5, ['2', '2']],
    [
      't3',
      [...history.slice(6), ...history.slice(3, 5)],
      '1144221142141241',
      [7, 9, 10, 20, 2, 5, 8, 15, 17, 11, 0, 5, 2, 9, 3, 1],
      1.25,
      ['4', '4'],
    ],
    ['t5', [], 'aaacbbcacb', [1, 0, 1, 0, 1, 0, 1, 1, 1, 0], 1, ['b', 'b']],
    ['t6', history.slice(6, 7), 'aaacbbcacba', [2, 7, 7, 9, 1, 3, 1, 2, 6, 4, 1], 1.25, ['c', 'a']],
    ['t8', [], 'abcabcabca', [-1.25, 0.7, 12, 10, 12, 9.2, -1, -10, 4, 0], 0.5, ['c', 'c']],
    ['t9', [], 'abcabcabca', [1.25, 0.7, 12, 10, 1.43, 0.2, -1, -10, 4, 0], 0.25, ['c', 'c']],
    ['t10', history.slice(0, 3), 'abcabcabcabba', [7, 12, 1, -10, 5, 1, 2, 9, 3, 3, 6, 7, 1], 1, ['b', 'b']],
  ] as const)('test_linucb_%s: picks', (_name, more, decisions, rewards, width, expected) => {
    expect(
      picks(
        more.map(row => [...row]),
        decisions,
        rewards,
        width,
      ),
    ).toEqual(expected)
  })
})

describe('MABWiser tests/test_ucb.py', () => {
  function bounds(decisions: string, rewards: readonly number[], width: number) {
    const names = [...new Set(decisions)].sort()
    const arms = names.map(name => {
      const own = rewards.filter((_, i) => decisions[i] === name)
      return { n: own.length, mean: own.reduce((sum, reward) => sum + reward, 0) / own.length }
    })
    const result = ucb1(arms, width)
    if (result.kind !== 'indices') throw new Error(JSON.stringify(result))
    return { names, indices: result.indices }
  }

  it('test_fit_twice: 1.4823038073675112 and 2.4823038073675114', () => {
    const { indices } = bounds('134', [0, 1, 1], 1)
    expect(indices[0]).toBeCloseTo(1.4823038073675112, 14)
    expect(indices[2]).toBeCloseTo(2.4823038073675114, 14)
  })

  it('test_partial_fit: 1.3824639856219572, 1.6015459273656616 and 3.2649279712439143', () => {
    const { indices } = bounds('1112233333134', [0, 0, 1, 0, 0, 0, 0, 1, 1, 1, 0, 1, 1], 1)
    expect(indices[0]).toBeCloseTo(1.3824639856219572, 14)
    expect(indices[1]).toBeCloseTo(1.6015459273656616, 14)
    expect(indices[3]).toBeCloseTo(3.2649279712439143, 14)
  })

  it.each([
    ['t1', '111322313', [0, 1, 1, 0, 1, 0, 1, 1, 1], 0.24, '1'],
    ['t2', '111322313', [0, 1, 1, 0, 1, 0, 1, 1, 1], 1.5, '2'],
    ['t3', '114422114214124', [7, 9, 10, 20, 2, 5, 8, 15, 17, 11, 0, 5, 2, 9, 3], 1.25, '4'],
    ['t5', 'aaacbbcacb', [1, 0, 1, 0, 1, 0, 1, 1, 1, 0], 1, 'c'],
    ['t6', 'aaacbbcacb', [2, 7, 7, 9, 1, 3, 1, 2, 6, 4], 1.25, 'c'],
    ['t7', 'abcabcabca', [-1.25, 12, 0.7, 10, 12, 9.2, -1, -10, 4, 0], 1.25, 'b'],
    ['t8', 'abcabcabca', [-1.25, 0.7, 12, 10, 12, 9.2, -1, -10, 4, 0], 0.5, 'c'],
    ['t9', 'abcabcabca', [1.25, 0.7, 12, 10, 1.43, 0.2, -1, -10, 4, 0], 0.25, 'c'],
    ['t10', 'abcabcabcabb', [7, 12, 1, -10, 5, 1, 2, 9, 3, 3, 6, 7], 1, 'b'],
  ])('test_ucb_%s picks', (_name, decisions, rewards, width, expected) => {
    const { names, indices } = bounds(decisions, rewards, width)
    expect(names[indices.indexOf(Math.max(...indices))]).toBe(expected)
  })
})
