import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { allMeasurements, allScenarios } from '../packages/core/src/stats/calibration/scenarios.ts'
import { scenariosOfPages } from './calibration-pages.ts'
import { findUnmet, renderDocument, renderPictures } from './calibration-report.ts'
import { type CalibrationResults, readResults, replaceNamed } from './calibration-results.ts'
import { renderMethodPictures } from './method-pictures.ts'

const directory = join(import.meta.dirname, '..', 'docs', 'statistics')
const read = (path: string) => readFileSync(join(directory, path), 'utf8')
const results = readResults()

describe('the committed calibration', () => {
  test('says what was counted; if not, run npm run calibrate -- --missing', () => {
    const committed = read('calibration.md')
    expect(renderDocument(committed, results)).toBe(committed)
    for (const [name, svg] of renderPictures(results)) expect(read(`picture/${name}`)).toBe(svg)
  })

  test('has no picture that nothing draws', () => {
    const drawn = [...renderPictures(results).keys(), ...renderMethodPictures().keys()]
    expect(readdirSync(join(directory, 'picture')).filter(name => !drawn.includes(name))).toEqual([])
  })

  test('has every law met', () => {
    expect(findUnmet(results)).toEqual([])
  })

  test('has every scenario there is, with 50,000 repetitions', () => {
    const counted = new Map(
      [...results.scenarios, ...results.measurements].map(({ name, repetitions }) => [name, repetitions]),
    )
    const short = [...allScenarios, ...allMeasurements].filter(
      ({ name }) => (counted.get(name) ?? 0) < 50_000,
    )
    expect(short.map(({ name }) => name)).toEqual([])
  })
})

describe('pages', () => {
  test.each(Object.entries(scenariosOfPages))(
    '%s.md shows its picture, of scenarios there are',
    (page, names) => {
      const known = allScenarios.map(({ name }) => name)
      expect(names.filter(name => !known.includes(name))).toEqual([])
      expect(names.length).toBeGreaterThan(0)
      expect(existsSync(join(directory, `${page}.md`))).toBe(true)
      expect(read(`${page}.md`)).toContain(`(picture/${page}.svg)`)
    },
  )
})

describe('a report', () => {
  const some: CalibrationResults = {
    scenarios: [
      {
        name: 'counts',
        repetitions: 2000,
        laws: [
          { method: 'rate_score_z', errors: 400 },
          { method: 'rate_exact', errors: 100 },
          { method: 'rate_exact of bursts', errors: 100 },
        ],
      },
    ],
    measurements: [],
  }

  test('names laws that do not hold, and wrong ways that were not caught', () => {
    expect(findUnmet(some)).toEqual(['counts: rate_score_z 0.2', 'counts: rate_exact of bursts 0.05'])
  })

  test('leaves out what was counted of laws that have changed since', () => {
    const stale = { ...some, scenarios: [{ name: 'counts', repetitions: 9, laws: [] }] }
    expect(findUnmet(stale)).toEqual([])
    expect(renderPictures(stale).size).toBe(0)
  })

  test('replaces the results of the same name only', () => {
    const [before] = some.scenarios
    if (before === undefined) throw new Error('no scenario')
    const other = { ...before, name: 'margins' }
    const again = { ...before, repetitions: 1 }
    expect(replaceNamed([before, other], again)).toEqual([again, other])
    expect(replaceNamed([before], other)).toEqual([before, other])
  })

  test('draws every law as a line, and escapes its names', () => {
    const [svg = ''] = renderPictures(some).values()
    expect(svg.match(/<circle/g)).toHaveLength(3)
    expect(svg).not.toMatch(/class="undefined"|NaN/)
  })
})
