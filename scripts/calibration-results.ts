// What a calibration has counted, as it is kept beside the report: counts and sums, from which all else follows.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const FILE = join(import.meta.dirname, '..', 'docs', 'statistics', 'calibration.json')

/** Errors of each law of a scenario. */
export interface ScenarioCounts {
  readonly name: string
  readonly repetitions: number
  readonly laws: readonly { readonly method: string; readonly errors: number }[]
}

/** Sums of each quantity of a measurement, and of its squares. */
export interface MeasurementSums {
  readonly name: string
  readonly repetitions: number
  readonly quantities: readonly { readonly what: string; readonly sum: number; readonly squares: number }[]
}

export interface CalibrationResults {
  readonly scenarios: readonly ScenarioCounts[]
  readonly measurements: readonly MeasurementSums[]
}

/** Those of the last run; none without one. */
export function readResults(): CalibrationResults {
  if (!existsSync(FILE)) return { scenarios: [], measurements: [] }
  return JSON.parse(readFileSync(FILE, 'utf8')) as CalibrationResults
}

export function writeResults(results: CalibrationResults): void {
  writeFileSync(FILE, `${JSON.stringify(results, null, 2)}\n`)
}

/** With one entry in the place of the one of the same name, or at the end. */
export function replaceNamed<Entry extends { readonly name: string }>(
  entries: readonly Entry[],
  entry: Entry,
): readonly Entry[] {
  const others = entries.map(other => (other.name === entry.name ? entry : other))
  return others.includes(entry) ? others : [...others, entry]
}
