import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Axis, drawFigure, type Panel, type Series } from './plot.ts'

const linear: Axis = { label: 'units', scale: 'linear', from: 0, to: 10, ticks: [0, 5, 10] }
const logarithmic: Axis = { label: 'units', scale: 'logarithmic', from: 1, to: 100, ticks: [1, 10, 100] }

function draw(series: readonly Series[], axes: Partial<Pick<Panel, 'x' | 'y'>> = {}): string {
  const panel = { title: 'panel', x: linear, y: linear, ...axes, series }
  return drawFigure({ title: 'figure', description: 'what is seen', panels: [panel] })
}

function pointsOf(svg: string): readonly string[] {
  return Array.from(svg.matchAll(/points="([^"]*)"/g), match => match[1] as string)
}

/** Heights of the names beside the panel. */
function namesOf(svg: string): readonly number[] {
  return Array.from(svg.matchAll(/<text x="361" y="([\d.]+)">/g), match => Number(match[1]))
}

describe('a figure', () => {
  test('has the ends of its axes at the ends of the panel, on either scale', () => {
    const curve: Series = {
      name: 'a',
      style: 'curve',
      points: [
        [0, 0],
        [10, 10],
      ],
    }
    expect(pointsOf(draw([curve]))).toEqual(['66,236 340,34'])
    const ratios: Series = {
      name: 'a',
      style: 'curve',
      points: [
        [1, 1],
        [10, 10],
        [100, 100],
      ],
    }
    expect(pointsOf(draw([ratios], { x: logarithmic, y: logarithmic }))).toEqual(['66,236 203,135 340,34'])
  })

  test('leaves out what lies outside its axes, or is no number', () => {
    const points = [
      [-1, 5],
      [5, 11],
      [5, Number.NaN],
      [5, -Infinity],
      [10, 0],
    ] as const
    expect(pointsOf(draw([{ name: 'a', style: 'curve', points }]))).toEqual(['340,236'])
    expect(draw([{ name: 'a', style: 'dots', points }]).match(/<circle class="dot" cx="340"/g)).toHaveLength(
      1,
    )
  })

  test('gives each curve a colour of its own, and dashed lines none', () => {
    const series = (['curve', 'dashed', 'curve'] as const).map(
      (style, i): Series => ({
        name: `${i}`,
        style,
        points: [
          [0, i],
          [10, i],
        ],
      }),
    )
    expect(Array.from(draw(series).matchAll(/<polyline class="series (\w+)"/g), match => match[1])).toEqual([
      'c0',
      'dashed',
      'c1',
    ])
  })

  test('escapes what it is told to write', () => {
    expect(draw([{ name: 'a < b & c', style: 'curve', points: [[0, 0]] }])).toContain('a &lt; b &amp; c')
  })

  test('writes names so far apart that they can be read, wherever the curves end', () => {
    const ends = fc.array(fc.double({ min: 0, max: 10, noNaN: true }), { minLength: 1, maxLength: 15 })
    fc.assert(
      fc.property(ends, heights => {
        const series = heights.map(
          (height, i): Series => ({ name: `${i}`, style: 'curve', points: [[10, height]] }),
        )
        const names = namesOf(draw(series))
        expect(names).toHaveLength(heights.length)
        names.slice(1).forEach((name, i) => {
          expect(name - (names[i] ?? 0)).toBeGreaterThan(12.8)
        })
        expect(Math.max(...names)).toBeLessThan(245)
      }),
    )
  })
})
