// The report of a calibration: tables and pictures made of nothing but what was counted.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { judge, type Law, type Outcome, type Scenario } from '../packages/core/src/stats/calibration/law.ts'
import { type Mean, meanOf } from '../packages/core/src/stats/calibration/measurement.ts'
import {
  allMeasurements,
  allScenarios,
  type ScenarioGroup,
  scenarioGroups,
} from '../packages/core/src/stats/calibration/scenarios.ts'
import { scenariosOfPages } from './calibration-pages.ts'
import { type Judged, ratesPicture } from './calibration-picture.ts'
import type { CalibrationResults } from './calibration-results.ts'
import { renderTable, replaceMarked } from './markdown-table.ts'
import { regretPicture } from './regret-picture.ts'

const DIRECTORY = join(import.meta.dirname, '..', 'docs', 'statistics')
const BEGIN = '<!-- tables: begin -->'
const END = '<!-- tables: end -->'

/** What a law was expected to do, as the table says it. */
const EXPECTED: Record<Law['expectation'], string> = {
  holds: 'at most that',
  near: 'that, +- 0.03',
  broken: 'more',
  reported: '-',
}

/** The outcomes of those scenarios that there are results of, with the same laws. */
function judgeAll(scenarios: readonly Scenario[], results: CalibrationResults): readonly Judged[] {
  return scenarios.flatMap(({ name, data, laws }) => {
    const counts = results.scenarios.find(each => each.name === name)
    if (counts === undefined || laws.some(({ method }, i) => counts.laws[i]?.method !== method)) return []
    const outcomes = laws.map((law, i) => judge(law, counts.laws[i]?.errors ?? 0, counts.repetitions))
    return [{ name, data, outcomes }]
  })
}

/** The means of all measurements that there are results of. */
function means(results: CalibrationResults): readonly (Mean & { readonly name: string })[] {
  return allMeasurements.flatMap(({ name, quantities }) => {
    const sums = results.measurements.find(each => each.name === name)
    if (sums === undefined) return []
    if (quantities.some(({ what }, i) => sums.quantities[i]?.what !== what)) return []
    return quantities.flatMap((quantity, i) => {
      const { sum = 0, squares = 0 } = sums.quantities[i] ?? {}
      return [{ name, ...meanOf(quantity, sum, squares, sums.repetitions) }]
    })
  })
}

function groupSection(group: ScenarioGroup, results: CalibrationResults): string {
  const judged = judgeAll(group.scenarios, results)
  if (judged.length === 0) return `## ${group.title}\n\nNot simulated yet.`
  const data = judged.map(each => `- **${each.name}**: ${each.data}.`)
  const rows = judged.flatMap(({ name, outcomes }) =>
    outcomes.map((outcome, i) => [i === 0 ? name : '', ...lawCells(outcome)]),
  )
  const head = [
    'data',
    'method',
    'error',
    'promised',
    'expected',
    'seen',
    '99 % bounds',
    'repetitions',
    'met',
  ]
  return [
    `## ${group.title}`,
    data.join('\n'),
    `![Error rates by what was promised](picture/calibration-${group.id}.svg)`,
    renderTable([head, ...rows]),
  ].join('\n\n')
}

function lawCells(outcome: Outcome): readonly string[] {
  const { method, error, alpha, expectation, rate, lower, upper, repetitions, isMet } = outcome
  return [
    method,
    error,
    String(alpha),
    EXPECTED[expectation],
    rate.toFixed(4),
    `${lower.toFixed(4)} to ${upper.toFixed(4)}`,
    String(repetitions),
    isMet ? 'yes' : 'NO',
  ]
}

function measurementSection(results: CalibrationResults): string {
  const all = means(results)
  if (all.length === 0) return '## Averages\n\nNot simulated yet.'
  const data = allMeasurements.map(({ name, data: what }) => `- **${name}**: ${what}.`)
  const rows = all.map(({ name, what, mean, standardError, expected, repetitions, isMet }) => [
    name,
    what,
    mean.toFixed(4),
    standardError.toFixed(4),
    expected.kind === 'reported' ? '-' : `${expected.kind} ${expected.low} to ${expected.high}`,
    String(repetitions),
    isMet ? 'yes' : 'NO',
  ])
  const head = ['simulation', 'quantity', 'mean', 'standard error', 'expected', 'repetitions', 'met']
  return ['## Averages', data.join('\n'), renderTable([head, ...rows])].join('\n\n')
}

/** The document with its tables made anew. */
export function renderDocument(document: string, results: CalibrationResults): string {
  const sections = [...scenarioGroups.map(group => groupSection(group, results)), measurementSection(results)]
  return replaceMarked(document, BEGIN, END, sections.join('\n\n'))
}

/** Every picture by its file's name: one of each group, and one for each page. */
export function renderPictures(results: CalibrationResults): ReadonlyMap<string, string> {
  const groups = scenarioGroups.map(
    ({ id, title, scenarios }) => [`calibration-${id}`, title, scenarios] as const,
  )
  const pages = Object.entries(scenariosOfPages).map(([page, names]) => {
    const scenarios = allScenarios.filter(({ name }) => names.includes(name))
    return [page, 'Simulated', scenarios] as const
  })
  const rates = [...groups, ...pages].flatMap(([name, title, scenarios]) => {
    const judged = judgeAll(scenarios, results)
    return judged.length === 0 ? [] : [[`${name}.svg`, ratesPicture(title, judged)] as const]
  })
  const regrets = means(results).filter(({ what }) => what.includes('regret'))
  return new Map([
    ...rates,
    ...(regrets.length === 0 ? [] : [['regret.svg', regretPicture(regrets)] as const]),
  ])
}

/** In words, what is not as expected. */
export function findUnmet(results: CalibrationResults): readonly string[] {
  const laws = scenarioGroups.flatMap(group =>
    judgeAll(group.scenarios, results).flatMap(({ name, outcomes }) =>
      outcomes.filter(({ isMet }) => !isMet).map(({ method, rate }) => `${name}: ${method} ${rate}`),
    ),
  )
  const averages = means(results).filter(({ isMet }) => !isMet)
  return [...laws, ...averages.map(({ name, what, mean }) => `${name}: ${what} ${mean}`)]
}

/** Writes document and pictures; returns what is not as expected. */
export function writeReport(results: CalibrationResults): readonly string[] {
  const file = join(DIRECTORY, 'calibration.md')
  writeFileSync(file, renderDocument(readFileSync(file, 'utf8'), results))
  mkdirSync(join(DIRECTORY, 'picture'), { recursive: true })
  for (const [name, svg] of renderPictures(results)) writeFileSync(join(DIRECTORY, 'picture', name), svg)
  return findUnmet(results)
}
