// Loads a config for a command, or prints its problems.
import { basename } from 'node:path'
import { formatPath, type Problem, type Snapshot } from '@weir/core/config'
import type { LocatedProblem } from '../snapshot/config-file.ts'
import { formatProblem, type LoadContext, loadConfigFile } from '../snapshot/load.ts'
import { printError } from './output.ts'

const NO_HISTORY: LoadContext = { revision: 1, tables: new Map() }

/** The snapshot, or undefined after the problems have been printed to stderr. */
export function loadOrReport(file: string, context: LoadContext = NO_HISTORY): Snapshot | undefined {
  const loaded = loadConfigFile(file, context)
  if (loaded.kind === 'loaded') return loaded.snapshot
  reportProblems(file, loaded.problems)
  return undefined
}

export function reportProblems(file: string, problems: readonly LocatedProblem[]): void {
  for (const problem of problems) printError(formatProblem(file, problem))
  printError(`${basename(file)} has ${countProblems(problems)}.`)
}

/** Problems of the config in the store, which has no lines. */
export function reportStoredProblems(problems: readonly Problem[]): void {
  for (const { path, message } of problems) printError(`${formatPath(path)}: ${message}`)
  printError(
    `weir: the stored config has ${countProblems(problems)} here; put that right, or start with --config`,
  )
}

function countProblems(problems: readonly Problem[]): string {
  return problems.length === 1 ? 'a problem' : `${problems.length} problems`
}
