import { describe, expect, it } from 'vitest'
import { studentUpperTail } from '../distribution/student.ts'
import { summariseMean } from '../summary/summarise.ts'
import type { MeanSummary, ProportionSummary } from '../summary/summary.ts'
import fixture from './fixtures/interaction.json' with { type: 'json' }
import { type TwoByTwo, testInteraction } from './interaction.ts'

function mean(values: readonly number[]): MeanSummary {
  const summary = summariseMean(values)
  if (summary.kind !== 'mean') throw new Error('no mean')
  return summary
}

function cellsOf([cc = [], cv = [], vc = [], vv = []]: readonly (readonly number[])[]): TwoByTwo {
  return {
    controlControl: mean(cc),
    controlVariant: mean(cv),
    variantControl: mean(vc),
    variantVariant: mean(vv),
  }
}

function estimate(result: ReturnType<typeof testInteraction>) {
  if (result.kind !== 'estimate') throw new Error(JSON.stringify(result))
  return result
}

describe('the interaction of two experiments', () => {
  it.each(fixture.rows)(`is $effect with standard error $error (source: ${fixture.source})`, row => {
    const result = estimate(testInteraction(cellsOf(row.cells)))
    expect(result.effect).toBeCloseTo(row.effect, 12)
    expect(result.standardError).toBeCloseTo(row.error, 11)
    expect(result.effects.onControl).toBeCloseTo(row.onControl, 12)
    const t = Math.abs(result.statistic)
    expect(result.p).toBeCloseTo(2 * studentUpperTail(t, result.degreesOfFreedom ?? 0), 14)
  })

  it('has n1 + n2 + n3 + n4 - 4 degrees of freedom for cells alike', () => {
    const cell = [1, 2, 3, 4, 5]
    expect(estimate(testInteraction(cellsOf([cell, cell, cell, cell]))).degreesOfFreedom).toBeCloseTo(16, 12)
  })

  it('does not depend on which experiment is called the first, and turns with its variants', () => {
    const [cc = [], cv = [], vc = [], vv = []] = fixture.rows[0]?.cells ?? []
    const one = estimate(testInteraction(cellsOf([cc, cv, vc, vv])))
    const other = estimate(testInteraction(cellsOf([cc, vc, cv, vv])))
    const turned = estimate(testInteraction(cellsOf([vc, vv, cc, cv])))
    expect(other.effect).toBeCloseTo(one.effect, 12)
    expect(other.p).toBeCloseTo(one.p ?? 0, 12)
    expect(turned.effect).toBeCloseTo(-one.effect, 12)
  })

  it('takes proportions', () => {
    const cell = (successes: number): ProportionSummary => ({ kind: 'proportion', n: 100, successes })
    const cells = {
      controlControl: cell(10),
      controlVariant: cell(20),
      variantControl: cell(30),
      variantVariant: cell(50),
    }
    const result = estimate(testInteraction(cells))
    expect(result.effect).toBeCloseTo(0.1, 12)
    expect(result.standardError).toBeCloseTo(Math.sqrt((0.09 + 0.16 + 0.21 + 0.25) / 100), 12)
  })

  it('is invalid for cells cut to different caps', () => {
    const cell = mean([1, 2, 3])
    const cut: MeanSummary = { ...cell, cap: { kind: 'cap', lower: null, upper: 3 } }
    const cells = { controlControl: cell, controlVariant: cell, variantControl: cell, variantVariant: cut }
    expect(testInteraction(cells)).toMatchObject({ kind: 'invalid', argument: 'variant' })
  })

  it.each([
    ['an empty cell', cellsOf([[], [1, 2], [1, 2], [1, 2]]), {}],
    [
      'a relative scale',
      cellsOf([
        [1, 2],
        [1, 2],
        [1, 2],
        [1, 2],
      ]),
      { scale: 'relative' } as const,
    ],
    [
      'cells that do not vary',
      cellsOf([
        [1, 1],
        [2, 2],
        [1, 1],
        [1, 1],
      ]),
      {},
    ],
  ])('is refused for %s', (_what, cells, options) => {
    expect(testInteraction(cells, options).kind).not.toBe('estimate')
  })
})
